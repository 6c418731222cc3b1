/** The default listing line (libnetfilter_conntrack's snprintf_default). */
import { formatAddress } from '../../src/base/address.ts';
import { formatCtime } from '../../src/base/calendar.ts';
import type { ExpectationRecord, Tuple } from '../../src/kernel/conntrack/model.ts';
import { STATUS_BITS } from '../../src/kernel/conntrack/status.ts';
import type { EventKind } from './template.ts';
import { age, HAS_PORTS, L3_NUMBER, protocolName, secondsLeft, type View, zoneIn } from './view.ts';

export interface TextOptions {
  readonly layer3: boolean;
  readonly id: boolean;
  /** When it was made, if the entry has timestamps. */
  readonly ktimestamp: boolean;
}

const PREFIX: { readonly [E in EventKind]: string } = {
  new: '    [NEW]',
  update: ' [UPDATE]',
  destroy: '[DESTROY]',
};

function portWords({ proto, sport, dport, icmp }: Tuple): string[] {
  if (icmp) return [`type=${icmp.type}`, `code=${icmp.code}`, `id=${sport}`];
  if (HAS_PORTS.has(proto)) return [`sport=${sport}`, `dport=${dport}`];
  if (proto === 47) return [`srckey=0x${sport.toString(16)}`, `dstkey=0x${dport.toString(16)}`];
  return [];
}

const addressWords = ({ src, dst }: Tuple): string[] => [
  `src=${formatAddress(src)}`,
  `dst=${formatAddress(dst)}`,
];

function directionWords(view: View, dir: 'original' | 'reply'): string[] {
  const { entry, counters } = view;
  const zone = zoneIn(view, dir);
  const counter = counters?.[dir];
  return [
    ...addressWords(entry[dir]),
    ...portWords(entry[dir]),
    ...(zone === undefined ? [] : [`zone-${dir === 'original' ? 'orig' : 'reply'}=${zone}`]),
    ...(counter ? [`packets=${counter.packets}`, `bytes=${counter.bytes}`] : []),
  ];
}

function metaWords(view: View, { id, ktimestamp }: TextOptions): string[] {
  const { entry, mark, use } = view;
  const words: string[] = [];
  if (mark !== undefined) words.push(`mark=${mark}`);
  const zone = zoneIn(view, 'both');
  if (zone !== undefined) words.push(`zone=${zone}`);
  const lived = age(view);
  if (lived !== undefined) {
    words.push(`delta-time=${lived}`);
    if (ktimestamp) words.push(`[start=${formatCtime(entry.created)}]`);
  }
  if (entry.helper !== undefined) words.push(`helper=${entry.helper}`);
  if (use !== undefined) words.push(`use=${use}`);
  if (id) words.push(`id=${entry.id}`);
  return words;
}

/** One line, without its end. */
export function entryText(view: View, options: TextOptions): string {
  const { entry, status, timeout, event } = view;
  const { l3, proto } = entry.original;
  const words: string[] = [];
  if (event) words.push(PREFIX[event]);
  if (options.layer3) words.push(`${l3.padEnd(8)} ${L3_NUMBER[l3]}`);
  words.push(`${protocolName(proto).padEnd(8)} ${proto}`);
  if (timeout !== undefined) words.push(`${timeout}`);
  if (entry.state !== undefined && (proto === 6 || proto === 132)) words.push(entry.state);
  words.push(...directionWords(view, 'original'));
  if (!(status & STATUS_BITS.SEEN_REPLY)) words.push('[UNREPLIED]');
  words.push(...directionWords(view, 'reply'));
  if (status & STATUS_BITS.OFFLOAD) words.push('[OFFLOAD]');
  else if (status & STATUS_BITS.ASSURED) words.push('[ASSURED]');
  words.push(...metaWords(view, options));
  return words.join(' ');
}

/** The line of an expectation; `master` is its master's original tuple. */
export function expectationText(
  { tuple, mask, expires, helper, flags }: Readonly<ExpectationRecord>,
  master: Tuple,
  now: bigint,
  event?: EventKind,
): string {
  return [
    ...(event ? [PREFIX[event]] : []),
    `${secondsLeft(expires, now)}`,
    `proto=${tuple.proto}`,
    ...addressWords(tuple),
    ...portWords(tuple),
    ...addressWords(mask).map((word) => `mask-${word}`),
    ...portWords(mask),
    ...addressWords(master).map((word) => `master-${word}`),
    ...portWords(master),
    ...(flags.length > 0 ? [flags.map((flag) => flag.toUpperCase()).join(',')] : []),
    'class=0',
    ...(helper === undefined ? [] : [`helper=${helper}`]),
  ].join(' ');
}
