/** Tuples: reading them from packets, inverting and comparing them (nf_conntrack_core.c, nf_conntrack_proto_*.c). */
import { equalBytes, readUint } from '../../base/bytes.ts';
import { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import type { ConntrackEntry, Tuple } from './model.ts';

export type Direction = 'original' | 'reply';

export const opposite = (dir: Direction): Direction => (dir === 'original' ? 'reply' : 'original');

/** Protocols whose tuple holds two ports. Linux 6.18 tracks DCCP as a generic protocol. */
const PORTS = new Set<number>([PROTO.tcp, PROTO.udp, PROTO.udplite, PROTO.sctp]);

/** Answers of ICMP queries (nf_conntrack_proto_icmp.c, nf_conntrack_proto_icmpv6.c). */
const ICMP_ANSWER = new Map([
  [8, 0],
  [0, 8],
  [13, 14],
  [14, 13],
  [15, 16],
  [16, 15],
  [17, 18],
  [18, 17],
]);
const ICMPV6_ANSWER = new Map([
  [128, 129],
  [129, 128],
  [139, 140],
  [140, 139],
]);

/** Where the layer-4 header begins and what it is; undefined for later fragments and cut headers (get_l4proto). */
export function layer4(packet: Packet): { proto: number; offset: number } | undefined {
  const { proto, offset, fragment } = packet.transport;
  if (proto < 0 || fragment !== 0 || offset > packet.data.length) return undefined;
  // ipv6_skip_exthdr finds nothing behind "no next header".
  return packet.family === 'ip6' && proto === PROTO.none ? undefined : { proto, offset };
}

type PartOfTuple = Pick<Tuple, 'sport' | 'dport' | 'icmp'>;

function readProtocol(data: Uint8Array, proto: number, offset: number): PartOfTuple | undefined {
  if (PORTS.has(proto)) {
    if (offset + 4 > data.length) return undefined;
    return { sport: readUint(data, offset, 2), dport: readUint(data, offset + 2, 2) };
  }
  if (proto === PROTO.icmp || proto === PROTO.icmpv6) {
    if (offset + 8 > data.length) return undefined;
    const icmp = { type: data[offset] ?? 0, code: data[offset + 1] ?? 0 };
    return { sport: readUint(data, offset + 4, 2), dport: 0, icmp };
  }
  // Version 1 is PPTP's; its source key is known only to the PPTP helper's map.
  if (proto === PROTO.gre && ((data[offset + 1] ?? 0) & 7) === 1) {
    if (offset + 8 > data.length) return undefined;
    return { sport: 0, dport: readUint(data, offset + 6, 2) };
  }
  return { sport: 0, dport: 0 };
}

/** The tuple of a packet; undefined when its headers do not tell (nf_ct_get_tuple). Addresses are copies. */
export function packetTuple(packet: Packet): Tuple | undefined {
  const at = layer4(packet);
  if (!at) return undefined;
  const part = readProtocol(packet.data, at.proto, at.offset);
  if (!part) return undefined;
  const v6 = packet.family === 'ip6';
  return {
    l3: v6 ? 'ipv6' : 'ipv4',
    proto: at.proto,
    src: v6 ? packet.data.slice(8, 24) : packet.data.slice(12, 16),
    dst: v6 ? packet.data.slice(24, 40) : packet.data.slice(16, 20),
    ...part,
  };
}

/** The packet an ICMP error quotes, as a packet of its own over the same bytes. */
export function quotedPacket(packet: Packet, icmpOffset: number): Packet {
  return new Packet(packet.data.subarray(icmpOffset + 8), packet.etherType);
}

/** The tuple of the answer; undefined for ICMP messages nothing answers (nf_ct_invert_tuple). */
export function invertTuple(tuple: Tuple): Tuple | undefined {
  const { l3, proto, src, dst, sport, dport, icmp } = tuple;
  if (!icmp) return { l3, proto, src: dst, dst: src, sport: dport, dport: sport };
  const answers = proto === PROTO.icmp ? ICMP_ANSWER : ICMPV6_ANSWER;
  const type = answers.get(icmp.type);
  if (type === undefined) return undefined;
  return { l3, proto, src: dst, dst: src, sport, dport, icmp: { type, code: icmp.code } };
}

/** As `invertTuple` for the tuples of an entry, which always have an inverse. */
export function inverse(tuple: Tuple): Tuple {
  const inverted = invertTuple(tuple);
  if (!inverted) throw new Error(`ICMP type ${tuple.icmp?.type} in a connection`);
  return inverted;
}

/** nf_ct_tuple_equal. */
export function equalTuples(a: Tuple, b: Tuple): boolean {
  return (
    a.proto === b.proto &&
    a.l3 === b.l3 &&
    a.sport === b.sport &&
    a.dport === b.dport &&
    a.icmp?.type === b.icmp?.type &&
    a.icmp?.code === b.icmp?.code &&
    equalBytes(a.src, b.src) &&
    equalBytes(a.dst, b.dst)
  );
}

function chars(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += String.fromCharCode(byte);
  return out;
}

/** A key for Maps, one for each tuple in a zone. */
export function tupleKey(tuple: Tuple, zone: number): string {
  const { proto, sport, dport, icmp } = tuple;
  const icmpPart = icmp ? String.fromCharCode((icmp.type << 8) | icmp.code) : '';
  return (
    String.fromCharCode(proto, sport, dport, zone) + icmpPart + chars(tuple.src) + chars(tuple.dst)
  );
}

/** A key of what source NAT keeps together: protocol, source address and port of the original direction. */
export function sourceKey(tuple: Tuple, zone: number): string {
  return String.fromCharCode(tuple.proto, tuple.sport, zone) + chars(tuple.src);
}

export type Zone = ConntrackEntry['zone'];
export const DEFAULT_ZONE: Zone = { id: 0, dir: 'both' };

/** The zone's id as it counts in one direction (nf_ct_zone_id). */
export function zoneId(zone: Zone, dir: Direction): number {
  return zone.dir === 'both' || zone.dir === dir ? zone.id : 0;
}
