/** IPVS at its hooks (ip_vs_core.c: ip_vs_in_hook, ip_vs_out_hook, ip_vs_forward_icmp). */
import { NotEmulated } from '../../base/errors.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { readTcp, TCP_FLAG } from '../../packet/tcp.ts';
import { addresses, ports } from '../../packet/transport.ts';
import { sendIcmpError } from '../icmp-error.ts';
import type { Draft } from '../model.ts';
import {
  ACCEPT,
  type BuiltinHook,
  type HookEnv,
  type HookState,
  type HookVerdict,
} from '../netfilter.ts';
import { advanceState, type Ends, findInward, findOutward, restartTimer } from './connections.ts';
import { markTranslated } from './conntrack.ts';
import { countPacket } from './counters.ts';
import { expireConnections, removeConnection } from './expiry.ts';
import { icmpInward, icmpOutward, isIcmp } from './icmp.ts';
import type { IpvsConnection } from './model.ts';
import { findService, schedule } from './schedule.ts';
import { isSctpInit } from './states.ts';
import { rewrite, transmit } from './transmit.ts';

const drop = (reason: string): HookVerdict => ({ code: 'drop', reason });

/** The hooks are there while the family has services. */
function isActive(lab: Draft, family: string): boolean {
  if (lab.ipvs.services.size === 0) return false;
  for (const { id } of lab.ipvs.services.values()) if (id.family === family) return true;
  return false;
}

function endsOf(packet: Packet): Ends | undefined {
  const { proto } = packet.transport;
  if (proto !== PROTO.tcp && proto !== PROTO.udp && proto !== PROTO.sctp) return undefined;
  const numbers = ports(packet);
  if (!numbers) return undefined;
  const { src, dst } = addresses(packet);
  return { protocol: proto, src, sport: numbers.sport, dst, dport: numbers.dport };
}

const isReset = (packet: Packet): boolean =>
  ((readTcp(packet.data, packet.transport.offset)?.flags ?? 0) & TCP_FLAG.rst) !== 0;

/** Opens a connection: SYN, INIT; every datagram may. */
function mayOpen(packet: Packet, env: HookEnv): boolean {
  const { proto, offset } = packet.transport;
  if (proto === PROTO.tcp) {
    const flags = readTcp(packet.data, offset)?.flags ?? 0;
    return (flags & TCP_FLAG.syn) !== 0 || env.sysctl('net.ipv4.vs.sloppy_tcp') !== 0;
  }
  if (proto === PROTO.sctp)
    return isSctpInit(packet) || env.sysctl('net.ipv4.vs.sloppy_sctp') !== 0;
  return true;
}

const isNew = (packet: Packet): boolean => {
  const { proto, offset } = packet.transport;
  if (proto === PROTO.sctp) return isSctpInit(packet);
  const flags = proto === PROTO.tcp ? (readTcp(packet.data, offset)?.flags ?? 0) : 0;
  return (flags & TCP_FLAG.syn) !== 0;
};

/** is_new_conn_expected: the old connection of these ports is over. */
function isOver({ state, protocol, controlledBy, noOutput }: IpvsConnection, mode: number) {
  if (controlledBy !== undefined) return false;
  if (protocol === PROTO.sctp) return state === 'CLOSED';
  if (protocol !== PROTO.tcp) return false;
  return (
    state === 'TIME_WAIT' ||
    state === 'CLOSE' ||
    ((mode & 2) !== 0 && state === 'FIN_WAIT' && noOutput)
  );
}

function destinationWeight(lab: Draft, conn: Readonly<IpvsConnection>): number | undefined {
  const { service, dest } = conn;
  if (service === undefined || dest === undefined) return undefined;
  return lab.ipvs.destinations(service).get(dest)?.weight;
}

/** The connection a packet belongs to, once those that are over, or whose server is gone, are out of the way. */
function currentConnection(
  packet: Packet,
  ends: Ends,
  env: HookEnv,
): Readonly<IpvsConnection> | HookVerdict | undefined {
  const { lab } = env;
  const conn = findInward(lab, ends);
  if (!conn) return undefined;
  const weight = destinationWeight(lab, conn);
  const expireNoDest = env.sysctl('net.ipv4.vs.expire_nodest_conn') !== 0;
  const reuse = env.sysctl('net.ipv4.vs.conn_reuse_mode');
  if (isNew(packet)) {
    const renew = (expireNoDest && weight === 0) || (reuse !== 0 && isOver(conn, reuse));
    if (renew) {
      if (conn.controls === 0) removeConnection(lab, conn.id);
      return undefined;
    }
  }
  if (conn.dest !== undefined && weight === undefined) {
    if (!expireNoDest) return drop('the real server was removed');
    removeConnection(lab, conn.id);
    return undefined;
  }
  return conn;
}

/** Switches of net.ipv4.vs that change what becomes of packets in ways not modelled here. */
const NOT_MODELLED = [
  'backup_only',
  'cache_bypass',
  'drop_entry',
  'drop_packet',
  'ignore_tunneled',
  'schedule_icmp',
  'secure_tcp',
];

function refuseUnmodelled(env: HookEnv): void {
  for (const name of NOT_MODELLED)
    if (env.sysctl(`net.ipv4.vs.${name}`) !== 0) throw new NotEmulated(`net.ipv4.vs.${name}`);
}

/** ip_vs_in_hook. */
function inward(packet: Packet, state: HookState, env: HookEnv): HookVerdict {
  const { lab } = env;
  if (packet.ipvs !== undefined || !isActive(lab, state.family)) return ACCEPT;
  refuseUnmodelled(env);
  if (packet.type !== 'host' && state.hook !== 'output') return ACCEPT;
  expireConnections(lab, env.clock.now());
  if (isIcmp(packet)) return icmpInward(packet, state, env) ?? ACCEPT;
  const ends = endsOf(packet);
  if (!ends) return ACCEPT;
  const current = currentConnection(packet, ends, env);
  if (current && 'code' in current) return current;
  const conn = current ?? open(packet, ends, env);
  if ('code' in conn) return conn;
  countPacket(lab, conn, 'in', packet.data.length);
  advanceState(lab, conn, packet, 'in');
  const verdict = transmit(packet, conn, state, env);
  restartTimer(lab, conn.id, env.clock.now());
  return verdict;
}

/** ip_vs_try_to_schedule: a packet that opens no connection, or asks no service, is left to the local stack. */
function open(packet: Packet, ends: Ends, env: HookEnv): Readonly<IpvsConnection> | HookVerdict {
  if (!mayOpen(packet, env)) return ACCEPT;
  const service = findService(env.lab, packet, ends);
  if (!service) return ACCEPT;
  // A reply of a real server on this host opens nothing.
  if ((!packet.iif || packet.iif.kind === 'loopback') && findOutward(env.lab, ends)) return ACCEPT;
  const conn = schedule(packet, ends, service, env);
  if (conn === 'unusable') return drop('the persistence engine cannot use the packet');
  if (conn !== 'no destination') return conn;
  if (!('fwmark' in service.id) && service.id.port === 21 && ends.dport !== 21) return ACCEPT;
  const unreachable = packet.family === 'ip' ? { type: 3, code: 3 } : { type: 1, code: 4 };
  sendIcmpError(packet, unreachable, env);
  return drop('no real server can take it');
}

/** ip_vs_out_hook: answers of real servers, translated back where they are behind address translation. */
function outward(packet: Packet, state: HookState, env: HookEnv): HookVerdict {
  const { lab } = env;
  if (packet.ipvs !== undefined || !isActive(lab, state.family)) return ACCEPT;
  expireConnections(lab, env.clock.now());
  if (isIcmp(packet)) return icmpOutward(packet, state, env) ?? ACCEPT;
  const ends = endsOf(packet);
  if (!ends) return ACCEPT;
  const conn = findOutward(lab, ends);
  if (!conn) return unknownAnswer(packet, ends, env);
  if (conn.forwarding === 'masq') {
    rewrite(packet, { src: { address: conn.virtual, port: conn.virtualPort } });
    if (state.hook !== 'input' && !env.reroute(packet, state))
      return drop('no route to the client');
  }
  countPacket(lab, conn, 'out', packet.data.length);
  advanceState(lab, conn, packet, 'out');
  markTranslated(packet, conn, env);
  restartTimer(lab, conn.id, env.clock.now());
  return ACCEPT;
}

/** With net.ipv4.vs.nat_icmp_send a real server is told that its connection is unknown. */
function unknownAnswer(packet: Packet, ends: Ends, env: HookEnv): HookVerdict {
  if (env.sysctl('net.ipv4.vs.nat_icmp_send') === 0) return ACCEPT;
  const isServer = [...env.lab.ipvs.services.entries()].some(([key, { id }]) => {
    if (!('fwmark' in id) && { TCP: 6, UDP: 17, SCTP: 132 }[id.protocol] !== ends.protocol)
      return false;
    return [...env.lab.ipvs.destinations(key).values()].some(
      ({ address, port, forwarding }) =>
        forwarding === 'masq' &&
        port === ends.sport &&
        address.length === ends.src.length &&
        address.every((byte, i) => byte === ends.src[i]),
    );
  });
  if (!isServer || (ends.protocol === PROTO.tcp && isReset(packet))) return ACCEPT;
  sendIcmpError(packet, packet.family === 'ip' ? { type: 3, code: 3 } : { type: 1, code: 4 }, env);
  return drop('answer without a connection');
}

function forwardIcmp(packet: Packet, state: HookState, env: HookEnv): HookVerdict {
  if (!isIcmp(packet) || packet.ipvs !== undefined || !isActive(env.lab, state.family))
    return ACCEPT;
  return icmpInward(packet, state, env) ?? ACCEPT;
}

const families = ['ip', 'ip6'] as const;
const needs = 'nothing';

/** NF_IP_PRI_NAT_SRC - 2 and so on, as ip_vs_ops4. */
export const ipvsHooks: readonly BuiltinHook[] = [
  { name: 'ipvs out', families, needs, hook: 'input', priority: 98, run: outward },
  { name: 'ipvs in', families, needs, hook: 'input', priority: 99, run: inward },
  { name: 'ipvs out', families, needs, hook: 'output', priority: -99, run: outward },
  { name: 'ipvs in', families, needs, hook: 'output', priority: -98, run: inward },
  { name: 'ipvs icmp', families, needs, hook: 'forward', priority: 99, run: forwardIcmp },
  { name: 'ipvs out', families, needs, hook: 'forward', priority: 100, run: outward },
];
