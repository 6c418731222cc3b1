/** ICMP and ICMPv6 errors about a packet (net/ipv4/icmp.c, net/ipv6/icmp.c). */
import { buildIcmp, isIcmpError } from '../packet/icmp.ts';
import { buildIpv4 } from '../packet/ipv4.ts';
import { buildIpv6 } from '../packet/ipv6.ts';
import { Packet } from '../packet/packet.ts';
import { ETHERTYPE, PROTO } from '../packet/protocols.ts';
import { addresses, setTransportChecksum } from '../packet/transport.ts';
import { isLinkLocal } from './host/routes.ts';
import type { HookEnv } from './netfilter.ts';
import { routeOf } from './routing.ts';

/** An error's type, code and the second word of its header (MTU, pointer). */
export interface IcmpErrorKind {
  readonly type: number;
  readonly code: number;
  readonly rest?: Uint8Array;
}

/** Type of service of IPv4 errors: internetwork control beside the packet's own bits. */
const PREC_INTERNETCONTROL = 0xc0;
const TOS_MASK = 0x1e;
/** Largest IPv4 error, RFC 1812; IPv6 errors fit the minimum MTU. */
const MAX_IPV4 = 576;
const MAX_IPV6 = 1280;

/** Sends an error about `packet` to its source, where the standards allow one. */
export function sendIcmpError(packet: Packet, kind: IcmpErrorKind, env: HookEnv): void {
  if (packet.family === undefined || !mayAnswer(packet)) return;
  const { src, dst } = addresses(packet);
  const local =
    routeOf(packet)?.type === 'local' || (packet.family === 'ip6' && env.routing.isLocal(dst));
  const oif = isLinkLocal(src) ? packet.iif?.name : undefined;
  const flow = { dst: src, src: local ? dst : undefined, mark: 0, iif: undefined, oif };
  const route = env.routing.lookup(flow);
  if (!route || (route.type !== 'unicast' && route.type !== 'local')) return;
  const from = local ? dst : (route.src ?? env.routing.selectSource(route.dev.name, src));
  if (!from) return;
  // __ip_route_output_key: an IPv4 source must be an address of this host, not only routed to it.
  if (from.length === 4 && !env.routing.isLocal(from)) return;
  const error =
    packet.family === 'ip' ? errorV4(packet, kind, from, src) : errorV6(packet, kind, from, src);
  error.local = true;
  // The kernel's own socket, which no user owns.
  error.socket = {};
  env.attach(packet, error);
  env.localOut(error, route);
}

function mayAnswer(packet: Packet): boolean {
  if (packet.type !== 'host' && packet.type !== 'outgoing') return false;
  const { proto, offset, fragment } = packet.transport;
  if (fragment !== 0) return false;
  const { src, dst } = addresses(packet);
  const to = routeOf(packet)?.type;
  if (to === 'broadcast' || to === 'multicast') return false;
  if (isGroup(dst) || src.every((byte) => byte === 0) || isGroup(src)) return false;
  const type = packet.data[offset];
  if (proto === PROTO.icmp) return type !== undefined && !isIcmpError(4, type);
  if (proto === PROTO.icmpv6) return type !== undefined && !isIcmpError(6, type);
  return true;
}

const isGroup = (address: Uint8Array): boolean =>
  address.length === 4
    ? ((address[0] ?? 0) & 0xf0) === 0xe0 || address.every((byte) => byte === 0xff)
    : address[0] === 0xff;

function errorV4(packet: Packet, kind: IcmpErrorKind, src: Uint8Array, dst: Uint8Array): Packet {
  const quoted = packet.data.subarray(0, MAX_IPV4 - 28);
  const message = buildIcmp(kind.type, kind.code, kind.rest, quoted);
  const tos = ((packet.data[1] ?? 0) & TOS_MASK) | PREC_INTERNETCONTROL;
  const out = new Packet(buildIpv4({ src, dst, proto: PROTO.icmp, tos }, message), ETHERTYPE.ip);
  setTransportChecksum(out);
  return out;
}

function errorV6(packet: Packet, kind: IcmpErrorKind, src: Uint8Array, dst: Uint8Array): Packet {
  const quoted = packet.data.subarray(0, MAX_IPV6 - 48);
  const message = buildIcmp(kind.type, kind.code, kind.rest, quoted);
  const out = new Packet(buildIpv6({ src, dst, nextHeader: PROTO.icmpv6 }, message), ETHERTYPE.ip6);
  setTransportChecksum(out);
  return out;
}
