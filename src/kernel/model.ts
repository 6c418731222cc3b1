/** All stored records, and the Store port: what a lab is made of and how it is read and changed. */
import type { ConntrackEntry, ExpectationRecord } from './conntrack/model.ts';
import type { ClockRecord, HostRecord, RngRecord } from './host/model.ts';
import type { IpsetMember, IpsetRecord } from './ipset/model.ts';
import type { IpvsConnection, IpvsDestination, IpvsGlobals, IpvsService } from './ipvs/model.ts';
import type {
  ChainRecord,
  ElementRecord,
  Family,
  FlowtableRecord,
  ObjectRecord,
  PlainRecord,
  RuleRecord,
  SetRecord,
  TableRecord,
} from './nftables/model.ts';

/**
 * Records of one kind under unique keys, in an order of their own. Reading loads what is needed; `append` and
 * `prepend` do not read. Records are changed only through `edit`, so that a failed transaction leaves no trace.
 */
export interface Collection<K extends string | number, R> {
  get(key: K): Readonly<R> | undefined;
  has(key: K): boolean;
  /** In order. The collection must not change during the walk. */
  entries(): Iterable<readonly [K, Readonly<R>]>;
  values(): Iterable<Readonly<R>>;
  /** Known without loading the records. */
  readonly size: number;
  /** Changes whenever records are added, removed, replaced or reordered; not by `edit`. For caches of compiled forms. */
  readonly version: number;
  /** The record for changing in place; throws when there is none. */
  edit(key: K): R;
  /** At the end; the key must be new. */
  append(key: K, record: R): void;
  /** At the front; the key must be new. */
  prepend(key: K, record: R): void;
  insertBefore(ref: K, key: K, record: R): void;
  insertAfter(ref: K, key: K, record: R): void;
  /** In the place of the record with that key, or of `ref` when the key changes. */
  replace(ref: K, key: K, record: R): void;
  /** False when there is none. */
  delete(key: K): boolean;
  clear(): void;
}

/** A single record that is always there. */
export interface Cell<R> {
  get(): Readonly<R>;
  edit(): R;
  set(record: R): void;
}

/** One nf_tables ruleset. Keys: table `family name`; chain, set, object, flowtable `family table name`; rule its handle. */
export interface Ruleset {
  readonly tables: Collection<string, TableRecord>;
  readonly chains: Collection<string, ChainRecord>;
  readonly sets: Collection<string, SetRecord>;
  /** Key: `family table type name`: objects of different types may share a name. */
  readonly objects: Collection<string, ObjectRecord>;
  readonly flowtables: Collection<string, FlowtableRecord>;
  /** Rules of the chain with that key; one log each in the file store. Created with the chain, dropped with it. */
  rules(chain: string): Collection<number, RuleRecord>;
  elements(set: string): Collection<string, ElementRecord>;
  dropRules(chain: string): void;
  dropElements(set: string): void;
  /** Ruleset-wide numbers. */
  readonly globals: Cell<RulesetGlobals>;
}

export interface RulesetGlobals {
  /** The generation id, one more for each committed batch. */
  generation: number;
  nextTableHandle: number;
}

/** The key of a table. */
export const tableKey = (family: Family, table: string): string => `${family} ${table}`;
/** The key of a chain, set or flowtable. */
export const itemKey = (family: Family, table: string, name: string): string =>
  `${family} ${table} ${name}`;
/** The key of an object. */
export const objectKey = (family: Family, table: string, type: string, name: string): string =>
  `${family} ${table} ${type} ${name}`;

/** Everything a lab stores, within one transaction. */
export interface Draft {
  readonly nft: Ruleset;
  /** What the iptables-legacy names see: the same model, invisible to nft. */
  readonly legacy: Ruleset;
  readonly host: Cell<HostRecord>;
  readonly clock: Cell<ClockRecord>;
  readonly rng: Cell<RngRecord>;
  readonly conntrack: Collection<number, ConntrackEntry>;
  readonly expectations: Collection<number, ExpectationRecord>;
  readonly conntrackGlobals: Cell<{ nextId: number; stats: PlainRecord }>;
  readonly ipvs: {
    readonly services: Collection<string, IpvsService>;
    destinations(service: string): Collection<string, IpvsDestination>;
    dropDestinations(service: string): void;
    readonly connections: Collection<number, IpvsConnection>;
    readonly globals: Cell<IpvsGlobals>;
  };
  readonly ipsets: Collection<string, IpsetRecord>;
  ipsetMembers(name: string): Collection<string, IpsetMember>;
  dropIpsetMembers(name: string): void;
  /** ipset swap and rename: the members follow the name. */
  swapIpsetMembers(a: string, b: string): void;
  /** Named state of xtables modules (recent lists, hashlimit tables ...); key `module name`. */
  readonly xtState: Collection<string, { data: PlainRecord }>;
}

/** What one committed transaction changed, for `nft monitor`, `xtables-monitor` and `conntrack -E`. */
export interface Commit {
  /** Serial number of the commit in its lab. */
  readonly serial: number;
  /** Events as the transaction recorded them. */
  readonly events: readonly PlainRecord[];
}

/** Where a lab is kept. Implementations are in state/. */
export interface Store {
  /** Runs `fn` on a consistent state; changing anything in it throws. */
  read<T>(fn: (lab: Draft) => T): T;
  /** Runs `fn` alone on the lab; its changes are kept when it returns, and forgotten when it throws. */
  transact<T>(fn: (lab: Draft, log: (event: PlainRecord) => void) => T): T;
  /** Commits after `serial`, oldest first; waits up to `waitMs` for one. */
  follow(serial: number, waitMs: number): readonly Commit[];
  /** Serial of the last commit. */
  readonly serial: number;
}
