/**
 * Makes the tables of an LALR(1) parser from grammar text, as bison does it: item sets, DeRemer-Pennello lookaheads,
 * shift wins over reduce, the earlier alternative over the later, and default reductions. Used when the grammar changes
 * (`tables.ts` is its output), not when nft runs.
 */

interface Production {
  readonly lhs: number;
  readonly rhs: readonly number[];
  readonly action: string;
  readonly args: readonly number[];
}

export interface ParserTables {
  /** Texts of the terminals in messages, by number; nonterminals come after them. */
  readonly terminals: readonly string[];
  /** Names of the terminals, by number. */
  readonly tokenNames: readonly string[];
  /** Per production: nonterminal, length, action (index in actions), positions. */
  readonly productions: readonly (readonly [number, number, number, readonly number[]])[];
  readonly actions: readonly string[];
  /** Rows shared by states: default production + 1 or 0, then terminal/action pairs: n > 0 shift to n-1, n < 0 reduce -n-1, 0 error. */
  readonly rows: readonly (readonly number[])[];
  readonly stateRows: readonly number[];
  /** Nonterminal/state pairs; the row of each state. */
  readonly gotos: readonly (readonly number[])[];
  readonly gotoRows: readonly number[];
}

interface Grammar {
  readonly names: string[];
  readonly texts: string[];
  readonly terminalCount: number;
  readonly productions: Production[];
  readonly byLhs: number[][];
}

function readTokens(text: string): { names: string[]; texts: string[] } {
  const names: string[] = [];
  const texts: string[] = [];
  for (const item of text
    .trim()
    .split(/\n/)
    .flatMap((line) =>
      /=\S* \S/.test(line) && !line.includes(' =') && /^[A-Za-z]+=[a-z ]+$/.test(line)
        ? [line]
        : splitTokens(line),
    )) {
    const at = item.indexOf('=', 1);
    const quoted = item.startsWith("'");
    const cut = quoted ? 3 : at;
    const name = cut > 0 && cut < item.length ? item.slice(0, cut) : item;
    const shown =
      cut > 0 && cut < item.length ? item.slice(cut + 1) : item.toLowerCase().replaceAll('_', '-');
    names.push(name);
    texts.push(shown);
  }
  return { names, texts };
}

/** Words of a token line; a word without `=` or capitals continues the text of the one before. */
function splitTokens(line: string): string[] {
  const out: string[] = [];
  for (const word of line.split(' ')) {
    if (/^[A-Z'e]/.test(word) && word !== '') out.push(word);
    else if (out.length > 0) out[out.length - 1] += ` ${word}`;
  }
  return out;
}

function readGrammar(tokenText: string, text: string): Grammar {
  const { names, texts } = readTokens(tokenText);
  const terminalCount = names.length;
  const index = new Map(names.map((name, i) => [name, i]));
  const raw: { lhs: string; symbols: string[]; action: string; args: number[] }[] = [];
  let lhs = '';
  for (const line of text.trim().split('\n')) {
    let body = line.trim();
    const head = /^([a-z0-9_]+):(.*)$/.exec(body);
    if (head) {
      lhs = head[1] ?? '';
      body = head[2] ?? '';
    } else if (body.startsWith('| ')) {
      body = body.slice(2);
    }
    for (const alternative of body.split(' | ')) {
      const [left = '', right] = alternative.split('->');
      const [action = '', ...args] = (right ?? '').trim().split(/\s+/);
      raw.push({
        lhs,
        symbols: left
          .trim()
          .split(/\s+/)
          .filter((s) => s !== ''),
        action,
        args: args.map(Number),
      });
    }
  }
  const addSymbol = (name: string): number => {
    const known = index.get(name);
    if (known !== undefined) return known;
    index.set(name, names.length);
    names.push(name);
    return names.length - 1;
  };
  for (const { lhs: name } of raw) addSymbol(name);
  const closers = new Set(raw.flatMap((r) => r.symbols.filter((s) => s.startsWith('~'))));
  for (const name of closers) addSymbol(name);
  const productions: Production[] = [
    { lhs: addSymbol('$accept'), rhs: [index.get('input') ?? 0, 0], action: '', args: [] },
  ];
  for (const r of raw) {
    productions.push({
      lhs: index.get(r.lhs) ?? 0,
      rhs: r.symbols.map((s) => {
        const n = index.get(s);
        if (n === undefined) throw new Error(`${r.lhs}: unknown symbol ${s}`);
        return n;
      }),
      action: r.action,
      args: r.args,
    });
  }
  for (const name of closers)
    productions.push({
      lhs: index.get(name) ?? 0,
      rhs: [],
      action: `close:${name.slice(1)}`,
      args: [],
    });
  const byLhs: number[][] = names.map(() => []);
  for (const [i, p] of productions.entries()) byLhs[p.lhs]?.push(i);
  return { names, texts, terminalCount, productions, byLhs };
}

interface State {
  readonly kernel: readonly (readonly [number, number])[];
  readonly items: (readonly [number, number])[];
  readonly next: Map<number, number>;
}

function closure(
  g: Grammar,
  kernel: readonly (readonly [number, number])[],
): (readonly [number, number])[] {
  const items = [...kernel];
  const seen = new Set<number>();
  for (let i = 0; i < items.length; i++) {
    const [p, dot] = items[i] ?? [0, 0];
    const symbol = g.productions[p]?.rhs[dot];
    if (symbol === undefined || symbol < g.terminalCount || seen.has(symbol)) continue;
    seen.add(symbol);
    for (const q of g.byLhs[symbol] ?? []) items.push([q, 0]);
  }
  return items;
}

function itemSets(g: Grammar): State[] {
  const states: State[] = [];
  const ids = new Map<string, number>();
  const add = (kernel: (readonly [number, number])[]): number => {
    const sorted = [...kernel].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const key = sorted.map((i) => i.join(':')).join(' ');
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = states.length;
    ids.set(key, id);
    states.push({ kernel: sorted, items: closure(g, sorted), next: new Map() });
    return id;
  };
  add([[0, 0]]);
  for (let s = 0; s < states.length; s++) {
    const state = states[s];
    if (!state) break;
    const moves = new Map<number, [number, number][]>();
    for (const [p, dot] of state.items) {
      const symbol = g.productions[p]?.rhs[dot];
      if (symbol === undefined) continue;
      const list = moves.get(symbol) ?? [];
      list.push([p, dot + 1]);
      moves.set(symbol, list);
    }
    for (const symbol of [...moves.keys()].sort((a, b) => a - b))
      state.next.set(symbol, add(moves.get(symbol) ?? []));
  }
  return states;
}

/** The digraph algorithm: sets flow along a relation, strongly connected parts share one set. */
function digraph(n: number, relation: readonly (readonly number[])[], sets: Set<number>[]): void {
  const depth = new Array<number>(n).fill(0);
  const stack: number[] = [];
  const visit = (x: number): void => {
    stack.push(x);
    const d = stack.length;
    depth[x] = d;
    for (const y of relation[x] ?? []) {
      if (depth[y] === 0) visit(y);
      depth[x] = Math.min(depth[x] ?? 0, depth[y] ?? 0);
      for (const t of sets[y] ?? []) sets[x]?.add(t);
    }
    if (depth[x] !== d) return;
    for (;;) {
      const top = stack.pop();
      if (top === undefined) return;
      depth[top] = Number.POSITIVE_INFINITY;
      if (top === x) return;
      sets[top] = new Set(sets[x]);
    }
  };
  for (let x = 0; x < n; x++) if (depth[x] === 0) visit(x);
}

function nullableSymbols(g: Grammar): Set<number> {
  const out = new Set<number>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const p of g.productions)
      if (!out.has(p.lhs) && p.rhs.every((s) => out.has(s))) {
        out.add(p.lhs);
        changed = true;
      }
  }
  return out;
}

/** Lookaheads by `state:production`. */
function lookaheads(g: Grammar, states: readonly State[]): Map<string, Set<number>> {
  const nullable = nullableSymbols(g);
  const transitions: [number, number][] = [];
  const ids = new Map<string, number>();
  for (const [s, state] of states.entries())
    for (const symbol of state.next.keys())
      if (symbol >= g.terminalCount) {
        ids.set(`${s}:${symbol}`, transitions.length);
        transitions.push([s, symbol]);
      }
  const sets: Set<number>[] = [];
  const reads: number[][] = [];
  const includes: number[][] = transitions.map(() => []);
  const lookback = new Map<string, number[]>();
  for (const [s, symbol] of transitions) {
    const target = states[states[s]?.next.get(symbol) ?? 0];
    const direct = new Set<number>();
    const relation: number[] = [];
    for (const next of target?.next.keys() ?? []) {
      if (next < g.terminalCount) direct.add(next);
      else if (nullable.has(next))
        relation.push(ids.get(`${states[s]?.next.get(symbol)}:${next}`) ?? 0);
    }
    sets.push(direct);
    reads.push(relation);
  }
  digraph(transitions.length, reads, sets);
  for (const [t, [s, symbol]] of transitions.entries())
    for (const p of g.byLhs[symbol] ?? []) {
      const rhs = g.productions[p]?.rhs ?? [];
      let at = s;
      for (const [i, x] of rhs.entries()) {
        if (x >= g.terminalCount && rhs.slice(i + 1).every((y) => nullable.has(y)))
          includes[ids.get(`${at}:${x}`) ?? 0]?.push(t);
        at = states[at]?.next.get(x) ?? 0;
      }
      const key = `${at}:${p}`;
      lookback.set(key, [...(lookback.get(key) ?? []), t]);
    }
  digraph(transitions.length, includes, sets);
  const out = new Map<string, Set<number>>();
  for (const [key, list] of lookback) {
    const all = new Set<number>();
    for (const t of list) for (const x of sets[t] ?? []) all.add(x);
    out.set(key, all);
  }
  return out;
}

/** Equal rows once, and which one each state has. */
function share<R extends string, I extends string>(
  all: readonly number[][],
  rowsName: R,
  indexName: I,
): { [K in R]: number[][] } & { [K in I]: number[] } {
  const ids = new Map<string, number>();
  const rows: number[][] = [];
  const index = all.map((row) => {
    const key = row.join();
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, rows.length);
    rows.push(row);
    return rows.length - 1;
  });
  // The compiler does not follow computed names through a generic.
  return { [rowsName]: rows, [indexName]: index } as { [K in R]: number[][] } & {
    [K in I]: number[];
  };
}

/** Makes the tables; `report` hears of conflicts. */
export function makeTables(
  tokenText: string,
  grammarText: string,
  report: (text: string) => void,
): ParserTables {
  const g = readGrammar(tokenText, grammarText);
  const states = itemSets(g);
  const look = lookaheads(g, states);
  const actionNames: string[] = [];
  const actionId = (name: string): number => {
    if (!actionNames.includes(name)) actionNames.push(name);
    return actionNames.indexOf(name);
  };
  const rows: number[][] = [];
  const gotos: number[][] = [];
  for (const [s, state] of states.entries()) {
    const acts = new Map<number, number>();
    const jump: number[] = [];
    for (const [symbol, to] of state.next) {
      if (symbol < g.terminalCount) acts.set(symbol, to + 1);
      else jump.push(symbol, to);
    }
    const complete = state.items.filter(([p, dot]) => dot === g.productions[p]?.rhs.length);
    const uses = new Map<number, number>();
    for (const [p] of complete.sort((a, b) => a[0] - b[0]))
      for (const t of look.get(`${s}:${p}`) ?? []) {
        if (acts.has(t)) {
          report(
            `state ${s}: conflict on ${g.names[t]} for ${g.names[g.productions[p]?.lhs ?? 0]}`,
          );
          continue;
        }
        acts.set(t, -p - 1);
        uses.set(p, (uses.get(p) ?? 0) + 1);
      }
    // The default reduction is the one with most lookaheads, unless the error token can be shifted here.
    let best = -1;
    if (!state.next.has(1)) {
      if (complete.length === 1 && state.next.size === 0) best = complete[0]?.[0] ?? -1;
      else for (const [p, n] of uses) if (best < 0 || n > (uses.get(best) ?? 0)) best = p;
    }
    const row = [best + 1];
    for (const [t, act] of [...acts].sort((a, b) => a[0] - b[0]))
      if (act !== -best - 1 || best < 0) row.push(t, act);
    rows.push(row);
    gotos.push(jump);
  }
  return {
    terminals: g.texts,
    tokenNames: g.names.slice(0, g.terminalCount),
    productions: g.productions.map((p) => [p.lhs, p.rhs.length, actionId(p.action), p.args]),
    actions: actionNames,
    ...share(rows, 'rows', 'stateRows'),
    ...share(gotos, 'gotos', 'gotoRows'),
  };
}
