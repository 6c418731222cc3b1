/** The protocols with headers nft knows (nftables' proto.c). */
import * as t from '../datatypes/table.ts';
import type { DataType } from '../datatypes/types.ts';
import type { Field, Protocol } from './types.ts';

const f = (
  name: string,
  type: DataType,
  offset: number,
  bits: number,
  extra: Partial<Field> = {},
): Field => ({ name, type, offset, bits, ...extra });
const n = (name: string, offset: number, bits: number, extra: Partial<Field> = {}): Field =>
  f(name, t.integerType, offset, bits, extra);
const ports = [f('sport', t.serviceType, 0, 16), f('dport', t.serviceType, 16, 16)];

const L4: readonly (readonly [number, string])[] = [
  [1, 'icmp'],
  [2, 'igmp'],
  [50, 'esp'],
  [51, 'ah'],
  [108, 'comp'],
  [17, 'udp'],
  [136, 'udplite'],
  [6, 'tcp'],
  [33, 'dccp'],
  [132, 'sctp'],
  [47, 'gre'],
  [58, 'icmpv6'],
];
const L3: readonly (readonly [number, string])[] = [
  [0x800, 'ip'],
  [0x806, 'arp'],
  [0x86dd, 'ip6'],
  [0x8100, 'vlan'],
  [0x88a8, 'vlan'],
];

export const protocols: readonly Protocol[] = [
  {
    name: 'ether',
    base: 'link',
    key: 'type',
    next: L3,
    length: 112,
    fields: [
      f('daddr', t.etherType, 0, 48),
      f('saddr', t.etherType, 48, 48),
      f('type', t.ethertypeType, 96, 16, { meta: 'protocol' }),
    ],
  },
  {
    name: 'vlan',
    base: 'link',
    key: 'type',
    next: L3,
    length: 32,
    fields: [
      n('pcp', 0, 3),
      n('dei', 3, 1),
      n('cfi', 3, 1),
      n('id', 4, 12),
      f('type', t.ethertypeType, 16, 16),
    ],
  },
  {
    name: 'arp',
    base: 'network',
    fields: [
      n('htype', 0, 16),
      f('ptype', t.ethertypeType, 16, 16),
      n('hlen', 32, 8),
      n('plen', 40, 8),
      f('operation', t.arpopType, 48, 16),
      f('saddr ether', t.etherType, 64, 48),
      f('saddr ip', t.ipType, 112, 32),
      f('daddr ether', t.etherType, 144, 48),
      f('daddr ip', t.ipType, 192, 32),
    ],
  },
  {
    name: 'ip',
    base: 'network',
    key: 'protocol',
    next: [...L4, [4, 'ip'], [41, 'ip6']],
    checksum: { offset: 10, pseudo: false },
    fields: [
      n('version', 0, 4),
      n('hdrlength', 4, 4),
      f('dscp', t.dscpType, 8, 6),
      f('ecn', t.ecnType, 14, 2),
      n('length', 16, 16),
      n('id', 32, 16),
      f('frag-off', t.xintegerType, 48, 16),
      n('ttl', 64, 8),
      f('protocol', t.protocolType, 72, 8, { meta: 'l4proto' }),
      n('checksum', 80, 16),
      f('saddr', t.ipType, 96, 32),
      f('daddr', t.ipType, 128, 32),
    ],
  },
  {
    name: 'ip6',
    base: 'network',
    key: 'nexthdr',
    next: [...L4, [4, 'ip'], [41, 'ip6']],
    fields: [
      n('version', 0, 4),
      f('dscp', t.dscpType, 4, 6),
      f('ecn', t.ecnType, 10, 2),
      n('flowlabel', 12, 20),
      n('length', 32, 16),
      f('nexthdr', t.protocolType, 48, 8, { meta: 'l4proto' }),
      n('hoplimit', 56, 8),
      f('saddr', t.ip6Type, 64, 128),
      f('daddr', t.ip6Type, 192, 128),
    ],
  },
  {
    name: 'icmp',
    base: 'transport',
    checksum: { offset: 2, pseudo: false },
    fields: [
      f('type', t.icmpTypeType, 0, 8),
      f('code', t.icmpCodeType, 8, 8),
      n('checksum', 16, 16),
      n('id', 32, 16, { needs: 'echo' }),
      n('sequence', 48, 16, { needs: 'echo' }),
      n('gateway', 32, 32, { needs: 'redirect' }),
      n('mtu', 48, 16, { needs: 'mtu' }),
    ],
  },
  {
    name: 'igmp',
    base: 'transport',
    checksum: { offset: 2, pseudo: false },
    fields: [
      f('type', t.igmpTypeType, 0, 8),
      n('mrt', 8, 8),
      n('checksum', 16, 16),
      f('group', t.ipType, 32, 32),
    ],
  },
  {
    name: 'icmpv6',
    base: 'transport',
    checksum: { offset: 2, pseudo: true },
    fields: [
      f('type', t.icmp6TypeType, 0, 8),
      f('code', t.icmp6CodeType, 8, 8),
      n('checksum', 16, 16),
      n('parameter-problem', 32, 32, { needs: 'param-problem' }),
      n('mtu', 32, 32, { needs: 'mtu' }),
      n('id', 32, 16, { needs: 'echo' }),
      n('sequence', 48, 16, { needs: 'echo' }),
      n('max-delay', 32, 16, { needs: 'max-delay' }),
      f('taddr', t.ip6Type, 64, 128, { needs: 'taddr' }),
      f('daddr', t.ip6Type, 192, 128, { needs: 'daddr' }),
    ],
  },
  {
    name: 'ah',
    base: 'transport',
    fields: [
      f('nexthdr', t.protocolType, 0, 8),
      n('hdrlength', 8, 8),
      n('reserved', 16, 16),
      n('spi', 32, 32),
      n('sequence', 64, 32),
    ],
  },
  { name: 'esp', base: 'transport', fields: [n('spi', 0, 32), n('sequence', 32, 32)] },
  {
    name: 'comp',
    base: 'transport',
    fields: [
      f('nexthdr', t.protocolType, 0, 8),
      f('flags', t.xintegerType, 8, 8),
      n('cpi', 16, 16),
    ],
  },
  {
    name: 'udp',
    base: 'transport',
    checksum: { offset: 6, pseudo: true },
    fields: [...ports, n('length', 32, 16), n('checksum', 48, 16)],
  },
  {
    name: 'udplite',
    base: 'transport',
    fields: [...ports, n('csumcov', 32, 16), n('checksum', 48, 16)],
  },
  {
    name: 'tcp',
    base: 'transport',
    checksum: { offset: 16, pseudo: true },
    fields: [
      ...ports,
      n('sequence', 32, 32),
      n('ackseq', 64, 32),
      n('doff', 96, 4),
      n('reserved', 100, 4),
      f('flags', t.tcpFlagType, 104, 8),
      n('window', 112, 16),
      n('checksum', 128, 16),
      n('urgptr', 144, 16),
    ],
  },
  { name: 'dccp', base: 'transport', fields: [...ports, f('type', t.dccpTypeType, 67, 4)] },
  { name: 'sctp', base: 'transport', fields: [...ports, n('vtag', 32, 32), n('checksum', 64, 32)] },
  { name: 'th', base: 'transport', fields: ports },
  {
    name: 'vxlan',
    base: 'inner',
    length: 64,
    fields: [f('flags', t.xintegerType, 0, 8), n('vni', 32, 24)],
  },
  {
    name: 'geneve',
    base: 'inner',
    length: 64,
    fields: [f('type', t.ethertypeType, 16, 16), n('vni', 32, 24)],
  },
  {
    name: 'gre',
    base: 'transport',
    length: 32,
    fields: [n('flags', 0, 5), n('version', 13, 3), f('protocol', t.ethertypeType, 16, 16)],
  },
  { name: 'gretap', base: 'transport', length: 32, fields: [] },
];

/** The pseudo headers of families whose packets have no fixed lower layer. */
export const inetHeader: Protocol = {
  name: 'inet',
  base: 'link',
  key: 'nfproto',
  next: [
    [2, 'ip'],
    [10, 'ip6'],
  ],
  fields: [f('nfproto', t.nfprotoType, 0, 8, { meta: 'nfproto' })],
};
export const netdevHeader: Protocol = {
  name: 'netdev',
  base: 'link',
  key: 'protocol',
  next: L3,
  fields: [f('protocol', t.ethertypeType, 0, 16, { meta: 'protocol' })],
};
export const serviceHeader: Protocol = {
  name: 'inet-service',
  base: 'network',
  key: 'l4proto',
  next: L4,
  fields: [f('l4proto', t.protocolType, 0, 8, { meta: 'l4proto' })],
};

export function protocol(name: string): Protocol {
  const found = protocols.find((p) => p.name === name);
  if (!found) throw new Error(`unknown protocol ${name}`);
  return found;
}

export const nextProtocol = (lower: Protocol, number: number): Protocol | undefined => {
  const name = lower.next?.find(([value]) => value === number)?.[1];
  return name === undefined ? undefined : protocol(name);
};
export const protocolNumber = (lower: Protocol, upper: string): number | undefined =>
  lower.next?.find(([, name]) => name === upper)?.[0];
export const fieldOf = (proto: Protocol, name: string): Field | undefined =>
  proto.fields.find((field) => field.name === name);
