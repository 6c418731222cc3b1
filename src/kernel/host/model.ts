/** Stored records of the host: interfaces, addresses, routes, rules, sysctls, listeners, clock, generator. */
import type { Nanos } from '../../base/ports.ts';

export interface InterfaceRecord {
  readonly index: number;
  name: string;
  /** As `ip link` names it: loopback, ether, dummy, bridge, veth, tun ... */
  readonly kind: string;
  mac: Uint8Array;
  mtu: number;
  up: boolean;
  group: number;
  /** Name of the bridge this is a port of. */
  master?: string;
  /** Name of the other end of a veth pair. */
  peer?: string;
  addresses: readonly InterfaceAddress[];
}

export interface InterfaceAddress {
  readonly address: Uint8Array;
  readonly prefix: number;
  readonly peer?: Uint8Array;
  /** IPv4, where one was asked for. */
  readonly broadcast?: Uint8Array;
  /** IPv4, where it is not the interface's name. */
  readonly label?: string;
  /** Asked for with `nodad`. */
  readonly nodad?: boolean;
  /** Made by the kernel when the interface came up: the IPv6 link-local one. */
  readonly linkLocal?: boolean;
  /** Its interface was taken down: it is no address of the host until that is up again. */
  readonly unrouted?: true;
}

export interface RouteRecord {
  readonly family: 'ip' | 'ip6';
  readonly table: number;
  readonly dst: Uint8Array;
  readonly prefix: number;
  readonly type:
    | 'unicast'
    | 'local'
    | 'broadcast'
    | 'anycast'
    | 'multicast'
    | 'blackhole'
    | 'unreachable'
    | 'prohibit'
    | 'throw';
  readonly via?: Uint8Array;
  readonly dev?: string;
  readonly src?: Uint8Array;
  readonly metric: number;
  readonly scope?: string;
  readonly protocol?: string;
  readonly realm?: number;
  readonly mtu?: number;
  readonly advmss?: number;
}

/** One `ip rule`. */
export interface RoutingRule {
  readonly family: 'ip' | 'ip6';
  readonly priority: number;
  readonly from?: { readonly address: Uint8Array; readonly prefix: number };
  readonly to?: { readonly address: Uint8Array; readonly prefix: number };
  readonly iif?: string;
  readonly oif?: string;
  readonly mark?: number;
  readonly mask?: number;
  readonly invert: boolean;
  readonly action: { readonly table: number } | 'blackhole' | 'unreachable' | 'prohibit';
}

export interface ListenerRecord {
  readonly proto: 'tcp' | 'udp' | 'sctp';
  /** Undefined for every address of the family. */
  readonly address?: Uint8Array;
  readonly family: 'ip' | 'ip6';
  readonly port: number;
  readonly transparent: boolean;
  readonly uid: number;
  readonly process?: string;
}

export interface HostRecord {
  interfaces: readonly InterfaceRecord[];
  nextIndex: number;
  /** Routes an administrator or an address made; the local table is derived from addresses. */
  routes: readonly RouteRecord[];
  rules: readonly RoutingRule[];
  /** Dotted names to values; only those that differ from the kernel's defaults. */
  sysctls: { readonly [name: string]: string };
  listeners: readonly ListenerRecord[];
  /** Loaded kernel modules the user asked for. */
  modules: readonly string[];
}

export interface ClockRecord {
  /** `wall`: virtual time is wall time plus offset, at each command's start. `frozen`: it moves only when told. */
  mode: 'wall' | 'frozen';
  /** With `frozen` the time itself, with `wall` the offset. */
  nanos: Nanos;
}

export interface RngRecord {
  /** State of the generator (xoshiro128**), four 32-bit words. */
  state: readonly number[];
}
