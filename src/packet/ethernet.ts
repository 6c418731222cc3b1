/** The Ethernet header and VLAN tags (IEEE 802.3, 802.1Q). */
import { be, concatBytes, readUint } from '../base/bytes.ts';
import { Packet, type PacketType } from './packet.ts';
import { ETHERTYPE } from './protocols.ts';

/** A frame split into link header (tags included) and packet; trailing padding is cut by the length in the IP header. */
export function readFrame(frame: Uint8Array): Packet {
  let at = 12;
  let type = readUint(frame, at, 2);
  while (type === ETHERTYPE.vlan || type === ETHERTYPE.qinq) {
    at += 4;
    type = readUint(frame, at, 2);
  }
  return new Packet(frame.slice(at + 2), type, frame.slice(0, at + 2));
}

/** Destination, source and EtherType. */
export function buildEthernet(dst: Uint8Array, src: Uint8Array, etherType: number): Uint8Array {
  return concatBytes(dst, src, be(etherType, 2));
}

/** For whom a frame is, by its destination address (eth_type_trans). */
export function frameType(link: Uint8Array, mac: Uint8Array): PacketType {
  const dst = link.subarray(0, 6);
  if (dst.every((b) => b === 0xff)) return 'broadcast';
  if (((dst[0] ?? 0) & 1) === 1) return 'multicast';
  return dst.every((b, i) => b === mac[i]) ? 'host' : 'otherhost';
}
