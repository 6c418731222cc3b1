/** A command's access to the lab, its clock, and what it prints. */
import type { Nanos } from '../../src/base/ports.ts';
import type { TrackEnv } from '../../src/kernel/conntrack/connection.ts';
import type { ConntrackEntry } from '../../src/kernel/conntrack/model.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { labClock } from '../../src/lab/clock.ts';
import { labRng } from '../../src/lab/rng.ts';
import type { Call } from '../tool.ts';

/** Runs `fn` in one transaction with what changing entries needs. */
export function change<T>({ store, wall }: Call, fn: (env: TrackEnv, now: Nanos) => T): T {
  return store.transact((lab, log) => {
    const clock = labClock(lab, wall);
    return fn({ lab, clock, rng: labRng(lab), effects: { event: log } }, clock.now());
  });
}

export function look<T>({ store, wall }: Call, fn: (lab: Draft, now: Nanos) => T): T {
  return store.read((lab) => fn(lab, labClock(lab, wall).now()));
}

/** Entries that have not expired. */
export function* live(lab: Draft, now: Nanos): Generator<Readonly<ConntrackEntry>> {
  for (const entry of lab.conntrack.values()) if (entry.expires > now) yield entry;
}

/** Lines for stdout, gathered while a command runs. */
export class Printer {
  readonly #lines: string[] = [];
  /** Entries the summary counts. */
  counted = 0;

  print(line: string): void {
    this.#lines.push(`${line}\n`);
  }

  count(line: string): void {
    this.print(line);
    this.counted++;
  }

  get text(): string {
    return this.#lines.join('');
  }
}
