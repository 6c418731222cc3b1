/** ICMP errors about packets of connections (ip_vs_in_icmp, ip_vs_out_icmp, ip_vs_nat_icmp). */
import { writeUint } from '../../base/bytes.ts';
import { NotEmulated } from '../../base/errors.ts';
import { isIcmpError } from '../../packet/icmp.ts';
import { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { addresses, ports, setTransportChecksum } from '../../packet/transport.ts';
import { ACCEPT, type HookEnv, type HookState, type HookVerdict } from '../netfilter.ts';
import { type Ends, findInward, findOutward } from './connections.ts';
import { markTranslated } from './conntrack.ts';
import { countPacket } from './counters.ts';
import type { IpvsConnection } from './model.ts';
import { sealHeader, transmit } from './transmit.ts';

const ICMP_HEADER = 8;

export const isIcmp = ({ transport: { proto } }: Packet): boolean =>
  proto === PROTO.icmp || proto === PROTO.icmpv6;

/** Types IPVS looks into: unreachable, quench, time exceeded; all errors of ICMPv6. */
function isRelevant(packet: Packet): boolean {
  const type = packet.data[packet.transport.offset] ?? 255;
  if (packet.family === 'ip') return type === 3 || type === 4 || type === 11;
  return isIcmpError(6, type);
}

interface Quoted {
  readonly packet: Packet;
  /** As a packet in the other direction would have them. */
  readonly reverse: Ends;
}

function quotedOf(packet: Packet): Quoted | undefined {
  if (!isRelevant(packet)) return undefined;
  const at = packet.transport.offset + ICMP_HEADER;
  const quoted = new Packet(packet.data.subarray(at), packet.etherType);
  const { proto } = quoted.transport;
  if (proto === PROTO.ipip || proto === PROTO.gre)
    throw new NotEmulated('ICMP errors about IPVS tunnels');
  const numbers = ports(quoted);
  if (!numbers) return undefined;
  const { src, dst } = addresses(quoted);
  return {
    packet: quoted,
    reverse: { protocol: proto, src: dst, sport: numbers.dport, dst: src, dport: numbers.sport },
  };
}

/** Puts the address and port of the other side into the error and the packet it quotes. */
function rewriteError(
  packet: Packet,
  conn: Readonly<IpvsConnection>,
  towards: 'server' | 'client',
) {
  packet.data = packet.data.slice();
  const { data, family } = packet;
  const inner = packet.transport.offset + ICMP_HEADER;
  const quoted = new Packet(data.subarray(inner), packet.etherType);
  const at = family === 'ip' ? { src: 12, dst: 16 } : { src: 8, dst: 24 };
  const address = towards === 'server' ? conn.destination : conn.virtual;
  const port = towards === 'server' ? conn.destinationPort : conn.virtualPort;
  data.set(address, towards === 'server' ? at.dst : at.src);
  data.set(address, inner + (towards === 'server' ? at.src : at.dst));
  writeUint(data, inner + quoted.transport.offset + (towards === 'server' ? 0 : 2), 2, port);
  if (family === 'ip') {
    sealHeader(data);
    sealHeader(data.subarray(inner));
  }
  setTransportChecksum(packet);
}

/** An error about an answer, on its way to the real server. Undefined when it is about no connection. */
export function icmpInward(
  packet: Packet,
  state: HookState,
  env: HookEnv,
): HookVerdict | undefined {
  const quoted = quotedOf(packet);
  const conn = quoted && findInward(env.lab, quoted.reverse);
  if (!conn) return undefined;
  countPacket(env.lab, conn, 'in', packet.data.length);
  if (conn.forwarding !== 'masq') return transmit(packet, conn, state, env);
  return forwardError(packet, conn, env);
}

function forwardError(packet: Packet, conn: Readonly<IpvsConnection>, env: HookEnv): HookVerdict {
  const flow = { dst: conn.destination, src: undefined, mark: 0, iif: undefined };
  const route = env.routing.lookup(flow);
  if (!route || (route.type !== 'unicast' && route.type !== 'local'))
    return { code: 'drop', reason: 'no route to the real server' };
  rewriteError(packet, conn, 'server');
  markTranslated(packet, conn, env);
  if (route.type === 'local') return ACCEPT;
  const hops = packet.family === 'ip' ? 8 : 7;
  packet.data[hops] = (packet.data[hops] ?? 1) - 1;
  if (packet.family === 'ip') sealHeader(packet.data);
  env.localOut(packet, route);
  return { code: 'stolen', reason: 'taken by IPVS' };
}

/** An error of a real server about a client's packet: it comes from the virtual address. Undefined when it is about no connection. */
export function icmpOutward(
  packet: Packet,
  state: HookState,
  env: HookEnv,
): HookVerdict | undefined {
  const quoted = quotedOf(packet);
  const conn = quoted && findOutward(env.lab, quoted.reverse);
  if (conn?.forwarding !== 'masq') return undefined;
  rewriteError(packet, conn, 'client');
  if (!env.reroute(packet, state)) return { code: 'drop', reason: 'no route to the client' };
  countPacket(env.lab, conn, 'out', packet.data.length);
  markTranslated(packet, conn, env);
  return ACCEPT;
}
