/** A lab that lives as long as the process: for tests, check runs and the browser. */
import { freshLab, type InitialCells } from '../src/kernel/host/initial.ts';
import type { Cell, Collection, Commit, Draft, Store } from '../src/kernel/model.ts';
import type { PlainRecord } from '../src/kernel/nftables/model.ts';
import { Records, SingleRecord } from './collection.ts';
import { makeDraft, type Shelf } from './draft.ts';
import { Journal } from './journal.ts';

/** Commits kept for `follow`. */
const COMMITS_KEPT = 1000;

class MemoryShelf implements Shelf {
  readonly #journal: Journal;
  readonly #initial: InitialCells;
  readonly #members = new Map<string, unknown>();

  constructor(journal: Journal, initial: InitialCells) {
    this.#journal = journal;
    this.#initial = initial;
  }

  collection<K extends string | number, R>(): Records<K, R> {
    return new Records<K, R>(this.#journal);
  }

  member<K extends string | number, R>(group: string, name: string): Collection<K, R> {
    const key = `${group} ${name}`;
    // A group's members are all of one type, which its caller in makeDraft names.
    let records = this.#members.get(key) as Records<K, R> | undefined;
    if (!records) {
      records = this.collection<K, R>();
      this.#members.set(key, records);
    }
    return records;
  }

  drop(group: string, name: string): void {
    this.member(group, name).clear();
  }

  swap(group: string, a: string, b: string): void {
    const exchange = () => {
      const first = this.member(group, a);
      this.#members.set(`${group} ${a}`, this.member(group, b));
      this.#members.set(`${group} ${b}`, first);
    };
    this.#journal.change(exchange);
    exchange();
  }

  cell<N extends keyof InitialCells>(name: N): Cell<InitialCells[N]> {
    return new SingleRecord(this.#journal, this.#initial[name]);
  }
}

/** Makes a lab as new: `seed` is an unsigned 32-bit number its chance follows from. */
export class MemoryStore implements Store {
  readonly #journal = new Journal();
  readonly #draft: Draft;
  #commits: Commit[] = [];
  #serial = 0;

  constructor(seed = 1) {
    const shelf = new MemoryShelf(this.#journal, freshLab(seed));
    this.#draft = makeDraft(shelf);
  }

  get serial(): number {
    return this.#serial;
  }

  read<T>(fn: (lab: Draft) => T): T {
    return this.#journal.read(() => fn(this.#draft));
  }

  transact<T>(fn: (lab: Draft, log: (event: PlainRecord) => void) => T): T {
    const events: PlainRecord[] = [];
    return this.#journal.transact(
      () => fn(this.#draft, (event) => events.push(event)),
      () => {
        if (!this.#journal.changed && events.length === 0) return;
        this.#serial++;
        this.#commits.push({ serial: this.#serial, events });
        if (this.#commits.length > 2 * COMMITS_KEPT) {
          this.#commits = this.#commits.slice(-COMMITS_KEPT);
        }
      },
    );
  }

  /** Never waits: nobody else can commit. */
  follow(serial: number): readonly Commit[] {
    return this.#commits.filter((commit) => commit.serial > serial);
  }
}
