/** The TCP state table (net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntracks). */
import { TCP_FLAG } from '../../packet/tcp.ts';
import type { TcpState } from './model.ts';
import type { Direction } from './tuple.ts';

/** In the kernel's order: comparisons such as "at least TIME_WAIT" depend on it. */
export const TCP_STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const satisfies readonly TcpState[];

/** Which flags decide (get_conntrack_index), numbered as the kernel does. */
export const TCP_INDEX = { syn: 0, synack: 1, fin: 2, ack: 3, rst: 4, none: 5 } as const;
export type TcpIndex = (typeof TCP_INDEX)[keyof typeof TCP_INDEX];

export function tcpIndex(flags: number): TcpIndex {
  if (flags & TCP_FLAG.rst) return TCP_INDEX.rst;
  if (flags & TCP_FLAG.syn) return flags & TCP_FLAG.ack ? TCP_INDEX.synack : TCP_INDEX.syn;
  if (flags & TCP_FLAG.fin) return TCP_INDEX.fin;
  return flags & TCP_FLAG.ack ? TCP_INDEX.ack : TCP_INDEX.none;
}

// One letter per old state in TCP_STATES' order; what the letters mean is in LETTER.
const TABLE: { readonly [D in Direction]: readonly string[] } = {
  original: ['ssgggggssS', 'iiriiiiiir', 'iiffllltci', 'eieewwttci', 'iccccccccc', 'iiiiiiiiii'],
  reply: ['iSiiiiisiS', 'irgggggggr', 'iiffllltci', 'igrewwttcg', 'iccccccccc', 'iiiiiiiiii'],
};

const LETTER = new Map<string, TcpState | 'IGNORE' | 'INVALID'>([
  ['s', 'SYN_SENT'],
  ['S', 'SYN_SENT2'],
  ['r', 'SYN_RECV'],
  ['e', 'ESTABLISHED'],
  ['f', 'FIN_WAIT'],
  ['w', 'CLOSE_WAIT'],
  ['l', 'LAST_ACK'],
  ['t', 'TIME_WAIT'],
  ['c', 'CLOSE'],
  ['g', 'IGNORE'],
  ['i', 'INVALID'],
]);

/** The state after a segment. IGNORE: out of sync, let pass; INVALID: not of this connection. */
export function nextTcpState(
  dir: Direction,
  index: TcpIndex,
  state: TcpState,
): TcpState | 'IGNORE' | 'INVALID' {
  const row = TABLE[dir][index] ?? '';
  return LETTER.get(row[TCP_STATES.indexOf(state)] ?? 'i') ?? 'INVALID';
}
