/** The files of one lab. Logs only grow; the meta file is replaced whole, which is the moment of a commit. */
import { Buffer } from 'node:buffer';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { DamagedText } from './codec.ts';
import { errnoOf } from './store-error.ts';

const META = 'meta';
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** One stored state of the meta file: what `stamp` says tells it from every other. */
export interface StoredMeta {
  readonly text: string;
  readonly stamp: string;
}

const stampOf = ({ ino, mtimeNs, size }: fs.BigIntStats): string => `${ino} ${mtimeNs} ${size}`;

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += fs.writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

export class LabFiles {
  readonly directory: string;
  readonly #fsync: boolean;

  /** With `fsync` what was written is on the disk before the commit returns. */
  constructor(directory: string, fsync: boolean) {
    this.directory = directory;
    this.#fsync = fsync;
  }

  makeDirectory(): void {
    fs.mkdirSync(this.directory, { recursive: true, mode: DIRECTORY_MODE });
  }

  /** Undefined when there is no lab yet. */
  readMeta(): StoredMeta | undefined {
    const fd = this.#openMeta();
    if (fd === undefined) return undefined;
    try {
      return {
        stamp: stampOf(fs.fstatSync(fd, { bigint: true })),
        text: fs.readFileSync(fd, 'latin1'),
      };
    } finally {
      fs.closeSync(fd);
    }
  }

  metaStamp(): string | undefined {
    const stats = fs.statSync(join(this.directory, META), { bigint: true, throwIfNoEntry: false });
    return stats && stampOf(stats);
  }

  /** The commit point. Returns the new meta's stamp. */
  replaceMeta(text: string): string {
    const path = join(this.directory, META);
    const fresh = `${path}.new`;
    const stamp = this.#put(fresh, 'w', 0, text);
    fs.renameSync(fresh, path);
    if (this.#fsync) this.#syncDirectory();
    return stamp;
  }

  /** Bytes `from` up to `to` of a log. Throws DamagedText when it is shorter. */
  read(file: string, from: number, to: number): string {
    const bytes = Buffer.allocUnsafeSlow(to - from);
    const fd = fs.openSync(join(this.directory, file), 'r');
    try {
      for (let done = 0; done < bytes.length; ) {
        const n = fs.readSync(fd, bytes, done, bytes.length - done, from + done);
        if (n === 0) throw new DamagedText(`${file} is cut off`);
        done += n;
      }
    } finally {
      fs.closeSync(fd);
    }
    return bytes.toString('latin1');
  }

  /** Writes at the end of what counts; what an interrupted command left there is overwritten. */
  append(file: string, at: number, text: string): void {
    this.#put(join(this.directory, file), 'r+', at, text);
  }

  /** Makes a log. One that an interrupted command left under that name is no loss. */
  create(file: string, text: string): void {
    this.#put(join(this.directory, file), 'w', 0, text);
  }

  list(): string[] {
    return fs.readdirSync(this.directory);
  }

  remove(name: string): void {
    fs.rmSync(join(this.directory, name), { recursive: true, force: true });
  }

  #openMeta(): number | undefined {
    try {
      return fs.openSync(join(this.directory, META), 'r');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** All stored text is ASCII. Returns the file's stamp. */
  #put(path: string, flags: 'w' | 'r+', at: number, text: string): string {
    const fd = fs.openSync(path, flags, FILE_MODE);
    try {
      writeAll(fd, Buffer.from(text, 'latin1'), at);
      if (this.#fsync) fs.fsyncSync(fd);
      return stampOf(fs.fstatSync(fd, { bigint: true }));
    } finally {
      fs.closeSync(fd);
    }
  }

  #syncDirectory(): void {
    let fd: number;
    try {
      fd = fs.openSync(this.directory, 'r');
    } catch {
      // Windows opens no directories; its file system keeps renames in order.
      return;
    }
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }
}
