/** The connection table: an index over the stored entries by both tuples, kept while the collection is unchanged. */
import type { Nanos } from '../../base/ports.ts';
import type { Collection } from '../model.ts';
import type { ConntrackEntry, Tuple } from './model.ts';
import { type Direction, sourceKey, tupleKey, type Zone, zoneId } from './tuple.ts';

export interface Found {
  readonly dir: Direction;
  readonly entry: Readonly<ConntrackEntry>;
}

type Entries = Collection<number, ConntrackEntry>;

/** One per collection; `tableOf` gives it. */
export class ConntrackTable {
  readonly #entries: Entries;
  #version = -1;
  /** Tuple and zone to twice the entry's id, plus one for the reply direction. */
  #byTuple = new Map<string, number>();
  /** Original sources to the ids of entries with source NAT set up, oldest first. */
  #bySource = new Map<string, number[]>();
  /** No entry expires before this. */
  #earliest: Nanos | undefined;

  constructor(entries: Entries) {
    this.#entries = entries;
  }

  /** The live entry one of whose tuples is this, in the zone (nf_conntrack_find_get). */
  find(tuple: Tuple, zone: Zone, now: Nanos): Found | undefined {
    const found = this.findAs(tuple, zone, 'original', now);
    if (found || zone.dir === 'both') return found;
    return this.findAs(tuple, zone, 'reply', now);
  }

  /** As `find`, among the tuples stored with the zone's id of direction `dir`. */
  findAs(tuple: Tuple, zone: Zone, dir: Direction, now: Nanos): Found | undefined {
    this.#sync();
    const at = this.#byTuple.get(tupleKey(tuple, zoneId(zone, dir)));
    if (at === undefined) return undefined;
    const entry = this.#entries.get(Math.floor(at / 2));
    if (!entry || entry.expires <= now) return undefined;
    const found: Found = { dir: at % 2 === 1 ? 'reply' : 'original', entry };
    return zoneId(entry.zone, found.dir) === zoneId(zone, found.dir) ? found : undefined;
  }

  /** Live entries whose original source is this one's, newest first. */
  *withSource(tuple: Tuple, zone: Zone, now: Nanos): Generator<Readonly<ConntrackEntry>> {
    this.#sync();
    const ids = this.#bySource.get(sourceKey(tuple, zoneId(zone, 'original'))) ?? [];
    for (let i = ids.length - 1; i >= 0; i--) {
      const entry = this.#entries.get(ids[i] ?? -1);
      if (entry && entry.expires > now) yield entry;
    }
  }

  /** Adds a confirmed entry; expired ones make room first, and `gone` is told of them. */
  add(entry: ConntrackEntry, now: Nanos, gone: (entry: Readonly<ConntrackEntry>) => void): void {
    this.#sync();
    if (this.#earliest !== undefined && this.#earliest <= now) this.sweep(now, gone);
    this.#entries.append(entry.id, entry);
    this.#index(entry);
    this.#version = this.#entries.version;
  }

  remove(id: number): void {
    this.#sync();
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    this.#byTuple.delete(tupleKey(entry.original, zoneId(entry.zone, 'original')));
    this.#byTuple.delete(tupleKey(entry.reply, zoneId(entry.zone, 'reply')));
    const source = sourceKey(entry.original, zoneId(entry.zone, 'original'));
    const ids = this.#bySource.get(source)?.filter((other) => other !== id);
    if (ids && ids.length > 0) this.#bySource.set(source, ids);
    else this.#bySource.delete(source);
    this.#version = this.#entries.version;
  }

  /** Removes what has expired. */
  sweep(now: Nanos, gone: (entry: Readonly<ConntrackEntry>) => void): void {
    const expired: Readonly<ConntrackEntry>[] = [];
    let earliest: Nanos | undefined;
    for (const entry of this.#entries.values()) {
      if (entry.expires <= now) expired.push(entry);
      else if (earliest === undefined || entry.expires < earliest) earliest = entry.expires;
    }
    for (const entry of expired) {
      this.remove(entry.id);
      gone(entry);
    }
    this.#earliest = earliest;
  }

  #sync(): void {
    if (this.#version === this.#entries.version) return;
    this.#byTuple = new Map();
    this.#bySource = new Map();
    this.#earliest = undefined;
    for (const entry of this.#entries.values()) this.#index(entry);
    this.#version = this.#entries.version;
  }

  #index(entry: Readonly<ConntrackEntry>): void {
    const { id, zone, original, reply } = entry;
    this.#byTuple.set(tupleKey(original, zoneId(zone, 'original')), 2 * id);
    this.#byTuple.set(tupleKey(reply, zoneId(zone, 'reply')), 2 * id + 1);
    if (entry.status.includes('SRC_NAT_DONE')) {
      const source = sourceKey(original, zoneId(zone, 'original'));
      const ids = this.#bySource.get(source);
      if (ids) ids.push(id);
      else this.#bySource.set(source, [id]);
    }
    if (this.#earliest === undefined || entry.expires < this.#earliest) {
      this.#earliest = entry.expires;
    }
  }
}

/**
 * The next entry's id: unlike its predecessors', as the kernel's are, which hash an address. Different for 2^32 entries.
 */
export function nextId(globals: { nextId: number }): number {
  return Math.imul(globals.nextId++, 0x9e3779b1) >>> 0;
}

const tables = new WeakMap<Entries, ConntrackTable>();

/** The table over a lab's entries. */
export function tableOf(lab: { readonly conntrack: Entries }): ConntrackTable {
  let table = tables.get(lab.conntrack);
  if (!table) {
    table = new ConntrackTable(lab.conntrack);
    tables.set(lab.conntrack, table);
  }
  return table;
}
