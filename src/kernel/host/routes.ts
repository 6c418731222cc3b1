/** Lookups in the host's routing tables (net/ipv4/fib_rules.c, fib_trie.c, devinet.c and their IPv6 twins). */
import { maskAddress, prefixMask } from '../../base/address.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Device } from '../../packet/packet.ts';
import type { Flow, Route, RouteType, Routing } from '../routing.ts';
import type { HostRecord, InterfaceRecord, RouteRecord, RoutingRule } from './model.ts';
import { sysctlValue } from './sysctls.ts';

const TABLE_LOCAL = 255;
const LOOPBACK_MTU = 65_536;

/** Leading `prefix` bits of two addresses agree. */
export function samePrefix(a: Uint8Array, b: Uint8Array, prefix: number): boolean {
  const whole = prefix >> 3;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  const rest = prefix & 7;
  return rest === 0 || ((a[whole] ?? 0) ^ (b[whole] ?? 0)) >> (8 - rest) === 0;
}

export const isZero = (address: Uint8Array): boolean => address.every((byte) => byte === 0);

export const isMulticast = (address: Uint8Array): boolean =>
  address.length === 4 ? ((address[0] ?? 0) & 0xf0) === 0xe0 : address[0] === 0xff;

export const isLimitedBroadcast = (address: Uint8Array): boolean =>
  address.length === 4 && address.every((byte) => byte === 255);

export const isLinkLocal = (address: Uint8Array): boolean =>
  address.length === 16 && address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;

/** A link-local IPv6 address, or a group of the link: means nothing without a device. */
export const isLinkScoped = (address: Uint8Array): boolean =>
  isLinkLocal(address) ||
  (address.length === 16 && address[0] === 0xff && ((address[1] ?? 0) & 0x0f) <= 2);

/** Routing over one state of the host; make a new one when the host changes. */
export class HostRoutes implements Routing {
  private readonly host: Readonly<HostRecord>;
  private readonly devices = new Map<string, Device>();
  private readonly local: readonly RouteRecord[];
  private readonly rules: readonly RoutingRule[];
  private readonly tables = new Map<string, RouteRecord[]>();

  constructor(host: Readonly<HostRecord>) {
    this.host = host;
    for (const { index, name, kind, mac, mtu, group } of host.interfaces)
      this.devices.set(name, { index, name, kind, mac, mtu, group });
    const forwards = sysctlValue(host, 'net.ipv6.conf.all.forwarding') !== 0;
    this.local = host.interfaces.flatMap((each) => localRoutes(each, forwards));
    this.rules = [...host.rules].sort((a, b) => a.priority - b.priority);
    for (const route of [...this.local, ...host.routes]) {
      if (route.type !== 'local' && route.dev !== undefined && !this.isUp(route.dev)) continue;
      const key = `${route.family} ${route.table}`;
      const table = this.tables.get(key);
      if (table) table.push(route);
      else this.tables.set(key, [route]);
    }
  }

  device(name: string): Device | undefined {
    return this.devices.get(name);
  }

  deviceByIndex(index: number): Device | undefined {
    for (const device of this.devices.values()) if (device.index === index) return device;
    return undefined;
  }

  lookup(asked: Flow): Route | undefined {
    // rt6_need_strict: link-local addresses mean nothing beyond their own link.
    const flow = isLinkScoped(asked.dst) && asked.iif ? { ...asked, oif: asked.iif } : asked;
    const family = flow.dst.length === 4 ? 'ip' : 'ip6';
    for (const rule of this.rules) {
      if (rule.family !== family || !ruleApplies(rule, flow)) continue;
      if (typeof rule.action === 'string') return this.refusal(rule.action);
      const route = this.inTable(rule.action.table, flow, family);
      if (route && route.type !== 'throw') return this.resolve(route, flow);
    }
    return undefined;
  }

  output(flow: Flow): Route | undefined {
    return this.lookup(flow) ?? this.onLink(flow);
  }

  isLocal(address: Uint8Array): boolean {
    return this.addressType(address) === 'local';
  }

  addressType(address: Uint8Array, dev?: string): RouteType {
    if (address.length === 4 && (isZero(address) || isLimitedBroadcast(address)))
      return 'broadcast';
    if (isMulticast(address)) return 'multicast';
    const route = longest(
      this.local.filter(
        (each) => each.dst.length === address.length && samePrefix(each.dst, address, each.prefix),
      ),
    );
    if (route && route.type !== 'throw' && (dev === undefined || route.dev === dev))
      return route.type;
    return address.length === 16 ? this.typeByRoute(address, dev) : 'unicast';
  }

  selectSource(dev: string, dst: Uint8Array): Uint8Array | undefined {
    const here = this.addresses(dev, dst.length);
    if (dst.length === 16) return closest(here, dst) ?? closest(this.addresses(undefined, 16), dst);
    const onSubnet = here.find(({ address, prefix }) => samePrefix(address, dst, prefix));
    const any = onSubnet ?? here[0] ?? this.addresses(undefined, 4).find(isGlobal);
    return any?.address;
  }

  primaryAddress(dev: string, family: 'ip' | 'ip6'): Uint8Array | undefined {
    const all = this.addresses(dev, family === 'ip' ? 4 : 16);
    return (all.find(({ address }) => !isLinkLocal(address)) ?? all[0])?.address;
  }

  /** __nft_fib6_eval_type: IPv6 goes by the route, not by the local table alone. */
  private typeByRoute(address: Uint8Array, dev: string | undefined): RouteType {
    const flow = { dst: address, src: undefined, mark: 0, iif: undefined, oif: dev };
    const route = this.lookup(flow);
    if (!route) return 'unreachable';
    return route.type === 'local' ? 'unicast' : route.type;
  }

  private addresses(dev: string | undefined, length: number) {
    return this.host.interfaces
      .filter(({ name, up }) => up && (dev === undefined || name === dev))
      .flatMap(({ addresses }) => addresses.filter(({ address }) => address.length === length));
  }

  private inTable(table: number, flow: Flow, family: 'ip' | 'ip6'): RouteRecord | undefined {
    const routes = this.tables.get(`${family} ${table}`) ?? [];
    const fitting = routes.filter(
      (route) =>
        samePrefix(route.dst, flow.dst, route.prefix) &&
        (flow.oif === undefined || route.dev === undefined || route.dev === flow.oif),
    );
    return longest(fitting);
  }

  private isUp(dev: string): boolean {
    return this.host.interfaces.some((each) => each.name === dev && each.up);
  }

  private resolve(route: RouteRecord, flow: Flow): Route | undefined {
    if (route.type === 'throw') return undefined;
    const isLocal = route.type === 'local' || route.type === 'anycast';
    const dev = this.devices.get(isLocal ? 'lo' : (route.dev ?? 'lo'));
    if (!dev) return undefined;
    const src =
      route.src ?? (isLocal ? flow.dst : this.selectSource(dev.name, route.via ?? flow.dst));
    return {
      type: route.type,
      dev,
      via: route.via,
      src,
      mtu: route.mtu ?? (isLocal ? LOOPBACK_MTU : dev.mtu),
      realm: route.realm ?? 0,
      advmss: route.advmss,
    };
  }

  private refusal(type: 'blackhole' | 'unreachable' | 'prohibit'): Route | undefined {
    const dev = this.devices.get('lo');
    return (
      dev && {
        type,
        dev,
        via: undefined,
        src: undefined,
        mtu: LOOPBACK_MTU,
        realm: 0,
        advmss: undefined,
      }
    );
  }

  private onLink({ dst, oif }: Flow): Route | undefined {
    const dev = oif === undefined ? undefined : this.devices.get(oif);
    if (!dev) return undefined;
    const type = isMulticast(dst) ? 'multicast' : isLimitedBroadcast(dst) ? 'broadcast' : 'unicast';
    return {
      type,
      dev,
      via: undefined,
      src: this.selectSource(dev.name, dst),
      mtu: dev.mtu,
      realm: 0,
      advmss: undefined,
    };
  }
}

function ruleApplies(rule: RoutingRule, flow: Flow): boolean {
  const { from, to, iif, oif, mark, mask = 0xffffffff } = rule;
  const src = flow.src ?? new Uint8Array(flow.dst.length);
  const holds =
    (!from || samePrefix(from.address, src, from.prefix)) &&
    (!to || samePrefix(to.address, flow.dst, to.prefix)) &&
    (iif === undefined || iif === (flow.iif ?? 'lo')) &&
    (oif === undefined || oif === flow.oif) &&
    (mark === undefined || ((flow.mark ^ mark) & mask) === 0);
  return holds !== rule.invert;
}

/** The most specific, of those the one with the lowest metric. */
function longest(routes: readonly RouteRecord[]): RouteRecord | undefined {
  let best: RouteRecord | undefined;
  for (const route of routes) {
    if (
      !best ||
      route.prefix > best.prefix ||
      (route.prefix === best.prefix && route.metric < best.metric)
    )
      best = route;
  }
  return best;
}

const ALL_GROUPS = Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** What the kernel puts into the local table for the addresses of an interface (fib_add_ifaddr, addrconf). */
function localRoutes(
  { name, up, kind, addresses }: InterfaceRecord,
  forwards: boolean,
): RouteRecord[] {
  const out: RouteRecord[] = [];
  const add = (
    type: 'local' | 'anycast' | 'broadcast' | 'multicast',
    dst: Uint8Array,
    prefix: number,
  ) =>
    out.push({
      family: dst.length === 4 ? 'ip' : 'ip6',
      table: TABLE_LOCAL,
      dst,
      prefix,
      type,
      dev: name,
      metric: 0,
    });
  for (const { address, prefix, unrouted } of addresses) {
    const bits = address.length * 8;
    // fib_add_ifaddr: an IPv4 address is the host's own although its interface was never up.
    if (!up && (unrouted || bits === 128)) continue;
    add('local', address, bits);
    if (!up) continue;
    if (address.length === 16) {
      // A router answers for the subnet-router address of each of its subnets (addrconf_join_anycast).
      const router = maskAddress(address, prefixMask(prefix, 16));
      if (forwards && prefix < 127 && kind !== 'loopback') add('anycast', router, bits);
      if (kind !== 'loopback') add('multicast', ALL_GROUPS, 8);
      continue;
    }
    if (kind === 'loopback') add('local', address, prefix);
    if (prefix >= 31) continue;
    add('broadcast', hostBits(address, prefix), bits);
  }
  return out;
}

/** The address with all host bits set. */
function hostBits(address: Uint8Array, prefix: number): Uint8Array {
  return address.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, prefix - 8 * i))));
}

const isGlobal = ({ address }: { readonly address: Uint8Array }): boolean => address[0] !== 127;

/** RFC 6724, rules 1, 2 and 8: the destination itself, then scope, then the longest common prefix. */
function closest(
  candidates: readonly { readonly address: Uint8Array }[],
  dst: Uint8Array,
): Uint8Array | undefined {
  let best: Uint8Array | undefined;
  for (const { address } of candidates) {
    if (equalBytes(address, dst)) return address;
    if (isLinkLocal(address) !== isLinkLocal(dst) || (isLoopback(address) && !isLoopback(dst)))
      continue;
    if (!best || commonBits(address, dst) > commonBits(best, dst)) best = address;
  }
  return best;
}

const isLoopback = (address: Uint8Array): boolean =>
  address[15] === 1 && isZero(address.subarray(0, 15));

function commonBits(a: Uint8Array, b: Uint8Array): number {
  let bits = 0;
  while (bits < 128 && samePrefix(a, b, bits + 1)) bits++;
  return bits;
}
