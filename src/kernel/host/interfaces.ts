/** Changes of interfaces and addresses, and the routes that follow from them (net/ipv4/devinet.c, fib_frontend.c, net/ipv6/addrconf.c). */
import { compareBytes } from '../../base/bytes.ts';
import { KernelError } from '../../base/errors.ts';
import { connectedRoute } from './build.ts';
import type { HostRecord, InterfaceAddress, InterfaceRecord, RouteRecord } from './model.ts';
import { samePrefix } from './routes.ts';

const LINK_LOCAL_PREFIX = 64;

function replaceInterface(
  host: HostRecord,
  name: string,
  change: (dev: InterfaceRecord) => InterfaceRecord,
): void {
  host.interfaces = host.interfaces.map((dev) => (dev.name === name ? change(dev) : dev));
}

/** The interface of that name. ENODEV when there is none. */
export function needInterface(host: Readonly<HostRecord>, name: string): InterfaceRecord {
  const dev = host.interfaces.find((each) => each.name === name);
  if (!dev) throw new KernelError('ENODEV');
  return dev;
}

/** True for an IPv4 address whose network an earlier address of the interface already has. */
export function isSecondary(
  addresses: readonly InterfaceAddress[],
  address: InterfaceAddress,
): boolean {
  if (address.address.length !== 4) return false;
  const before = addresses.slice(0, addresses.indexOf(address));
  return before.some((other) => isSameNetwork(other, address));
}

const isSameNetwork = (a: InterfaceAddress, b: InterfaceAddress): boolean =>
  a.address.length === b.address.length &&
  a.prefix === b.prefix &&
  samePrefix(a.address, b.address, a.prefix);

function routesOf(dev: InterfaceRecord): readonly RouteRecord[] {
  if (!dev.up || dev.kind === 'loopback') return [];
  return dev.addresses.flatMap((address) => {
    if (isSecondary(dev.addresses, address)) return [];
    if (!address.peer) return connectedRoute(dev.name, address);
    const to = connectedRoute(dev.name, { address: address.peer, prefix: address.prefix - 1 })[0];
    return to ? [{ ...to, dst: address.peer, prefix: address.prefix, src: address.address }] : [];
  });
}

const sameRoute = (a: RouteRecord, b: RouteRecord): boolean =>
  a.dev === b.dev &&
  a.protocol === b.protocol &&
  a.prefix === b.prefix &&
  compareBytes(a.dst, b.dst) === 0;

/** Puts an interface's own routes in step with its addresses: those that are there keep their place. */
function refreshRoutes(host: HostRecord, name: string): void {
  const dev = host.interfaces.find((each) => each.name === name);
  const wanted = dev ? routesOf(dev) : [];
  const kept = host.routes.filter(
    (route) =>
      route.dev !== name ||
      route.protocol !== 'kernel' ||
      wanted.some((other) => sameRoute(other, route)),
  );
  const added = wanted.filter((route) => !kept.some((other) => sameRoute(other, route)));
  host.routes = [...kept, ...added];
}

/** ENODEV; EEXIST when the interface has it. */
export function addAddress(host: HostRecord, name: string, address: InterfaceAddress): void {
  const dev = needInterface(host, name);
  const exists = dev.addresses.some(
    (own) =>
      compareBytes(own.address, address.address) === 0 &&
      (own.prefix === address.prefix || own.address.length === 16),
  );
  if (exists) throw new KernelError('EEXIST');
  replaceInterface(host, name, (each) => ({
    ...each,
    addresses: sortAddresses([...each.addresses, address]),
  }));
  refreshRoutes(host, name);
}

/** As listed: IPv4 first, then IPv6 with the link-local one last. */
function sortAddresses(addresses: readonly InterfaceAddress[]): readonly InterfaceAddress[] {
  const rank = ({ address, linkLocal }: InterfaceAddress) =>
    address.length === 4 ? 0 : linkLocal ? 2 : 1;
  return [...addresses].sort((a, b) => rank(a) - rank(b));
}

/** ENODEV; EADDRNOTAVAIL when it is not there. The secondary addresses of a primary one go with it. */
export function deleteAddress(host: HostRecord, name: string, gone: InterfaceAddress): void {
  const dev = needInterface(host, name);
  const own = dev.addresses.find(
    (each) => compareBytes(each.address, gone.address) === 0 && each.prefix === gone.prefix,
  );
  if (!own) throw new KernelError('EADDRNOTAVAIL');
  const primary = own.address.length === 4 && !isSecondary(dev.addresses, own);
  const rest = dev.addresses.filter(
    (each) => each !== own && !(primary && isSameNetwork(each, own)),
  );
  replaceInterface(host, name, (each) => ({ ...each, addresses: rest }));
  refreshRoutes(host, name);
}

/** Takes away the addresses of a family, or all. */
export function flushAddresses(
  host: HostRecord,
  name: string,
  family: 'ip' | 'ip6' | undefined,
): void {
  const length = family === 'ip' ? 4 : 16;
  needInterface(host, name);
  replaceInterface(host, name, (dev) => ({
    ...dev,
    addresses: dev.addresses.filter(
      ({ address }) => family !== undefined && address.length !== length,
    ),
  }));
  refreshRoutes(host, name);
  // A route whose preferred source is gone goes, too (fib_sync_down_addr).
  host.routes = host.routes.filter(
    ({ src, protocol }) =>
      protocol === 'kernel' ||
      !src ||
      host.interfaces.some((dev) =>
        dev.addresses.some(({ address }) => compareBytes(address, src) === 0),
      ),
  );
}

/** The modified EUI-64 address an Ethernet-like interface gives itself. */
function linkLocalOf({ kind, mac }: InterfaceRecord): readonly InterfaceAddress[] {
  if (kind !== 'ether' && kind !== 'dummy') return [];
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac;
  const address = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f);
  return [{ address, prefix: LINK_LOCAL_PREFIX, linkLocal: true }];
}

/** Up: its routes appear. Down: all its routes and its IPv6 addresses go. ENODEV. */
export function setUp(host: HostRecord, name: string, up: boolean): void {
  const dev = needInterface(host, name);
  if (dev.up === up) return;
  if (up) {
    replaceInterface(host, name, (each) => ({
      ...each,
      up,
      addresses: sortAddresses([
        ...each.addresses.map(({ unrouted: _, ...address }) => address),
        ...linkLocalOf(each),
      ]),
    }));
  } else {
    replaceInterface(host, name, (each) => ({
      ...each,
      up,
      addresses: each.addresses
        .filter(({ address }) => address.length === 4)
        .map((address) => ({ ...address, unrouted: true })),
    }));
    host.routes = host.routes.filter((route) => route.dev !== name);
  }
  refreshRoutes(host, name);
}

/** EEXIST when the name is taken. */
export function addInterface(
  host: HostRecord,
  dev: Omit<InterfaceRecord, 'index' | 'addresses'>,
): void {
  if (host.interfaces.some(({ name }) => name === dev.name)) throw new KernelError('EEXIST');
  host.interfaces = [...host.interfaces, { ...dev, index: host.nextIndex, addresses: [] }];
  host.nextIndex++;
}

/** Its routes go with it, the other end of a veth pair too; ports of a bridge are let go. ENODEV. */
export function deleteInterface(host: HostRecord, name: string): void {
  const { peer } = needInterface(host, name);
  const gone = (each: string | undefined) => each === name || (peer !== undefined && each === peer);
  host.interfaces = host.interfaces
    .filter((dev) => !gone(dev.name))
    .map((dev) => {
      if (!gone(dev.master)) return dev;
      const { master: _, ...free } = dev;
      return free;
    });
  host.routes = host.routes.filter(({ dev }) => !gone(dev));
}
