/** An entry as a netlink message tells of it: what listings print. */
import type { Nanos } from '../../src/base/ports.ts';
import type { ConntrackEntry } from '../../src/kernel/conntrack/model.ts';
import { statusBits } from '../../src/kernel/conntrack/status.ts';
import type { EventKind } from './template.ts';

export interface View {
  readonly entry: Readonly<ConntrackEntry>;
  readonly status: number;
  /** Seconds left. */
  readonly timeout: number | undefined;
  readonly counters: ConntrackEntry['counters'];
  readonly mark: number | undefined;
  readonly use: number | undefined;
  /** Of whose life `created` and this are the bounds. */
  readonly now: Nanos;
  readonly event: EventKind | undefined;
}

const SECOND = 1_000_000_000n;

export const secondsLeft = (expires: Nanos, now: Nanos): number =>
  expires > now ? Number((expires - now) / SECOND) : 0;

/** Of a dump or a get; `use` is the reference count, one for the table. */
export function dumpView(entry: Readonly<ConntrackEntry>, now: Nanos, use = 1): View {
  return {
    entry,
    status: statusBits(entry),
    timeout: secondsLeft(entry.expires, now),
    counters: entry.counters,
    mark: entry.mark,
    use,
    now,
    event: undefined,
  };
}

/** Of an event: counters come with the last one, a mark of zero only when userspace is told everything. */
export function eventView(
  entry: Readonly<ConntrackEntry>,
  now: Nanos,
  event: EventKind,
  userspace: boolean,
): View {
  const left = secondsLeft(entry.expires, now);
  const gone = event === 'destroy';
  const tellMark = entry.mark !== 0 || (userspace && !gone);
  return {
    entry,
    status: statusBits(entry),
    timeout: gone && left === 0 ? undefined : left,
    counters: gone ? entry.counters : undefined,
    mark: tellMark ? entry.mark : undefined,
    use: undefined,
    now,
    event,
  };
}

/** Whole seconds between the clock's readings at creation and now; undefined without timestamps. */
export function age({ entry, now }: View): number | undefined {
  return entry.created === 0n ? undefined : Number(now / SECOND - entry.created / SECOND);
}

/** The zone as it shows in one place: for both directions, or beside one tuple. */
export function zoneIn({ entry }: View, place: 'both' | 'original' | 'reply'): number | undefined {
  const { id, dir } = entry.zone;
  return dir === place && id !== 0 ? id : undefined;
}

const NAMES = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [33, 'dccp'],
  [47, 'gre'],
  [58, 'icmpv6'],
  [132, 'sctp'],
  [136, 'udplite'],
]);

export const protocolName = (number: number): string => NAMES.get(number) ?? 'unknown';

/** Protocols listed with two ports. */
export const HAS_PORTS: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);
export const L3_NUMBER = { ipv4: 2, ipv6: 10 } as const;
