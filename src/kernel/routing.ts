/** Routing: which interface, next hop and source address a packet gets (net/ipv4/fib_*.c, net/ipv6/route.c). */
import type { Device, Packet } from '../packet/packet.ts';

export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'multicast'
  | 'anycast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit';

/** The result of a lookup (struct rtable). */
export interface Route {
  readonly type: RouteType;
  /** Device it leaves by; for local destinations the loopback device. */
  readonly dev: Device;
  /** Undefined when the destination is on the link. */
  readonly via: Uint8Array | undefined;
  /** Preferred source address. */
  readonly src: Uint8Array | undefined;
  readonly mtu: number;
  readonly realm: number;
  readonly advmss: number | undefined;
}

/** What a lookup depends on (struct flowi4, flowi6). */
export interface Flow {
  readonly dst: Uint8Array;
  /** All zeroes or undefined when not chosen yet. */
  readonly src: Uint8Array | undefined;
  readonly mark: number;
  /** Name of the device it came in by, undefined for local packets. */
  readonly iif: string | undefined;
  /** A socket bound to a device. */
  readonly oif?: string | undefined;
}

export interface Routing {
  /** Undefined when nothing matches (ENETUNREACH). Families by the length of `dst`. */
  lookup(flow: Flow): Route | undefined;
  /** As lookup, for a packet of this host's own: a socket bound to a device takes any destination to be on its link. */
  output(flow: Flow): Route | undefined;
  device(name: string): Device | undefined;
  deviceByIndex(index: number): Device | undefined;
  /** True for an address of this host, any interface. */
  isLocal(address: Uint8Array): boolean;
  /** Type of an address, optionally only as seen on one device (inet_addr_type, nft fib type). */
  addressType(address: Uint8Array, dev?: string): RouteType;
  /** inet_select_addr and ipv6_dev_get_saddr: the source address for `dst` on a device (masquerade). */
  selectSource(dev: string, dst: Uint8Array): Uint8Array | undefined;
  /** First address of the interface of that family (redirect), undefined when it has none. */
  primaryAddress(dev: string, family: 'ip' | 'ip6'): Uint8Array | undefined;
}

/** The route a packet was given. */
export function routeOf(packet: Packet): Route | undefined {
  // The packet does not know the routing's type; the machine alone assigns it.
  return packet.dst as Route | undefined;
}
