/** Names of ICMP and ICMPv6 types and codes as the icmp and icmp6 matches know them. */

export interface IcmpName {
  readonly name: string;
  readonly type: number;
  readonly codes: readonly [number, number];
}

const whole = (type: number, ...names: string[]): IcmpName[] =>
  names.map((name) => ({ name, type, codes: [0, 255] }));
/** Codes from `first` on; an empty name skips one. */
const codes = (type: number, first: number, names: string): IcmpName[] =>
  names
    .split(' ')
    .map((name, i): IcmpName => ({ name, type, codes: [first + i, first + i] }))
    .filter(({ name }) => name !== '-');

/** In the tool's order; of several names of one type the first is listed. */
export const ICMP_NAMES: readonly IcmpName[] = [
  ...whole(255, 'any'),
  ...whole(0, 'echo-reply', 'pong'),
  ...whole(3, 'destination-unreachable'),
  ...codes(
    3,
    0,
    'network-unreachable host-unreachable protocol-unreachable port-unreachable fragmentation-needed source-route-failed network-unknown host-unknown - network-prohibited host-prohibited TOS-network-unreachable TOS-host-unreachable communication-prohibited host-precedence-violation precedence-cutoff',
  ),
  ...whole(4, 'source-quench'),
  ...whole(5, 'redirect'),
  ...codes(5, 0, 'network-redirect host-redirect TOS-network-redirect TOS-host-redirect'),
  ...whole(8, 'echo-request', 'ping'),
  ...whole(9, 'router-advertisement'),
  ...whole(10, 'router-solicitation'),
  ...whole(11, 'time-exceeded', 'ttl-exceeded'),
  ...codes(11, 0, 'ttl-zero-during-transit ttl-zero-during-reassembly'),
  ...whole(12, 'parameter-problem'),
  ...codes(12, 0, 'ip-header-bad required-option-missing'),
  ...whole(13, 'timestamp-request'),
  ...whole(14, 'timestamp-reply'),
  ...whole(17, 'address-mask-request'),
  ...whole(18, 'address-mask-reply'),
];

export const ICMPV6_NAMES: readonly IcmpName[] = [
  ...whole(1, 'destination-unreachable'),
  ...codes(
    1,
    0,
    'no-route communication-prohibited beyond-scope address-unreachable port-unreachable failed-policy reject-route',
  ),
  ...whole(2, 'packet-too-big'),
  ...whole(3, 'time-exceeded', 'ttl-exceeded'),
  ...codes(3, 0, 'ttl-zero-during-transit ttl-zero-during-reassembly'),
  ...whole(4, 'parameter-problem'),
  ...codes(4, 0, 'bad-header unknown-header-type unknown-option'),
  ...whole(128, 'echo-request', 'ping'),
  ...whole(129, 'echo-reply', 'pong'),
  ...whole(130, 'mld-listener-query'),
  ...whole(131, 'mld-listener-report'),
  ...whole(132, 'mld-listener-done', 'mld-listener-reduction'),
  ...whole(133, 'router-solicitation'),
  ...whole(134, 'router-advertisement'),
  ...whole(135, 'neighbour-solicitation', 'neighbor-solicitation'),
  ...whole(136, 'neighbour-advertisement', 'neighbor-advertisement'),
  ...whole(137, 'redirect'),
];

/** nft's names of ICMPv6 types. */
export const ICMPV6_NFT: ReadonlyMap<number, string> = new Map([
  [1, 'destination-unreachable'],
  [2, 'packet-too-big'],
  [3, 'time-exceeded'],
  [4, 'parameter-problem'],
  [128, 'echo-request'],
  [129, 'echo-reply'],
  [130, 'mld-listener-query'],
  [131, 'mld-listener-report'],
  [132, 'mld-listener-done'],
  [133, 'nd-router-solicit'],
  [134, 'nd-router-advert'],
  [135, 'nd-neighbor-solicit'],
  [136, 'nd-neighbor-advert'],
  [137, 'nd-redirect'],
]);
