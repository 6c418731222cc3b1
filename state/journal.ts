/** What keeps a list of its changes until the transaction has ended well. */
export interface Settling {
  settle(): void;
}

/** The running transaction of one store: whether changes are allowed, and how to take them back. */
export class Journal {
  /** Number of the running transaction; what carries it was copied or made in it. */
  transaction = 0;
  /** Who the running transaction changed. */
  readonly touched = new Set<Settling>();
  #undo: (() => void)[] = [];
  #mode: 'idle' | 'read' | 'write' = 'idle';
  #version = 0;

  /** True when neither a transaction nor a read runs. */
  get idle(): boolean {
    return this.#mode === 'idle';
  }

  /** True when the running transaction has changed something. */
  get changed(): boolean {
    return this.#undo.length > 0;
  }

  /** A number no collection of this store has had as its version. */
  nextVersion(): number {
    return ++this.#version;
  }

  /** Throws unless changes are allowed. */
  check(): void {
    if (this.#mode === 'write') return;
    throw new Error(this.#mode === 'read' ? 'changed a lab inside read()' : 'no transaction');
  }

  /** Throws inside a transaction or a read. */
  checkIdle(): void {
    if (!this.idle) throw new Error(`transaction inside ${this.#mode}`);
  }

  /** Called with each change: what takes it back, and who is to forget its changes when all is stored. */
  change(undo: () => void, owner?: Settling): void {
    this.check();
    this.#undo.push(undo);
    if (owner) this.touched.add(owner);
  }

  /** Runs `fn` with changes refused; inside a transaction it sees what that has changed so far. */
  read<T>(fn: () => T): T {
    const before = this.#mode;
    this.#mode = 'read';
    try {
      return fn();
    } finally {
      this.#mode = before;
    }
  }

  /** Runs `fn`, then `commit`; when either throws, every change is taken back. */
  transact<T>(fn: () => T, commit: () => void): T {
    this.checkIdle();
    this.#mode = 'write';
    this.transaction++;
    try {
      const result = fn();
      commit();
      for (const owner of this.touched) owner.settle();
      return result;
    } catch (error) {
      for (let i = this.#undo.length - 1; i >= 0; i--) this.#undo[i]?.();
      throw error;
    } finally {
      this.#undo = [];
      this.touched.clear();
      this.#mode = 'idle';
    }
  }
}
