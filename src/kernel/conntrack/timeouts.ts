/** Timeouts of tracked connections: policies, then sysctls (nf_conntrack_proto_*.c, nf_conntrack_standalone.c). */
import type { Nanos } from '../../base/ports.ts';
import { PROTO } from '../../packet/protocols.ts';
import type { ConntrackEntry } from './model.ts';

const SECOND = 1_000_000_000n;
export const seconds = (n: number): Nanos => BigInt(n) * SECOND;

/** Kernel defaults of net.netfilter.nf_conntrack_*, the dotted names in full. Timeouts are seconds. */
export const CONNTRACK_SYSCTLS: { readonly [name: string]: number } = {
  'net.netfilter.nf_conntrack_acct': 0,
  'net.netfilter.nf_conntrack_buckets': 262144,
  'net.netfilter.nf_conntrack_checksum': 1,
  'net.netfilter.nf_conntrack_events': 2,
  'net.netfilter.nf_conntrack_expect_max': 4096,
  'net.netfilter.nf_conntrack_frag6_high_thresh': 4194304,
  'net.netfilter.nf_conntrack_frag6_low_thresh': 3145728,
  'net.netfilter.nf_conntrack_frag6_timeout': 60,
  'net.netfilter.nf_conntrack_generic_timeout': 600,
  'net.netfilter.nf_conntrack_gre_timeout': 30,
  'net.netfilter.nf_conntrack_gre_timeout_stream': 180,
  'net.netfilter.nf_conntrack_icmp_timeout': 30,
  'net.netfilter.nf_conntrack_icmpv6_timeout': 30,
  'net.netfilter.nf_conntrack_log_invalid': 0,
  'net.netfilter.nf_conntrack_max': 262144,
  'net.netfilter.nf_conntrack_sctp_timeout_closed': 10,
  'net.netfilter.nf_conntrack_sctp_timeout_cookie_echoed': 3,
  'net.netfilter.nf_conntrack_sctp_timeout_cookie_wait': 3,
  'net.netfilter.nf_conntrack_sctp_timeout_established': 210,
  'net.netfilter.nf_conntrack_sctp_timeout_heartbeat_sent': 30,
  'net.netfilter.nf_conntrack_sctp_timeout_shutdown_ack_sent': 3,
  'net.netfilter.nf_conntrack_sctp_timeout_shutdown_recd': 3,
  'net.netfilter.nf_conntrack_sctp_timeout_shutdown_sent': 3,
  'net.netfilter.nf_conntrack_tcp_be_liberal': 0,
  'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst': 0,
  'net.netfilter.nf_conntrack_tcp_loose': 1,
  'net.netfilter.nf_conntrack_tcp_max_retrans': 3,
  'net.netfilter.nf_conntrack_tcp_timeout_close': 10,
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait': 60,
  'net.netfilter.nf_conntrack_tcp_timeout_established': 432000,
  'net.netfilter.nf_conntrack_tcp_timeout_fin_wait': 120,
  'net.netfilter.nf_conntrack_tcp_timeout_last_ack': 30,
  'net.netfilter.nf_conntrack_tcp_timeout_max_retrans': 300,
  'net.netfilter.nf_conntrack_tcp_timeout_syn_recv': 60,
  'net.netfilter.nf_conntrack_tcp_timeout_syn_sent': 120,
  'net.netfilter.nf_conntrack_tcp_timeout_time_wait': 120,
  'net.netfilter.nf_conntrack_tcp_timeout_unacknowledged': 300,
  'net.netfilter.nf_conntrack_timestamp': 0,
  'net.netfilter.nf_conntrack_udp_timeout': 30,
  'net.netfilter.nf_conntrack_udp_timeout_stream': 120,
};

/** Sysctls whose last part is not the state's name in a policy. */
const SYSCTL_PART = new Map([
  ['tcp syn_sent2', 'tcp_timeout_syn_sent'],
  ['tcp retrans', 'tcp_timeout_max_retrans'],
  ['tcp unack', 'tcp_timeout_unacknowledged'],
  ['udp unreplied', 'udp_timeout'],
  ['udp replied', 'udp_timeout_stream'],
  ['gre unreplied', 'gre_timeout'],
  ['gre replied', 'gre_timeout_stream'],
  ['icmp timeout', 'icmp_timeout'],
  ['icmpv6 timeout', 'icmpv6_timeout'],
  ['generic timeout', 'generic_timeout'],
]);

export type TimedProtocol = 'tcp' | 'udp' | 'gre' | 'sctp' | 'icmp' | 'icmpv6' | 'generic';

const TIMED = new Map<number, TimedProtocol>([
  [PROTO.tcp, 'tcp'],
  [PROTO.udp, 'udp'],
  [PROTO.udplite, 'udp'],
  [PROTO.gre, 'gre'],
  [PROTO.sctp, 'sctp'],
  [PROTO.icmp, 'icmp'],
  [PROTO.icmpv6, 'icmpv6'],
]);

/** Seconds for a state of an entry's protocol, states as in `ct timeout` policies (syn_sent, replied, timeout ...). */
export function timeoutOf(
  entry: Readonly<ConntrackEntry>,
  state: string,
  sysctl: (name: string) => number,
): number {
  const own = entry.timeouts;
  if (own && Object.hasOwn(own, state)) return own[state] ?? 0;
  const proto = TIMED.get(entry.original.proto) ?? 'generic';
  const part = SYSCTL_PART.get(`${proto} ${state}`) ?? `${proto}_timeout_${state}`;
  return sysctl(`net.netfilter.nf_conntrack_${part}`);
}
