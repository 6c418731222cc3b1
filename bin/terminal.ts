/** Standard input and output by file descriptor: synchronous, without Node's streams, which cost start-up time. */
import { constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { Input, Output } from '../src/base/ports.ts';
import { decodeUtf8 } from '../src/base/utf8.ts';
import { pause } from '../state/lock.ts';
import { errnoOf } from '../state/store-error.ts';

const CHUNK = 65536;
/** Milliseconds between two tries on a descriptor that someone set to non-blocking. */
const RETRY = 5;

/** True for a terminal; the cheap question first, as the answer costs loading Node's streams. */
function isTerminal(fd: 0 | 1 | 2): boolean {
  try {
    if (!fstatSync(fd).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  const stream = [process.stdin, process.stdout, process.stderr][fd];
  return stream?.isTTY === true;
}

/** What was written and has not reached its descriptor yet, in order. */
class Pending {
  #fd: 1 | 2 = 1;
  #parts: string[] = [];
  #length = 0;
  /** Descriptors no one reads any more. */
  readonly #closed = new Set<number>();

  write(fd: 1 | 2, text: string): void {
    if (fd !== this.#fd) this.flush();
    this.#fd = fd;
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length >= CHUNK) this.flush();
  }

  flush(): void {
    if (this.#length === 0) return;
    const text = this.#parts.join('');
    this.#parts = [];
    this.#length = 0;
    const written = this.#attempt(() => writeSync(this.#fd, text));
    if (written >= Buffer.byteLength(text)) return;
    const bytes = Buffer.from(text, 'utf8');
    for (let done = written; done < bytes.length; ) {
      done += this.#attempt(() => writeSync(this.#fd, bytes, done));
    }
  }

  /** How many bytes `write` dealt with. */
  #attempt(write: () => number): number {
    if (this.#closed.has(this.#fd)) return Number.POSITIVE_INFINITY;
    try {
      return write();
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN') {
        // The reader has gone (EPIPE), or there is nowhere to write to: what is said is lost, not the command.
        this.#closed.add(this.#fd);
        return Number.POSITIVE_INFINITY;
      }
      pause(RETRY);
      return 0;
    }
  }
}

export interface Terminal {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Writes what is still held back; to be called before the process ends. */
  flush(): void;
}

/** The three standard streams of this process. */
export function openTerminal(): Terminal {
  const pending = new Pending();
  return {
    stdin: new StandardInput(pending),
    stdout: makeOutput(pending, 1),
    stderr: makeOutput(pending, 2),
    flush: () => pending.flush(),
  };
}

function makeOutput(pending: Pending, fd: 1 | 2): Output {
  return {
    write: (text) => pending.write(fd, text),
    flush: () => pending.flush(),
    get isTerminal() {
      return isTerminal(fd);
    },
    get columns() {
      return isTerminal(fd) ? (fd === 1 ? process.stdout : process.stderr).columns : undefined;
    },
  };
}

/** Standard input opened anew so that reading does not block; itself where that cannot be. Others that share it see nothing. */
function unblocked(): number {
  try {
    return openSync('/dev/stdin', constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return 0;
  }
}

class StandardInput implements Input {
  readonly #pending: Pending;
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(pending: Pending) {
    this.#pending = pending;
  }

  get isTerminal(): boolean {
    return isTerminal(0);
  }

  readAll(): Uint8Array {
    const parts = [this.#rest];
    for (let part = this.#readSome(); part; part = this.#readSome()) parts.push(part);
    this.#rest = new Uint8Array(0);
    return Buffer.concat(parts);
  }

  readLine(waitMs?: number): string | undefined {
    const patience =
      waitMs === undefined ? undefined : { fd: unblocked(), until: Date.now() + waitMs };
    let end = this.#rest.indexOf(10);
    while (end < 0) {
      const part = this.#readSome(patience);
      if (!part && !this.#ended) return undefined;
      if (!part) break;
      this.#rest = Buffer.concat([this.#rest, part]);
      end = this.#rest.indexOf(10);
    }
    if (this.#rest.length === 0) return undefined;
    const line = decodeUtf8(end < 0 ? this.#rest : this.#rest.subarray(0, end));
    this.#rest = this.#rest.subarray(end < 0 ? this.#rest.length : end + 1);
    return line;
  }

  /** What a question asks is seen before its answer is waited for. Undefined at the end, and when patience is. */
  #readSome({ fd, until } = { fd: 0, until: Number.POSITIVE_INFINITY }): Uint8Array | undefined {
    this.#pending.flush();
    while (!this.#ended) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      try {
        const n = readSync(fd, chunk, 0, CHUNK, null);
        if (n > 0) return chunk.subarray(0, n);
        this.#ended = true;
      } catch (error) {
        // Windows reports the end of a pipe as an error, EOF; a descriptor that is closed has nothing to read.
        if (errnoOf(error) !== 'EAGAIN') this.#ended = true;
        else if (Date.now() >= until) return undefined;
        else pause(RETRY);
      }
    }
    return undefined;
  }
}
