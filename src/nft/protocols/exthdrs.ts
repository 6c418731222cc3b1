/** IPv6 extension headers, TCP and IP options, SCTP chunks (nftables' exthdr.c, tcpopt.c, ipopt.c, sctp_chunk.c). */
import * as t from '../datatypes/table.ts';
import type { DataType } from '../datatypes/types.ts';

export interface ExthdrField {
  readonly name: string;
  readonly type: DataType;
  /** Bits. */
  readonly offset: number;
  readonly bits: number;
}
export interface Exthdr {
  readonly name: string;
  readonly number: number;
  readonly fields: readonly ExthdrField[];
}

const f = (
  name: string,
  offset: number,
  bits: number,
  type: DataType = t.integerType,
): ExthdrField => ({ name, offset, bits, type });
const next = f('nexthdr', 0, 8, t.protocolType);

export const ipv6Headers: readonly Exthdr[] = [
  { name: 'hbh', number: 0, fields: [next, f('hdrlength', 8, 8)] },
  {
    name: 'rt',
    number: 43,
    fields: [next, f('hdrlength', 8, 8), f('type', 16, 8), f('seg-left', 24, 8)],
  },
  { name: 'rt0', number: 43, fields: [f('addr[1]', 64, 128, t.ip6Type)] },
  { name: 'rt2', number: 43, fields: [f('addr', 64, 128, t.ip6Type)] },
  {
    name: 'srh',
    number: 43,
    fields: [
      f('last-entry', 32, 8),
      f('flags', 40, 8),
      f('tag', 48, 16),
      ...[1, 2, 3, 4].map((i) => f(`sid[${i}]`, 64 + (i - 1) * 128, 128, t.ip6Type)),
    ],
  },
  {
    name: 'frag',
    number: 44,
    fields: [
      next,
      f('reserved', 8, 8),
      f('frag-off', 16, 13),
      f('reserved2', 29, 2),
      f('more-fragments', 31, 1),
      f('id', 32, 32),
    ],
  },
  { name: 'dst', number: 60, fields: [next, f('hdrlength', 8, 8)] },
  {
    name: 'mh',
    number: 135,
    fields: [
      next,
      f('hdrlength', 8, 8),
      f('type', 16, 8, t.mhTypeType),
      f('reserved', 24, 8),
      f('checksum', 32, 16),
    ],
  },
];

const tcp = (name: string, number: number, fields: readonly ExthdrField[] = []): Exthdr => ({
  name,
  number,
  fields: [f('kind', 0, 8), ...(number > 1 ? [f('length', 8, 8)] : []), ...fields],
});
export const tcpOptions: readonly Exthdr[] = [
  tcp('eol', 0),
  tcp('nop', 1),
  tcp('maxseg', 2, [f('size', 16, 16)]),
  tcp('window', 3, [f('count', 16, 8)]),
  tcp('sack-permitted', 4),
  tcp('sack', 5, [f('left', 16, 32), f('right', 48, 32)]),
  tcp('sack1', 5, [f('left', 80, 32), f('right', 112, 32)]),
  tcp('sack2', 5, [f('left', 144, 32), f('right', 176, 32)]),
  tcp('sack3', 5, [f('left', 208, 32), f('right', 240, 32)]),
  tcp('timestamp', 8, [f('tsval', 16, 32), f('tsecr', 48, 32)]),
  tcp('echo', 8),
  tcp('md5sig', 19),
  tcp('mptcp', 30, [f('subtype', 16, 4)]),
  tcp('fastopen', 34),
];

const route = [f('type', 0, 8), f('length', 8, 8), f('ptr', 16, 8), f('addr', 24, 32, t.ipType)];
export const ipOptions: readonly Exthdr[] = [
  { name: 'lsrr', number: 131, fields: route },
  { name: 'rr', number: 7, fields: route },
  { name: 'ssrr', number: 137, fields: route },
  { name: 'ra', number: 148, fields: [f('type', 0, 8), f('length', 8, 8), f('value', 16, 16)] },
];

const chunk = (name: string, number: number, fields: readonly ExthdrField[] = []): Exthdr => ({
  name,
  number,
  fields: [f('type', 0, 8), f('flags', 8, 8), f('length', 16, 16), ...fields],
});
const init = [
  f('init-tag', 32, 32),
  f('a-rwnd', 64, 32),
  f('num-outbound-streams', 96, 16),
  f('num-inbound-streams', 112, 16),
  f('initial-tsn', 128, 32),
];
export const sctpChunks: readonly Exthdr[] = [
  chunk('data', 0, [f('tsn', 32, 32), f('stream', 64, 16), f('ssn', 80, 16), f('ppid', 96, 32)]),
  chunk('init', 1, init),
  chunk('init-ack', 2, init),
  chunk('sack', 3, [
    f('cum-tsn-ack', 32, 32),
    f('a-rwnd', 64, 32),
    f('num-gap-ack-blocks', 96, 16),
    f('num-dup-tsns', 112, 16),
  ]),
  chunk('heartbeat', 4),
  chunk('heartbeat-ack', 5),
  chunk('abort', 6),
  chunk('shutdown', 7, [f('cum-tsn-ack', 32, 32)]),
  chunk('shutdown-ack', 8),
  chunk('error', 9),
  chunk('cookie-echo', 10),
  chunk('cookie-ack', 11),
  chunk('ecne', 12, [f('lowest-tsn', 32, 32)]),
  chunk('cwr', 13, [f('lowest-tsn', 32, 32)]),
  chunk('shutdown-complete', 14),
  chunk('asconf-ack', 0x80, [f('seqno', 32, 32)]),
  chunk('forward-tsn', 0xc0, [f('new-cum-tsn', 32, 32)]),
  chunk('asconf', 0xc1, [f('seqno', 32, 32)]),
];
