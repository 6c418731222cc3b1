/** The data types and their symbols. */
import type { DataType } from './types.ts';

const type = (t: DataType): DataType => t;

export const invalidType = type({ name: 'invalid', description: 'invalid', bits: 0, order: undefined, base: 'invalid', number: 0 });
export const verdictType = type({ name: 'verdict', description: 'netfilter verdict', bits: 0, order: undefined, base: 'verdict', number: 1 });
export const nfprotoType = type({
  name: 'nf_proto', description: 'netfilter protocol', bits: 8, order: undefined, base: 'integer', number: 2, decimal: true, basetypes: 'integer',
  symbols: [['ipv4', 2], ['ipv6', 10]],
});
export const bitmaskType = type({ name: 'bitmask', description: 'bitmask', bits: 0, order: undefined, base: 'bitmask', number: 3, basetypes: 'integer' });
export const integerType = type({ name: 'integer', description: 'integer', bits: 0, order: undefined, base: 'integer', number: 4 });
export const xintegerType = type({ name: 'xinteger', description: 'integer', bits: 0, order: undefined, base: 'hex', number: 4, basetypes: 'integer' });
export const stringType = type({ name: 'string', description: 'string', bits: 0, order: 'host', base: 'string', number: 5 });
export const llType = type({ name: 'll_addr', description: 'link layer address', bits: 0, order: 'big', base: 'll', number: 6, basetypes: 'integer' });
export const ipType = type({ name: 'ipv4_addr', description: 'IPv4 address', bits: 32, order: 'big', base: 'ip', number: 7, basetypes: 'integer' });
export const ip6Type = type({ name: 'ipv6_addr', description: 'IPv6 address', bits: 128, order: 'big', base: 'ip6', number: 8, basetypes: 'integer' });
export const etherType = type({ name: 'ether_addr', description: 'Ethernet address', bits: 48, order: 'big', base: 'ether', number: 9, basetypes: 'll_addr, integer' });
export const ethertypeType = type({
  name: 'ether_type', description: 'Ethernet protocol', bits: 16, order: 'big', base: 'hex', number: 10, basetypes: 'integer',
  symbols: [['ip', 0x800], ['arp', 0x806], ['ip6', 0x86dd], ['8021q', 0x8100], ['8021ad', 0x88a8], ['vlan', 0x8100]],
});
export const arpopType = type({
  name: 'arp_op', description: 'ARP operation', bits: 16, order: 'big', base: 'integer', number: 11, decimal: true, basetypes: 'integer',
  symbols: [['request', 1], ['reply', 2], ['rrequest', 3], ['rreply', 4], ['inrequest', 8], ['inreply', 9], ['nak', 10]],
});
export const protocolType = type({ name: 'inet_proto', description: 'Internet protocol', bits: 8, order: 'big', base: 'protocol', number: 12, basetypes: 'integer' });
export const serviceType = type({ name: 'inet_service', description: 'internet network service', bits: 16, order: 'big', base: 'service', number: 13, basetypes: 'integer' });
export const icmpTypeType = type({
  name: 'icmp_type', description: 'ICMP type', bits: 8, order: 'big', base: 'integer', number: 14, decimal: true, basetypes: 'integer',
  symbols: [
    ['echo-reply', 0], ['destination-unreachable', 3], ['source-quench', 4], ['redirect', 5], ['echo-request', 8], ['router-advertisement', 9],
    ['router-solicitation', 10], ['time-exceeded', 11], ['parameter-problem', 12], ['timestamp-request', 13], ['timestamp-reply', 14],
    ['info-request', 15], ['info-reply', 16], ['address-mask-request', 17], ['address-mask-reply', 18],
  ],
});
export const tcpFlagType = type({
  name: 'tcp_flag', description: 'TCP flag', bits: 8, order: undefined, base: 'bitmask', number: 15, basetypes: 'bitmask, integer',
  symbols: [['fin', 1], ['syn', 2], ['rst', 4], ['psh', 8], ['ack', 16], ['urg', 32], ['ecn', 64], ['cwr', 128]],
});
export const dccpTypeType = type({
  name: 'dccp_pkttype', description: 'DCCP packet type', bits: 4, order: undefined, base: 'integer', number: 16, decimal: true, basetypes: 'integer',
  symbols: [
    ['request', 0], ['response', 1], ['data', 2], ['ack', 3], ['dataack', 4], ['closereq', 5], ['close', 6], ['reset', 7], ['sync', 8], ['syncack', 9],
  ],
});
export const mhTypeType = type({
  name: 'mh_type', description: 'Mobility Header Type', bits: 8, order: 'big', base: 'integer', number: 17, decimal: true, basetypes: 'integer',
  symbols: [
    ['binding-refresh-request', 0], ['home-test-init', 1], ['careof-test-init', 2], ['home-test', 3], ['careof-test', 4], ['binding-update', 5],
    ['binding-acknowledgement', 6], ['binding-error', 7], ['fast-binding-update', 8], ['fast-binding-acknowledgement', 9],
    ['fast-binding-advertisement', 10], ['experimental-mobility-header', 11], ['home-agent-switch-message', 12],
  ],
});
export const timeType = type({ name: 'time', description: 'relative time', bits: 64, order: 'host', base: 'time', number: 18, basetypes: 'integer' });
export const markType = type({ name: 'mark', description: 'packet mark', bits: 32, order: 'host', base: 'mark', number: 19, basetypes: 'integer' });
export const ifindexType = type({ name: 'iface_index', description: 'network interface index', bits: 32, order: 'host', base: 'ifindex', number: 20, basetypes: 'integer' });
export const arphrdType = type({
  name: 'iface_type', description: 'network interface type', bits: 16, order: 'host', base: 'integer', number: 21, decimal: true, basetypes: 'integer',
  symbols: [['ether', 1], ['ppp', 512], ['ipip', 768], ['ipip6', 769], ['loopback', 772], ['sit', 776], ['ipgre', 778]],
});
export const realmType = type({
  name: 'realm', description: 'routing realm', bits: 32, order: 'host', base: 'integer', number: 22, decimal: true, basetypes: 'integer',
  symbols: [['cosmos', 0]],
});
export const classidType = type({ name: 'classid', description: 'TC classid', bits: 32, order: 'host', base: 'handle', number: 23, basetypes: 'integer' });
export const uidType = type({ name: 'uid', description: 'user ID', bits: 32, order: 'host', base: 'uid', number: 24, basetypes: 'integer' });
export const gidType = type({ name: 'gid', description: 'group ID', bits: 32, order: 'host', base: 'gid', number: 25, basetypes: 'integer' });
export const ctStateType = type({
  name: 'ct_state', description: 'conntrack state', bits: 32, order: 'host', base: 'bitmask', number: 26, basetypes: 'bitmask, integer',
  symbols: [['invalid', 1], ['new', 8], ['established', 2], ['related', 4], ['untracked', 64]],
});
export const ctDirType = type({
  name: 'ct_dir', description: 'conntrack direction', bits: 8, order: undefined, base: 'integer', number: 27, decimal: true, basetypes: 'integer',
  symbols: [['original', 0], ['reply', 1]],
});
export const ctStatusType = type({
  name: 'ct_status', description: 'conntrack status', bits: 32, order: 'host', base: 'bitmask', number: 28, basetypes: 'bitmask, integer',
  symbols: [['expected', 1], ['seen-reply', 2], ['assured', 4], ['confirmed', 8], ['snat', 16], ['dnat', 32], ['dying', 512]],
});
export const icmp6TypeType = type({
  name: 'icmpv6_type', description: 'ICMPv6 type', bits: 8, order: 'big', base: 'integer', number: 29, decimal: true, basetypes: 'integer',
  symbols: [
    ['destination-unreachable', 1], ['packet-too-big', 2], ['time-exceeded', 3], ['parameter-problem', 4], ['echo-request', 128], ['echo-reply', 129],
    ['mld-listener-query', 130], ['mld-listener-report', 131], ['mld-listener-done', 132], ['mld-listener-reduction', 132], ['nd-router-solicit', 133],
    ['nd-router-advert', 134], ['nd-neighbor-solicit', 135], ['nd-neighbor-advert', 136], ['nd-redirect', 137], ['router-renumbering', 138],
    ['ind-neighbor-solicit', 141], ['ind-neighbor-advert', 142], ['mld2-listener-report', 143],
  ],
});
export const ctLabelType = type({ name: 'ct_label', description: 'conntrack label', bits: 128, order: 'host', base: 'label', number: 30, basetypes: 'bitmask, integer' });
export const pkttypeType = type({
  name: 'pkt_type', description: 'packet type', bits: 8, order: 'host', base: 'integer', number: 31, decimal: true, basetypes: 'integer',
  symbols: [['host', 0], ['unicast', 0], ['broadcast', 1], ['multicast', 2], ['other', 3]],
});
export const icmpCodeType = type({
  name: 'icmp_code', description: 'icmp code', readOnlySymbols: true, bits: 8, order: 'big', base: 'integer', number: 32, decimal: true, basetypes: 'integer',
  symbols: [
    ['net-unreachable', 0], ['host-unreachable', 1], ['prot-unreachable', 2], ['port-unreachable', 3], ['net-prohibited', 9], ['host-prohibited', 10],
    ['admin-prohibited', 13], ['frag-needed', 4],
  ],
});
export const icmp6CodeType = type({
  name: 'icmpv6_code', description: 'icmpv6 code', readOnlySymbols: true, bits: 8, order: 'big', base: 'integer', number: 33, decimal: true, basetypes: 'integer',
  symbols: [['no-route', 0], ['admin-prohibited', 1], ['addr-unreachable', 3], ['port-unreachable', 4], ['policy-fail', 5], ['reject-route', 6]],
});
export const icmpxCodeType = type({
  name: 'icmpx_code', description: 'icmpx code', bits: 8, order: 'big', base: 'integer', number: 34, decimal: true, basetypes: 'integer',
  symbols: [['port-unreachable', 1], ['admin-prohibited', 3], ['no-route', 0], ['host-unreachable', 2]],
});
export const devgroupType = type({
  name: 'devgroup', description: 'devgroup name', bits: 32, order: 'host', base: 'integer', number: 35, basetypes: 'integer',
  symbols: [['default', 0]],
});
export const dscpType = type({
  name: 'dscp', description: 'Differentiated Services Code Point', bits: 6, order: 'big', base: 'hex', number: 36, basetypes: 'integer',
  symbols: [
    ['cs0', 0], ['cs1', 8], ['cs2', 16], ['cs3', 24], ['cs4', 32], ['cs5', 40], ['cs6', 48], ['cs7', 56], ['df', 0], ['be', 0], ['lephb', 1], ['af11', 10],
    ['af12', 12], ['af13', 14], ['af21', 18], ['af22', 20], ['af23', 22], ['af31', 26], ['af32', 28], ['af33', 30], ['af41', 34], ['af42', 36], ['af43', 38],
    ['va', 44], ['ef', 46],
  ],
});
export const ecnType = type({
  name: 'ecn', description: 'Explicit Congestion Notification', bits: 2, order: 'big', base: 'integer', number: 37, decimal: true, basetypes: 'integer',
  symbols: [['not-ect', 0], ['ect1', 1], ['ect0', 2], ['ce', 3]],
});
export const fibAddrType = type({
  name: 'fib_addrtype', description: 'fib address type', bits: 32, order: 'host', base: 'integer', number: 38, decimal: true, basetypes: 'integer',
  symbols: [
    ['unspec', 0], ['unicast', 1], ['local', 2], ['broadcast', 3], ['anycast', 4], ['multicast', 5], ['blackhole', 6], ['unreachable', 7], ['prohibit', 8],
  ],
});
export const booleanType = type({
  name: 'boolean', description: 'boolean type', bits: 1, order: undefined, base: 'boolean', number: 39, decimal: true, basetypes: 'integer',
  symbols: [['exists', 1], ['missing', 0]],
});
export const ctEventType = type({
  name: 'ct_event', description: 'conntrack event bits', bits: 32, order: 'host', base: 'bitmask', number: 40, basetypes: 'bitmask, integer',
  symbols: [
    ['new', 1], ['related', 2], ['destroy', 4], ['reply', 8], ['assured', 16], ['protoinfo', 32], ['helper', 64], ['mark', 128], ['seqadj', 256],
    ['secmark', 512], ['label', 1024],
  ],
});
export const ifnameType = type({ name: 'ifname', description: 'network interface name', bits: 128, order: 'host', base: 'string', number: 41, basetypes: 'string' });
export const igmpTypeType = type({
  name: 'igmp_type', description: 'IGMP type', bits: 8, order: 'big', base: 'integer', number: 42, decimal: true, basetypes: 'integer',
  symbols: [
    ['membership-query', 0x11], ['membership-report-v1', 0x12], ['membership-report-v2', 0x16], ['membership-report-v3', 0x22], ['leave-group', 0x17],
  ],
});
export const dateType = type({ name: 'time', description: 'Relative time of packet reception', bits: 64, order: 'host', base: 'date', number: 43, basetypes: 'integer' });
export const hourType = type({ name: 'hour', description: 'Hour of day of packet reception', bits: 32, order: 'host', base: 'hour', number: 44, basetypes: 'integer' });
export const dayType = type({
  name: 'day', description: 'Day of week of packet reception', bits: 8, order: 'host', base: 'integer', number: 45, decimal: true, basetypes: 'integer',
  symbols: [
    ['Sunday', 0], ['Monday', 1], ['Tuesday', 2], ['Wednesday', 3], ['Thursday', 4], ['Friday', 5], ['Saturday', 6],
    ['Sun', 0], ['Mon', 1], ['Tue', 2], ['Wed', 3], ['Thu', 4], ['Fri', 5], ['Sat', 6],
  ],
});
export const cgroupv2Type = type({ name: 'cgroupsv2', description: 'cgroupsv2 path', bits: 64, order: 'host', base: 'integer', number: 46, basetypes: 'integer' });
export const policyType = type({ name: 'policy', description: 'policy type', bits: 32, order: undefined, base: 'string', number: 0 });

/** Types a set may be declared with. */
export const namedTypes: readonly DataType[] = [
  verdictType, nfprotoType, bitmaskType, integerType, stringType, llType, ipType, ip6Type, etherType, ethertypeType, arpopType, protocolType,
  serviceType, icmpTypeType, tcpFlagType, dccpTypeType, mhTypeType, timeType, markType, ifindexType, arphrdType, realmType, classidType, uidType,
  gidType, ctStateType, ctDirType, ctStatusType, icmp6TypeType, ctLabelType, pkttypeType, icmpCodeType, icmp6CodeType, icmpxCodeType, devgroupType,
  dscpType, ecnType, fibAddrType, booleanType, ctEventType, ifnameType, igmpTypeType, dateType, hourType, dayType, cgroupv2Type,
];

export const typeByName = (name: string): DataType | undefined =>
  namedTypes.find((t) => t.name === name);
export const typeByNumber = (number: number): DataType | undefined =>
  namedTypes.find((t) => t.number === number);

/** The type of a concatenation. */
export function concatType(parts: readonly DataType[]): DataType {
  return {
    name: parts.map((p) => p.name).join(' . '),
    description: `concatenation of (${parts.map((p) => p.description).join(', ')})`,
    bits: parts.reduce((n, p) => n + Math.ceil(p.bits / 32) * 32, 0),
    order: undefined,
    base: 'concat',
    number: parts.reduce((n, p) => n * 64 + p.number, 0),
    parts,
  };
}

/** The type of a set description number, six bits a part. */
export function typeOfNumber(number: number): DataType {
  if (number < 64) return typeByNumber(number) ?? invalidType;
  const parts: DataType[] = [];
  for (let rest = number; rest > 0; rest = Math.floor(rest / 64))
    parts.unshift(typeByNumber(rest % 64) ?? invalidType);
  return concatType(parts);
}
