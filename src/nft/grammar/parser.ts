/** The LALR(1) machine: bison's skeleton with its error messages and recovery. */
import type { Location, Message } from '../location.ts';
import type { Scanner, Token } from './scanner.ts';
import { TABLES } from './tables.ts';

/** Thrown by an action after it has reported why (bison's YYERROR). */
export class Rejected extends Error {
  override readonly name = 'Rejected';
}

/** Thrown by an action that ends the parse (YYACCEPT, YYABORT). */
export class Finished extends Error {
  override readonly name = 'Finished';
}

/** What an action sees beside its arguments. */
export interface Reduction {
  /** The place of the whole alternative. */
  readonly loc: Location;
  /** The place of one of its symbols, counted from 1. */
  at(position: number): Location;
  readonly scanner: Scanner;
  report(loc: Location, text: string): void;
  /** Reports and rejects the alternative. */
  fail(loc: Location, text: string): never;
  /** The parser goes on as if there had been no error. */
  errorOk(): void;
}

/**
 * An action makes the value of an alternative from values of its symbols. Which value a symbol has is decided by the
 * grammar text, out of the compiler's sight: arguments are typed at each action, as with yacc's %type.
 */
export type Action = (r: Reduction, ...args: never[]) => unknown;
export type Actions = ReadonlyMap<string, Action>;

const ERROR = 1;

interface Machine {
  readonly states: number[];
  readonly values: unknown[];
  readonly places: Location[];
}

let tokenNumbers: Map<string, number> | undefined;

function tokenNumber(name: string): number {
  tokenNumbers ??= new Map(TABLES.tokenNames.map((token, i) => [token, i]));
  return tokenNumbers.get(name) ?? 2;
}

/** The action of a state for a terminal: an encoded action, or undefined when the row has none. */
function lookup(row: readonly number[], terminal: number): number | undefined {
  for (let i = 1; i < row.length; i += 2) if (row[i] === terminal) return row[i + 1];
  return undefined;
}

function expected(row: readonly number[]): string[] {
  const out: string[] = [];
  for (let i = 1; i < row.length; i += 2) {
    const terminal = row[i] ?? 0;
    if (terminal !== ERROR) out.push(TABLES.terminals[terminal] ?? '');
  }
  return out.length > 4 ? [] : out;
}

function syntaxError(row: readonly number[], terminal: number): string {
  const list = expected(row);
  const tail = list.length > 0 ? `, expecting ${list.join(' or ')}` : '';
  return `syntax error, unexpected ${TABLES.terminals[terminal]}${tail}`;
}

function goto(state: number, symbol: number): number {
  const row = TABLES.gotos[TABLES.gotoRows[state] ?? 0] ?? [];
  for (let i = 0; i < row.length; i += 2) if (row[i] === symbol) return row[i + 1] ?? 0;
  throw new Error(`no goto from state ${state} on symbol ${symbol}`);
}

const rowOf = (state: number): readonly number[] => TABLES.rows[TABLES.stateRows[state] ?? 0] ?? [];

/** Runs the parser over what the scanner reads; false when it gave up. Messages are added to `messages`. */
export function runParser(scanner: Scanner, actions: Actions, messages: Message[]): boolean {
  const start = { source: scanner.source ?? { kind: 'internal', text: '', depth: 0 } } as const;
  const origin: Location = { ...start, line: 0, lineOffset: 0, first: 0, last: 0 };
  const m: Machine = { states: [0], values: [undefined], places: [origin] };
  let lookahead: Token | undefined;
  let errorStatus = 0;

  const reduce = (production: number): boolean => {
    const [lhs = 0, length = 0, actionIndex = 0, args = []] = TABLES.productions[production] ?? [];
    const base = m.values.length - length;
    const place = spanOf(m.places, length);
    const name = TABLES.actions[actionIndex] ?? '';
    let value: unknown = length > 0 ? m.values[base] : undefined;
    let rejected = false;
    if (name.startsWith('close:')) {
      scanner.close(name.slice(6));
    } else if (name !== '') {
      const action = actions.get(name);
      if (!action) throw new Error(`the grammar names an unknown action ${name}`);
      const reduction: Reduction = {
        loc: place,
        at: (n) => m.places[base + n - 1] ?? place,
        scanner,
        report: (loc, text) => messages.push({ text, at: [loc] }),
        fail: (loc, text) => {
          messages.push({ text, at: [loc] });
          throw new Rejected();
        },
        errorOk: () => {
          errorStatus = 0;
        },
      };
      try {
        // The cast: see Action.
        value = action(reduction, ...(args.map((n) => m.values[base + n - 1]) as never[]));
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
        rejected = true;
      }
    }
    pop(m, length);
    if (rejected) return false;
    push(m, goto(m.states.at(-1) ?? 0, lhs), value, place);
    return true;
  };

  /** Pops to a state that can shift `error`; false when there is none. */
  const recover = (): boolean => {
    errorStatus = 3;
    while (m.states.length > 0) {
      const act = lookup(rowOf(m.states.at(-1) ?? 0), ERROR);
      if (act !== undefined && act > 0) {
        push(m, act - 1, undefined, lookahead?.loc ?? m.places.at(-1) ?? origin);
        return true;
      }
      if (m.states.length === 1) return false;
      pop(m, 1);
    }
    return false;
  };

  try {
    for (;;) {
      const row = rowOf(m.states.at(-1) ?? 0);
      const fallback = row[0] ?? 0;
      if (row.length === 1) {
        if (fallback === 1) return true;
        if (!reduce(fallback - 1) && !recover()) return false;
        continue;
      }
      lookahead ??= scanner.next();
      const terminal = tokenNumber(lookahead.token);
      let act = lookup(row, terminal);
      if (act === undefined && fallback > 0) act = -fallback;
      if (act !== undefined && act > 0) {
        if (errorStatus > 0) errorStatus -= 1;
        push(m, act - 1, lookahead, lookahead.loc);
        lookahead = undefined;
        continue;
      }
      if (act !== undefined) {
        if (act === -1) return true;
        if (!reduce(-act - 1) && !recover()) return false;
        continue;
      }
      if (errorStatus === 0)
        messages.push({ text: syntaxError(row, terminal), at: [lookahead.loc] });
      if (errorStatus === 3) {
        if (lookahead.token === 'END') return false;
        lookahead = undefined;
      }
      if (!recover()) return false;
    }
  } catch (error) {
    if (error instanceof Finished) return true;
    throw error;
  }
}

/** YYLLOC_DEFAULT: from the first symbol to the last; an empty alternative stands at the end of what is before it. */
function spanOf(places: readonly Location[], length: number): Location {
  const last = places.at(-1);
  if (!last) throw new Error('the location stack is empty');
  if (length === 0) return { ...last, first: last.last };
  const first = places[places.length - length] ?? last;
  return { ...first, source: last.source, last: last.last };
}

function push(m: Machine, state: number, value: unknown, place: Location): void {
  m.states.push(state);
  m.values.push(value);
  m.places.push(place);
}

function pop(m: Machine, n: number): void {
  m.states.length -= n;
  m.values.length -= n;
  m.places.length -= n;
}
