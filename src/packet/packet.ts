/**
 * A packet in the machine: the bytes from layer 3 on, and what the kernel keeps beside them (struct sk_buff).
 * One shape for every packet, so that the hot path stays monomorphic; fields are assigned, never spread.
 */
import { readUint } from '../base/bytes.ts';

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
const FRAGMENT = 44;
const AUTH = 51;
const NO_NEXT = 59;
/** Hop-by-hop, routing, authentication and destination options. */
const EXTENSION = new Set([0, 43, AUTH, 60]);

/** As ip_hdrlen and ipv6_find_hdr. */
function findTransport({ data, family }: Packet): Layer4 {
  if (family === 'ip' && data.length >= 20) return findIpv4(data);
  return family === 'ip6' && data.length >= 40 ? findIpv6(data) : NO_TRANSPORT;
}

function findIpv4(data: Uint8Array): Layer4 {
  const offset = ((data[0] ?? 0) & 0x0f) * 4;
  if (offset < 20) return NO_TRANSPORT;
  const flags = readUint(data, 6, 2);
  return {
    proto: data[9] ?? -1,
    offset,
    fragment: (flags & 0x1fff) * 8,
    fragmented: (flags & 0x3fff) !== 0,
  };
}

/** Skips the extension headers, up to the first transport header or later fragment. */
function findIpv6(data: Uint8Array): Layer4 {
  let proto = data[6] ?? NO_NEXT;
  let offset = 40;
  let fragment = 0;
  let fragmented = false;
  while (offset + 8 <= data.length && fragment === 0) {
    const isFragment = proto === FRAGMENT;
    if (!isFragment && !EXTENSION.has(proto)) break;
    if (isFragment) {
      fragmented = true;
      fragment = readUint(data, offset + 2, 2) & 0xfff8;
    }
    const units = data[offset + 1] ?? 0;
    const size = isFragment ? 8 : proto === AUTH ? (units + 2) * 4 : (units + 1) * 8;
    proto = data[offset] ?? NO_NEXT;
    offset += size;
  }
  return { proto, offset, fragment, fragmented };
}

/** skb->len: from layer 3 on, and at egress the link header too. */
export function packetLength(packet: Packet): number {
  return packet.data.length + packet.pushed;
}
