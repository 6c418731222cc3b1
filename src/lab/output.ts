/** The way out: local output, postrouting, fragmentation, the device; the loopback device leads back in. */
import { readUint, writeUint } from '../base/bytes.ts';
import { fragment, needsFragmenting, pieceOf } from '../kernel/fragments.ts';
import type { HookState } from '../kernel/netfilter.ts';
import { type Route, routeOf } from '../kernel/routing.ts';
import { checksum } from '../packet/checksum.ts';
import { buildEthernet } from '../packet/ethernet.ts';
import { type Device, Packet } from '../packet/packet.ts';
import { addresses } from '../packet/transport.ts';
import type { Kernel } from './machine.ts';
import type { Outcome } from './trace.ts';

/** raw_send_hdrinc and rawv6_send_hdrinc: length, checksum and a missing source are filled in. */
export function sendRaw(packet: Packet, oif: string | undefined, kernel: Kernel): void {
  const { src, dst } = addresses(packet);
  const unset = src.every((byte) => byte === 0);
  const flow = { dst, src: unset ? undefined : src, mark: packet.mark, iif: undefined, oif };
  const route = kernel.routing.output(flow);
  if (!route || isRefusal(route)) {
    kernel.trace.refusal = 'network is unreachable';
    return;
  }
  if (packet.data.length > route.mtu) {
    kernel.trace.refusal = 'message too long';
    return;
  }
  if (packet.family === 'ip') {
    if (unset && route.src) packet.data.set(route.src, 12);
    if (readUint(packet.data, 4, 2) === 0)
      writeUint(packet.data, 4, 2, kernel.env.rng.u32() & 0xffff);
    writeUint(packet.data, 2, 2, packet.data.length);
    sealHeader(packet.data);
  }
  kernel.answers?.opened(packet);
  localOut(packet, route, kernel);
}

const isRefusal = ({ type }: Route): boolean =>
  type === 'unreachable' || type === 'prohibit' || type === 'blackhole';

function sealHeader(data: Uint8Array): void {
  writeUint(data, 10, 2, 0);
  writeUint(data, 10, 2, checksum(data, 0, ((data[0] ?? 0) & 15) * 4));
}

/** __ip_local_out: the output hooks, then by the route, which they may have changed. */
export function localOut(packet: Packet, route: Route, kernel: Kernel): void {
  const { family } = packet;
  if (family === undefined) throw new Error('only IP packets are sent');
  packet.dst = route;
  packet.realm = route.realm;
  kernel.trace.begin(packet, 'local');
  const state: HookState = { family, hook: 'output', in: undefined, out: route.dev };
  const outcome =
    kernel.pass(packet, state) ?? output(packet, routeOf(packet) ?? route, kernel, 'sent');
  kernel.trace.end(packet, outcome);
}

/** ip_route_me_harder: by the packet as it is now. */
export function reroute(packet: Packet, _state: HookState, kernel: Kernel): boolean {
  const { src, dst } = addresses(packet);
  const route = kernel.routing.lookup({ dst, src, mark: packet.mark, iif: undefined });
  if (!route || isRefusal(route)) return false;
  packet.dst = route;
  packet.realm = route.realm;
  return true;
}

/** ip_output: postrouting, then fragments where the link is too narrow. */
export function output(
  packet: Packet,
  route: Route,
  kernel: Kernel,
  kind: 'forwarded' | 'sent',
): Outcome {
  const { family } = packet;
  if (family === undefined) throw new Error('only IP packets are sent');
  packet.oif = route.dev;
  const inward = kind === 'forwarded' ? packet.iif : undefined;
  const state: HookState = { family, hook: 'postrouting', in: inward, out: route.dev };
  if (route.type === 'broadcast' && kind === 'sent') loopBroadcast(packet, state, kernel);
  const ended = kernel.pass(packet, state);
  if (ended) return ended;
  if (!needsFragmenting(packet, route.mtu))
    return transmit(packet, route, kernel) ?? sent(kind, route);
  for (const data of fragment(packet, route.mtu, kernel.env.rng.u32()))
    transmit(pieceOf(packet, data), route, kernel);
  return sent(kind, route);
}

/** ip_mc_output: a broadcast comes back to its sender, as from the link. */
function loopBroadcast(packet: Packet, state: HookState, kernel: Kernel): void {
  const copy = new Packet(packet.data.slice(), packet.etherType);
  copy.mark = packet.mark;
  copy.ct = packet.ct;
  copy.socket = packet.socket;
  copy.oif = packet.oif;
  kernel.trace.begin(copy, 'local');
  const ended = kernel.pass(copy, state);
  if (!ended) {
    copy.type = 'loopback';
    copy.iif = copy.oif;
    copy.dst = packet.dst;
    kernel.loop(copy);
  }
  kernel.trace.end(copy, ended ?? { kind: 'sent', dev: 'lo' });
}

const sent = (kind: 'forwarded' | 'sent', { dev }: Route): Outcome => ({ kind, dev: dev.name });

/** Through the egress chains and onto the link; undefined when it got there. */
function transmit(packet: Packet, { dev }: Route, kernel: Kernel): Outcome | undefined {
  const ended = passEgress(packet, dev, kernel);
  if (ended) return ended;
  if (dev.kind === 'loopback') loopBack(packet, kernel);
  else kernel.trace.send(packet, dev);
  return undefined;
}

/** nf_fwd_netdev_egress and nf_dup_netdev_egress: onto another link as it is. */
export function sendCopy(packet: Packet, dev: Device, kernel: Kernel): void {
  if (!passEgress(packet, dev, kernel)) kernel.trace.send(packet, dev);
}

/** The egress chains of a device see the packet with its new link header. */
function passEgress(packet: Packet, dev: Device, kernel: Kernel): Outcome | undefined {
  const egress: HookState = { family: 'netdev', hook: 'egress', in: undefined, out: dev };
  const { link } = packet;
  packet.link = buildEthernet(new Uint8Array(6), dev.mac, packet.etherType);
  packet.pushed = packet.link.length;
  const ended = kernel.pass(packet, egress);
  packet.pushed = 0;
  packet.link = link;
  return ended;
}

/** loopback_xmit: the same packet comes back in, with its mark, connection and route. */
function loopBack(packet: Packet, kernel: Kernel): void {
  const lo = packet.oif;
  const back = new Packet(
    packet.data,
    packet.etherType,
    buildEthernet(new Uint8Array(6), new Uint8Array(6), packet.etherType),
  );
  back.iif = lo;
  back.mark = packet.mark;
  back.priority = packet.priority;
  back.traced = packet.traced;
  back.ct = packet.ct;
  back.dst = packet.dst;
  back.realm = packet.realm;
  kernel.loop(back);
}
