/**
 * One writer at a time, between processes. The lock is a directory that holds one empty file named after its owner. It
 * is taken by renaming a prepared directory to it, which fails while an owner's file is inside; it is broken by removing
 * the file of a dead owner by name, which can never hit a living one. kill -9 leaves nothing that blocks the next.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { getBuiltinModule, kill, pid, platform } from 'node:process';
import { errnoOf } from './store-error.ts';

/** Milliseconds after which the lock of an owner elsewhere (another machine, another pid namespace) is abandoned. */
const ELSEWHERE_TIMEOUT = 30_000;
const LONGEST_PAUSE = 20;
/** How often a lock that no one holds may be refused before the reason is something else. */
const OWNERLESS_ATTEMPTS = 1000;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps for so many milliseconds. */
export function pause(ms: number): void {
  Atomics.wait(sleeper, 0, 0, ms);
}

/** Where process ids mean the same processes: a machine, and on Linux a pid namespace of it. */
function place(): string {
  let name: string;
  try {
    name = readlinkSync('/proc/self/ns/pid') + readFileSync('/proc/sys/kernel/hostname', 'utf8');
  } catch {
    name = getBuiltinModule('node:os').hostname();
  }
  return name.replace(/[^A-Za-z0-9-]/g, '').slice(0, 100);
}

/** The start of a process, in the kernel's words, so that a pid used again is told apart; 0 where that is not known. */
function startOf(process: number): string {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}

/** True for a process of this pid namespace. */
export function isRunning(process: number): boolean {
  try {
    kill(process, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

/** The lock of one directory. */
export class Lock {
  readonly #path: string;
  readonly #prepared: string;
  readonly #place = place();
  readonly #owner = `${pid}_${startOf(pid)}_${this.#place}`;

  constructor(directory: string) {
    this.#path = join(directory, 'lock');
    this.#prepared = join(directory, `lock.${pid}`);
  }

  /** Waits until no one else has it. Throws file errors when the directory is not there. */
  acquire(): void {
    this.#prepare();
    let elsewhere = { owner: '', waited: 0 };
    let ownerless = 0;
    let ms = 1;
    for (let refusal = this.#take(); refusal; refusal = this.#take()) {
      const owner = this.#ownerAlive();
      if (owner === undefined) {
        if (++ownerless > OWNERLESS_ATTEMPTS) throw refusal;
        continue;
      }
      pause(ms);
      ms = Math.min(2 * ms, LONGEST_PAUSE);
      if (owner.endsWith(`_${this.#place}`)) continue;
      elsewhere = { owner, waited: elsewhere.owner === owner ? elsewhere.waited + ms : 0 };
      if (elsewhere.waited > ELSEWHERE_TIMEOUT) this.#break(owner);
    }
  }

  release(): void {
    this.#break(this.#owner);
  }

  #prepare(): void {
    try {
      mkdirSync(this.#prepared, 0o700);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    closeSync(openSync(join(this.#prepared, this.#owner), 'w', 0o600));
  }

  /** Undefined when the lock is ours now, else why it is not. */
  #take(): unknown {
    try {
      renameSync(this.#prepared, this.#path);
      return undefined;
    } catch (error) {
      // POSIX says one of the first two when the target is not empty; Windows refuses any directory that exists.
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(errnoOf(error))) throw error;
      return error;
    }
  }

  /** Removes what dead owners left; the owner that is not known to be dead, if there is one. */
  #ownerAlive(): string | undefined {
    let owners: string[];
    try {
      owners = readdirSync(this.#path);
    } catch {
      return undefined;
    }
    const alive = owners.find((owner) => !this.#isDead(owner));
    if (alive === undefined)
      for (const owner of owners.length > 0 ? owners : ['']) this.#break(owner);
    return alive;
  }

  #isDead(owner: string): boolean {
    const [id, start, where] = owner.split('_');
    if (where !== this.#place) return false;
    if (!isRunning(Number(id))) return true;
    const now = startOf(Number(id));
    return now !== '0' && now !== start;
  }

  #break(owner: string): void {
    try {
      if (owner !== '') unlinkSync(join(this.#path, owner));
    } catch {
      // Someone else removed it.
    }
    // Elsewhere an empty directory gives way to the next owner's.
    if (platform !== 'win32') return;
    try {
      rmdirSync(this.#path);
    } catch {
      // Taken again in the meantime.
    }
  }
}
