/** Entries and expectations as XML (libnetfilter_conntrack's snprintf_xml). */
import { formatAddress } from '../../src/base/address.ts';
import { civilTime, weekdayOf } from '../../src/base/calendar.ts';
import type { ExpectationRecord, Tuple } from '../../src/kernel/conntrack/model.ts';
import { SCTP_STATES } from '../../src/kernel/conntrack/sctp.ts';
import { STATUS_BITS } from '../../src/kernel/conntrack/status.ts';
import { TCP_STATES } from '../../src/kernel/conntrack/tcp-states.ts';
import { age, HAS_PORTS, L3_NUMBER, protocolName, secondsLeft, type View, zoneIn } from './view.ts';

export const XML_HEADER = '<?xml version="1.0" encoding="utf-8"?>';

export interface XmlOptions {
  readonly ktimestamp: boolean;
  /** Adds when the line was made. */
  readonly time: boolean;
}

const tag = (name: string, content: string | number | bigint): string =>
  `<${name}>${content}</${name}>`;

const addressTags = ({ src, dst }: Tuple): string =>
  tag('src', formatAddress(src)) + tag('dst', formatAddress(dst));

function portTags({ proto, sport, dport }: Tuple): string {
  if (HAS_PORTS.has(proto)) return tag('sport', sport) + tag('dport', dport);
  if (proto !== 47) return '';
  return tag('srckey', `0x${sport.toString(16)}`) + tag('dstkey', `0x${dport.toString(16)}`);
}

const layer = (n: 3 | 4, number: number, name: string, content: string): string =>
  `<layer${n} protonum="${number}" protoname="${name}">${content}</layer${n}>`;

function directionMeta(view: View, dir: 'original' | 'reply'): string {
  const tuple = view.entry[dir];
  const counter = view.counters?.[dir];
  const zone = zoneIn(view, dir);
  const content = [
    layer(3, L3_NUMBER[tuple.l3], tuple.l3, addressTags(tuple)),
    layer(4, tuple.proto, protocolName(tuple.proto), portTags(tuple)),
    zone === undefined ? '' : tag('zone', zone),
    counter && tag('counters', tag('packets', counter.packets) + tag('bytes', counter.bytes)),
  ];
  return `<meta direction="${dir}">${content.join('')}</meta>`;
}

/** The library looks SCTP's states up among TCP's. */
function stateTag({ entry }: View): string {
  const { state, original } = entry;
  if (state === undefined) return '';
  if (original.proto === 6) return tag('state', state);
  if (original.proto !== 132) return '';
  return tag('state', TCP_STATES[(SCTP_STATES as readonly string[]).indexOf(state)] ?? 'NONE');
}

function independentMeta(view: View, { ktimestamp }: XmlOptions): string {
  const { entry, status, timeout, mark, use } = view;
  const zone = zoneIn(view, 'both');
  const lived = age(view);
  const content = [
    stateTag(view),
    timeout === undefined ? '' : tag('timeout', timeout),
    mark === undefined ? '' : tag('mark', mark),
    zone === undefined ? '' : tag('zone', zone),
    use === undefined ? '' : tag('use', use),
    tag('id', entry.id),
    status & STATUS_BITS.ASSURED ? '<assured/>' : '',
    status & STATUS_BITS.SEEN_REPLY ? '' : '<unreplied/>',
    ktimestamp && lived !== undefined ? tag('timestamp', tag('start', entry.created)) : '',
    lived === undefined ? '' : tag('deltatime', lived),
    entry.helper === undefined ? '' : tag('helper', entry.helper),
  ];
  return `<meta direction="independent">${content.join('')}</meta>`;
}

function whenTag(now: bigint): string {
  const { hour, minute, second, day, month, year } = civilTime(now);
  return tag(
    'when',
    [
      tag('hour', hour),
      tag('min', String(minute).padStart(2, '0')),
      tag('sec', String(second).padStart(2, '0')),
      tag('wday', weekdayOf(now) + 1),
      tag('day', day),
      tag('month', month),
      tag('year', year),
    ].join(''),
  );
}

/** One `flow` element. */
export function entryXml(view: View, options: XmlOptions): string {
  const type = view.event ? ` type="${view.event}"` : '';
  const metas =
    directionMeta(view, 'original') + directionMeta(view, 'reply') + independentMeta(view, options);
  return `<flow${type}>${metas}${options.time ? whenTag(view.now) : ''}</flow>`;
}

/** One expectation; `master` is its master's original tuple. */
export function expectationXml(
  { tuple, mask, expires, helper }: Readonly<ExpectationRecord>,
  master: Tuple,
  now: bigint,
  type?: string,
): string {
  const parts: readonly (readonly [string, Tuple])[] = [
    ['expected', tuple],
    ['mask', mask],
    ['master', master],
  ];
  const addresses = parts.map(([name, part]) => tag(name, addressTags(part))).join('');
  const ports = parts.map(([name, part]) => tag(name, portTags(part))).join('');
  const meta =
    tag('timeout', secondsLeft(expires, now)) +
    tag('class', 0) +
    (helper === undefined ? '' : tag('helper', helper));
  return [
    type ? `<flow type="${type}">` : '<flow>',
    layer(3, L3_NUMBER[tuple.l3], tuple.l3, addresses),
    layer(4, tuple.proto, protocolName(tuple.proto), ports),
    tag('meta', meta),
    '</flow>',
  ].join('');
}
