/** Binding connections to translations (nf_nat_setup_info, null bindings, masquerade, redirect). */
import type { Packet } from '../../packet/packet.ts';
import { addresses } from '../../packet/transport.ts';
import { type Connection, connectionOf, type TrackEnv } from '../conntrack/connection.ts';
import { equalTuples, inverse } from '../conntrack/tuple.ts';
import type { HookEnv, HookState, HookVerdict, NatEngine, NatRange } from '../netfilter.ts';
import { ACCEPT } from '../netfilter.ts';
import type { Manip } from './manip.ts';
import { RANGE, uniqueTuple } from './unique.ts';

/** Whether that side's translation is fixed (nf_nat_initialized). */
export const isBound = (connection: Connection, manip: Manip): boolean =>
  connection.has(manip === 'src' ? 'SRC_NAT_DONE' : 'DST_NAT_DONE');

/** Fixes one side's translation of an unconfirmed connection. */
export function bind(
  connection: Connection,
  range: NatRange,
  manip: Manip,
  env: TrackEnv,
): HookVerdict {
  if (connection.confirmed) return ACCEPT;
  if (isBound(connection, manip)) return { code: 'drop', reason: 'translated twice' };
  const current = inverse(connection.entry.reply);
  const next = uniqueTuple(current, { connection, range, manip, env });
  if (!equalTuples(next, current)) {
    connection.edit().reply = inverse(next);
    connection.set(manip === 'src' ? 'SRC_NAT' : 'DST_NAT');
  }
  connection.set(manip === 'src' ? 'SRC_NAT_DONE' : 'DST_NAT_DONE');
  return ACCEPT;
}

/** Keeps the address; only a port that is taken changes (nf_nat_alloc_null_binding). */
export function bindNull(connection: Connection, manip: Manip, env: TrackEnv): HookVerdict {
  const { reply } = connection.entry;
  const address = manip === 'src' ? reply.dst : reply.src;
  const range = { flags: RANGE.mapIps, minAddr: address, maxAddr: address };
  return bind(connection, range, manip, env);
}

/** The packet's own address with the range's network part (nft_nat_setup_netmap). */
function netmapRange(packet: Packet, range: NatRange, manip: Manip): NatRange {
  const { minAddr, maxAddr } = range;
  if (!minAddr || !maxAddr) return range;
  const { src, dst } = addresses(packet);
  const own = manip === 'src' ? src : dst;
  const mapped = own.map((byte, i) => {
    const mask = ~((minAddr[i] ?? 0) ^ (maxAddr[i] ?? 0)) & 0xff;
    return (byte & ~mask) | ((minAddr[i] ?? 0) & mask);
  });
  return { ...range, minAddr: mapped, maxAddr: mapped };
}

const withAddress = (range: NatRange, address: Uint8Array): NatRange => ({
  ...range,
  flags: range.flags | RANGE.mapIps,
  minAddr: address,
  maxAddr: address,
});

const LOOPBACK4 = Uint8Array.of(127, 0, 0, 1);
const LOOPBACK6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const isZero = (address: Uint8Array): boolean => address.every((byte) => byte === 0);

/** inet_select_addr towards the next hop, or ipv6_dev_get_saddr towards the destination. */
function addressOn(packet: Packet, dev: string, env: HookEnv): Uint8Array | undefined {
  const { dst } = addresses(packet);
  if (packet.family === 'ip6') return env.routing.selectSource(dev, dst.slice());
  const flow = { dst: dst.slice(), src: undefined, mark: packet.mark, iif: undefined, oif: dev };
  return env.routing.selectSource(dev, env.routing.lookup(flow)?.via ?? flow.dst);
}

export const natEngine: NatEngine = {
  setup(packet, range, manip, env) {
    const connection = connectionOf(packet);
    if (!connection) return ACCEPT;
    const mapped = range.flags & RANGE.netmap ? netmapRange(packet, range, manip) : range;
    return bind(connection, mapped, manip, env);
  },

  masquerade(packet, range, state, env) {
    const connection = connectionOf(packet);
    if (!connection || !state.out) return ACCEPT;
    // Not meant to be masqueraded: a local packet before the host has an address.
    if (isZero(connection.entry.original.src)) return ACCEPT;
    const source = addressOn(packet, state.out.name, env);
    if (!source) return { code: 'drop', reason: `${state.out.name} has no address` };
    if (!connection.confirmed) connection.edit().masqDev = state.out.name;
    return bind(connection, withAddress(range, source), 'src', env);
  },

  redirect(packet, range, state: HookState, env) {
    const connection = connectionOf(packet);
    if (!connection) return ACCEPT;
    const family = packet.family === 'ip6' ? 'ip6' : 'ip';
    const local = family === 'ip6' ? LOOPBACK6 : LOOPBACK4;
    const target =
      state.hook === 'output'
        ? local
        : state.in && env.routing.primaryAddress(state.in.name, family);
    if (!target) return { code: 'drop', reason: `${state.in?.name} has no address` };
    return bind(connection, withAddress(range, target), 'dst', env);
  },
};
