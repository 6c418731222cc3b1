/** The ordered collection and the single record every store keeps in memory, with rollback and a list of changes. */
import type { Cell, Collection } from '../src/kernel/model.ts';
import { clonePlain } from './clone.ts';
import type { Journal, Settling } from './journal.ts';

/** One step of a collection's history: what its log holds a line of. */
export type Change<K, R> =
  | { readonly kind: 'append'; readonly key: K; readonly record: R }
  | { readonly kind: 'prepend'; readonly key: K; readonly record: R }
  | { readonly kind: 'before'; readonly ref: K; readonly key: K; readonly record: R }
  | { readonly kind: 'after'; readonly ref: K; readonly key: K; readonly record: R }
  | { readonly kind: 'replace'; readonly ref: K; readonly key: K; readonly record: R }
  | { readonly kind: 'delete'; readonly key: K };

type Insertion<K, R> = Exclude<Change<K, R>, { kind: 'replace' | 'delete' }>;

/** Where records that are not in memory yet come from. */
export interface Source<K, R> {
  /** Records in it. */
  readonly size: number;
  /** Gives the stored history to `apply`, step by step. */
  load(apply: (change: Change<K, R>) => void): void;
}

interface Node<K, R> {
  key: K;
  record: R;
  prev: Node<K, R> | undefined;
  next: Node<K, R> | undefined;
  /** The transaction that made or copied the record: a further edit needs no copy. */
  stamp: number;
}

interface List<K, R> {
  readonly nodes: Map<K, Node<K, R>>;
  head: Node<K, R> | undefined;
  tail: Node<K, R> | undefined;
}

interface Contents<K, R> {
  readonly list: List<K, R> | undefined;
  readonly source: Source<K, R> | undefined;
  readonly size: number;
  readonly changes: Change<K, R>[];
  readonly edited: Node<K, R>[];
  readonly cleared: boolean;
}

const emptyList = <K, R>(): List<K, R> => ({ nodes: new Map(), head: undefined, tail: undefined });

/** Puts a node after `prev`, or first when that is undefined. */
function link<K, R>(list: List<K, R>, node: Node<K, R>, prev: Node<K, R> | undefined): void {
  if (list.nodes.has(node.key)) throw new Error(`key exists: ${node.key}`);
  const next = prev ? prev.next : list.head;
  node.prev = prev;
  node.next = next;
  if (prev) prev.next = node;
  else list.head = node;
  if (next) next.prev = node;
  else list.tail = node;
  list.nodes.set(node.key, node);
}

function unlink<K, R>(list: List<K, R>, node: Node<K, R>): void {
  if (node.prev) node.prev.next = node.next;
  else list.head = node.next;
  if (node.next) node.next.prev = node.prev;
  else list.tail = node.prev;
  list.nodes.delete(node.key);
}

function need<K, R>(list: List<K, R>, key: K): Node<K, R> {
  const node = list.nodes.get(key);
  if (!node) throw new Error(`no record with key ${key}`);
  return node;
}

function rekey<K, R>(list: List<K, R>, node: Node<K, R>, key: K, record: R): void {
  if (key !== node.key) {
    if (list.nodes.has(key)) throw new Error(`key exists: ${key}`);
    list.nodes.delete(node.key);
    node.key = key;
    list.nodes.set(key, node);
  }
  node.record = record;
}

/** The node a new one comes after; undefined when it is to be the first. */
function precursor<K, R>(list: List<K, R>, at: Insertion<K, R>): Node<K, R> | undefined {
  switch (at.kind) {
    case 'append':
      return list.tail;
    case 'prepend':
      return undefined;
    case 'before':
      return need(list, at.ref).prev;
    case 'after':
      return need(list, at.ref);
  }
}

function applyChange<K, R>(list: List<K, R>, change: Change<K, R>, stamp: number): void {
  if (change.kind === 'delete') {
    unlink(list, need(list, change.key));
    return;
  }
  const { key, record } = change;
  if (change.kind === 'replace') {
    const node = need(list, change.ref);
    rekey(list, node, key, record);
    node.stamp = stamp;
    return;
  }
  const node = { key, record, prev: undefined, next: undefined, stamp };
  link(list, node, precursor(list, change));
}

/** A linked list with a Map: any insertion costs the same, however long the chain. */
export class Records<K extends string | number, R> implements Collection<K, R>, Settling {
  readonly name: string;
  readonly #journal: Journal;
  #source: Source<K, R> | undefined;
  #list: List<K, R> | undefined;
  #size: number;
  #version: number;
  #changes: Change<K, R>[] = [];
  #edited: Node<K, R>[] = [];
  #cleared = false;

  constructor(name: string, journal: Journal, source?: Source<K, R>) {
    this.name = name;
    this.#journal = journal;
    this.#source = source;
    this.#size = source?.size ?? 0;
    this.#version = journal.nextVersion();
    if (!source) this.#list = emptyList();
  }

  get size(): number {
    return this.#size;
  }

  get version(): number {
    return this.#version;
  }

  /** Where the records were stored before the running transaction. */
  get source(): Source<K, R> | undefined {
    return this.#source;
  }

  /** True when the running transaction emptied it: `source` no longer counts. */
  get cleared(): boolean {
    return this.#cleared;
  }

  /** True when the records are in memory. */
  get loaded(): boolean {
    return this.#list !== undefined;
  }

  /** What the running transaction did since `source` or since it emptied the collection, edits last; records are as they are now. */
  *changes(): Iterable<Change<K, R>> {
    yield* this.#changes;
    for (const { key, record } of this.#edited) {
      if (this.#list?.nodes.get(key)?.record === record) {
        yield { kind: 'replace', ref: key, key, record };
      }
    }
  }

  /** Forgets the list of changes, once they are stored; `source` has to include them from now on. */
  settle(): void {
    this.#changes = [];
    this.#edited = [];
    this.#cleared = false;
  }

  /** Says where the records are stored now. */
  place(source: Source<K, R> | undefined): void {
    this.#source = source;
  }

  /** Takes in one change another process has added to what is in memory. */
  takeIn(change: Change<K, R>): void {
    const list = this.load();
    applyChange(list, change, 0);
    this.#size = list.nodes.size;
    this.#version = this.#journal.nextVersion();
  }

  /** Exchanges contents with another collection; each keeps its name. */
  exchange(other: Records<K, R>): void {
    const mine = this.#state();
    const theirs = other.#state();
    this.#journal.change(() => {
      this.#become(mine);
      other.#become(theirs);
    }, this);
    this.#journal.change(() => {}, other);
    this.#become(theirs);
    other.#become(mine);
  }

  get(key: K): Readonly<R> | undefined {
    return this.load().nodes.get(key)?.record;
  }

  has(key: K): boolean {
    return this.#size > 0 && this.load().nodes.has(key);
  }

  *entries(): Iterable<readonly [K, Readonly<R>]> {
    for (let node = this.load().head; node; node = node.next) yield [node.key, node.record];
  }

  *values(): Iterable<Readonly<R>> {
    for (let node = this.load().head; node; node = node.next) yield node.record;
  }

  edit(key: K): R {
    const node = need(this.load(), key);
    if (node.stamp === this.#journal.transaction) {
      // Also refuses a change outside a transaction, when the last one happened to touch this record.
      this.#journal.check();
      return node.record;
    }
    const copy = clonePlain(node.record);
    this.#journal.change(() => {
      this.#edited.pop();
      node.record = copy;
      this.#version = this.#journal.nextVersion();
    }, this);
    node.stamp = this.#journal.transaction;
    this.#edited.push(node);
    return node.record;
  }

  append(key: K, record: R): void {
    this.#insert({ kind: 'append', key, record });
  }

  prepend(key: K, record: R): void {
    this.#insert({ kind: 'prepend', key, record });
  }

  insertBefore(ref: K, key: K, record: R): void {
    this.load();
    this.#insert({ kind: 'before', ref, key, record });
  }

  insertAfter(ref: K, key: K, record: R): void {
    this.load();
    this.#insert({ kind: 'after', ref, key, record });
  }

  replace(ref: K, key: K, record: R): void {
    const list = this.load();
    const node = need(list, ref);
    const before = node.record;
    this.#change({ kind: 'replace', ref, key, record }, 0, () => rekey(list, node, ref, before));
  }

  delete(key: K): boolean {
    if (!this.has(key)) return false;
    const list = this.load();
    const node = need(list, key);
    const { prev } = node;
    this.#change({ kind: 'delete', key }, -1, () => link(list, node, prev));
    return true;
  }

  clear(): void {
    if (this.#size === 0) return;
    const before = this.#state();
    this.#journal.change(() => this.#become(before), this);
    this.#become({
      list: emptyList(),
      source: undefined,
      size: 0,
      changes: [],
      edited: [],
      cleared: true,
    });
  }

  /** Brings the records into memory. */
  load(): List<K, R> {
    if (this.#list) return this.#list;
    const list = emptyList<K, R>();
    this.#source?.load((change) => applyChange(list, change, 0));
    for (const change of this.#changes) applyChange(list, change, this.#journal.transaction);
    this.#list = list;
    return list;
  }

  #state(): Contents<K, R> {
    return {
      list: this.#list,
      source: this.#source,
      size: this.#size,
      changes: this.#changes,
      edited: this.#edited,
      cleared: this.#cleared,
    };
  }

  #become(contents: Contents<K, R>): void {
    this.#list = contents.list;
    this.#source = contents.source;
    this.#size = contents.size;
    this.#changes = contents.changes;
    this.#edited = contents.edited;
    this.#cleared = contents.cleared;
    this.#version = this.#journal.nextVersion();
  }

  #insert(change: Insertion<K, R>): void {
    this.#change(change, 1, () => {
      if (this.#list) unlink(this.#list, need(this.#list, change.key));
    });
  }

  /** Applies a change to what is in memory; `undo` takes it back there, in the list it was made in. */
  #change(change: Change<K, R>, growth: number, undo: () => void): void {
    if (this.#list) {
      this.#journal.check();
      applyChange(this.#list, change, this.#journal.transaction);
    }
    this.#journal.change(() => {
      undo();
      this.#changes.pop();
      this.#size -= growth;
      this.#version = this.#journal.nextVersion();
    }, this);
    this.#changes.push(change);
    this.#size += growth;
    this.#version = this.#journal.nextVersion();
  }
}

/** A single record with rollback. */
export class SingleRecord<R> implements Cell<R> {
  readonly #journal: Journal;
  #record: R;
  #stamp = 0;

  constructor(journal: Journal, record: R) {
    this.#journal = journal;
    this.#record = record;
  }

  /** True when the running transaction changed it. */
  get dirty(): boolean {
    return this.#stamp !== 0 && this.#stamp === this.#journal.transaction;
  }

  get(): Readonly<R> {
    return this.#record;
  }

  edit(): R {
    const { transaction } = this.#journal;
    if (this.#stamp === transaction) {
      this.#journal.check();
    } else {
      this.#keep(clonePlain(this.#record));
    }
    return this.#record;
  }

  set(record: R): void {
    this.#keep(this.#record);
    this.#record = record;
  }

  #keep(before: R): void {
    this.#journal.change(() => {
      this.#record = before;
    });
    this.#stamp = this.#journal.transaction;
  }
}
