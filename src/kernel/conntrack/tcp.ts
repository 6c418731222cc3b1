/** Tracking of TCP connections (nf_conntrack_tcp_packet). */
import type { Packet } from '../../packet/packet.ts';
import { readTcp, TCP_FLAG } from '../../packet/tcp.ts';
import { transportChecksumOk } from '../../packet/transport.ts';
import type { HookEnv, HookState } from '../netfilter.ts';
import { type Connection, count, refresh, timeout } from './connection.ts';
import type { TcpState } from './model.ts';
import { nextTcpState, TCP_INDEX, TCP_STATES, type TcpIndex, tcpIndex } from './tcp-states.ts';
import {
  before,
  freshTracking,
  inWindow,
  readOptions,
  type Segment,
  segmentEnd,
  type TcpTracking,
  WINDOW_FLAG,
} from './tcp-window.ts';
import { type Direction, opposite } from './tuple.ts';

/**
 * What a protocol's tracker makes of a packet. `repeat`: the connection was removed, look up again; `drop` is rare.
 */
export type Tracked = 'accept' | 'invalid' | 'repeat' | 'drop';

const FLAG = TCP_FLAG;
/** Flag sets that mean something; PSH, ECE and CWR go with any. */
const VALID_FLAGS = new Set<number>([
  FLAG.syn,
  FLAG.syn | FLAG.urg,
  FLAG.syn | FLAG.ack,
  FLAG.rst,
  FLAG.rst | FLAG.ack,
  FLAG.fin | FLAG.ack,
  FLAG.fin | FLAG.ack | FLAG.urg,
  FLAG.ack,
  FLAG.ack | FLAG.urg,
]);

const sysctlOn = (env: HookEnv, name: string): boolean =>
  env.sysctl(`net.netfilter.nf_conntrack_${name}`) !== 0;

/** tcp_error: a sound header, the checksum where the packet came from outside, sensible flags. */
function readSegment(packet: Packet, state: HookState, env: HookEnv): Segment | undefined {
  const { data } = packet;
  const { offset } = packet.transport;
  const tcp = readTcp(data, offset);
  if (!tcp) return undefined;
  const bytes = data.length - offset;
  if (tcp.headerLength < 20 || bytes < tcp.headerLength) return undefined;
  const check = state.hook === 'prerouting' && sysctlOn(env, 'checksum');
  if (check && !transportChecksumOk(packet)) return undefined;
  if (!VALID_FLAGS.has(tcp.flags & ~(FLAG.ece | FLAG.cwr | FLAG.psh))) return undefined;
  return { ...tcp, data, offset, end: segmentEnd(tcp, bytes) };
}

/** The windows of a new connection; undefined when it may not begin so (tcp_new). */
function newTracking(segment: Segment, index: TcpIndex, env: HookEnv): TcpTracking | undefined {
  const state = nextTcpState('original', index, 'NONE');
  if (state === 'INVALID' || state === 'IGNORE') return undefined;
  const tracking = freshTracking();
  const { original, reply } = tracking;
  original.end = segment.end;
  original.maxWin = segment.window === 0 ? 1 : segment.window;
  if (state === 'SYN_SENT') {
    original.maxEnd = original.end;
    readOptions(segment, original);
    return tracking;
  }
  if (!sysctlOn(env, 'tcp_loose')) return undefined;
  original.maxEnd = (original.end + original.maxWin) >>> 0;
  // SACK and a scaled window are assumed.
  original.flags = WINDOW_FLAG.sackPerm | WINDOW_FLAG.beLiberal;
  reply.flags = original.flags;
  return tracking;
}

interface Step {
  readonly connection: Connection;
  readonly tracking: TcpTracking;
  readonly segment: Segment;
  readonly index: TcpIndex;
  readonly dir: Direction;
  readonly env: HookEnv;
  old: TcpState;
  next: TcpState;
  /** Window checks do not apply. */
  skipWindow: boolean;
}

const dirNumber = (dir: Direction): number => (dir === 'original' ? 0 : 1);

/** A SYN/ACK that answers a SYN the tracker did not believe: both ends are in sync, we are not. */
function resync({ tracking, dir }: Step): void {
  const other = tracking[opposite(dir)];
  other.end = tracking.lastEnd;
  other.maxEnd = tracking.lastEnd;
  other.maxWin = tracking.lastWin === 0 ? 1 : tracking.lastWin;
  other.scale = tracking.lastWscale;
  tracking.lastFlags &= ~WINDOW_FLAG.expectChallengeAck;
  other.flags = tracking.lastFlags;
  const own = tracking[dir];
  const { flags } = own;
  Object.assign(own, freshTracking().original, { flags: flags & WINDOW_FLAG.beLiberal });
}

/** Lets a segment of an out-of-sync connection pass, remembering what a later answer may confirm. */
function ignore(step: Step): 'accept' | 'resynced' {
  const { tracking, segment, index, dir, old } = step;
  if (
    index === TCP_INDEX.synack &&
    tracking.lastIndex === TCP_INDEX.syn &&
    tracking.lastDir !== dirNumber(dir) &&
    segment.ack === tracking.lastEnd
  ) {
    resync(step);
    step.old = 'SYN_SENT';
    step.next = 'SYN_RECV';
    return 'resynced';
  }
  tracking.lastIndex = index;
  tracking.lastDir = dirNumber(dir);
  tracking.lastSeq = segment.seq;
  tracking.lastEnd = segment.end;
  tracking.lastWin = segment.window;
  if (index === TCP_INDEX.syn && dir === 'original') {
    const seen = freshTracking().original;
    readOptions(segment, seen);
    const { windowScale, sackPerm, expectChallengeAck } = WINDOW_FLAG;
    tracking.lastFlags = seen.flags & (windowScale | sackPerm);
    tracking.lastWscale = seen.flags & windowScale ? seen.scale : 0;
    if (old === 'LAST_ACK') tracking.lastFlags |= expectChallengeAck;
  }
  if (old === 'SYN_SENT' && index === TCP_INDEX.ack && dir === 'reply') {
    tracking.lastAck = segment.ack;
  }
  return 'accept';
}

const EARLY_DROP: readonly TcpState[] = [
  'FIN_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
];

/** Whether a RST is believed: RFC 5961, and RSTs that answer what was let pass before. */
function reset(step: Step): 'invalid' | 'go on' {
  const { connection, tracking, segment, dir, old, env } = step;
  if (EARLY_DROP.includes(old)) {
    step.skipWindow = true;
    return 'go on';
  }
  const { seq } = segment;
  const other = tracking[opposite(dir)];
  const established = old === 'ESTABLISHED' && connection.has('ASSURED');
  if (other.flags & WINDOW_FLAG.maxAckSet && tracking.lastIndex !== TCP_INDEX.syn) {
    if (seq === 0 && !established) return 'go on';
    if (before(seq, other.maxAck) && !sysctlOn(env, 'tcp_ignore_invalid_rst')) return 'invalid';
    if (!established || seq === other.maxAck) return 'go on';
    const train =
      tracking.lastIndex === TCP_INDEX.ack &&
      tracking.lastDir === dirNumber(dir) &&
      seq === tracking.lastEnd;
    if (train) return 'go on';
    // It does not match exactly: a challenge ACK may follow.
    step.next = old;
  }
  const answersPassed =
    ((connection.has('SEEN_REPLY') && tracking.lastIndex === TCP_INDEX.syn) ||
      (!connection.has('ASSURED') && tracking.lastIndex === TCP_INDEX.ack)) &&
    segment.ack === tracking.lastEnd;
  const answersChallenge =
    old === 'SYN_SENT' &&
    tracking.lastIndex === TCP_INDEX.ack &&
    tracking.lastDir === 1 &&
    seq === tracking.lastAck;
  if (answersPassed || answersChallenge) step.skipWindow = true;
  return 'go on';
}

/** What the state table cannot say alone; 'go on' leads to the window check. */
function special(step: Step, next: ReturnType<typeof nextTcpState>): Tracked | 'go on' {
  const { connection, tracking, index, dir, old } = step;
  if (next === 'INVALID') return 'invalid';
  if (next === 'SYN_SENT' && TCP_STATES.indexOf(old) < TCP_STATES.indexOf('TIME_WAIT')) {
    return 'go on';
  }
  if (next === 'SYN_SENT') {
    const closing = (tracking.original.flags | tracking.reply.flags) & WINDOW_FLAG.closeInit;
    const aborted = tracking.lastDir === dirNumber(dir) && tracking.lastIndex === TCP_INDEX.rst;
    if (closing || aborted) {
      // A closed connection is opened again: it is another one.
      connection.flow.kill();
      return 'repeat';
    }
  }
  if (next === 'SYN_SENT' || next === 'IGNORE') {
    return ignore(step) === 'resynced' ? 'go on' : 'accept';
  }
  if (next === 'TIME_WAIT') {
    const challenge =
      old === 'LAST_ACK' &&
      index === TCP_INDEX.ack &&
      tracking.lastDir !== dirNumber(dir) &&
      tracking.lastIndex === TCP_INDEX.syn &&
      (tracking.lastFlags & WINDOW_FLAG.expectChallengeAck) !== 0;
    if (!challenge) return 'go on';
    tracking.lastFlags &= ~WINDOW_FLAG.expectChallengeAck;
    return 'accept';
  }
  if (next === 'SYN_SENT2') tracking.lastFlags |= WINDOW_FLAG.simultaneousOpen;
  if (next === 'SYN_RECV' && dir === 'reply' && index === TCP_INDEX.ack) {
    if (tracking.lastFlags & WINDOW_FLAG.simultaneousOpen) step.next = 'ESTABLISHED';
  }
  if (next === 'CLOSE' && index === TCP_INDEX.rst) return reset(step);
  return 'go on';
}

/** An out-of-window FIN or RST shortens the life of a connection that may be dead (nf_tcp_handle_invalid). */
function shorten({ connection, tracking, index, dir, env }: Step): void {
  if (!connection.has('ASSURED') || connection.has('FIXED_TIMEOUT')) return;
  if (index !== TCP_INDEX.rst && index !== TCP_INDEX.fin) return;
  const answers =
    tracking.lastDir !== dirNumber(dir) &&
    (tracking.lastIndex === TCP_INDEX.fin || tracking.lastIndex === TCP_INDEX.rst);
  if (!answers) {
    tracking.lastIndex = index;
    tracking.lastDir = dirNumber(dir);
    return;
  }
  const now = env.clock.now();
  const left = connection.entry.expires - now;
  const unack = BigInt(timeout(connection, 'unack', env)) * 1_000_000_000n;
  if (left >= 120_000_000_000n && left > unack) connection.edit().expires = now + unack;
}

/** Seconds a connection lives on after the segment. */
function lifetime({ connection, tracking, index, next, env }: Step): number {
  const of = (state: string): number => timeout(connection, state, env);
  const usual = of(next.toLowerCase());
  const retransmitting =
    tracking.retrans >= env.sysctl('net.netfilter.nf_conntrack_tcp_max_retrans');
  if (retransmitting && usual > of('retrans')) return of('retrans');
  if (index === TCP_INDEX.rst) return of('close');
  const unacknowledged =
    (tracking.original.flags | tracking.reply.flags) & WINDOW_FLAG.dataUnacknowledged;
  if (unacknowledged && usual > of('unack')) return of('unack');
  if (tracking.lastWin === 0 && usual > of('retrans')) return of('retrans');
  return usual;
}

/** Takes the new state over and sets the timer. */
function conclude(step: Step, packet: Packet): Tracked {
  const { connection, tracking, segment, index, dir, old, next, env } = step;
  tracking.lastIndex = index;
  tracking.lastDir = dirNumber(dir);
  connection.edit().state = next;
  if (old !== next && next === 'FIN_WAIT') tracking[dir].flags |= WINDOW_FLAG.closeInit;
  if (old !== next) connection.changed = true;
  let secs = lifetime(step);
  if (!connection.has('SEEN_REPLY')) {
    if (segment.flags & FLAG.rst) {
      // The only answer is a RST: there was no connection.
      count(connection, packet);
      connection.flow.kill();
      return 'accept';
    }
    // A client that repeats its SYN must not keep the entry alive.
    if (index === TCP_INDEX.syn && old === 'SYN_SENT') return 'accept';
    if (next === 'ESTABLISHED') secs = Math.min(secs, timeout(connection, 'unack', env));
  } else if (next === 'ESTABLISHED' && (old === 'SYN_RECV' || old === 'ESTABLISHED')) {
    connection.set('ASSURED');
  }
  refresh(connection, packet, env, secs);
  return 'accept';
}

/** Follows one segment. */
export function trackTcp(
  connection: Connection,
  packet: Packet,
  state: HookState,
  env: HookEnv,
): Tracked {
  const segment = readSegment(packet, state, env);
  if (!segment) return 'invalid';
  const index = tcpIndex(segment.flags);
  if (!connection.confirmed) {
    const fresh = newTracking(segment, index, env);
    if (!fresh) return 'invalid';
    const entry = connection.edit();
    entry.tcp = fresh;
    entry.state = 'NONE';
  }
  const entry = connection.edit();
  entry.tcp ??= freshTracking();
  const tracking = entry.tcp;
  const { dir } = connection;
  // An entry of this protocol has one of its states; one made by `conntrack -I` without a state has NONE.
  const old = (entry.state ?? 'NONE') as TcpState;
  const next = nextTcpState(dir, index, old);
  const step: Step = {
    connection,
    tracking,
    segment,
    index,
    dir,
    env,
    old,
    next: next === 'IGNORE' || next === 'INVALID' ? old : next,
    skipWindow: false,
  };
  const outcome = special(step, next);
  if (outcome !== 'go on') return outcome;
  if (!step.skipWindow) {
    const liberal = sysctlOn(env, 'tcp_be_liberal');
    const judgement = inWindow(tracking, old, segment, index, dir, liberal);
    if (judgement === 'ignore') return 'accept';
    if (judgement === 'invalid') {
      shorten(step);
      return 'invalid';
    }
  }
  return conclude(step, packet);
}
