/** The way in: from a device through prerouting and routing to the host itself or onwards. */
import { readUint } from '../base/bytes.ts';
import { isMulticast } from '../kernel/host/routes.ts';
import { sendIcmpError } from '../kernel/icmp-error.ts';
import type { HookState } from '../kernel/netfilter.ts';
import type { Route } from '../kernel/routing.ts';
import { frameType } from '../packet/ethernet.ts';
import { Ipv4Header } from '../packet/ipv4.ts';
import type { Packet } from '../packet/packet.ts';
import { addresses } from '../packet/transport.ts';
import { forward } from './forward.ts';
import { optionFault, recordRoute } from './ip-options.ts';
import type { Kernel } from './machine.ts';
import { dropped, type Outcome } from './trace.ts';

/** A packet with `iif` and link header set has arrived. */
export function receive(packet: Packet, kernel: Kernel): void {
  kernel.trace.begin(packet, 'received');
  kernel.trace.end(packet, arrive(packet, kernel));
}

function arrive(packet: Packet, kernel: Kernel): Outcome {
  const device = packet.iif;
  if (!device) throw new Error('a received packet needs a device');
  if (packet.type !== 'loopback') packet.type = frameType(packet.link, device.mac);
  const ingress: HookState = { family: 'netdev', hook: 'ingress', in: device, out: undefined };
  const early = kernel.pass(packet, ingress);
  if (early) return early;
  const { family } = packet;
  if (family === undefined) return dropped('no protocol handler for its EtherType');
  if (packet.type === 'otherhost') return dropped('sent to another host on the link');
  const bad = family === 'ip' ? headerFaultV4(packet) : headerFaultV6(packet, device.kind);
  if (bad !== undefined) return dropped(bad);
  packet.headersChanged();
  const before: HookState = { family, hook: 'prerouting', in: device, out: undefined };
  const ended = kernel.pass(packet, before);
  if (ended) return ended;
  return routeInput(packet, family, kernel);
}

/** ip_rcv_core: what makes a header unacceptable; the packet is cut to its stated length. */
function headerFaultV4(packet: Packet): string | undefined {
  const { data } = packet;
  const header = new Ipv4Header(packet);
  if (data.length < 20 || (data[0] ?? 0) >> 4 !== 4 || header.headerLength < 20)
    return 'bad IPv4 header';
  if (header.headerLength > data.length || !header.checksumOk) return 'bad IPv4 header checksum';
  const length = header.totalLength;
  if (data.length < length || length < header.headerLength) return 'IPv4 packet cut short';
  packet.data = data.slice(0, length);
  return undefined;
}

/** ip6_rcv_core. */
function headerFaultV6(packet: Packet, kind: string): string | undefined {
  const { data } = packet;
  if (data.length < 40 || (data[0] ?? 0) >> 4 !== 6) return 'bad IPv6 header';
  const length = readUint(data, 4, 2);
  if (40 + length > data.length) return 'IPv6 packet cut short';
  packet.data = data.slice(0, 40 + length);
  const { src, dst } = addresses(packet);
  if (isMulticast(src)) return 'multicast source';
  const loops = isLoopbackV6(src) || isLoopbackV6(dst);
  return loops && kind !== 'loopback' ? 'loopback address on another interface' : undefined;
}

const isZero = (address: Uint8Array): boolean => address.every((byte) => byte === 0);

const isLoopbackV6 = (address: Uint8Array): boolean =>
  address[15] === 1 && address.subarray(0, 15).every((byte) => byte === 0);

function routeInput(packet: Packet, family: 'ip' | 'ip6', kernel: Kernel): Outcome {
  // What came over the loopback device keeps the route it was sent by.
  if (packet.dst !== undefined) return deliver(packet, family, kernel);
  const fault = family === 'ip' ? sourceFault(packet, kernel) : undefined;
  if (fault !== undefined) return dropped(fault);
  const route = inputRoute(packet, kernel);
  packet.realm = route?.realm ?? 0;
  const options = optionFault(packet, sourceRouting(packet, kernel));
  if (options !== undefined) return dropped(options);
  packet.dst = route;
  if (route && DELIVERED.has(route.type)) return deliver(packet, family, kernel);
  if (route?.type === 'multicast')
    return isJoined(packet)
      ? deliver(packet, family, kernel)
      : dropped('multicast group not joined');
  if (!forwards(packet, kernel)) return dropped('forwarding is off');
  if (route?.type !== 'unicast') return refuse(packet, family, route, kernel);
  return forward(packet, route, kernel);
}

const DELIVERED = new Set<Route['type']>(['local', 'broadcast', 'anycast']);

function inputRoute(packet: Packet, { routing }: Kernel): Route | undefined {
  const { src, dst } = addresses(packet);
  const type = routing.addressType(dst);
  const lo = routing.device('lo');
  if ((type === 'broadcast' || type === 'multicast') && lo)
    return { type, dev: lo, via: undefined, src: dst, mtu: lo.mtu, realm: 0, advmss: undefined };
  return routing.lookup({ dst, src, mark: packet.mark, iif: packet.iif?.name });
}

/** IN_DEV_SOURCE_ROUTE: the device's own value is 1, but `all` is 0. */
const sourceRouting = ({ family }: Packet, { env }: Kernel): boolean =>
  family === 'ip' && env.sysctl('net.ipv4.conf.all.accept_source_route') !== 0;

/** Groups every host is in: all-hosts; all-nodes, and all-routers where it forwards. */
function isJoined(packet: Packet): boolean {
  const { dst } = addresses(packet);
  const last = dst.at(-1);
  if (dst.length === 4) return dst[0] === 224 && dst[1] === 0 && dst[2] === 0 && last === 1;
  return dst[0] === 0xff && (dst[1] === 1 || dst[1] === 2) && (last === 1 || last === 2);
}

function forwards(packet: Packet, { env }: Kernel): boolean {
  return packet.family === 'ip'
    ? env.sysctl('net.ipv4.ip_forward') !== 0
    : env.sysctl('net.ipv6.conf.all.forwarding') !== 0;
}

/** Source and destination addresses the kernel calls martian, and reverse path filtering (fib_validate_source). */
function sourceFault(packet: Packet, kernel: Kernel): string | undefined {
  const { src, dst } = addresses(packet);
  const dev = packet.iif?.name ?? '';
  if (isMulticast(src) || src.every((byte) => byte === 255)) return 'martian source';
  const unset = isZero(src);
  if (unset && !dst.every((byte) => byte === 255)) return 'martian source';
  if (isZero(dst)) return 'martian destination';
  if (src[0] === 127 || dst[0] === 127) {
    const allowed = maxConf(kernel, dev, 'route_localnet');
    if (allowed === 0) return src[0] === 127 ? 'martian source' : 'martian destination';
  }
  if (unset) return undefined;
  const mode = maxConf(kernel, dev, 'rp_filter');
  const type = kernel.routing.addressType(src);
  if (type === 'local')
    return maxConf(kernel, dev, 'accept_local') === 0
      ? 'source is an address of this host'
      : undefined;
  return mode === 0 ? undefined : reversePathFault(packet, src, dst, mode, kernel);
}

/** `all` and the device's own value: the greater counts (IN_DEV_MAXCONF). */
function maxConf({ env }: Kernel, dev: string, name: string): number {
  return Math.max(
    env.sysctl(`net.ipv4.conf.all.${name}`),
    env.sysctl(`net.ipv4.conf.${dev}.${name}`),
  );
}

function reversePathFault(
  packet: Packet,
  src: Uint8Array,
  dst: Uint8Array,
  mode: number,
  { routing }: Kernel,
): string | undefined {
  const back = routing.lookup({ dst: src, src: dst, mark: 0, iif: undefined });
  const strict = mode === 1;
  if (back?.type !== 'unicast') return 'rp_filter: no route back';
  return strict && back.dev.name !== packet.iif?.name
    ? 'rp_filter: the way back is another'
    : undefined;
}

const UNREACHABLE_V4 = { unreachable: 1, prohibit: 13 } as const;
const UNREACHABLE_V6 = { unreachable: 0, prohibit: 1 } as const;

/** ip_error and ip6_pkt_discard: no way onwards. */
function refuse(
  packet: Packet,
  family: 'ip' | 'ip6',
  route: Route | undefined,
  kernel: Kernel,
): Outcome {
  if (route?.type !== 'blackhole') {
    const codes = family === 'ip' ? UNREACHABLE_V4 : UNREACHABLE_V6;
    const type = route?.type;
    const code = type === 'unreachable' || type === 'prohibit' ? codes[type] : 0;
    sendIcmpError(packet, { type: family === 'ip' ? 3 : 1, code }, kernel.env);
  }
  return dropped(route ? `${route.type} route` : 'no route');
}

/** ip_local_deliver: whole packets only, then the input hooks. */
function deliver(packet: Packet, family: 'ip' | 'ip6', kernel: Kernel): Outcome {
  if (family === 'ip' && packet.transport.fragmented && !kernel.fragments.gather(packet, 'local'))
    return { kind: 'stolen', reason: 'waits for the other fragments' };
  recordRoute(packet, addresses(packet).dst);
  const state: HookState = { family, hook: 'input', in: packet.iif, out: undefined };
  const ended = kernel.pass(packet, state);
  if (ended) return ended;
  const dev = state.in?.name ?? '';
  kernel.trace.deliver(packet, dev);
  kernel.answers?.delivered(packet);
  return { kind: 'delivered', dev };
}
