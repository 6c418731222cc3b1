/** The tracker's own hooks: classifying packets, and storing connections at the end of the path (nf_conntrack_core.c). */
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { followMaster } from '../nat/follow.ts';
import type { ConntrackInfo, HookEnv, HookState, HookVerdict } from '../netfilter.ts';
import { ACCEPT } from '../netfilter.ts';
import {
  Connection,
  connectionOf,
  Flow,
  recordEvent,
  type Template,
  templateOf,
} from './connection.ts';
import { trackGeneric, trackGre, trackIcmp, trackUdp, trackUdplite } from './datagrams.ts';
import { takeExpectation } from './expectations.ts';
import { runHelper } from './helpers.ts';
import { trackIcmpError } from './icmp-errors.ts';
import type { ConntrackEntry, ConntrackStatus, ExpectationRecord, Tuple } from './model.ts';
import { trackSctp } from './sctp.ts';
import { nextId, tableOf } from './table.ts';
import { type Tracked, trackTcp } from './tcp.ts';
import { DEFAULT_ZONE, equalTuples, invertTuple, layer4, packetTuple, type Zone } from './tuple.ts';

const DROP = (reason: string): HookVerdict => ({ code: 'drop', reason });

/** Counters `conntrack -S` shows. */
type Stat = 'found' | 'invalid' | 'insert' | 'insert_failed' | 'drop' | 'early_drop' | 'error';

function countStat(env: HookEnv, name: Stat): void {
  const globals = env.lab.conntrackGlobals.edit();
  const was = globals.stats[name];
  globals.stats = { ...globals.stats, [name]: (typeof was === 'number' ? was : 0) + 1 };
}

interface Fresh {
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly zone: Zone;
  readonly template: Template | undefined;
}

function freshEntry(
  env: HookEnv,
  { original, reply, zone, template }: Fresh,
  expectation: Readonly<ExpectationRecord> | undefined,
): ConntrackEntry {
  const globals = env.lab.conntrackGlobals.edit();
  const now = env.clock.now();
  const on = (name: string): boolean => env.sysctl(`net.netfilter.nf_conntrack_${name}`) !== 0;
  const status: ConntrackStatus[] = [];
  const helper = expectation ? expectation.helper : template?.settings.helper;
  if (expectation) status.push('EXPECTED');
  else if (helper !== undefined) status.push('HELPER');
  const master = expectation && env.lab.conntrack.get(expectation.master);
  const settings = template?.settings;
  return {
    id: nextId(globals),
    original,
    reply,
    status,
    expires: now,
    created: on('timestamp') ? now : 0n,
    mark: master?.mark ?? 0,
    zone,
    ...(expectation && { master: expectation.master }),
    ...(helper !== undefined && { helper }),
    ...(settings?.timeout !== undefined && { timeoutPolicy: settings.timeout }),
    ...(settings?.timeouts && { timeouts: settings.timeouts }),
    ...(on('acct') && {
      counters: { original: { packets: 0n, bytes: 0n }, reply: { packets: 0n, bytes: 0n } },
    }),
  };
}

/** A connection for a packet no other has (init_conntrack); undefined when its protocol knows no answer to it. */
function begin(
  env: HookEnv,
  original: Tuple,
  zone: Zone,
  template: Template | undefined,
): Flow | 'full' | undefined {
  const reply = invertTuple(original);
  if (!reply) return undefined;
  const max = env.sysctl('net.netfilter.nf_conntrack_max');
  if (max > 0 && env.lab.conntrack.size >= max) {
    const now = env.clock.now();
    tableOf(env.lab).sweep(now, (gone) => recordEvent(env, 'destroy', gone));
    if (env.lab.conntrack.size >= max) return 'full';
  }
  const expectation = takeExpectation(env, original, zone);
  const entry = freshEntry(env, { original, reply, zone, template }, expectation);
  const flow = new Flow(env, entry.id, entry);
  if (expectation?.follow) followMaster(new Connection(flow, 'related'), expectation, env);
  return flow;
}

function infoOf(entry: Readonly<ConntrackEntry>, reply: boolean): ConntrackInfo {
  if (reply) return 'established reply';
  if (entry.status.includes('SEEN_REPLY')) return 'established';
  return entry.status.includes('EXPECTED') ? 'related' : 'new';
}

/** Finds or begins the packet's connection (resolve_normal_ct). */
function resolve(
  packet: Packet,
  zone: Zone,
  template: Template | undefined,
  env: HookEnv,
): Connection | 'full' | undefined {
  const tuple = packetTuple(packet);
  if (!tuple) return undefined;
  const found = tableOf(env.lab).find(tuple, zone, env.clock.now());
  if (found) {
    const info = infoOf(found.entry, found.dir === 'reply');
    return new Connection(new Flow(env, found.entry.id), info);
  }
  const flow = begin(env, tuple, zone, template);
  if (!flow || flow === 'full') return flow;
  return new Connection(flow, infoOf(flow.entry, false));
}

function trackProtocol(
  connection: Connection,
  packet: Packet,
  state: HookState,
  env: HookEnv,
): Tracked {
  switch (connection.entry.original.proto) {
    case PROTO.tcp:
      return trackTcp(connection, packet, state, env);
    case PROTO.udp:
      return trackUdp(connection, packet, state, env);
    case PROTO.udplite:
      return trackUdplite(connection, packet, state, env);
    case PROTO.icmp:
    case PROTO.icmpv6:
      return trackIcmp(connection, packet, env);
    case PROTO.sctp:
      return trackSctp(connection, packet, state, env);
    case PROTO.gre:
      return trackGre(connection, packet, env);
    default:
      return trackGeneric(connection, packet, env);
  }
}

/** Bound on looking up again after a closed connection was removed. */
const MAX_REPEATS = 3;

/** Finds the packet's connection and lets its protocol judge; again when that removes a closed one. */
function follow(
  packet: Packet,
  zone: Zone,
  template: Template | undefined,
  state: HookState,
  env: HookEnv,
): HookVerdict {
  for (let i = 0; i < MAX_REPEATS; i++) {
    const connection = resolve(packet, zone, template, env);
    if (connection === 'full') {
      countStat(env, 'drop');
      return DROP('connection table is full');
    }
    if (!connection) break;
    packet.ct = connection;
    const tracked = trackProtocol(connection, packet, state, env);
    if (tracked === 'accept') {
      if (connection.info === 'established reply') connection.set('SEEN_REPLY');
      return ACCEPT;
    }
    packet.ct = undefined;
    if (tracked === 'drop') {
      countStat(env, 'drop');
      return DROP('connection could not be reopened');
    }
    if (tracked === 'invalid') break;
  }
  countStat(env, 'invalid');
  return ACCEPT;
}

/** The hook at -200 (nf_conntrack_in): says of every packet which connection it is of, if any. */
export function trackPacket(packet: Packet, state: HookState, env: HookEnv): HookVerdict {
  if (packet.ct === 'untracked' || connectionOf(packet)) return ACCEPT;
  const template = templateOf(packet);
  packet.ct = undefined;
  // Fragments a raw socket made pass as they are.
  if (state.hook === 'output' && state.family === 'ip' && packet.transport.fragmented) {
    return ACCEPT;
  }
  const at = layer4(packet);
  if (!at) {
    countStat(env, 'invalid');
    return ACCEPT;
  }
  const zone = template?.settings.zone ?? DEFAULT_ZONE;
  if (at.proto === PROTO.icmp || at.proto === PROTO.icmpv6) {
    const outcome = trackIcmpError(packet, zone, state, env);
    if (outcome === 'invalid') countStat(env, 'error');
    if (outcome !== 'query') return ACCEPT;
  }
  return follow(packet, zone, template, state, env);
}

/** Stores an unconfirmed connection (__nf_conntrack_confirm). */
function store(connection: Connection, packet: Packet, env: HookEnv): HookVerdict {
  if (connection.dir !== 'original') return ACCEPT;
  const { flow } = connection;
  const { original, reply, zone } = flow.entry;
  const table = tableOf(env.lab);
  const now = env.clock.now();
  const clash =
    table.findAs(original, zone, 'original', now) ?? table.findAs(reply, zone, 'reply', now);
  if (!clash) {
    removeExpired(env, original, reply, zone);
    flow.confirm();
    countStat(env, 'insert');
    recordEvent(env, 'new', flow.entry);
    return ACCEPT;
  }
  const same = equalTuples(clash.entry.original, original) && equalTuples(clash.entry.reply, reply);
  if (same) {
    // A copy of the packet was first: they share its entry.
    packet.ct = new Connection(new Flow(env, clash.entry.id), connection.info);
    return ACCEPT;
  }
  countStat(env, 'drop');
  countStat(env, 'insert_failed');
  return DROP('connection clashes with another');
}

/** Expired entries that still have one of the tuples make room. */
function removeExpired(env: HookEnv, original: Tuple, reply: Tuple, zone: Zone): void {
  const table = tableOf(env.lab);
  const ever = -1n;
  for (const [tuple, dir] of [
    [original, 'original'],
    [reply, 'reply'],
  ] as const) {
    const old = table.findAs(tuple, zone, dir, ever);
    if (!old) continue;
    table.remove(old.entry.id);
    recordEvent(env, 'destroy', old.entry);
  }
}

/** The hook at the end of input and postrouting (nf_confirm). */
export function confirmPacket(packet: Packet, _state: HookState, env: HookEnv): HookVerdict {
  const connection = connectionOf(packet);
  if (!connection) return ACCEPT;
  if (!runHelper(connection, packet, env)) return DROP(`helper ${connection.entry.helper}`);
  if (connection.flow.dying) return connection.confirmed ? ACCEPT : DROP('connection is gone');
  if (!connection.confirmed) return store(connection, packet, env);
  if (connection.takeChange()) recordEvent(env, 'update', connection.entry);
  return ACCEPT;
}
