/** The files of one lab. Logs only grow; the meta file is replaced whole, which is the moment of a commit. */
import { Buffer } from 'node:buffer';
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { DamagedText } from './codec.ts';
import { errnoOf } from './store-error.ts';

const META = 'meta';
/** From so many bytes on reading them as bytes is quicker than as text, which loads less of Node. */
const LONG = 65536;
const FILE_MODE = 0o600;

export class LabFiles {
  readonly directory: string;
  readonly #fsync: boolean;

  /** With `fsync` what was written is on the disk before the commit returns. */
  constructor(directory: string, fsync: boolean) {
    this.directory = directory;
    this.#fsync = fsync;
  }

  /** Undefined when there is no lab yet. */
  readMeta(): string | undefined {
    try {
      return readFileSync(this.#path(META), 'utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The commit point. */
  replaceMeta(text: string): void {
    const path = this.#path(META);
    const fresh = `${path}.new`;
    this.#put(fresh, 'w', 0, text);
    renameSync(fresh, path);
    if (this.#fsync) this.#syncDirectory();
  }

  /** Bytes `from` up to `to` of a log. Throws DamagedText when it is shorter. */
  read(file: string, from: number, to: number): string {
    const path = this.#path(file);
    const whole = from === 0 && to < LONG;
    const text = whole ? readFileSync(path, 'utf8').slice(0, to) : readPart(path, from, to);
    if (text.length !== to - from) throw new DamagedText(`${file} is cut off`);
    return text;
  }

  /** Writes at the end of what counts; what an interrupted command left there is overwritten. */
  append(file: string, at: number, text: string): void {
    this.#put(this.#path(file), 'r+', at, text);
  }

  /** Makes a log. One that an interrupted command left under that name is no loss. */
  create(file: string, text: string): void {
    this.#put(this.#path(file), 'w', 0, text);
  }

  list(): string[] {
    return readdirSync(this.directory);
  }

  remove(name: string): void {
    rmSync(this.#path(name), { recursive: true, force: true });
  }

  /** All stored text is ASCII: as many bytes as characters. */
  #put(path: string, flags: 'w' | 'r+', at: number, text: string): void {
    const fd = openSync(path, flags, FILE_MODE);
    try {
      for (let done = 0; done < text.length; ) {
        done += writeSync(fd, done === 0 ? text : text.slice(done), at + done, 'latin1');
      }
      if (this.#fsync) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  #path(name: string): string {
    return `${this.directory}/${name}`;
  }

  #syncDirectory(): void {
    let fd: number;
    try {
      fd = openSync(this.directory, 'r');
    } catch {
      // Windows opens no directories; its file system keeps renames in order.
      return;
    }
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }
}

function readPart(path: string, from: number, to: number): string {
  const bytes = Buffer.allocUnsafe(to - from);
  const fd = openSync(path, 'r');
  try {
    let done = 0;
    for (let n = -1; done < bytes.length && n !== 0; done += n) {
      n = readSync(fd, bytes, done, bytes.length - done, from + done);
    }
    return bytes.toString('latin1', 0, done);
  } finally {
    closeSync(fd);
  }
}
