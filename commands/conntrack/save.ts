/** Entries as the command lines that make them (-o save). */
import { formatAddress } from '../../src/base/address.ts';
import { STATUS_BITS } from '../../src/kernel/conntrack/status.ts';
import { isTranslated } from './filter.ts';
import type { EventKind } from './template.ts';
import { HAS_PORTS, protocolName, type View, zoneIn } from './view.ts';

const COMMAND: { readonly [E in EventKind]: string } = { new: '-A', update: '-U', destroy: '-D' };

const SAVED_STATUS = ['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'FIXED_TIMEOUT'] as const;

function statusWord({ status }: View): string {
  const words = SAVED_STATUS.filter((name) => status & STATUS_BITS[name]);
  return words.length > 0 ? words.join(',') : 'UNSET';
}

function addressWords({ entry }: View): string[] {
  const { original, reply } = entry;
  return [
    `-s ${formatAddress(original.src)}`,
    `-d ${formatAddress(original.dst)}`,
    `${isTranslated(entry, 'dst address') ? '-g' : '-r'} ${formatAddress(reply.src)}`,
    `${isTranslated(entry, 'src address') ? '-n' : '-q'} ${formatAddress(reply.dst)}`,
  ];
}

function protocolWords({ entry }: View): string[] {
  const { original, reply, state, sctpVtag } = entry;
  const { proto, icmp } = original;
  const name = protocolName(proto);
  if (name === 'unknown') return [`-p ${proto}`];
  const words = [`-p ${name}`];
  if (icmp) {
    words.push(`--${name}-type ${icmp.type}`, `--${name}-code ${icmp.code}`);
    words.push(`--${name}-id ${original.sport}`);
  } else if (proto === 47) {
    words.push(`--srckey ${original.sport}`, `--dstkey ${original.dport}`);
    words.push(`--reply-key-src ${reply.sport}`, `--reply-key-dst ${reply.dport}`);
  } else if (HAS_PORTS.has(proto) && proto !== 33) {
    words.push(`--sport ${original.sport}`, `--dport ${original.dport}`);
    words.push(`--reply-port-src ${reply.sport}`, `--reply-port-dst ${reply.dport}`);
  }
  if (state !== undefined && (proto === 6 || proto === 132)) words.push(`--state ${state}`);
  if (proto === 132 && sctpVtag) {
    words.push(`--orig-vtag ${sctpVtag.original}`, `--reply-vtag ${sctpVtag.reply}`);
  }
  return words;
}

/** One line, without its end. */
export function entrySave(view: View, kind: EventKind): string {
  const zone = zoneIn(view, 'both');
  const origZone = zoneIn(view, 'original');
  const replyZone = zoneIn(view, 'reply');
  return [
    COMMAND[kind],
    ...(view.timeout === undefined ? [] : [`-t ${view.timeout}`]),
    `-u ${statusWord(view)}`,
    ...(zone === undefined ? [] : [`-w ${zone}`]),
    ...(origZone === undefined ? [] : [`--orig-zone ${origZone}`]),
    ...(replyZone === undefined ? [] : [`--reply-zone ${replyZone}`]),
    ...addressWords(view),
    ...protocolWords(view),
  ].join(' ');
}
