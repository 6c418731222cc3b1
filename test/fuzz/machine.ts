/** One lab in memory and the tools that act on it; what a tool does is held against what any tool may do. */
import { expect } from 'vitest';
import { dispatch, type Tools } from '../../commands/dispatch.ts';
import { Gathered, textInput } from '../../commands/shell.ts';
import { FileError, type Files } from '../../src/base/ports.ts';
import { encodeUtf8 } from '../../src/base/utf8.ts';
import { MemoryStore } from '../../state/memory.ts';
import { START } from '../harness/sandbox.ts';

/** How many cases a test makes: NFLAB_FUZZ_RUNS, else few. */
export function runs(few: number): number {
  const given = process.env.NFLAB_FUZZ_RUNS;
  return given === undefined ? few : Number(given);
}

/** Milliseconds for all cases of a test, however many are asked for. */
export const PATIENCE = 3_600_000;

/** Milliseconds a command may take. */
const LIMIT = 5000;

/** What a JavaScript value or error looks like when it is printed by mistake. */
const LEAK =
  /\bundefined\b(?! for )|\bNaN\b|\[object |\[native code\]|internal error|(Type|Range|Reference|Syntax)Error|\n\s+at .*:\d+:\d+/;

export interface Answer {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** Something was stored; it need not be anything the tools show, such as a module that was loaded. */
  readonly stored: boolean;
}

export interface Expectation {
  readonly statuses: readonly number[];
  /** True when a failure leaves the lab as it was. */
  readonly atomic: boolean;
}

const VIEWS: readonly (readonly [string, ...(readonly string[])])[] = [
  ['nft', 'list', 'ruleset'],
  ['iptables-legacy-save'],
  ['ip6tables-legacy-save'],
  ['ipset', 'save'],
  ['ipvsadm', '-S', '-n'],
  ['conntrack', '-L'],
];

export class Machine {
  readonly #tools: Tools;
  readonly #store = new MemoryStore();
  readonly #files = new MemoryFiles();
  #viewed = { serial: -1, text: '' };

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  run(name: string, argv: readonly string[], input = ''): Answer {
    const stdout = new Gathered();
    const stderr = new Gathered();
    const before = this.#store.serial;
    const status = dispatch(this.#tools, name, argv, {
      store: this.#store,
      files: this.#files,
      stdin: textInput(input),
      stdout,
      stderr,
      wall: { now: () => START },
      hosts: '127.0.0.1\tlocalhost\n',
      env: new Map(),
    });
    const stored = this.#store.serial !== before;
    return { status, out: stdout.text(), err: stderr.text(), stored };
  }

  /** Runs it and holds it to what is expected. */
  check(
    name: string,
    argv: readonly string[],
    { statuses, atomic }: Expectation,
    input = '',
  ): Answer {
    const before = atomic ? this.#view() : '';
    const start = performance.now();
    const answer = this.run(name, argv, input);
    const said = `${answer.out}${answer.err}`;
    expect(performance.now() - start, 'milliseconds').toBeLessThan(LIMIT);
    const given = [...argv, input].join('\n');
    if (!LEAK.test(given)) expect(said).not.toMatch(LEAK);
    expect(statuses, said).toContain(answer.status);
    if (answer.status !== 0 && atomic && answer.stored)
      expect(this.#view(), `after: ${said}`).toBe(before);
    return answer;
  }

  /** What all tools show of the lab. */
  #view(): string {
    if (this.#viewed.serial !== this.#store.serial) {
      const text = VIEWS.filter(([name]) => this.#tools.has(name))
        .map(([name, ...argv]) => this.run(name, argv).out)
        .join('')
        // The legacy tools have no tables before they are first asked for them.
        .replace(/^(#.*|\*.*|:[A-Z]+ ACCEPT \[0:0\]|COMMIT)\n/gm, '');
      this.#viewed = { serial: this.#store.serial, text };
    }
    return this.#viewed.text;
  }
}

/** Files that commands may write, and read again. */
class MemoryFiles implements Files {
  readonly #files = new Map<string, Uint8Array>();

  read(path: string): Uint8Array {
    const data = this.#files.get(path);
    if (!data) throw new FileError('ENOENT', path);
    return data;
  }

  write(path: string, data: Uint8Array | string): void {
    this.#files.set(path, typeof data === 'string' ? encodeUtf8(data) : data);
  }

  exists(path: string): boolean {
    return this.#files.has(path);
  }

  isDirectory(): boolean {
    return false;
  }

  list(path: string): readonly string[] {
    throw new FileError('ENOENT', path);
  }
}
