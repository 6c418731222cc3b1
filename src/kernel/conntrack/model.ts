/** Stored records of connection tracking. */
import type { Nanos } from '../../base/ports.ts';

export interface Tuple {
  readonly l3: 'ipv4' | 'ipv6';
  /** IP protocol number. */
  readonly proto: number;
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  /** Ports; for ICMP `sport` is the id, and `dport` is absent; for GRE the keys; 0 for protocols without ports. */
  readonly sport: number;
  readonly dport: number;
  /** ICMP and ICMPv6 only. */
  readonly icmp?: { readonly type: number; readonly code: number };
}

export type TcpState =
  | 'NONE'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'TIME_WAIT'
  | 'CLOSE'
  | 'SYN_SENT2';
export type SctpState =
  | 'NONE'
  | 'CLOSED'
  | 'COOKIE_WAIT'
  | 'COOKIE_ECHOED'
  | 'ESTABLISHED'
  | 'SHUTDOWN_SENT'
  | 'SHUTDOWN_RECD'
  | 'SHUTDOWN_ACK_SENT'
  | 'HEARTBEAT_SENT'
  | 'HEARTBEAT_ACKED';
export type DccpState =
  | 'NONE'
  | 'REQUEST'
  | 'RESPOND'
  | 'PARTOPEN'
  | 'OPEN'
  | 'CLOSEREQ'
  | 'CLOSING'
  | 'TIMEWAIT'
  | 'IGNORE'
  | 'INVALID';

export type ConntrackStatus =
  | 'EXPECTED'
  | 'SEEN_REPLY'
  | 'ASSURED'
  | 'CONFIRMED'
  | 'SRC_NAT'
  | 'DST_NAT'
  | 'SRC_NAT_DONE'
  | 'DST_NAT_DONE'
  | 'DYING'
  | 'FIXED_TIMEOUT'
  | 'TEMPLATE'
  | 'HELPER'
  | 'OFFLOAD';

/** What TCP window tracking keeps for one direction (struct ip_ct_tcp_state). */
export interface TcpWindow {
  end: number;
  maxEnd: number;
  maxWin: number;
  maxAck: number;
  scale: number;
  flags: number;
}

/** One connection; keyed by `id` in the store. */
export interface ConntrackEntry {
  readonly id: number;
  original: Tuple;
  reply: Tuple;
  status: readonly ConntrackStatus[];
  /** TCP, SCTP and DCCP. */
  state?: TcpState | SctpState | DccpState;
  /** Virtual time at which the entry is gone. */
  expires: Nanos;
  /** Virtual time of creation; 0 when nf_conntrack_timestamp was off. */
  created: Nanos;
  mark: number;
  secmark?: string;
  /** 128 bits, low bit first. */
  labels?: bigint;
  zone: { readonly id: number; readonly dir: 'both' | 'original' | 'reply' };
  helper?: string;
  /** Id of the master of an expected connection. */
  master?: number;
  /** Per direction, packets and bytes; present when nf_conntrack_acct is on. */
  counters?: {
    original: { packets: bigint; bytes: bigint };
    reply: { packets: bigint; bytes: bigint };
  };
  tcp?: {
    original: TcpWindow;
    reply: TcpWindow;
    lastDir: number;
    lastIndex: number;
    lastSeq: number;
    lastAck: number;
    lastEnd: number;
    lastWin: number;
    lastWscale: number;
    lastFlags: number;
    retrans: number;
  };
  sctpVtag?: { original: number; reply: number };
  /** SCTP: directions an INIT was seen in, and the direction of a HEARTBEAT whose tag did not fit. */
  sctpInit?: { original: boolean; reply: boolean };
  heartbeatFailed?: 'original' | 'reply';
  /** UDP: when the stream became bidirectional and lasted. */
  stream?: Nanos;
  /** Sequence adjustment and SYNPROXY data. */
  seqadj?: { original: number; reply: number };
  synproxy?: { isn: number; its: number; tsoff: number };
  /** Named nft ct timeout policy or CT target policy in force. */
  timeoutPolicy?: string;
  /** Seconds per state of that policy; states it leaves out have the sysctls' values. */
  timeouts?: { readonly [state: string]: number };
  /** FTP: sequence numbers after a line's end, per direction; where a command may begin. */
  lineEnds?: { original: readonly number[]; reply: readonly number[] };
  /** Interface a masqueraded connection left by. */
  masqDev?: string;
}

/** An expected connection (helpers, ct expectation). */
export interface ExpectationRecord {
  readonly id: number;
  readonly master: number;
  readonly tuple: Tuple;
  readonly mask: Tuple;
  readonly expires: Nanos;
  readonly helper?: string;
  readonly flags: readonly ('permanent' | 'inactive')[];
  /** The master is translated: the expected connection is made to follow it (nf_nat_follow_master). */
  readonly follow?: { readonly dir: 'original' | 'reply'; readonly port: number };
}
