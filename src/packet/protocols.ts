/** Numbers of the protocols a packet may carry. */
export const ETHERTYPE = {
  ip: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  qinq: 0x88a8,
  ip6: 0x86dd,
} as const;

export const PROTO = {
  hopopts: 0,
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ip6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  none: 59,
  dstopts: 60,
  sctp: 132,
  mh: 135,
  udplite: 136,
} as const;
