/** Tracking of UDP, UDP-Lite, GRE, ICMP queries and protocols without a tracker of their own. */
import { readUint } from '../../base/bytes.ts';
import { fold, pseudoSum, sumWords } from '../../packet/checksum.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { addresses, transportChecksumOk } from '../../packet/transport.ts';
import type { HookEnv, HookState } from '../netfilter.ts';
import { type Connection, refresh, timeout } from './connection.ts';
import type { Tracked } from './tcp.ts';

/** A UDP stream is one once it lasts longer than this after its first packet. */
const STREAM_AFTER = 2_000_000_000n;

const checksOn = (state: HookState, env: HookEnv): boolean =>
  state.hook === 'prerouting' && env.sysctl('net.netfilter.nf_conntrack_checksum') !== 0;

function udpSound(packet: Packet, state: HookState, env: HookEnv): boolean {
  const { data } = packet;
  const { offset } = packet.transport;
  const bytes = data.length - offset;
  if (bytes < 8) return false;
  const length = readUint(data, offset + 4, 2);
  if (length > bytes || length < 8) return false;
  return !checksOn(state, env) || transportChecksumOk(packet);
}

/** nf_conntrack_udp_packet. */
export function trackUdp(
  connection: Connection,
  packet: Packet,
  state: HookState,
  env: HookEnv,
): Tracked {
  if (!udpSound(packet, state, env)) return 'invalid';
  const now = env.clock.now();
  if (!connection.confirmed) connection.edit().stream = now + STREAM_AFTER;
  if (!connection.has('SEEN_REPLY')) {
    refresh(connection, packet, env, timeout(connection, 'unreplied', env));
    return 'accept';
  }
  const stream = now > (connection.entry.stream ?? 0n);
  refresh(connection, packet, env, timeout(connection, stream ? 'replied' : 'unreplied', env));
  if (stream) connection.set('ASSURED');
  return 'accept';
}

/** The checksum of UDP-Lite is compulsory and covers a part (udplite_error). */
function udpliteSound(packet: Packet, state: HookState, env: HookEnv): boolean {
  const { data } = packet;
  const { offset } = packet.transport;
  const bytes = data.length - offset;
  if (bytes < 8) return false;
  const stated = readUint(data, offset + 4, 2);
  const covered = stated === 0 ? bytes : stated;
  if (covered < 8 || covered > bytes || readUint(data, offset + 6, 2) === 0) return false;
  if (!checksOn(state, env)) return true;
  const { src, dst } = addresses(packet);
  // udplite_error names UDP, not UDP-Lite, in the pseudo header: sound packets fail here.
  const sum = sumWords(data, offset, offset + covered, pseudoSum(src, dst, PROTO.udp, bytes));
  return fold(sum) === 0xffff;
}

function unrepliedOrReplied(connection: Connection, packet: Packet, env: HookEnv): Tracked {
  if (connection.has('SEEN_REPLY')) {
    refresh(connection, packet, env, timeout(connection, 'replied', env));
    connection.set('ASSURED');
  } else {
    refresh(connection, packet, env, timeout(connection, 'unreplied', env));
  }
  return 'accept';
}

/** nf_conntrack_udplite_packet. */
export function trackUdplite(
  connection: Connection,
  packet: Packet,
  state: HookState,
  env: HookEnv,
): Tracked {
  if (!udpliteSound(packet, state, env)) return 'invalid';
  return unrepliedOrReplied(connection, packet, env);
}

/** nf_conntrack_gre_packet. */
export function trackGre(connection: Connection, packet: Packet, env: HookEnv): Tracked {
  return unrepliedOrReplied(connection, packet, env);
}

/** Queries a connection may begin with. */
const ICMP_NEW = new Set([8, 13, 15, 17]);
const ICMPV6_NEW = new Set([128, 139]);

/** nf_conntrack_icmp_packet and nf_conntrack_icmpv6_packet; errors never come here. */
export function trackIcmp(connection: Connection, packet: Packet, env: HookEnv): Tracked {
  const { icmp, l3 } = connection.entry.original;
  const mayBegin = l3 === 'ipv4' ? ICMP_NEW : ICMPV6_NEW;
  if (!connection.confirmed && !mayBegin.has(icmp?.type ?? -1)) return 'invalid';
  refresh(connection, packet, env, timeout(connection, 'timeout', env));
  return 'accept';
}

/** generic_packet. */
export function trackGeneric(connection: Connection, packet: Packet, env: HookEnv): Tracked {
  refresh(connection, packet, env, timeout(connection, 'timeout', env));
  return 'accept';
}
