/** Changes from userspace, with the kernel's checks (net/netfilter/nf_conntrack_netlink.c). */
import { KernelError } from '../../base/errors.ts';
import type { Nanos } from '../../base/ports.ts';
import { PROTO } from '../../packet/protocols.ts';
import { bind, bindNull } from '../nat/setup.ts';
import { RANGE } from '../nat/unique.ts';
import type { NatRange } from '../netfilter.ts';
import { Connection, Flow, recordDestroy, type TrackEnv } from './connection.ts';
import { type ConntrackEvent, eventRecord } from './events.ts';
import type { ConntrackEntry, ConntrackStatus, Tuple } from './model.ts';
import { STATUS_BITS } from './status.ts';
import { nextId, tableOf } from './table.ts';
import { freshTracking } from './tcp-window.ts';
import { CONNTRACK_SYSCTLS, seconds } from './timeouts.ts';
import type { Zone } from './tuple.ts';

/** One side of a translation asked for. */
export interface NatRequest {
  readonly address?: Uint8Array;
  readonly port?: number;
}

/** What a request may set; absent is left alone. */
export interface Attributes {
  /** Seconds. */
  readonly timeout?: number;
  /** IPS_* bits. */
  readonly status?: number;
  readonly mark?: number;
  readonly state?: ConntrackEntry['state'];
  /** IP_CT_TCP_FLAG_* to set in both windows. */
  readonly tcpFlags?: number;
  readonly vtags?: { readonly original: number; readonly reply: number };
}

export interface NewEntry extends Attributes {
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly zone: Zone;
  readonly timeout: number;
  readonly snat?: NatRequest;
  readonly dnat?: NatRequest;
}

/** Timers cannot be set further ahead than INT_MAX jiffies (HZ = 1000). */
const MAX_TIMEOUT: Nanos = 2147483647n * 1_000_000n;

const expiry = (now: Nanos, timeout: number): Nanos => {
  const nanos = seconds(timeout);
  return now + (nanos > MAX_TIMEOUT ? MAX_TIMEOUT : nanos);
};

const { EXPECTED, CONFIRMED, DYING, SEEN_REPLY, ASSURED } = STATUS_BITS;
/** Bits userspace may set; it can clear none. */
const SETTABLE: readonly ConntrackStatus[] = ['SEEN_REPLY', 'ASSURED', 'FIXED_TIMEOUT', 'HELPER'];

/** nf_ct_change_status_common. */
function changeStatus(entry: ConntrackEntry, wanted: number): void {
  let now = 0;
  for (const name of entry.status) now |= STATUS_BITS[name];
  const changed = now ^ wanted;
  const cleared = changed & ~wanted;
  if (changed & (EXPECTED | CONFIRMED | DYING)) throw new KernelError('EBUSY');
  if (cleared & (SEEN_REPLY | ASSURED)) throw new KernelError('EBUSY');
  const add = SETTABLE.filter((name) => wanted & STATUS_BITS[name] && !(now & STATUS_BITS[name]));
  entry.status = [...entry.status, ...add];
}

function changeProtocol(entry: ConntrackEntry, { state, tcpFlags, vtags }: Attributes): void {
  const { proto } = entry.original;
  if (proto === PROTO.tcp) {
    if (state !== undefined) entry.state = state;
    if (tcpFlags === undefined) return;
    entry.tcp ??= freshTracking();
    entry.tcp.original.flags |= tcpFlags;
    entry.tcp.reply.flags |= tcpFlags;
  } else if (proto === PROTO.sctp && (state !== undefined || vtags)) {
    if (state === undefined || !vtags) throw new KernelError('EINVAL');
    entry.state = state;
    entry.sctpVtag = { ...vtags };
  }
}

/** The value of a conntrack sysctl without a machine. */
export function conntrackSysctl(env: TrackEnv, name: string): number {
  const full = `net.netfilter.nf_conntrack_${name}`;
  const { sysctls } = env.lab.host.get();
  return Number(sysctls[full] ?? CONNTRACK_SYSCTLS[full] ?? 0);
}

function record(env: TrackEnv, type: ConntrackEvent['type'], entry: Readonly<ConntrackEntry>) {
  const at = env.clock.now();
  env.effects.event?.(
    eventRecord({ source: 'conntrack', type, entry: { ...entry }, at, userspace: true }),
  );
}

function natRange({ address, port }: NatRequest): NatRange {
  const ips = address ? RANGE.mapIps : 0;
  const ports = port === undefined ? 0 : RANGE.protoSpecified;
  return {
    flags: ips | ports,
    ...(address && { minAddr: address, maxAddr: address }),
    ...(port !== undefined && { minPort: port, maxPort: port }),
  };
}

/** ctnetlink_setup_nat: either side asked for binds both. */
function setupNat(flow: Flow, { snat, dnat }: NewEntry, env: TrackEnv): void {
  if (!snat && !dnat) return;
  const connection = new Connection(flow, 'new');
  for (const [manip, request] of [
    ['dst', dnat],
    ['src', snat],
  ] as const) {
    if (request) bind(connection, natRange(request), manip, env);
    else bindNull(connection, manip, env);
  }
}

/** Makes an entry (ctnetlink_create_conntrack); EEXIST when one of its tuples is taken. */
export function createEntry(env: TrackEnv, wanted: NewEntry): void {
  const { original, reply, zone, timeout } = wanted;
  const now = env.clock.now();
  const on = (name: string): boolean => conntrackSysctl(env, name) !== 0;
  const globals = env.lab.conntrackGlobals.edit();
  const { proto } = original;
  const stateful = proto === PROTO.tcp || proto === PROTO.sctp;
  const entry: ConntrackEntry = {
    id: nextId(globals),
    original,
    reply,
    status: [],
    expires: expiry(now, timeout),
    created: on('timestamp') ? now : 0n,
    mark: wanted.mark ?? 0,
    zone,
    ...(stateful && { state: 'NONE' as const }),
    ...(on('acct') && {
      counters: { original: { packets: 0n, bytes: 0n }, reply: { packets: 0n, bytes: 0n } },
    }),
  };
  const flow = new Flow(env, entry.id, entry);
  setupNat(flow, wanted, env);
  if (wanted.status !== undefined) changeStatus(entry, wanted.status);
  changeProtocol(entry, wanted);
  const table = tableOf(env.lab);
  table.sweep(now, (gone) => recordDestroy(env, gone));
  const taken =
    table.findAs(entry.original, zone, 'original', now) ??
    table.findAs(entry.reply, zone, 'reply', now);
  if (taken) throw new KernelError('EEXIST');
  flow.confirm();
  const { insert } = globals.stats;
  const inserted = (typeof insert === 'number' ? insert : 0) + 1;
  globals.stats = { ...globals.stats, insert: inserted };
  record(env, 'new', flow.entry);
}

/** Changes an entry (ctnetlink_change_conntrack). `status` must hold the bits it has. */
export function updateEntry(env: TrackEnv, id: number, wanted: Attributes): void {
  const entry = env.lab.conntrack.edit(id);
  if (wanted.timeout !== undefined) {
    if (entry.status.includes('FIXED_TIMEOUT')) throw new KernelError('EPERM');
    entry.expires = expiry(env.clock.now(), wanted.timeout);
  }
  if (wanted.status !== undefined) changeStatus(entry, wanted.status | CONFIRMED);
  changeProtocol(entry, wanted);
  if (wanted.mark !== undefined) entry.mark = wanted.mark;
  record(env, 'update', entry);
}

/** Removes an entry, and what it expected. */
export function deleteEntry(env: TrackEnv, id: number): void {
  const entry = env.lab.conntrack.get(id);
  if (!entry) return;
  tableOf(env.lab).remove(id);
  for (const expectation of [...env.lab.expectations.values()]) {
    if (expectation.master === id) env.lab.expectations.delete(expectation.id);
  }
  record(env, 'destroy', entry);
}
