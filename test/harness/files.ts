/** The Files port over a directory of the machine: relative paths start there. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FileError, type Files, type Input } from '../../src/base/ports.ts';

export class DirectoryFiles implements Files {
  private readonly directory: string;
  private readonly stdin: Input;

  constructor(directory: string, stdin: Input) {
    this.directory = directory;
    this.stdin = stdin;
  }

  read(path: string): Uint8Array {
    if (path === '/dev/stdin') return this.stdin.readAll();
    return this.attempt(path, (full) => new Uint8Array(readFileSync(full)));
  }

  write(path: string, data: Uint8Array | string): void {
    this.attempt(path, (full) => writeFileSync(full, data));
  }

  exists(path: string): boolean {
    return existsSync(this.full(path));
  }

  isDirectory(path: string): boolean {
    return statSync(this.full(path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  }

  list(path: string): readonly string[] {
    return this.attempt(path, (full) => readdirSync(full).sort());
  }

  private full(path: string): string {
    return resolve(this.directory, path);
  }

  private attempt<T>(path: string, fn: (full: string) => T): T {
    try {
      return fn(this.full(path));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
      throw new FileError(code, path);
    }
  }
}
