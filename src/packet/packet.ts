/**
 * A packet in the machine: the bytes from layer 3 on, and what the kernel keeps beside them (struct sk_buff).
 * One shape for every packet, so that the hot path stays monomorphic; fields are assigned, never spread.
 */

/** Bridges an interface record to the packet without the packet knowing the host model. */
export interface Device {
  readonly index: number;
  readonly name: string;
  readonly kind: string;
  readonly mac: Uint8Array;
  readonly mtu: number;
  readonly group: number;
}

export type PacketType = 'host' | 'broadcast' | 'multicast' | 'otherhost' | 'outgoing' | 'loopback';

/** The socket a locally made packet comes from. */
export interface Socket {
  readonly uid?: number;
  readonly gid?: number;
  readonly mark?: number;
  readonly transparent?: boolean;
}

export class Packet {
  /** Layer 3 onwards. Replaced whole when its length changes; writes go through `write` or the header accessors. */
  data: Uint8Array;
  /** Ethernet header and VLAN tags; empty for packets without a link layer. */
  link: Uint8Array;
  etherType: number;
  iif: Device | undefined;
  oif: Device | undefined;
  mark = 0;
  priority = 0;
  type: PacketType = 'host';
  /** nftrace: set by a rule, kept for the rest of the path. */
  traced = false;
  secmark = 0;
  socket: Socket | undefined;
  /** Conntrack's and other modules' per-packet state; typed by their owners in src/kernel. */
  ct: unknown;
  /** The route it was given (skb_dst); a Route of src/kernel/routing.ts, undefined before routing. */
  dst: unknown;
  /** Set by IPVS on packets it owns. */
  ipvs: unknown;
  /** rtclassid of the route (realm). */
  realm = 0;
  /** Marks local output: no device it came in by. */
  local = false;
  /** A copy made by dup or TEE. */
  duplicate = false;
  /** Payload bytes of the fragments it was put together from: it leaves in such pieces again. */
  pieces: readonly number[] | undefined;

  /** Bytes of a link header that count as the packet's: at egress it stands in front already. */
  pushed = 0;

  private l4: Layer4 | undefined;

  constructor(data: Uint8Array, etherType: number, link: Uint8Array = new Uint8Array(0)) {
    this.data = data;
    this.etherType = etherType;
    this.link = link;
  }

  /** IP version by EtherType. */
  get family(): 'ip' | 'ip6' | undefined {
    return this.etherType === 0x0800 ? 'ip' : this.etherType === 0x86dd ? 'ip6' : undefined;
  }

  /** The transport header: its protocol, where it begins, and the fragment offset (0 in the first or only fragment). */
  get transport(): Layer4 {
    this.l4 ??= findTransport(this);
    return this.l4;
  }

  /** After any change to `data` that may move or replace the transport header. */
  headersChanged(): void {
    this.l4 = undefined;
  }
}

export interface Layer4 {
  /** IP protocol number; -1 when the headers are cut short. */
  readonly proto: number;
  /** Offset in `data`. */
  readonly offset: number;
  /** Bytes; 0 in the first or only fragment. */
  readonly fragment: number;
  /** A fragment, first ones included. */
  readonly fragmented: boolean;
}

const NO_TRANSPORT: Layer4 = { proto: -1, offset: 0, fragment: 0, fragmented: false };
const EXTENSION = new Set([0, 43, 60, 51]);

/** As ipv6_find_hdr and ip_hdrlen: skips IPv6 extension headers up to the first transport header or fragment. */
function findTransport({ data, family }: Packet): Layer4 {
  if (family === 'ip') {
    const offset = ((data[0] ?? 0) & 0x0f) * 4;
    if (data.length < 20 || offset < 20) return NO_TRANSPORT;
    const flags = ((data[6] ?? 0) << 8) | (data[7] ?? 0);
    return {
      proto: data[9] ?? -1,
      offset,
      fragment: (flags & 0x1fff) * 8,
      fragmented: (flags & 0x3fff) !== 0,
    };
  }
  if (family !== 'ip6' || data.length < 40) return NO_TRANSPORT;
  let proto = data[6] ?? 59;
  let offset = 40;
  let fragment = 0;
  let fragmented = false;
  while (offset + 8 <= data.length) {
    if (proto === 44) {
      fragmented = true;
      fragment = (((data[offset + 2] ?? 0) << 8) | (data[offset + 3] ?? 0)) & 0xfff8;
      proto = data[offset] ?? 59;
      offset += 8;
      if (fragment !== 0) break;
    } else if (EXTENSION.has(proto)) {
      const length = data[offset + 1] ?? 0;
      const size = proto === 51 ? (length + 2) * 4 : (length + 1) * 8;
      proto = data[offset] ?? 59;
      offset += size;
    } else {
      break;
    }
  }
  return { proto, offset, fragment, fragmented };
}

/** skb->len: from layer 3 on, and at egress the link header too. */
export function packetLength(packet: Packet): number {
  return packet.data.length + packet.pushed;
}
