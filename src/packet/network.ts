/** What the IPv4 and IPv6 headers have in common under other names: type of service, time to live. */
import { Ipv4Header } from './ipv4.ts';
import { trafficClass } from './ipv6.ts';
import type { Packet } from './packet.ts';

/** TOS or traffic class, eight bits. */
export function tosOf(packet: Packet): number {
  return packet.family === 'ip6' ? trafficClass(packet.data) : (packet.data[1] ?? 0);
}

/** Sets TOS (with the header checksum) or traffic class. */
export function setTos(packet: Packet, tos: number): void {
  const { data } = packet;
  if (packet.family === 'ip') {
    new Ipv4Header(packet).tos = tos;
  } else if (packet.family === 'ip6') {
    data[0] = ((data[0] ?? 0) & 0xf0) | (tos >> 4);
    data[1] = ((data[1] ?? 0) & 0x0f) | ((tos & 0x0f) << 4);
  }
}

/** TTL or hop limit. */
export function ttlOf(packet: Packet): number {
  return packet.data[packet.family === 'ip6' ? 7 : 8] ?? 0;
}

/** Sets TTL (with the header checksum) or hop limit. */
export function setTtl(packet: Packet, ttl: number): void {
  if (packet.family === 'ip') new Ipv4Header(packet).ttl = ttl;
  else if (packet.family === 'ip6') packet.data[7] = ttl;
}
