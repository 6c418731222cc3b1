/** ICMP errors, which belong to the connection they quote (nf_conntrack_icmpv4_error, nf_conntrack_icmpv6_error). */
import { equalBytes } from '../../base/bytes.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { addresses, transportChecksumOk } from '../../packet/transport.ts';
import type { HookEnv, HookState } from '../netfilter.ts';
import { Connection, Flow } from './connection.ts';
import { tableOf } from './table.ts';
import { invertTuple, packetTuple, quotedPacket, type Zone } from './tuple.ts';

const MAX_ICMP_TYPE = 18;
const ICMP_ERRORS = new Set([3, 4, 5, 11, 12]);
/** Neighbour discovery and multicast listener messages, which are never tracked. */
const ICMPV6_UNTRACKED = new Set([130, 131, 132, 133, 134, 135, 136, 143]);

/** nf_conntrack_inet_error: ties the packet to the connection its quotation names. */
function relate(packet: Packet, zone: Zone, env: HookEnv): 'related' | 'invalid' {
  const quoted = packetTuple(quotedPacket(packet, packet.transport.offset));
  const tuple = quoted && invertTuple(quoted);
  if (!tuple) return 'invalid';
  const found = tableOf(env.lab).find(tuple, zone, env.clock.now());
  if (!found) return 'invalid';
  // The error must go where the connection's packets of that direction go.
  if (!equalBytes(addresses(packet).dst, found.entry[found.dir].dst)) return 'invalid';
  const info = found.dir === 'reply' ? 'related reply' : 'related';
  packet.ct = new Connection(new Flow(env, found.entry.id), info);
  return 'related';
}

/** 'query' is for the ordinary tracker; 'done' means the packet has what it gets. */
export function trackIcmpError(
  packet: Packet,
  zone: Zone,
  state: HookState,
  env: HookEnv,
): 'query' | 'done' | 'invalid' {
  const { proto, offset } = packet.transport;
  const { data } = packet;
  const matching = state.family === 'ip6' ? PROTO.icmpv6 : PROTO.icmp;
  if (proto !== matching) return 'query';
  if (offset + 8 > data.length) return 'invalid';
  const check = env.sysctl('net.netfilter.nf_conntrack_checksum') !== 0;
  if (check && state.hook === 'prerouting' && !transportChecksumOk(packet)) return 'invalid';
  const type = data[offset] ?? 0;
  if (state.family === 'ip6') {
    if (ICMPV6_UNTRACKED.has(type)) {
      packet.ct = 'untracked';
      return 'done';
    }
    if (type >= 128) return 'query';
  } else {
    if (type > MAX_ICMP_TYPE) return 'invalid';
    if (!ICMP_ERRORS.has(type)) return 'query';
  }
  return relate(packet, zone, env) === 'related' ? 'done' : 'invalid';
}
