/** Hosts described in a few words: the standard router, check files, packet cases. */
import { parseAddress, parseMac } from '../../base/address.ts';
import { freshLab } from './initial.ts';
import type {
  HostRecord,
  InterfaceAddress,
  InterfaceRecord,
  ListenerRecord,
  RouteRecord,
} from './model.ts';

/** A host as people describe it; addresses are text with a prefix length. */
export interface HostSpec {
  readonly interfaces: readonly InterfaceSpec[];
  readonly routes?: readonly RouteSpec[] | undefined;
  /** Dotted names to values. */
  readonly sysctls?: { readonly [name: string]: string | number } | undefined;
  readonly listeners?: readonly ListenerSpec[] | undefined;
}

export interface InterfaceSpec {
  readonly name: string;
  readonly addresses?: readonly string[] | undefined;
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  /** As `ip link` names it; `ether` when left out. */
  readonly kind?: string | undefined;
  /** Name of the bridge this is a port of. */
  readonly master?: string | undefined;
}

export interface RouteSpec {
  /** `default`, or an address with or without a prefix length. */
  readonly dst: string;
  readonly via?: string | undefined;
  readonly dev?: string | undefined;
}

export interface ListenerSpec {
  readonly proto: ListenerRecord['proto'];
  readonly port: number;
  /** Every address when left out. */
  readonly address?: string | undefined;
  readonly process?: string | undefined;
}

/** A description that cannot be a host; the message says what is wrong. */
export class HostSpecError extends Error {
  override readonly name = 'HostSpecError';
}

const MAIN = 254;
const ETHERNET_MTU = 1500;
const IPV6_METRIC = 256;

/** The router of the packet cases: WAN eth0, LAN eth1, DMZ eth2; it forwards. */
export const ROUTER: HostSpec = {
  interfaces: [
    { name: 'eth0', mac: '52:54:00:00:00:01', addresses: ['203.0.113.2/24', '2001:db8::2/64'] },
    { name: 'eth1', mac: '52:54:00:00:00:02', addresses: ['10.0.0.1/24', 'fd00:1::1/64'] },
    { name: 'eth2', mac: '52:54:00:00:00:03', addresses: ['192.168.50.1/24', 'fd00:2::1/64'] },
  ],
  routes: [
    { dst: 'default', via: '203.0.113.1', dev: 'eth0' },
    { dst: 'default', via: '2001:db8::1', dev: 'eth0' },
  ],
  sysctls: { 'net.ipv4.ip_forward': 1, 'net.ipv6.conf.all.forwarding': 1 },
};

/** The record of a host so described, its loopback interface and the routes of its addresses added. */
export function buildHost(spec: HostSpec): HostRecord {
  const host = freshLab(1).host;
  const interfaces = spec.interfaces.map((each, i) => buildInterface(each, host.nextIndex + i));
  const connected = interfaces.flatMap(({ name, addresses }) =>
    addresses.flatMap((address) => connectedRoute(name, address)),
  );
  return {
    ...host,
    interfaces: [...host.interfaces, ...interfaces],
    nextIndex: host.nextIndex + interfaces.length,
    routes: [...connected, ...(spec.routes ?? []).map((route) => buildRoute(route, interfaces))],
    sysctls: Object.fromEntries(
      Object.entries(spec.sysctls ?? {}).map(([name, value]) => [name, String(value)]),
    ),
    listeners: (spec.listeners ?? []).flatMap(buildListener),
  };
}

function buildInterface(spec: InterfaceSpec, index: number): InterfaceRecord {
  const mac =
    spec.mac === undefined
      ? Uint8Array.of(2, 0, 0, 0, index >> 8, index & 255)
      : parseMac(spec.mac);
  if (!mac) throw new HostSpecError(`not an Ethernet address: ${spec.mac}`);
  return {
    index,
    name: spec.name,
    kind: spec.kind ?? 'ether',
    mac,
    mtu: spec.mtu ?? ETHERNET_MTU,
    up: true,
    group: 0,
    ...(spec.master !== undefined && { master: spec.master }),
    addresses: (spec.addresses ?? []).map(parsePrefixed),
  };
}

/** An address with an optional prefix length; a lone address has all its bits. */
export function parsePrefixed(text: string): InterfaceAddress {
  const [host = '', length, more] = text.split('/');
  const address = parseAddress(host);
  if (!address || more !== undefined) throw new HostSpecError(`not an address: ${text}`);
  const bits = address.length * 8;
  const prefix = length === undefined ? bits : Number(length);
  if (!/^\d*$/.test(length ?? '') || length === '' || prefix > bits)
    throw new HostSpecError(`not a prefix length: ${text}`);
  return { address, prefix };
}

/** The route the kernel adds with an address (fib_add_ifaddr, addrconf_prefix_route); none for a single IPv4 address. */
export function connectedRoute(
  dev: string,
  { address, prefix }: InterfaceAddress,
): readonly RouteRecord[] {
  const dst = address.map((byte, i) => byte & prefixByte(prefix, i));
  const common = { table: MAIN, dst, prefix, type: 'unicast', dev, protocol: 'kernel' } as const;
  if (address.length === 16) return [{ ...common, family: 'ip6', metric: IPV6_METRIC }];
  if (prefix === 32) return [];
  return [{ ...common, family: 'ip', metric: 0, scope: 'link', src: address }];
}

const prefixByte = (prefix: number, i: number): number =>
  0xff & (0xff00 >> Math.max(0, Math.min(8, prefix - i * 8)));

function buildRoute(
  { dst, via, dev }: RouteSpec,
  interfaces: readonly InterfaceRecord[],
): RouteRecord {
  const gateway = via === undefined ? undefined : parseAddress(via);
  if (via !== undefined && !gateway) throw new HostSpecError(`not an address: ${via}`);
  const wide = (gateway ?? parseAddress(dst.split('/')[0] ?? ''))?.length === 16;
  const target =
    dst === 'default' ? { address: new Uint8Array(wide ? 16 : 4), prefix: 0 } : parsePrefixed(dst);
  const out = dev ?? interfaces.find((each) => gateway && reaches(each, gateway))?.name;
  if (out === undefined) throw new HostSpecError(`no interface reaches ${via ?? dst}`);
  return {
    family: wide ? 'ip6' : 'ip',
    table: MAIN,
    dst: target.address,
    prefix: target.prefix,
    type: 'unicast',
    ...(gateway && { via: gateway }),
    dev: out,
    metric: wide ? 1024 : 0,
    protocol: 'boot',
    ...(!wide && !gateway && { scope: 'link' }),
  };
}

const reaches = ({ addresses }: InterfaceRecord, gateway: Uint8Array): boolean =>
  addresses.some(
    ({ address, prefix }) =>
      address.length === gateway.length &&
      address.every((byte, i) => ((byte ^ (gateway[i] ?? 0)) & prefixByte(prefix, i)) === 0),
  );

/** Records of a listener: one for each family when it has no address. Throws HostSpecError. */
export function buildListener({
  proto,
  port,
  address,
  process,
}: ListenerSpec): readonly ListenerRecord[] {
  const common = {
    proto,
    port,
    transparent: false,
    uid: 0,
    ...(process !== undefined && { process }),
  };
  if (address === undefined)
    return [
      { ...common, family: 'ip' },
      { ...common, family: 'ip6' },
    ];
  const bytes = parseAddress(address);
  if (!bytes) throw new HostSpecError(`not an address: ${address}`);
  return [{ ...common, family: bytes.length === 4 ? 'ip' : 'ip6', address: bytes }];
}
