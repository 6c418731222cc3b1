/** Rewriting packets (net/netfilter/nf_nat_proto.c): addresses, ports and ICMP ids, with their checksums. */
import { be, readUint, writeUint } from '../../base/bytes.ts';
import { checksum, crc32c, updateChecksum } from '../../packet/checksum.ts';
import { Ipv4Header } from '../../packet/ipv4.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { checksumOffset } from '../../packet/transport.ts';
import type { Tuple } from '../conntrack/model.ts';
import { layer4, quotedPacket } from '../conntrack/tuple.ts';

export type Manip = 'src' | 'dst';

/** ICMP messages that carry an id. */
const WITH_ID = new Set([0, 8, 13, 14, 15, 16, 17, 18]);
const V6_WITH_ID = new Set([128, 129]);

const address = (packet: Packet, manip: Manip): { from: number; to: number } => {
  if (packet.family === 'ip6') return manip === 'src' ? { from: 8, to: 24 } : { from: 24, to: 40 };
  return manip === 'src' ? { from: 12, to: 16 } : { from: 16, to: 20 };
};

/** Corrects a transport checksum for what changed from `was` to `now`; zero stays zero for UDP, where it means none. */
function correct(packet: Packet, proto: number, offset: number, was: Uint8Array, now: Uint8Array) {
  const { data } = packet;
  const at = checksumOffset(proto);
  if (at === undefined || offset + at + 2 > data.length) return;
  const field = readUint(data, offset + at, 2);
  if (proto === PROTO.udp && field === 0) return;
  let next = updateChecksum(field, was, now);
  if (next === 0 && (proto === PROTO.udp || proto === PROTO.udplite)) next = 0xffff;
  writeUint(data, offset + at, 2, next);
}

/** Writes two bytes and keeps the protocol's checksum. */
function setWord(packet: Packet, proto: number, offset: number, at: number, value: number): void {
  const was = packet.data.slice(at, at + 2);
  const now = be(value, 2);
  packet.data.set(now, at);
  correct(packet, proto, offset, was, now);
}

/** Smallest whole header: a quotation may end before it, and then has no checksum to keep. */
const WHOLE_HEADER = new Map<number, number>([
  [PROTO.tcp, 20],
  [PROTO.sctp, 12],
]);

function setPort(packet: Packet, proto: number, offset: number, target: Tuple, manip: Manip): void {
  const { data } = packet;
  const at = manip === 'src' ? offset : offset + 2;
  const port = manip === 'src' ? target.sport : target.dport;
  if (at + 2 > data.length) return;
  const whole = offset + (WHOLE_HEADER.get(proto) ?? 8) <= data.length;
  if (proto === PROTO.sctp) {
    writeUint(data, at, 2, port);
    if (!whole) return;
    data.fill(0, offset + 8, offset + 12);
    const crc = crc32c(data.subarray(offset));
    for (let i = 0; i < 4; i++) data[offset + 8 + i] = (crc >>> (8 * i)) & 0xff;
    return;
  }
  if (whole) setWord(packet, proto, offset, at, port);
  else writeUint(data, at, 2, port);
}

/** The address in the checksum's pseudo header changes, too; ICMP has none. */
const PSEUDO_HEADER = new Set<number>([PROTO.tcp, PROTO.udp, PROTO.udplite, PROTO.icmpv6]);

function rewriteTransport(packet: Packet, target: Tuple, manip: Manip, now: Uint8Array): void {
  const at = layer4(packet);
  if (!at) return;
  const { proto, offset } = at;
  const { data } = packet;
  const { from, to } = address(packet, manip);
  if (PSEUDO_HEADER.has(proto)) {
    const whole = offset + (WHOLE_HEADER.get(proto) ?? 8) <= data.length;
    if (whole) correct(packet, proto, offset, data.slice(from, to), now);
  }
  // After `invertTuple` of an ICMP error the target is of another protocol: only the address counts.
  if (target.proto !== proto) return;
  if (proto === PROTO.icmp || proto === PROTO.icmpv6) {
    const ids = proto === PROTO.icmp ? WITH_ID : V6_WITH_ID;
    if (ids.has(data[offset] ?? -1)) setWord(packet, proto, offset, offset + 4, target.sport);
  } else if (proto === PROTO.gre) {
    const pptp = ((data[offset + 1] ?? 0) & 7) === 1;
    if (pptp && manip === 'dst') writeUint(data, offset + 6, 2, target.dport);
  } else if (proto === PROTO.tcp || proto === PROTO.udp) {
    setPort(packet, proto, offset, target, manip);
  } else if (proto === PROTO.udplite || proto === PROTO.sctp) {
    setPort(packet, proto, offset, target, manip);
  }
}

/** Makes source or destination of a packet those of `target` (nf_nat_ipv4_manip_pkt, nf_nat_ipv6_manip_pkt). */
export function rewrite(packet: Packet, target: Tuple, manip: Manip): void {
  const now = manip === 'src' ? target.src : target.dst;
  rewriteTransport(packet, target, manip, now);
  if (packet.family === 'ip') {
    const header = new Ipv4Header(packet);
    if (manip === 'src') header.src = now;
    else header.dst = now;
  } else {
    packet.data.set(now, address(packet, manip).from);
  }
}

/** Rewrites the packet an ICMP error quotes; the quotation shares the error's bytes. */
export function rewriteQuoted(packet: Packet, target: Tuple, manip: Manip): void {
  const { offset } = packet.transport;
  rewrite(quotedPacket(packet, offset), target, manip);
}

/** The ICMP checksum of an error whose quotation changed; ICMPv6's follows the outer addresses, so it comes last. */
export function closeIcmpv4(packet: Packet): void {
  const { offset } = packet.transport;
  packet.data.fill(0, offset + 2, offset + 4);
  writeUint(packet.data, offset + 2, 2, checksum(packet.data, offset));
}
