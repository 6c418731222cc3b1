/** The way through: a packet for another host (ip_forward, ip6_forward). */
import { be } from '../base/bytes.ts';
import { isLinkLocal } from '../kernel/host/routes.ts';
import { sendIcmpError } from '../kernel/icmp-error.ts';
import { type Route, routeOf } from '../kernel/routing.ts';
import { DF, Ipv4Header } from '../packet/ipv4.ts';
import type { Packet } from '../packet/packet.ts';
import { addresses } from '../packet/transport.ts';
import { recordRoute } from './ip-options.ts';
import type { Kernel } from './machine.ts';
import { output } from './output.ts';
import { dropped, type Outcome } from './trace.ts';

const TIME_EXCEEDED = { ip: 11, ip6: 3 } as const;
const FRAGMENTATION_NEEDED = { type: 3, code: 4 } as const;
const BEYOND_SCOPE = { type: 1, code: 2 } as const;
const PACKET_TOO_BIG = { type: 2, code: 0 } as const;

export function forward(packet: Packet, route: Route, kernel: Kernel): Outcome {
  const { family } = packet;
  if (family === undefined) throw new Error('only IP packets are forwarded');
  if (packet.type !== 'host') return dropped('not sent to this host on the link');
  if (hopsLeft(packet) <= 1) {
    sendIcmpError(packet, { type: TIME_EXCEEDED[family], code: 0 }, kernel.env);
    return dropped('time to live exceeded');
  }
  const source = family === 'ip6' ? sourceFault(packet, kernel) : undefined;
  if (source !== undefined) return dropped(source);
  if (isTooBig(packet, route.mtu)) {
    tellMtu(packet, route.mtu, kernel);
    return dropped(`larger than the MTU of ${route.dev.name}`);
  }
  decrementHops(packet);
  packet.priority = priorityOf(packet);
  const state = { family, hook: 'forward', in: packet.iif, out: route.dev } as const;
  const ended = kernel.pass(packet, state);
  if (ended) return ended;
  recordRoute(packet, kernel.routing.primaryAddress(route.dev.name, family));
  return output(packet, routeOf(packet) ?? route, kernel, 'forwarded');
}

/** Sources an IPv6 router does not carry further: none at all, and those of the link. */
function sourceFault(packet: Packet, { env }: Kernel): string | undefined {
  const { src } = addresses(packet);
  if (src.every((byte) => byte === 0)) return 'unspecified source';
  if (!isLinkLocal(src)) return undefined;
  sendIcmpError(packet, BEYOND_SCOPE, env);
  return 'link-local source';
}

const hopsLeft = ({ data, family }: Packet): number => data[family === 'ip' ? 8 : 7] ?? 0;

function decrementHops(packet: Packet): void {
  if (packet.family === 'ip') new Ipv4Header(packet).ttl -= 1;
  else packet.data[7] = (packet.data[7] ?? 1) - 1;
}

/** Fragments that were put together here are judged by the largest of them. */
function isTooBig(packet: Packet, mtu: number): boolean {
  const { data, family, pieces } = packet;
  if (pieces) return Math.max(...pieces) + (family === 'ip' ? 20 : 48) > mtu;
  if (data.length <= mtu) return false;
  return family === 'ip6' || (new Ipv4Header(packet).flags & DF) !== 0;
}

function tellMtu(packet: Packet, mtu: number, { env }: Kernel): void {
  const kind = packet.family === 'ip' ? FRAGMENTATION_NEEDED : PACKET_TOO_BIG;
  sendIcmpError(packet, { ...kind, rest: be(mtu, 4) }, env);
}

/** rt_tos2priority: the type of service's class as a priority; IPv6 leaves it alone. */
const TOS_PRIORITY = [0, 0, 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 4, 4, 4, 4] as const;
function priorityOf({ data, family, priority }: Packet): number {
  return family === 'ip' ? (TOS_PRIORITY[((data[1] ?? 0) >> 1) & 15] ?? 0) : priority;
}
