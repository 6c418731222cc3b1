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
  readonly directories: Directories;
  /** The environment nflab itself was started with. */
  readonly environment: ReadonlyMap<string, string>;
}

/** Labs: named ones, kept under the state directory, and passing ones. */
export interface Labs {
  /** Name of the lab of this call; `Ports.store` is its store. */
  readonly current: string;
  /** The lab of that name as the lab of this call. Throws ToolError when no lab can have that name. */
  named(name: string): { readonly store: Store; readonly labs: Labs };
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
  /**
   * A new file that NFLAB_FAILURES may name: each emulated tool that fails appends `{"command": [...], "status": n,
   * "stderr": "..."}`.
   */
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
  /** The program that runs nflab, absolute: node. */
  readonly interpreter: string;
  /** Between the directories of PATH. */
  readonly pathSeparator: string;
  /**
   * Runs a program on this process's own standard streams until it ends. Returns its exit code, 128 and the signal's
   * number when a signal ended it. Throws FileError (ENOENT) when there is no such program.
   */
  run(program: string, argv: readonly string[], options: ChildOptions): number;
}

/** What a name in a directory stands for; a symbolic link is not followed. */
export type EntryKind = 'file' | 'directory' | 'link' | 'other';

/** Directories that programs are put into. No operation follows a symbolic link at the end of a path; all throw FileError. */
export interface Directories {
  /** The directory itself, absolute and without symbolic links. Throws FileError (ENOENT, ENOTDIR). */
  resolve(directory: string): string;
  /** Undefined when there is none. */
  kind(path: string): EntryKind | undefined;
  /** The text of a file. */
  read(path: string): string;
  /** A text that only text of the same content has. */
  digest(text: string): string;
  /** Makes the file, or replaces it, in one step: whoever is interrupted leaves the old one or the new one. */
  put(path: string, text: string, options: { readonly executable: boolean }): void;
  /** Removes what an interrupted put() of that file left. */
  clear(path: string): void;
  /** In one step; replaces what `to` was. */
  rename(from: string, to: string): void;
  remove(path: string): void;
  make(directory: string): void;
  /** An empty one. */
  removeDirectory(directory: string): void;
  /** Names in it, sorted. */
  list(directory: string): readonly string[];
}
