/** One run of ipset: its options, what it has read, what it has to say, and where the sets are. */

import { type Hosts, parseHosts } from '../../src/base/hosts.ts';
import type { IpsetContext } from '../../src/kernel/ipset/request.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { labClock } from '../../src/lab/clock.ts';
import { labRng } from '../../src/lab/rng.ts';
import type { Call } from '../tool.ts';
import { Data } from './data.ts';
import { Finished, LineRefused, Report, type ReportLevel } from './report.ts';

export type OutputMode = 'plain' | 'save' | 'xml' | 'json';
export type EnvironmentOption = 'sorted' | 'quiet' | 'resolve' | 'exist' | 'name' | 'terse';

export const BANNER = 'ipset v7.22';

/** Exit codes: what the line asks for is wrong, or the kernel refuses it. */
export const PARAMETER_PROBLEM = 2;
export const OTHER_PROBLEM = 1;

export class Session {
  readonly call: Call;
  readonly report = new Report();
  readonly data = new Data();
  readonly environment = new Set<EnvironmentOption>();
  /** Undefined until an option or the first listing sets it. */
  mode: OutputMode | undefined;
  filename: string | undefined;
  interactive = false;
  #lab: Draft | undefined;
  #hosts: Hosts | undefined;

  constructor(call: Call) {
    this.call = call;
  }

  hosts(): Hosts {
    this.#hosts ??= parseHosts(this.call.hosts);
    return this.#hosts;
  }

  /** Looks at the sets. */
  read<T>(fn: (ctx: IpsetContext) => T): T {
    if (this.#lab) return fn(this.#context(this.#lab));
    return this.call.store.read((lab) => fn(this.#context(lab)));
  }

  /** Changes the sets: what `fn` did is kept, whatever it answers. */
  write<T>(fn: (ctx: IpsetContext) => T): T {
    if (this.#lab) return fn(this.#context(this.#lab));
    return this.call.store.transact((lab) => fn(this.#context(lab)));
  }

  /** Runs many lines in one transaction. */
  within<T>(lab: Draft, fn: () => T): T {
    this.#lab = lab;
    try {
      return fn();
    } finally {
      this.#lab = undefined;
    }
  }

  #context(lab: Draft): IpsetContext {
    return { lab, now: labClock(lab, this.call.wall).now(), rng: labRng(lab) };
  }

  /** Adds to the report; after an error nothing read so far counts any more. */
  say(level: ReportLevel, message: string): void {
    this.report.add(level, message);
    if (level === 'error') this.data.reset();
  }

  /** Reports an error; to be thrown. */
  error(message: string): LineRefused {
    this.say('error', message);
    return this.refused();
  }

  /** To be thrown after a report. */
  refused(): LineRefused {
    return new LineRefused(this.report.text);
  }

  /** A warning printed at once. */
  warnNow(message: string): void {
    this.report.add('warning', message);
    if (!this.environment.has('quiet')) this.call.stderr.write(`Warning: ${this.report.text}`);
    this.report.reset();
  }

  /** Ends the run, in interactive mode only the line, with a message of the command line's own. */
  fail(status: number, message: string): never {
    this.#complain(`${message}\n`);
    if (status === PARAMETER_PROBLEM) this.#advise();
    this.#leave(status);
  }

  /** Prints the report and ends the run, or in interactive mode the line. */
  conclude(): void {
    const { level, text } = this.report;
    if (level === 'error') {
      this.#complain(text);
      this.#leave(OTHER_PROBLEM);
    }
    if (level !== 'none' && !this.environment.has('quiet'))
      this.call.stderr.write(level === 'warning' ? `Warning: ${text}` : text);
    if (!this.interactive) throw new Finished(level === 'notice' ? OTHER_PROBLEM : 0);
    this.report.reset();
  }

  #complain(text: string): void {
    if (this.interactive || !this.environment.has('quiet'))
      this.call.stderr.write(`${BANNER}: ${text}`);
  }

  #advise(): void {
    if (this.interactive || !this.environment.has('quiet'))
      this.call.stderr.write("Try `ipset help' for more information.\n");
  }

  #leave(status: number): never {
    if (!this.interactive) throw new Finished(status);
    this.report.reset();
    throw this.refused();
  }
}
