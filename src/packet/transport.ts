/** What the transport protocols have in common: ports, and checksums over a pseudo header. */
import { readUint, writeUint } from '../base/bytes.ts';
import { checksum, crc32c, fold, pseudoSum, sumWords } from './checksum.ts';
import type { Packet } from './packet.ts';
import { PROTO } from './protocols.ts';

const WITH_PORTS = new Set<number>([PROTO.tcp, PROTO.udp, PROTO.udplite, PROTO.sctp, PROTO.dccp]);

/** Source and destination port; undefined for other protocols, later fragments and cut headers. */
export function ports(packet: Packet): { sport: number; dport: number } | undefined {
  const { proto, offset, fragment } = packet.transport;
  if (!WITH_PORTS.has(proto) || fragment !== 0 || offset + 4 > packet.data.length) return undefined;
  return { sport: readUint(packet.data, offset, 2), dport: readUint(packet.data, offset + 2, 2) };
}

/** Offset of the checksum field in the transport header; undefined when the protocol has none of the Internet kind. */
export function checksumOffset(proto: number): number | undefined {
  switch (proto) {
    case PROTO.tcp:
      return 16;
    case PROTO.udp:
    case PROTO.udplite:
    case PROTO.dccp:
      return 6;
    case PROTO.icmp:
    case PROTO.icmpv6:
      return 2;
    default:
      return undefined;
  }
}

/** Source and destination address of an IPv4 or IPv6 packet, as views. */
export function addresses(packet: Packet): { src: Uint8Array; dst: Uint8Array } {
  const { data } = packet;
  return packet.family === 'ip6'
    ? { src: data.subarray(8, 24), dst: data.subarray(24, 40) }
    : { src: data.subarray(12, 16), dst: data.subarray(16, 20) };
}

/** Computes the transport checksum anew over the whole packet. */
export function setTransportChecksum(packet: Packet): void {
  const { proto, offset } = packet.transport;
  const { data } = packet;
  if (proto === PROTO.sctp) {
    data.fill(0, offset + 8, offset + 12);
    const crc = crc32c(data.subarray(offset));
    for (let i = 0; i < 4; i++) data[offset + 8 + i] = (crc >>> (8 * i)) & 0xff;
    return;
  }
  const at = checksumOffset(proto);
  if (at === undefined) return;
  data.fill(0, offset + at, offset + at + 2);
  let field = checksum(data, offset, data.length, pseudo(packet));
  if (field === 0 && (proto === PROTO.udp || proto === PROTO.udplite)) field = 0xffff;
  writeUint(data, offset + at, 2, field);
}

function pseudo(packet: Packet): number {
  const { proto, offset } = packet.transport;
  if (proto === PROTO.icmp) return 0;
  const { src, dst } = addresses(packet);
  return pseudoSum(src, dst, proto, packet.data.length - offset);
}

/** True when the checksum of an unfragmented packet is right, absent (UDP) or of no kind known here. */
export function transportChecksumOk(packet: Packet): boolean {
  const { proto, offset } = packet.transport;
  const { data } = packet;
  if (proto === PROTO.sctp) {
    const copy = data.slice(offset);
    copy.fill(0, 8, 12);
    const crc = crc32c(copy);
    for (let i = 0; i < 4; i++)
      if (data[offset + 8 + i] !== ((crc >>> (8 * i)) & 0xff)) return false;
    return true;
  }
  const at = checksumOffset(proto);
  if (at === undefined) return true;
  if (proto === PROTO.udp && readUint(data, offset + at, 2) === 0) return true;
  return fold(sumWords(data, offset, data.length, pseudo(packet))) === 0xffff;
}
