/** Keys of `meta`, `ct`, `rt` and `socket` and what they yield (nftables' meta.c, ct.c, rt.c, socket.c). */
import type { CtKey, MetaKey } from '../../kernel/nftables/model.ts';
import type { Order } from '../ast.ts';
import * as t from '../datatypes/table.ts';
import type { DataType } from '../datatypes/types.ts';

export interface Key<K> {
  readonly key: K;
  readonly type: DataType;
  readonly bits: number;
  readonly order: Order;
}
const k = <K>(key: K, type: DataType, bits: number, order: Order = 'host'): Key<K> => ({
  key,
  type,
  bits,
  order,
});

/** By the word of the language. */
export const metaKeys: { readonly [word: string]: Key<MetaKey> } = {
  length: k('len', t.integerType, 32),
  protocol: k('protocol', t.ethertypeType, 16, 'big'),
  nfproto: k('nfproto', t.nfprotoType, 8),
  l4proto: k('l4proto', t.protocolType, 8, 'big'),
  priority: k('priority', t.classidType, 32),
  mark: k('mark', t.markType, 32),
  iif: k('iif', t.ifindexType, 32),
  iifname: k('iifname', t.ifnameType, 128),
  iiftype: k('iiftype', t.arphrdType, 16),
  oif: k('oif', t.ifindexType, 32),
  oifname: k('oifname', t.ifnameType, 128),
  oiftype: k('oiftype', t.arphrdType, 16),
  skuid: k('skuid', t.uidType, 32),
  skgid: k('skgid', t.gidType, 32),
  nftrace: k('nftrace', t.integerType, 1),
  rtclassid: k('rtclassid', t.realmType, 32),
  ibrname: k('bri_iifname', t.ifnameType, 128),
  obrname: k('bri_oifname', t.ifnameType, 128),
  pkttype: k('pkttype', t.pkttypeType, 8, undefined),
  cpu: k('cpu', t.integerType, 32),
  iifgroup: k('iifgroup', t.devgroupType, 32),
  oifgroup: k('oifgroup', t.devgroupType, 32),
  cgroup: k('cgroup', t.integerType, 32),
  random: k('prandom', t.integerType, 32, 'big'),
  ipsec: k('secpath', t.booleanType, 1),
  iifkind: k('iifkind', t.ifnameType, 128),
  oifkind: k('oifkind', t.ifnameType, 128),
  ibrpvid: k('bri_iifpvid', t.integerType, 16),
  ibrvproto: k('bri_iifvproto', t.ethertypeType, 16, 'big'),
  time: k('time', t.dateType, 64),
  day: k('day', t.dayType, 8),
  hour: k('hour', t.hourType, 32),
  secmark: k('secmark', t.integerType, 32),
  sdif: k('sdif', t.ifindexType, 32),
  sdifname: k('sdifname', t.ifnameType, 128),
  broute: k('bri_broute', t.integerType, 1),
};

/** Keys that need no `meta` in front of them. */
export const BARE_META = new Set(['iif', 'iifname', 'iifgroup', 'oif', 'oifname', 'oifgroup']);

export const ctKeys: { readonly [word: string]: Key<CtKey> } = {
  state: k('state', t.ctStateType, 32),
  direction: k('direction', t.ctDirType, 8),
  status: k('status', t.ctStatusType, 32),
  mark: k('mark', t.markType, 32),
  expiration: k('expiration', t.timeType, 32),
  helper: k('helper', t.stringType, 128),
  l3proto: k('l3protocol', t.nfprotoType, 8, 'big'),
  saddr: k('src', t.invalidType, 0, 'big'),
  daddr: k('dst', t.invalidType, 0, 'big'),
  protocol: k('protocol', t.protocolType, 8, 'big'),
  'proto-src': k('proto_src', t.serviceType, 16, 'big'),
  'proto-dst': k('proto_dst', t.serviceType, 16, 'big'),
  label: k('label', t.ctLabelType, 128),
  bytes: k('bytes', t.integerType, 64),
  packets: k('packets', t.integerType, 64),
  avgpkt: k('avgpkt', t.integerType, 64),
  zone: k('zone', t.integerType, 16),
  event: k('event', t.ctEventType, 32),
  'ip saddr': k('src_ip', t.ipType, 32, 'big'),
  'ip daddr': k('dst_ip', t.ipType, 32, 'big'),
  'ip6 saddr': k('src_ip6', t.ip6Type, 128, 'big'),
  'ip6 daddr': k('dst_ip6', t.ip6Type, 128, 'big'),
  secmark: k('secmark', t.integerType, 32),
  id: k('id', t.integerType, 32, 'big'),
};

export const rtKeys = {
  classid: k('classid', t.realmType, 32),
  nexthop4: k('nexthop4', t.ipType, 32, 'big'),
  nexthop6: k('nexthop6', t.ip6Type, 128, 'big'),
  tcpmss: k('tcpmss', t.integerType, 16),
  ipsec: k('ipsec', t.booleanType, 8),
} as const;

export const socketKeys = {
  transparent: k('transparent', t.integerType, 8),
  mark: k('mark', t.markType, 32),
  wildcard: k('wildcard', t.integerType, 8),
  cgroupv2: k('cgroupv2', t.cgroupv2Type, 64),
} as const;

/** The word of a kernel key. */
export const metaWord = (key: string): string =>
  Object.entries(metaKeys).find(([, entry]) => entry.key === key)?.[0] ?? key;
export const ctWord = (key: string): string =>
  Object.entries(ctKeys).find(([, entry]) => entry.key === key)?.[0] ?? key;
