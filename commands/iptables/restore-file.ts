/** A restored file, table by table (xtables_restore_parse_line in iptables' xtables-restore.c). */
import type { CounterState } from '../../src/kernel/nftables/model.ts';
import { parameterProblem } from '../../src/xtables/errors.ts';
import type { XtFamily } from '../../src/xtables/names.ts';
import { checkNewChain } from './checks.ts';
import type { CommandLine } from './command-line.ts';
import type { Program } from './program.ts';
import { splitCounters, splitLine } from './restore-words.ts';
import { builtinChain, builtinChains } from './tables.ts';

/** What one line asks for. */
export type Action =
  | {
      readonly kind: 'policy';
      readonly chain: string;
      /** `-` leaves it as it is. */
      readonly policy: string;
      readonly counters: CounterState | undefined;
    }
  | { readonly kind: 'chain'; readonly chain: string; readonly policy: string }
  | { readonly kind: 'command'; readonly command: CommandLine };

export interface Step {
  readonly line: number;
  readonly action: Action;
}

/** From `*table` to COMMIT. */
export interface TableBlock {
  readonly table: string;
  readonly steps: readonly Step[];
}

/** A line outside of any table that is no comment, or a file that ends in a table. */
export class BrokenFile extends Error {
  override readonly name = 'BrokenFile';
}

export interface ReaderOptions {
  readonly name: string;
  readonly family: XtFamily;
  readonly variant: Program['variant'];
  /** `-c`: counters in the file count. */
  readonly counters: boolean;
  /** `-T`: only this table. */
  readonly only: string | undefined;
  parse(argv: readonly string[], table: string, line: number): CommandLine | undefined;
  /** Comments, when they are to be shown. */
  comment?(text: string): void;
  /** Told of each table and step as it is read. */
  table?(table: string): void;
  step?(action: Action, table: string): void;
  /** A table may end with the file. */
  readonly commitOptional?: boolean;
}

/** Reads blocks one after the other; `line` is the number of the line read last. */
export class RestoreFile {
  readonly #lines: readonly string[];
  readonly #options: ReaderOptions;
  line = 0;
  /** After the name of a table that was not asked for nothing but another name counts. */
  #skipping = false;

  constructor(text: string, options: ReaderOptions) {
    // A last line without its newline counts; the empty piece after a closing newline does not.
    const lines = text.match(/[^\n]*\n|[^\n]+$/g);
    this.#lines = lines ?? [];
    this.#options = options;
  }

  /** The next table; undefined at the end of the file. */
  next(): TableBlock | undefined {
    const { name, only } = this.#options;
    for (;;) {
      const text = this.#nextLine();
      if (text === undefined) return undefined;
      if (!text.startsWith('*')) {
        if (this.#skipping) continue;
        throw new BrokenFile(`${name}: line ${this.line} failed`);
      }
      const [table] = words(text.slice(1));
      const where = `${name}: line ${this.line} table name`;
      if (table === undefined) parameterProblem(`${where} invalid`);
      if (!builtinChains(table))
        parameterProblem(
          this.#options.variant === 'legacy'
            ? `${name}: unable to initialize table '${table}'`
            : `${where} '${table}' invalid`,
        );
      this.#skipping = only !== undefined && only !== table;
      if (this.#skipping) continue;
      this.#options.table?.(table);
      return { table, steps: this.#steps(table) };
    }
  }

  /** Without comments and empty lines. */
  #nextLine(): string | undefined {
    for (;;) {
      const text = this.#lines[this.line];
      if (text === undefined) return undefined;
      this.line += 1;
      if (text.startsWith('#')) this.#options.comment?.(text);
      else if (text !== '\n') return text;
    }
  }

  #steps(table: string): readonly Step[] {
    const steps: Step[] = [];
    for (;;) {
      const text = this.#nextLine();
      if (text === undefined) {
        if (this.#options.commitOptional) return steps;
        throw new BrokenFile(`${this.#options.name}: COMMIT expected at line ${this.line + 1}`);
      }
      if (text === 'COMMIT\n' || text === 'COMMIT') return steps;
      const action = text.startsWith(':')
        ? this.#chain(table, text.slice(1))
        : this.#command(table, text);
      if (!action) continue;
      this.#options.step?.(action, table);
      steps.push({ line: this.line, action });
    }
  }

  #chain(table: string, text: string): Action {
    const { name, family, counters } = this.#options;
    const [chain, policy, count] = words(text);
    if (chain === undefined) parameterProblem(`${name}: line ${this.line} chain name invalid`);
    checkNewChain(chain, family);
    if (policy === undefined) parameterProblem(`${name}: line ${this.line} policy invalid`);
    if (!builtinChain(table, chain)) return { kind: 'chain', chain, policy };
    const counted = counters ? parseCounters(count, chain) : undefined;
    return { kind: 'policy', chain, policy, counters: counted };
  }

  #command(table: string, text: string) {
    const { counters, rest } = splitCounters(text, this.line);
    const counted = counters && this.#options.counters ? ['--set-counters', ...counters] : [];
    const argv = [...counted, ...splitLine(rest)];
    const command = this.#options.parse(argv, table, this.line);
    return command && ({ kind: 'command', command } as const);
  }
}

/** As strtok with blanks, tabs and newlines. */
const words = (text: string): readonly string[] => text.split(/[ \t\n]+/).filter((w) => w !== '');

function parseCounters(text: string | undefined, chain: string): CounterState {
  const match = /^\[(\d+):(\d+)\]/.exec(text ?? '');
  if (!match) parameterProblem(`invalid policy counters for chain '${chain}'`);
  return { packets: BigInt(match[1] ?? 0), bytes: BigInt(match[2] ?? 0) };
}
