/** Sending packets on to real servers: translation, direct routing, tunnels (ip_vs_xmit.c). */
import { be, concatBytes, writeUint } from '../../base/bytes.ts';
import { NotEmulated } from '../../base/errors.ts';
import { checksum } from '../../packet/checksum.ts';
import { buildIpv4, DF, Ipv4Header } from '../../packet/ipv4.ts';
import { Packet } from '../../packet/packet.ts';
import { ETHERTYPE, PROTO } from '../../packet/protocols.ts';
import { setTransportChecksum } from '../../packet/transport.ts';
import { buildUdp } from '../../packet/udp.ts';
import { sendIcmpError } from '../icmp-error.ts';
import { ACCEPT, type HookEnv, type HookState, type HookVerdict } from '../netfilter.ts';
import type { Route } from '../routing.ts';
import { markTranslated } from './conntrack.ts';
import type { IpvsConnection } from './model.ts';

const STOLEN = { code: 'stolen', reason: 'taken by IPVS' } as const;
const drop = (reason: string): HookVerdict => ({ code: 'drop', reason });

/** Rewrites addresses and ports in place and makes the checksums right. */
export function rewrite(
  packet: Packet,
  change: {
    readonly src?: { readonly address: Uint8Array; readonly port: number };
    readonly dst?: { readonly address: Uint8Array; readonly port: number };
  },
): void {
  packet.data = packet.data.slice();
  const { offset } = packet.transport;
  const at = packet.family === 'ip' ? { src: 12, dst: 16 } : { src: 8, dst: 24 };
  for (const side of ['src', 'dst'] as const) {
    const value = change[side];
    if (!value) continue;
    packet.data.set(value.address, at[side]);
    writeUint(packet.data, offset + (side === 'src' ? 0 : 2), 2, value.port);
  }
  if (packet.family === 'ip') sealHeader(packet.data);
  setTransportChecksum(packet);
}

/** The IPv4 header checksum anew. */
export function sealHeader(data: Uint8Array): void {
  writeUint(data, 10, 2, 0);
  writeUint(data, 10, 2, checksum(data, 0, ((data[0] ?? 0) & 15) * 4));
}

/** Sends a packet to the real server of its connection; accepted means that the local stack takes it. */
export function transmit(
  packet: Packet,
  conn: Readonly<IpvsConnection>,
  state: HookState,
  env: HookEnv,
): HookVerdict {
  // do_output_route4: the packet's mark does not count.
  const flow = { dst: conn.destination, src: undefined, mark: 0, iif: undefined };
  const route = env.routing.lookup(flow);
  if (!route || (route.type !== 'unicast' && route.type !== 'local'))
    return drop('no route to the real server');
  const local = route.type === 'local';
  if (!local && !spendHop(packet, env)) return drop('time to live exceeded');
  switch (conn.forwarding) {
    case 'masq':
      return translate(packet, conn, route, state, env);
    case 'route':
      return local ? acceptLocal(packet, conn, env) : sendOn(packet, conn, route, env);
    case 'tunnel':
      return local ? acceptLocal(packet, conn, env) : tunnel(packet, conn, route, env);
  }
}

/** decrement_ttl. */
function spendHop(packet: Packet, env: HookEnv): boolean {
  const at = packet.family === 'ip' ? 8 : 7;
  if ((packet.data[at] ?? 0) <= 1) {
    sendIcmpError(packet, { type: packet.family === 'ip' ? 11 : 3, code: 0 }, env);
    return false;
  }
  packet.data = packet.data.slice();
  if (packet.family === 'ip') new Ipv4Header(packet).ttl -= 1;
  else packet.data[at] = (packet.data[at] ?? 0) - 1;
  return true;
}

function translate(
  packet: Packet,
  conn: Readonly<IpvsConnection>,
  route: Route,
  state: HookState,
  env: HookEnv,
): HookVerdict {
  const { destination: address, destinationPort: port } = conn;
  const local = route.type === 'local';
  if (local && address.length === 4 && address[0] === 127 && state.hook === 'input')
    return drop('loopback real server for a packet from outside');
  rewrite(packet, { dst: { address, port } });
  return local ? acceptLocal(packet, conn, env) : sendOn(packet, conn, route, env);
}

function acceptLocal(packet: Packet, conn: Readonly<IpvsConnection>, env: HookEnv): HookVerdict {
  markTranslated(packet, conn, env);
  return ACCEPT;
}

function sendOn(
  packet: Packet,
  conn: Readonly<IpvsConnection>,
  route: Route,
  env: HookEnv,
): HookVerdict {
  markTranslated(packet, conn, env);
  if (packet.data.length > route.mtu) return tooBig(packet, route.mtu, env);
  env.localOut(packet, route);
  return STOLEN;
}

function tooBig(packet: Packet, mtu: number, env: HookEnv): HookVerdict {
  if (packet.family === 'ip' && (new Ipv4Header(packet).flags & DF) === 0)
    throw new NotEmulated('IPVS packets larger than the MTU that may be fragmented');
  const kind = packet.family === 'ip' ? { type: 3, code: 4 } : { type: 2, code: 0 };
  sendIcmpError(packet, { ...kind, rest: be(mtu, 4) }, env);
  return drop('larger than the MTU of the way to the real server');
}

const GRE_CSUM = 0x8000;
/** Ephemeral ports a GUE source port is taken from, by a hash of the flow. */
const FIRST_PORT = 32768;
const PORTS = 60999 - FIRST_PORT;

function tunnel(
  packet: Packet,
  conn: Readonly<IpvsConnection>,
  route: Route,
  env: HookEnv,
): HookVerdict {
  if (packet.family !== 'ip' || conn.destination.length !== 4)
    throw new NotEmulated('IPVS tunnels with IPv6');
  const inner = packet.data;
  const { proto, payload } = encapsulate(inner, conn);
  const header = new Ipv4Header(packet);
  const src = route.src;
  if (!src) return drop('no address for the tunnel');
  const dontFragment = env.sysctl('net.ipv4.vs.pmtu_disc') !== 0 ? header.flags & DF : 0;
  const data = buildIpv4(
    { src, dst: conn.destination, proto, tos: header.tos, ttl: header.ttl, flags: dontFragment },
    payload,
  );
  if (data.length > route.mtu) return tooBig(packet, route.mtu - (data.length - inner.length), env);
  const outer = new Packet(data, ETHERTYPE.ip);
  outer.iif = packet.iif;
  outer.mark = packet.mark;
  outer.priority = packet.priority;
  outer.ct = packet.ct;
  if (conn.tunnel.type === 'gue' && conn.tunnel.csum === 'csum') setTransportChecksum(outer);
  markTranslated(outer, conn, env);
  env.localOut(outer, route);
  return STOLEN;
}

function encapsulate(
  inner: Uint8Array,
  { tunnel: { type, port, csum }, client, clientPort }: Readonly<IpvsConnection>,
): { readonly proto: number; readonly payload: Uint8Array } {
  if (type === 'ipip') return { proto: PROTO.ipip, payload: inner };
  if (csum === 'remcsum') throw new NotEmulated('GUE with remote checksums');
  if (type === 'gue') {
    const flow = client.reduce((sum, byte) => (sum * 31 + byte) >>> 0, clientPort);
    const gue = concatBytes(Uint8Array.of(0, PROTO.ipip, 0, 0), inner);
    return {
      proto: PROTO.udp,
      payload: buildUdp({ sport: FIRST_PORT + (flow % PORTS), dport: port }, gue),
    };
  }
  const flags = csum === 'csum' ? GRE_CSUM : 0;
  const base = concatBytes(be(flags, 2), be(ETHERTYPE.ip, 2));
  if (!flags) return { proto: PROTO.gre, payload: concatBytes(base, inner) };
  const payload = concatBytes(base, new Uint8Array(4), inner);
  writeUint(payload, 4, 2, checksum(payload, 0, payload.length));
  return { proto: PROTO.gre, payload };
}
