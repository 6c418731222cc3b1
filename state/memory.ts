/** A lab that lives as long as the process: for tests, check runs and the browser. */
import { freshLab } from '../src/kernel/host/initial.ts';
import type { Commit, Draft, Store } from '../src/kernel/model.ts';
import type { PlainRecord } from '../src/kernel/nftables/model.ts';
import { makeDraft } from './draft.ts';
import { Journal } from './journal.ts';
import { Parts } from './parts.ts';

/** Commits kept for `follow`. */
const COMMITS_KEPT = 1000;

/** Makes a lab as new: `seed` is an unsigned 32-bit number its chance follows from. */
export class MemoryStore implements Store {
  readonly #journal = new Journal();
  readonly #draft: Draft;
  #commits: Commit[] = [];
  #serial = 0;

  constructor(seed = 1) {
    const initial = freshLab(seed);
    const origin = {
      source: () => undefined,
      cell: <N extends keyof typeof initial>(name: N) => initial[name],
    };
    this.#draft = makeDraft(new Parts(this.#journal, origin));
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
        if (events.length > 0) this.#commits.push({ serial: this.#serial, events });
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
