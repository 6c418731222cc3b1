/** TCP window tracking (tcp_in_window, after G. van Rooij's "Real Stateful TCP Packet Filtering in IP Filter"). */
import { readUint } from '../../base/bytes.ts';
import { TCP_FLAG, type TcpFields, tcpOptions } from '../../packet/tcp.ts';
import type { ConntrackEntry, TcpState, TcpWindow } from './model.ts';
import { TCP_INDEX, type TcpIndex } from './tcp-states.ts';
import { type Direction, opposite } from './tuple.ts';

/** IP_CT_TCP_FLAG_*: bits of TcpWindow.flags and of lastFlags. */
export const WINDOW_FLAG = {
  windowScale: 0x01,
  sackPerm: 0x02,
  closeInit: 0x04,
  beLiberal: 0x08,
  dataUnacknowledged: 0x10,
  maxAckSet: 0x20,
  expectChallengeAck: 0x40,
  simultaneousOpen: 0x80,
} as const;

const MAX_SCALE = 14;
const MAX_ACK_WINDOW = 66000;

export type TcpTracking = NonNullable<ConntrackEntry['tcp']>;

/** A segment as the tracker sees it. */
export interface Segment extends TcpFields {
  readonly data: Uint8Array;
  readonly offset: number;
  /** Sequence number after it. */
  readonly end: number;
}

const freshWindow = (): TcpWindow => ({
  end: 0,
  maxEnd: 0,
  maxWin: 0,
  maxAck: 0,
  scale: 0,
  flags: 0,
});

export const freshTracking = (): TcpTracking => ({
  original: freshWindow(),
  reply: freshWindow(),
  lastDir: 0,
  lastIndex: TCP_INDEX.none,
  lastSeq: 0,
  lastAck: 0,
  lastEnd: 0,
  lastWin: 0,
  lastWscale: 0,
  lastFlags: 0,
  retrans: 0,
});

export const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;
export const after = (a: number, b: number): boolean => before(b, a);
const u32 = (n: number): number => n >>> 0;

/** Sequence number after the segment (segment_seq_plus_len). */
export function segmentEnd(tcp: TcpFields, bytes: number): number {
  const extra = (tcp.flags & TCP_FLAG.syn ? 1 : 0) + (tcp.flags & TCP_FLAG.fin ? 1 : 0);
  return u32(tcp.seq + bytes - tcp.headerLength + extra);
}

/** Takes window scale and SACK from the options (tcp_options). Without options the window is left as it is. */
export function readOptions(segment: Segment, window: TcpWindow): void {
  const { data, offset, headerLength } = segment;
  if (headerLength <= 20) return;
  window.scale = 0;
  window.flags &= WINDOW_FLAG.beLiberal;
  for (const option of tcpOptions(data, offset + 20, offset + headerLength)) {
    if (option.kind === 4 && option.length === 2) window.flags |= WINDOW_FLAG.sackPerm;
    if (option.kind === 3 && option.length === 3) {
      window.scale = Math.min(data[option.offset + 2] ?? 0, MAX_SCALE);
      window.flags |= WINDOW_FLAG.windowScale;
    }
  }
}

/** The highest edge of the segment's SACK blocks, or `ack` (tcp_sack). */
function highestSack({ data, offset, headerLength }: Segment, ack: number): number {
  let sack = ack;
  for (const option of tcpOptions(data, offset + 20, offset + headerLength)) {
    if (option.kind !== 5 || option.length < 10 || (option.length - 2) % 8 !== 0) continue;
    for (let at = option.offset + 2; at < option.offset + option.length; at += 8) {
      const edge = readUint(data, at + 4, 4);
      if (after(edge, sack)) sack = edge;
    }
    return sack;
  }
  return sack;
}

function initSender(
  segment: Segment,
  sender: TcpWindow,
  receiver: TcpWindow,
  dir: Direction,
): void {
  sender.end = segment.end;
  sender.maxEnd = segment.end;
  sender.maxWin = segment.window === 0 ? 1 : segment.window;
  readOptions(segment, sender);
  // RFC 1323: both sides must have sent the option.
  if (dir === 'reply' && !(sender.flags & receiver.flags & WINDOW_FLAG.windowScale)) {
    sender.scale = 0;
    receiver.scale = 0;
  }
}

/** Makes do with what a segment tells about a connection whose history is lost. */
function pickUp(segment: Segment, sender: TcpWindow, receiver: TcpWindow, sack: number): void {
  const window = u32(segment.window << sender.scale);
  sender.end = segment.end;
  sender.maxWin = window === 0 ? 1 : window;
  sender.maxEnd = u32(segment.end + sender.maxWin);
  if (receiver.maxWin === 0) {
    receiver.end = sack;
    receiver.maxEnd = sack;
  } else if (sack === u32(receiver.end + 1)) {
    // Likely the answer to a keepalive.
    receiver.end = sack;
  }
}

/** True when the segment opens one side and needs no check: the second SYN of a simultaneous open. */
function openSide(
  tracking: TcpTracking,
  state: TcpState,
  segment: Segment,
  dir: Direction,
  sack: number,
): boolean {
  const sender = tracking[dir];
  const receiver = tracking[opposite(dir)];
  const syn = (segment.flags & TCP_FLAG.syn) !== 0;
  const ack = (segment.flags & TCP_FLAG.ack) !== 0;
  if (sender.maxWin === 0) {
    if (!syn) {
      pickUp(segment, sender, receiver, sack);
      return false;
    }
    initSender(segment, sender, receiver, dir);
    return !ack;
  }
  const opening = state === 'SYN_SENT' || state === 'SYN_RECV';
  if (syn && opening && after(segment.end, sender.end)) {
    // RFC 793: a TCP that starts again uses greater sequence numbers.
    initSender(segment, sender, receiver, dir);
    return dir === 'reply' && !ack;
  }
  return false;
}

interface Bounds {
  seq: number;
  end: number;
  ack: number;
  sack: number;
}

function boundsOf(
  segment: Segment,
  sender: TcpWindow,
  receiver: TcpWindow,
  state: TcpState,
  sack: number,
): Bounds {
  const bounds = { seq: segment.seq, end: segment.end, ack: segment.ack, sack };
  const rst = (segment.flags & TCP_FLAG.rst) !== 0;
  // Without ACK, or with the zero ACK of broken stacks' RSTs, it counts as right.
  if (!(segment.flags & TCP_FLAG.ack) || (rst && segment.ack === 0)) {
    bounds.ack = receiver.end;
    bounds.sack = receiver.end;
  }
  if (rst && segment.seq === 0 && state === 'SYN_SENT') {
    bounds.seq = sender.end;
    bounds.end = sender.end;
  }
  return bounds;
}

type Judgement = 'accept' | 'ignore' | 'invalid';

function judge({ seq, end, sack }: Bounds, sender: TcpWindow, receiver: TcpWindow): Judgement {
  const ackWindow = Math.max(sender.maxWin, MAX_ACK_WINDOW);
  const inReceiveWindow = after(end, u32(sender.end - receiver.maxWin - 1));
  const ackNotTooLow = after(sack, u32(receiver.end - ackWindow - 1));
  const ackNotTooHigh = before(sack, u32(receiver.end + 1));
  if (!before(seq, u32(sender.maxEnd + 1))) {
    const overshot = u32(end - sender.maxEnd + 1);
    if (
      receiver.maxWin !== 0 &&
      inReceiveWindow &&
      ackNotTooLow &&
      overshot <= receiver.maxWin &&
      ackNotTooHigh
    ) {
      // Sent more than the window allows: an ACK of it must not look wrong later.
      sender.end = end;
      sender.flags |= WINDOW_FLAG.dataUnacknowledged;
      return 'ignore';
    }
    return 'invalid';
  }
  if (!ackNotTooHigh) return 'invalid';
  if (receiver.maxWin !== 0 && !inReceiveWindow) return 'ignore';
  return ackNotTooLow ? 'accept' : 'ignore';
}

function update(
  segment: Segment,
  { end, ack, sack }: Bounds,
  sender: TcpWindow,
  receiver: TcpWindow,
): void {
  const scale = segment.flags & TCP_FLAG.syn ? 0 : sender.scale;
  const window = u32(segment.window << scale);
  sender.maxWin = Math.max(sender.maxWin, u32(window + (sack - ack)));
  if (after(end, sender.end)) {
    sender.end = end;
    sender.flags |= WINDOW_FLAG.dataUnacknowledged;
  }
  if (segment.flags & TCP_FLAG.ack) {
    if (!(sender.flags & WINDOW_FLAG.maxAckSet) || after(ack, sender.maxAck)) sender.maxAck = ack;
    sender.flags |= WINDOW_FLAG.maxAckSet;
  }
  if (receiver.maxWin !== 0 && after(end, sender.maxEnd)) {
    receiver.maxWin = u32(receiver.maxWin + end - sender.maxEnd);
  }
  const edge = u32(sack + window);
  if (after(edge, u32(receiver.maxEnd - 1))) receiver.maxEnd = window === 0 ? u32(edge + 1) : edge;
  if (ack === receiver.end) receiver.flags &= ~WINDOW_FLAG.dataUnacknowledged;
}

function countRetransmission(
  tracking: TcpTracking,
  { seq, end, ack }: Bounds,
  window: number,
  dir: Direction,
): void {
  const lastDir = dir === 'original' ? 0 : 1;
  const same =
    tracking.lastDir === lastDir &&
    tracking.lastSeq === seq &&
    tracking.lastAck === ack &&
    tracking.lastEnd === end &&
    tracking.lastWin === window;
  if (same) {
    tracking.retrans++;
    return;
  }
  tracking.lastDir = lastDir;
  tracking.lastSeq = seq;
  tracking.lastAck = ack;
  tracking.lastEnd = end;
  tracking.lastWin = window;
  tracking.retrans = 0;
}

/** Whether the segment fits the windows, which it then moves. `liberal` accepts all of them. */
export function inWindow(
  tracking: TcpTracking,
  state: TcpState,
  segment: Segment,
  index: TcpIndex,
  dir: Direction,
  liberal: boolean,
): Judgement {
  const sender = tracking[dir];
  const receiver = tracking[opposite(dir)];
  const sacks = (receiver.flags & WINDOW_FLAG.sackPerm) !== 0;
  const sack = sacks ? highestSack(segment, segment.ack) : segment.ack;
  if (openSide(tracking, state, segment, dir, sack)) return 'accept';
  const bounds = boundsOf(segment, sender, receiver, state, sack);
  const judgement = judge(bounds, sender, receiver);
  if (judgement !== 'accept') {
    return liberal || sender.flags & WINDOW_FLAG.beLiberal ? 'accept' : judgement;
  }
  update(segment, bounds, sender, receiver);
  if (index === TCP_INDEX.ack) countRetransmission(tracking, bounds, segment.window, dir);
  return 'accept';
}
