/**
 * Events of connection tracking, as they are recorded in a commit (`transact(fn, log)`) and read by `conntrack -E`
 * through `store.follow()`. Every recorded event has `source`, which says whose it is: `conntrack` here; nf_tables'
 * events for `nft monitor` and `xtables-monitor` have others and share the log.
 */
import type { PlainRecord } from '../nftables/model.ts';
import type { ConntrackEntry, ExpectationRecord } from './model.ts';

export interface ConntrackEvent {
  readonly source: 'conntrack';
  readonly type: 'new' | 'update' | 'destroy';
  /** The entry as it was when the event happened. */
  readonly entry: ConntrackEntry;
  /** Virtual time of the event. */
  readonly at: bigint;
  /** True when a command caused it, not a packet. */
  readonly userspace: boolean;
}

export interface ExpectationEvent {
  readonly source: 'expectation';
  readonly type: 'new' | 'destroy';
  readonly expectation: ExpectationRecord;
  readonly at: bigint;
}

/** What the log takes. Both kinds hold plain data only, which the compiler cannot see in interfaces. */
export const eventRecord = (event: ConntrackEvent | ExpectationEvent): PlainRecord =>
  event as unknown as PlainRecord;

/** Undefined for the events of others. */
export function conntrackEvent(record: PlainRecord): ConntrackEvent | undefined {
  return record.source === 'conntrack' ? (record as unknown as ConntrackEvent) : undefined;
}

export function expectationEvent(record: PlainRecord): ExpectationEvent | undefined {
  return record.source === 'expectation' ? (record as unknown as ExpectationEvent) : undefined;
}
