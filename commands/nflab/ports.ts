/** What the `nflab` command needs of the machine beyond what an emulated tool needs. */
import type { Store } from '../../src/kernel/model.ts';
import type { Tools } from '../dispatch.ts';
import type { Ports } from '../tool.ts';

export interface NflabPorts extends Ports {
  /** nflab's own version. */
  readonly version: string;
  /** Every emulated tool. */
  readonly tools: Tools;
  readonly labs: Labs;
  readonly processes: Processes;
  /** The environment nflab itself was started with. */
  readonly environment: ReadonlyMap<string, string>;
}

/** Labs: named ones, kept under the state directory, and passing ones. */
export interface Labs {
  /** Name of the lab of this call; `Ports.store` is its store. */
  readonly current: string;
  /**
   * Puts the lab of this call aside under another name, in whatever state it is, so that it begins anew. Returns where
   * it is kept; undefined when there was none.
   */
  putAside(): string | undefined;
  /** The error says that the lab's files are damaged, or written by a newer nflab. */
  isUnusable(error: unknown): boolean;
  /** A lab in memory, forgotten at the end; its chance follows from `seed`. */
  memory(seed: number): Store;
  /** A lab on disk under a new name, for the processes of one run. */
  passing(): PassingLab;
  /** A new file that NFLAB_FAILURES may name: each emulated tool that fails appends `{"command": [...], "status": n}`. */
  failureLog(): FailureLog;
}

export interface FailureLog {
  readonly path: string;
  /** Its lines. */
  read(): readonly string[];
  remove(): void;
}

/** A lab that is removed when its work is done. */
export interface PassingLab {
  /** What NFLAB_STATE_DIR and NFLAB_LAB are for the tools that act on it. */
  readonly stateDirectory: string;
  readonly name: string;
  readonly store: Store;
  remove(): void;
}

export interface ChildOptions {
  /** Added to the environment nflab was started with. */
  readonly environment: ReadonlyMap<string, string>;
  /** Without output and input. */
  readonly quiet?: boolean;
}

/** Child processes, and what kind of machine runs them. */
export interface Processes {
  readonly system: 'linux' | 'macos' | 'windows';
  /** True for the superuser. */
  readonly root: boolean;
  /** The directory with the emulated tools under their own names, absolute. */
  readonly toolDirectory: string;
  /** Between the directories of PATH. */
  readonly pathSeparator: string;
  /**
   * Runs a program on this process's own standard streams until it ends. Returns its exit code, 128 and the signal's
   * number when a signal ended it. Throws FileError (ENOENT) when there is no such program.
   */
  run(program: string, argv: readonly string[], options: ChildOptions): number;
}
