/**
 * One writer at a time, between processes. Each lab has one token, an empty file; a writer takes it by renaming it to a
 * name of its own, which only one can do, and gives it back by renaming it again. The token of an owner that is gone is
 * given back by whoever finds it: by that owner's name, so that a living owner's is never touched.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { getBuiltinModule, hrtime, kill, pid } from 'node:process';
import { errnoOf } from './store-error.ts';

const TOKEN = 'token';
const HELD = 'held.';
/** Milliseconds after which an owner elsewhere (another machine, another container, before a restart) counts as gone. */
const ELSEWHERE_TIMEOUT = 30_000;
const LONGEST_PAUSE = 20;
/** Neither token nor owner so often, with so many milliseconds between, means that the token is lost. */
const OWNERLESS_ATTEMPTS = 200;
const OWNERLESS_PAUSE = 5;
const NANOS = 1_000_000_000;
/** Ticks of /proc/PID/stat in a second (USER_HZ). */
const TICKS = 100;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps for so many milliseconds. */
export function pause(ms: number): void {
  Atomics.wait(sleeper, 0, 0, ms);
}

/** Where process numbers mean the same processes: one run of a machine, and on Linux a pid namespace in it. */
function findPlace(): string {
  let name: string;
  try {
    name =
      readlinkSync('/proc/self/ns/pid') + readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  } catch {
    name = getBuiltinModule('node:os').hostname();
  }
  return name.replace(/[^A-Za-z0-9-]/g, '').slice(0, 100);
}

/** Makes the directory of a lab, and all above it; for its owner alone. It comes into being with its token inside. */
export function makeLabDirectory(directory: string): void {
  const parent = dirname(directory);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const fresh = join(parent, `.new.${basename(directory)}.${pid}`);
  try {
    mkdirSync(fresh, { recursive: true, mode: 0o700 });
    closeSync(openSync(join(fresh, TOKEN), 'w', 0o600));
    renameSync(fresh, directory);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Someone else made it at the same time: POSIX says one of the first two, Windows one of the others.
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(errnoOf(error))) throw error;
    if (!existsSync(directory)) throw error;
  }
}

/** The lock of a lab's directory. */
export class Lock {
  readonly #directory: string;
  readonly #place = findPlace();
  #held = '';

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Waits until no one else has it. Throws ENOENT when the directory is not there. */
  acquire(): void {
    let elsewhere = { owner: '', waited: 0 };
    let ownerless = 0;
    let ms = 1;
    while (!this.#take()) {
      const owner = this.#findOwner();
      if (owner === undefined) {
        pause(OWNERLESS_PAUSE);
        if (++ownerless === OWNERLESS_ATTEMPTS) this.#makeToken();
        continue;
      }
      ownerless = 0;
      if (this.#isGone(owner) || elsewhere.waited > ELSEWHERE_TIMEOUT) {
        this.#giveBack(HELD + owner);
        continue;
      }
      pause(ms);
      const far = !owner.endsWith(`_${this.#place}`);
      elsewhere = { owner, waited: far && elsewhere.owner === owner ? elsewhere.waited + ms : 0 };
      ms = Math.min(2 * ms, LONGEST_PAUSE);
    }
  }

  release(): void {
    this.#giveBack(this.#held);
  }

  /** When the directory has got another name: the lock goes back there. */
  releaseIn(directory: string): void {
    renameSync(join(directory, this.#held), join(directory, TOKEN));
  }

  #take(): boolean {
    const held = `${HELD}${pid}_${hrtime.bigint()}_${this.#place}`;
    try {
      renameSync(join(this.#directory, TOKEN), join(this.#directory, held));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      return false;
    }
    this.#held = held;
    return true;
  }

  #findOwner(): string | undefined {
    const held = readdirSync(this.#directory).find((name) => name.startsWith(HELD));
    return held?.slice(HELD.length);
  }

  /** A lab that someone copied in parts. */
  #makeToken(): void {
    closeSync(openSync(join(this.#directory, TOKEN), 'a', 0o600));
  }

  #giveBack(held: string): void {
    try {
      renameSync(join(this.#directory, held), join(this.#directory, TOKEN));
    } catch {
      // Someone else did.
    }
  }

  #isGone(owner: string): boolean {
    const [id, since, place] = owner.split('_');
    if (place !== this.#place) return false;
    return !isRunning(Number(id)) || startedAfter(Number(id), Number(since) / NANOS);
  }
}

/** True for a process of this pid namespace. */
function isRunning(process: number): boolean {
  try {
    kill(process, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

/**
 * True when a process started after that moment of the monotonic clock (seconds): its number was used again. Where that
 * cannot be told, it was not.
 */
function startedAfter(process: number, moment: number): boolean {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const uptime = Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
    // The start counts time asleep, the monotonic clock does not; at most all sleep until now lies in between.
    const asleep = uptime - Number(hrtime.bigint()) / NANOS;
    return Number(ticks) / TICKS > moment + asleep + 0.1;
  } catch {
    return false;
  }
}
