/**
 * The ports: everything the library and the commands know of the machine. `bin/` builds the real ones, tests and the
 * browser build others. All of them are synchronous, as the emulated tools are.
 */

/** Nanoseconds of virtual time since the epoch. */
export type Nanos = bigint;

/** The one source of time below `bin/`. */
export interface Clock {
  /** Virtual wall-clock time. */
  now(): Nanos;
}

/** The one source of chance: seeded, its state saved with the lab. */
export interface Rng {
  /** A uniform unsigned 32-bit number. */
  u32(): number;
}

/** Files as the emulated tools see them. Errors are `FileError`s carrying an errno name. */
export interface Files {
  /** The whole file; `-` is not special here. */
  read(path: string): Uint8Array;
  write(path: string, data: Uint8Array | string): void;
  exists(path: string): boolean;
  isDirectory(path: string): boolean;
  /** Names in a directory, sorted by code unit. */
  list(path: string): readonly string[];
}

/** A failed file operation; `errno` is the symbolic name, such as ENOENT. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly errno: string;
  readonly path: string;
  constructor(errno: string, path: string) {
    super(`${errno}: ${path}`);
    this.errno = errno;
    this.path = path;
  }
}

/** A text sink. What is written appears in order; nothing is buffered past the return of the command. */
export interface Output {
  write(text: string): void;
  /** Lets the reader see at once what was written; where there is none, nothing is held back. */
  flush?(): void;
  /** True when a person reads it, so colour and progress make sense. */
  readonly isTerminal: boolean;
  /** Columns of the terminal, undefined when there is none. */
  readonly columns?: number | undefined;
}

/** Standard input. */
export interface Input {
  /** Everything up to end of file, read once. */
  readAll(): Uint8Array;
  /**
   * The next line without its newline, undefined at the end; for interactive use. With `waitMs`, undefined also when no
   * line came within that time.
   */
  readLine(waitMs?: number): string | undefined;
  readonly isTerminal: boolean;
}
