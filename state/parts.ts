/** The collections and cells of one lab in memory, made when first asked for. */
import type { InitialCells } from '../src/kernel/host/initial.ts';
import type { Cell, Collection } from '../src/kernel/model.ts';
import { Records, SingleRecord, type Source } from './collection.ts';
import type { Shelf } from './draft.ts';
import type { Journal } from './journal.ts';

/** Records of a type only the caller of a Shelf knows. */
export type AnyRecords = Records<string | number, unknown>;
export type CellName = keyof InitialCells;

/** Where parts that are not new come from. */
export interface Origin {
  /** Undefined when the collection is empty. */
  source(name: string): Source<string | number, unknown> | undefined;
  cell<N extends CellName>(name: N): InitialCells[N];
}

/** The name of one collection of a group; group names have no blank. */
const memberName = (group: string, name: string): string => `${group} ${name}`;

export class Parts implements Shelf {
  /** Those asked for so far. */
  readonly collections = new Map<string, AnyRecords>();
  /** Those asked for so far. */
  readonly cells = new Map<CellName, SingleRecord<unknown>>();
  readonly #journal: Journal;
  readonly #origin: Origin;

  constructor(journal: Journal, origin: Origin) {
    this.#journal = journal;
    this.#origin = origin;
  }

  collection<K extends string | number, R>(name: string): Collection<K, R> {
    // makeDraft gives each name one type; what a store reads back is what was stored under it.
    return this.records(name) as unknown as Collection<K, R>;
  }

  member<K extends string | number, R>(group: string, name: string): Collection<K, R> {
    return this.collection(memberName(group, name));
  }

  drop(group: string, name: string): void {
    this.records(memberName(group, name)).clear();
  }

  swap(group: string, a: string, b: string): void {
    this.records(memberName(group, a)).exchange(this.records(memberName(group, b)));
  }

  cell<N extends CellName>(name: N): Cell<InitialCells[N]> {
    let cell = this.cells.get(name);
    if (!cell) {
      cell = new SingleRecord<unknown>(this.#journal, this.#origin.cell(name));
      this.cells.set(name, cell);
    }
    // What a cell holds came from the origin under its name.
    return cell as SingleRecord<never>;
  }

  /** The collection of that name. */
  records(name: string): AnyRecords {
    let records = this.collections.get(name);
    if (!records) {
      records = new Records(name, this.#journal, this.#origin.source(name));
      this.collections.set(name, records);
    }
    return records;
  }
}
