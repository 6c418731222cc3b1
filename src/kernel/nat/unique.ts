/** Choosing a translation nobody else has (get_unique_tuple in net/netfilter/nf_nat_core.c). */
import { compareBytes, equalBytes, fromLe, readUint } from '../../base/bytes.ts';
import { jhash, reciprocalScale } from '../../base/jhash.ts';
import { PROTO } from '../../packet/protocols.ts';
import type { Connection, TrackEnv } from '../conntrack/connection.ts';
import { Flow } from '../conntrack/connection.ts';
import type { Tuple } from '../conntrack/model.ts';
import { tableOf } from '../conntrack/table.ts';
import { TCP_STATES } from '../conntrack/tcp-states.ts';
import { after } from '../conntrack/tcp-window.ts';
import { equalTuples, inverse, zoneId } from '../conntrack/tuple.ts';
import type { NatRange } from '../netfilter.ts';
import type { Manip } from './manip.ts';

/** NF_NAT_RANGE_*. */
export const RANGE = {
  mapIps: 1,
  protoSpecified: 2,
  protoRandom: 4,
  persistent: 8,
  protoRandomFully: 16,
  protoOffset: 32,
  netmap: 64,
} as const;
const RANDOM_ALL = RANGE.protoRandom | RANGE.protoRandomFully;

const MAX_ATTEMPTS = 128;
/** Closed connections may be evicted only in the last so many attempts. */
const HARDER_ATTEMPTS = MAX_ATTEMPTS / 4;

interface Search {
  readonly connection: Connection;
  readonly range: NatRange;
  readonly manip: Manip;
  readonly env: TrackEnv;
}

/** Whether another connection has the answer's tuple (nf_conntrack_tuple_taken). */
function taken(tuple: Tuple, { connection, env }: Search): boolean {
  const { entry } = connection;
  const found = tableOf(env.lab).findAs(inverse(tuple), entry.zone, 'reply', env.clock.now());
  if (!found || found.entry.id === entry.id) return false;
  // The same flow twice: storing it sorts that out.
  const sameZone = zoneId(found.entry.zone, 'original') === zoneId(entry.zone, 'original');
  return !(sameZone && equalTuples(found.entry.original, entry.original));
}

/** As `taken`, but evicts a closed translated connection that the new one's sequence numbers have passed. */
function takenHarder(tuple: Tuple, search: Search, attemptsLeft: number): boolean {
  const { connection, env } = search;
  const { entry } = connection;
  if (attemptsLeft > HARDER_ATTEMPTS || tuple.proto !== PROTO.tcp || entry.state !== 'SYN_SENT') {
    return taken(tuple, search);
  }
  const found = tableOf(env.lab).find(inverse(tuple), entry.zone, env.clock.now());
  if (!found) return false;
  if (found.dir === 'original') return true;
  const { state, status, tcp } = found.entry;
  const closed =
    (TCP_STATES as readonly string[]).indexOf(state ?? '') >= TCP_STATES.indexOf('TIME_WAIT');
  const mayGo = closed && status.includes('SRC_NAT') && !status.includes('FIXED_TIMEOUT');
  if (!mayGo || !after(entry.tcp?.original.end ?? 0, tcp?.original.end ?? 0)) return true;
  new Flow(env, found.entry.id).kill();
  return false;
}

function addressInRange(address: Uint8Array, { minAddr, maxAddr }: NatRange): boolean {
  if (!minAddr || !maxAddr) return true;
  return compareBytes(address, minAddr) >= 0 && compareBytes(address, maxAddr) <= 0;
}

function protoInRange(tuple: Tuple, { minPort = 0, maxPort = 0 }: NatRange, manip: Manip): boolean {
  switch (tuple.proto) {
    case PROTO.icmp:
    case PROTO.icmpv6:
      return tuple.sport >= minPort && tuple.sport <= maxPort;
    case PROTO.gre:
    case PROTO.tcp:
    case PROTO.udp:
    case PROTO.sctp: {
      const port = manip === 'src' ? tuple.sport : tuple.dport;
      return port >= minPort && port <= maxPort;
    }
    default:
      return true;
  }
}

const sourceInRange = (tuple: Tuple, range: NatRange): boolean =>
  (!(range.flags & RANGE.mapIps) || addressInRange(tuple.src, range)) &&
  (!(range.flags & RANGE.protoSpecified) || protoInRange(tuple, range, 'src'));

/** How the same source was translated before, when the range allows that (find_appropriate_src). */
function earlierSource(tuple: Tuple, { connection, range, env }: Search): Tuple | undefined {
  const { zone } = connection.entry;
  for (const entry of tableOf(env.lab).withSource(tuple, zone, env.clock.now())) {
    const { src, sport } = inverse(entry.reply);
    const result: Tuple = { ...tuple, src, sport };
    if (sourceInRange(result, range)) return result;
  }
  return undefined;
}

const beWord = (bytes: Uint8Array, i: number): number => readUint(bytes, 4 * i, 4);
/** A word as the kernel's memory has it on x86. */
const leWord = (bytes: Uint8Array, i: number): number =>
  Number(fromLe(bytes.subarray(4 * i, 4 * i + 4)));

/** An address of the range, the same for the same pair of hosts (find_best_ips_proto). */
function spreadAddress(tuple: Tuple, min: Uint8Array, max: Uint8Array, search: Search): Uint8Array {
  const { range, connection, manip } = search;
  const persistent = (range.flags & RANGE.persistent) !== 0;
  const n = min.length / 4;
  const last = (leWord(tuple.dst, n - 1) ^ connection.entry.zone.id) >>> 0;
  // Addresses of both families fill 16 bytes in a tuple.
  const src = new Uint8Array(16);
  src.set(tuple.src);
  let hash = jhash(src, persistent ? 0 : last);
  const out = new Uint8Array(min.length);
  let whole = false;
  for (let i = 0; i < n; i++) {
    const low = whole ? 0 : beWord(min, i);
    const distance = whole ? 0xffffffff : beWord(max, i) - low + 1;
    // A distance of all 32 bits is stored as 0 in the kernel, and so picks the first.
    const word = (low + reciprocalScale(hash, distance >>> 0)) >>> 0;
    for (let j = 0; j < 4; j++) out[4 * i + j] = (word >>> (24 - 8 * j)) & 0xff;
    if (word !== beWord(max, i)) whole = true;
    // A destination is changed in place, so the words mixed in are already the new ones.
    if (!persistent) hash = (hash ^ leWord(manip === 'dst' ? out : tuple.dst, i)) >>> 0;
  }
  return out;
}

function bestAddress(tuple: Tuple, search: Search): Tuple {
  const { range, manip } = search;
  const { minAddr, maxAddr } = range;
  if (!(range.flags & RANGE.mapIps) || !minAddr || !maxAddr) return tuple;
  const address = equalBytes(minAddr, maxAddr)
    ? minAddr
    : spreadAddress(tuple, minAddr, maxAddr, search);
  return manip === 'src' ? { ...tuple, src: address } : { ...tuple, dst: address };
}

interface Ports {
  readonly min: number;
  readonly size: number;
  /** Which part of the tuple they are of. */
  readonly part: 'sport' | 'dport';
}

function specified({ minPort = 0, maxPort = 0 }: NatRange): { min: number; size: number } {
  const min = Math.min(minPort, maxPort);
  return { min, size: Math.max(minPort, maxPort) - min + 1 };
}

/** Ports a source may get instead of its own: privileged ones stay so. */
function likePort(port: number): { min: number; size: number } {
  if (port >= 1024) return { min: 1024, size: 65535 - 1024 + 1 };
  return port < 512 ? { min: 1, size: 511 } : { min: 600, size: 1023 - 600 + 1 };
}

/** Undefined when the protocol has nothing that could be changed. */
function portsFor(tuple: Tuple, { range, manip, connection }: Search): Ports | undefined {
  const given = (range.flags & RANGE.protoSpecified) !== 0;
  const part = manip === 'src' ? 'sport' : 'dport';
  switch (tuple.proto) {
    case PROTO.icmp:
    case PROTO.icmpv6:
      return { ...(given ? specified(range) : { min: 0, size: 65536 }), part: 'sport' };
    case PROTO.gre:
      // Without a master it is not PPTP, and has no keys.
      if (connection.entry.master === undefined) return undefined;
      return { ...(given ? specified(range) : { min: 1, size: 65535 }), part };
    case PROTO.tcp:
    case PROTO.udp:
    case PROTO.sctp:
      if (given) return { ...specified(range), part };
      return manip === 'dst' ? undefined : { ...likePort(tuple.sport), part };
    default:
      return undefined;
  }
}

/** Tries ports from a starting point on, in ever smaller rounds (nf_nat_l4proto_unique_tuple). */
function uniquePort(tuple: Tuple, search: Search): Tuple {
  const ports = portsFor(tuple, search);
  if (!ports) return tuple;
  const { range, manip, env } = search;
  const { min, size, part } = ports;
  const random = (): number => env.rng.u32() & 0xffff;
  let offset = 0;
  if (range.flags & RANGE.protoOffset) offset = (tuple[part] - (range.basePort ?? 0)) & 0xffff;
  else if (range.flags & RANDOM_ALL || manip !== 'dst') offset = random();
  let result = tuple;
  for (let attempts = Math.min(size, MAX_ATTEMPTS); ; attempts = Math.floor(attempts / 2)) {
    for (let i = 0; i < attempts; i++, offset = (offset + 1) & 0xffff) {
      result = { ...tuple, [part]: (min + (offset % size)) & 0xffff };
      if (!takenHarder(result, search, attempts - i)) return result;
    }
    if (attempts >= size || attempts < 16) return result;
    offset = random();
  }
}

/** The tuple a packet of the original direction has after translation; at worst one that is taken. */
export function uniqueTuple(original: Tuple, search: Search): Tuple {
  const { range, manip } = search;
  const random = (range.flags & RANDOM_ALL) !== 0;
  if (manip === 'src' && !random) {
    if (sourceInRange(original, range)) {
      if (!taken(original, search)) return original;
    } else {
      const earlier = earlierSource(original, search);
      if (earlier && !taken(earlier, search)) return earlier;
    }
  }
  const tuple = bestAddress(original, search);
  if (!random) {
    if (!(range.flags & RANGE.protoSpecified)) {
      if (!taken(tuple, search)) return tuple;
    } else if (!(range.flags & RANGE.protoOffset) && protoInRange(tuple, range, manip)) {
      if (range.minPort === range.maxPort || !taken(tuple, search)) return tuple;
    }
  }
  return uniquePort(tuple, search);
}
