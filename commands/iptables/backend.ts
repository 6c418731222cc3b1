/**
 * What iptables-nft does to the ruleset (iptables' nft.c and nft-cache.c): it sees the chains of its own tables, makes tables and
 * base chains when they are first used, and words what the kernel refuses.
 */
import { type Errno, KernelError } from '../../src/base/errors.ts';
import type { Clock } from '../../src/base/ports.ts';
import { type Draft, itemKey, type Ruleset, tableKey } from '../../src/kernel/model.ts';
import { type RulesetChange, rulesetEvent } from '../../src/kernel/nftables/events.ts';
import type {
  ChainRecord,
  CounterState,
  Expr,
  Family,
  PlainRecord,
  RuleRecord,
} from '../../src/kernel/nftables/model.ts';
import {
  addChain,
  addRule,
  addTable,
  allocHandle,
  commitBatch,
  deleteChain,
  deleteRule,
  deleteTable,
  flushChain,
  flushTable,
  type ItemRef,
  type RulePlace,
  type RulesetContext,
  renameChain,
} from '../../src/kernel/nftables/ruleset.ts';
import { sameRule } from '../../src/xtables/compare.ts';
import { countXt } from '../../src/xtables/count.ts';
import { XtablesError } from '../../src/xtables/errors.ts';
import { liftRule } from '../../src/xtables/lift.ts';
import { lowerRule } from '../../src/xtables/lower.ts';
import type { XtFamily } from '../../src/xtables/names.ts';
import type { XtRule, XtTarget } from '../../src/xtables/rule.ts';
import { refusal, type Spot, storedExprs } from './kernel-checks.ts';
import { Refused } from './program.ts';
import { Refusals } from './refusals.ts';
import { type BuiltinChain, builtinChains, TABLE_NAMES } from './tables.ts';

/** Operations as messages name them. */
export type Operation =
  | 'TABLE_ADD'
  | 'TABLE_FLUSH'
  | 'CHAIN_ADD'
  | 'CHAIN_USER_ADD'
  | 'CHAIN_DEL'
  | 'CHAIN_UPDATE'
  | 'CHAIN_RENAME'
  | 'RULE_APPEND'
  | 'RULE_INSERT'
  | 'RULE_REPLACE'
  | 'RULE_DELETE'
  | 'RULE_FLUSH';

/** A chain as the tool sees it: a base chain it would make itself may not be there yet. */
export interface ChainView {
  readonly name: string;
  readonly policy: 'ACCEPT' | 'DROP' | undefined;
  readonly counters: CounterState;
  readonly references: number;
  /** Undefined where the kernel has no such chain. */
  readonly record: Readonly<ChainRecord> | undefined;
}

/** What tells one tool's rules from another's. */
export interface Dialect<F extends Family, R> {
  readonly family: F;
  /** In the order -save writes them. */
  readonly tables: readonly string[];
  /** The chains the tool makes itself, in the order of listings. */
  builtinChains(table: string): readonly BuiltinChain[] | undefined;
  lower(rule: R): readonly Expr[];
  lift(rule: Readonly<RuleRecord>, interfaceName: (index: number) => string | undefined): Read<R>;
  /** As -C and -D compare. */
  same(a: R, b: R): boolean;
  /** The errno the kernel answers with because of extensions. */
  refusal(rule: R, spot: Spot): Errno | undefined;
}

/** A stored rule as far as the tool understands it, and its complaints. */
export interface Read<R> {
  readonly rule: R;
  readonly errors: readonly string[];
}

/** The rules of iptables and ip6tables. */
export const xtDialect = (family: XtFamily): Dialect<XtFamily, XtRule> => ({
  family,
  tables: TABLE_NAMES,
  builtinChains,
  lower: lowerRule,
  lift: (rule, interfaceName) => liftRule(family, rule, interfaceName),
  same: sameRule,
  refusal,
});

export interface BackendOptions<F extends Family = XtFamily, R = XtRule> {
  readonly dialect: Dialect<F, R>;
  readonly ruleset: Ruleset;
  readonly lab: Draft;
  readonly clock: Clock;
  /** Line of a restored file, for messages. */
  readonly line?: (() => number | undefined) | undefined;
  /** Takes the event of the batch, for monitors. */
  readonly events?: BatchLog | undefined;
}

/** Where the event of a batch goes, and the program's name in it. */
export interface BatchLog {
  readonly process: string;
  readonly record: (event: PlainRecord) => void;
}

/** A jump to check: `name` is undefined for a rule that goes to no chain. */
export interface Jump {
  readonly table: string;
  readonly name: string | undefined;
  readonly kind: XtTarget['kind'];
}

/** What commands work on, of either variant. */
export type Tables<R = XtRule> = {
  readonly [K in keyof Backend<Family, R>]: Backend<Family, R>[K];
};

const NO_CHAIN = 'No chain/target/match by that name';
const BAD_RULE = 'Bad rule (does a matching rule exist in that chain?)';

export class Backend<F extends Family, R> {
  readonly #family: F;
  readonly #dialect: Dialect<F, R>;
  readonly #ruleset: Ruleset;
  readonly #context: RulesetContext;
  readonly #lab: Draft;
  readonly #stored: () => Iterable<Expr>;
  readonly #refusals: Refusals;
  readonly #changes: RulesetChange[] = [];
  readonly #events: BatchLog | undefined;
  /** User chains the tool does not see in this batch: deleted ones, whatever the kernel says, and new names. */
  readonly #gone = new Set<string>();
  #changed = false;

  constructor({
    dialect,
    ruleset,
    lab,
    clock,
    line = () => undefined,
    events,
  }: BackendOptions<F, R>) {
    this.#family = dialect.family;
    this.#dialect = dialect;
    this.#ruleset = ruleset;
    this.#lab = lab;
    this.#events = events;
    this.#refusals = new Refusals(line);
    this.#stored = () => storedExprs([lab.nft, lab.legacy]);
    const devices = new Set(lab.host.get().interfaces.map((i) => i.name));
    this.#context = {
      ruleset,
      clock,
      devices,
      countXt: countXt(lab),
      ...(events && { changes: this.#changes }),
    };
  }

  /** The end of the batch: what the kernel refused of it comes out now. */
  commit(): void {
    const { message } = this.#refusals;
    if (message !== undefined) throw new XtablesError('resource', message);
    if (!this.#changed) return;
    commitBatch(this.#context);
    this.#events?.record(rulesetEvent(this.#ruleset, this.#changes, this.#events.process));
  }

  // Looking

  #builtin(table: string, name: string): BuiltinChain | undefined {
    return this.#dialect.builtinChains(table)?.find((chain) => chain.name === name);
  }

  hasTable(table: string): boolean {
    return this.#ruleset.tables.has(tableKey(this.#family, table));
  }

  /** Those there are, in the order -save writes them. */
  tableNames(): readonly string[] {
    return this.#dialect.tables.filter((name) => this.hasTable(name));
  }

  /** The chains of a table: built-in ones in the order of their hooks, then the user's, by name. */
  chains(table: string): readonly ChainView[] {
    const user: ChainView[] = [];
    for (const record of this.#ruleset.chains.values())
      if (record.family === this.#family && record.table === table && !record.base)
        user.push(this.#view(record));
    user.sort((a, b) => (a.name < b.name ? -1 : 1));
    const builtin = this.#dialect.builtinChains(table) ?? [];
    return [...builtin.map((chain) => this.#builtinView(table, chain)), ...user];
  }

  /** A chain by name; undefined when neither the kernel nor the tool has it. */
  chain(table: string, name: string): ChainView | undefined {
    const builtin = this.#builtin(table, name);
    if (builtin) return this.#builtinView(table, builtin);
    if (this.#gone.has(this.#key(table, name))) return undefined;
    const record = this.#ruleset.chains.get(this.#key(table, name));
    return record && !record.base ? this.#view(record) : undefined;
  }

  /** A base chain that is not what the tool would make: it does not look at such chains. */
  isTainted(table: string): boolean {
    for (const record of this.#ruleset.chains.values())
      if (
        record.family === this.#family &&
        record.table === table &&
        record.base &&
        !isBuiltin(record, this.#builtin(table, record.name))
      )
        return true;
    return false;
  }

  #view(record: Readonly<ChainRecord>): ChainView {
    const { name, policy, counters, references } = record;
    return {
      name,
      policy: record.base ? (policy === 'drop' ? 'DROP' : 'ACCEPT') : undefined,
      counters: counters ?? { packets: 0n, bytes: 0n },
      references,
      record,
    };
  }

  #builtinView(table: string, chain: BuiltinChain): ChainView {
    const record = this.#ruleset.chains.get(this.#key(table, chain.name));
    if (record && isBuiltin(record, chain)) return this.#view(record);
    return {
      name: chain.name,
      policy: 'ACCEPT',
      counters: { packets: 0n, bytes: 0n },
      references: 0,
      record: undefined,
    };
  }

  /** The kernel's rules of a chain, in order. */
  rules(table: string, name: string): readonly Readonly<RuleRecord>[] {
    return [...this.#ruleset.rules(this.#key(table, name)).values()];
  }

  lift(rule: Readonly<RuleRecord>): Read<R> {
    const interfaceName = (index: number) =>
      this.#lab.host.get().interfaces.find((i) => i.index === index)?.name;
    return this.#dialect.lift(rule, interfaceName);
  }

  lower(rule: R): readonly Expr[] {
    return this.#dialect.lower(rule);
  }

  /** The chain, or all chains of the table, hold only expressions the tool can show. */
  isCompatible(table: string, chain?: string): boolean {
    const names = chain === undefined ? this.chains(table).map((c) => c.name) : [chain];
    return names.every(
      (name) =>
        this.chain(table, name)?.record === undefined ||
        this.rules(table, name).every((rule) => rule.exprs.every(isShown)),
    );
  }

  // Changing

  #key(table: string, name: string): string {
    return itemKey(this.#family, table, name);
  }

  #ref(table: string, name: string): ItemRef {
    return { family: this.#family, table, name };
  }

  /** The kernel goes on with the batch after a refusal, to drop all of it at the end. */
  #ask(operation: Operation, about: string, act: () => void): void {
    this.#changed = true;
    try {
      act();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#refusals.add(operation, error.errno, about);
    }
  }

  #needTable(table: string): void {
    if (this.hasTable(table)) return;
    this.#ask('TABLE_ADD', `table ${table}`, () =>
      addTable(this.#context, { family: this.#family, name: table }),
    );
  }

  /** Makes the table and, when it is built in, the chain (nft_xt_builtin_init). */
  #needBuiltin(table: string, name: string): void {
    const chain = this.#builtin(table, name);
    const record = this.#ruleset.chains.get(this.#key(table, name));
    if (!chain || (record && isBuiltin(record, chain))) return;
    this.#needTable(table);
    this.#ask('CHAIN_ADD', `chain ${name}`, () => {
      if (record) throw new KernelError('EOPNOTSUPP');
      addChain(this.#context, {
        ...this.#ref(table, name),
        base: chain.base,
        policy: 'accept',
        counters: { packets: 0n, bytes: 0n },
      });
    });
  }

  /** A chain the kernel has. */
  #kernelChain(table: string, name: string): Readonly<ChainRecord> | undefined {
    return this.chain(table, name)?.record;
  }

  /** A built-in chain counts as made even where the kernel will not have it. */
  #needChain(table: string, name: string): void {
    this.#needBuiltin(table, name);
    if (!this.chain(table, name)) refuse(NO_CHAIN);
  }

  /** The chain a rule jumps to has to exist, or to be built in. */
  checkJump({ table, name }: Jump): void {
    if (name === undefined || this.chain(table, name)) return;
    throw new XtablesError('parameter', `Chain '${name}' does not exist`);
  }

  #put(
    operation: Operation,
    table: string,
    name: string,
    rule: R,
    place: RulePlace,
  ): readonly Expr[] {
    const exprs = this.lower(rule);
    const chain = this.#ruleset.chains.get(this.#key(table, name));
    this.#ask(operation, `rule in chain ${name}`, () => {
      const errno = this.#dialect.refusal(rule, {
        table,
        chain: name,
        base: chain?.base,
        stored: this.#stored,
      });
      if (errno) {
        allocHandle(this.#context, this.#family, table);
        throw new KernelError(errno);
      }
      addRule(this.#context, this.#ref(table, name), { exprs }, place);
    });
    return exprs;
  }

  append(table: string, name: string, rule: R): readonly Expr[] {
    this.#needChain(table, name);
    return this.#put('RULE_APPEND', table, name, rule, { where: 'append' });
  }

  /** Before the rule of that number (from 1); one past the last appends. */
  insert(table: string, name: string, rule: R, number: number): readonly Expr[] {
    this.#needChain(table, name);
    if (number === 1) return this.#put('RULE_INSERT', table, name, rule, { where: 'insert' });
    const rules = this.rules(table, name);
    const at = rules[number - 1];
    if (at)
      return this.#put('RULE_INSERT', table, name, rule, { where: 'before', handle: at.handle });
    if (number - 1 > rules.length) refuse('Index of insertion too big');
    return this.#put('RULE_APPEND', table, name, rule, { where: 'append' });
  }

  replace(table: string, name: string, rule: R, number: number): readonly Expr[] {
    if (!this.#kernelChain(table, name)) refuse(NO_CHAIN);
    const old = this.rules(table, name)[number - 1];
    if (!old) return refuse('Index of replacement too big');
    return this.#put('RULE_REPLACE', table, name, rule, { where: 'replace', handle: old.handle });
  }

  /** The first rule like `rule`. */
  find(table: string, name: string, rule: R): Readonly<RuleRecord> {
    const found =
      this.#kernelChain(table, name) &&
      this.rules(table, name).find((r) => this.#dialect.same(this.lift(r).rule, rule));
    return found ?? refuse(BAD_RULE);
  }

  delete(table: string, name: string, rule: R): void {
    this.#delete(table, name, this.find(table, name, rule));
  }

  deleteNumber(table: string, name: string, number: number): void {
    if (!this.#kernelChain(table, name)) refuse(NO_CHAIN);
    const rule = this.rules(table, name)[number - 1];
    if (!rule) refuse('Index of deletion too big');
    this.#delete(table, name, rule);
  }

  #delete(table: string, name: string, { handle }: Readonly<RuleRecord>): void {
    this.#ask('RULE_DELETE', `rule in chain ${name}`, () =>
      deleteRule(this.#context, this.#ref(table, name), handle),
    );
  }

  /** Flushing a built-in chain makes it. */
  flush(table: string, name: string): void {
    this.#needChain(table, name);
    this.#ask('RULE_FLUSH', `rule in chain ${name}`, () =>
      flushChain(this.#context, this.#ref(table, name)),
    );
  }

  /** Every rule of the table, those of chains the tool does not look at, too. */
  flushTable(table: string): void {
    if (!this.hasTable(table)) return;
    this.#ask('RULE_FLUSH', `rule in chain ${table}`, () =>
      flushTable(this.#context, this.#family, table),
    );
  }

  zero(table: string, name: string): void {
    const chain = this.chain(table, name) ?? refuse(NO_CHAIN);
    if (!chain.record) return;
    const { packets, bytes } = chain.counters;
    const counters = { packets: 0n, bytes: 0n };
    if (packets !== 0n || bytes !== 0n)
      this.#ruleset.chains.edit(this.#key(table, name)).counters = counters;
    // The kernel is asked to set the counters of a base chain whatever they are.
    if (chain.record.base) {
      this.#changed = true;
      this.#changes.push({ type: 'new', what: 'chain', record: { ...chain.record, counters } });
    }
    for (const rule of this.rules(table, name)) this.#zeroRule(table, name, rule);
  }

  zeroNumber(table: string, name: string, number: number): void {
    const chain = this.chain(table, name) ?? refuse(NO_CHAIN);
    const rule = chain.record && this.rules(table, name)[number - 1];
    this.#zeroRule(table, name, rule ?? refuse(BAD_RULE));
  }

  /** A rule with a counter that is not zero is put anew, under a new handle. */
  #zeroRule(table: string, name: string, { handle, exprs, comment }: Readonly<RuleRecord>): void {
    const counted = exprs.some((e) => e.op === 'counter' && (e.packets !== 0n || e.bytes !== 0n));
    if (!counted) return;
    const fresh = exprs.map((e) => (e.op === 'counter' ? { ...e, packets: 0n, bytes: 0n } : e));
    this.#ask('RULE_REPLACE', `rule in chain ${name}`, () =>
      addRule(
        this.#context,
        this.#ref(table, name),
        { exprs: fresh, comment },
        {
          where: 'replace',
          handle,
        },
      ),
    );
  }

  newChain(table: string, name: string): void {
    if (this.chain(table, name)) refuse('Chain already exists');
    this.#needTable(table);
    this.#gone.delete(this.#key(table, name));
    this.#ask('CHAIN_USER_ADD', `chain ${name}`, () =>
      addChain(this.#context, this.#ref(table, name), { create: true }),
    );
  }

  /** A user chain of a restored file: made, or emptied when it is there. */
  restoreChain(table: string, name: string): void {
    if (this.#kernelChain(table, name)) this.flush(table, name);
    else this.newChain(table, name);
  }

  /** The table with all it holds. */
  dropTable(table: string): void {
    if (!this.hasTable(table)) return;
    this.#ask('TABLE_FLUSH', `table ${table}`, () =>
      deleteTable(this.#context, this.#family, table),
    );
  }

  /** A user chain, or a built-in one that is empty and accepts. */
  deleteChain(table: string, name: string): void {
    const record = this.#kernelChain(table, name) ?? refuse(NO_CHAIN);
    if (record.base && record.policy !== 'accept') refuse('Directory not empty');
    this.#deleteChain(table, name, record);
  }

  #deleteChain(table: string, name: string, record: Readonly<ChainRecord>): void {
    this.#ask('CHAIN_DEL', `chain ${name}`, () => {
      const rules = this.#ruleset.rules(this.#key(table, name)).size;
      this.#gone.add(this.#key(table, name));
      if (rules > 0 || record.references > 0) throw new KernelError('EBUSY', 'chain');
      deleteChain(this.#context, this.#ref(table, name));
    });
  }

  /** Every user chain, then the built-in ones that nothing speaks against; `each` is told of the former. */
  deleteChains(table: string, each: (name: string) => void): void {
    const chains = this.chains(table).filter((chain) => chain.record);
    const user = chains.filter((chain) => chain.policy === undefined);
    for (const { name } of user) each(name);
    this.#deleteAll(table, user);
    for (const { name, policy, record } of chains) {
      if (policy !== 'ACCEPT' || !record) continue;
      if (this.rules(table, name).length === 0) this.#deleteChain(table, name, record);
    }
  }

  #deleteAll(table: string, chains: readonly ChainView[]): void {
    for (const { name } of chains) {
      const record = this.#kernelChain(table, name);
      if (record) this.#deleteChain(table, name, record);
    }
  }

  rename(table: string, name: string, to: string): void {
    if (this.chain(table, to)) refuse('File exists');
    if (!this.#kernelChain(table, name)) refuse(NO_CHAIN);
    this.#ask('CHAIN_RENAME', `chain ${name}`, () =>
      renameChain(this.#context, this.#ref(table, name), to),
    );
    this.#gone.add(this.#key(table, to));
  }

  policy(table: string, name: string, policy: string, counters?: CounterState): void {
    if (policy !== 'ACCEPT' && policy !== 'DROP')
      throw new Refused('Bad policy name', { seeLog: true });
    const builtin = this.#builtin(table, name) ?? refuse('Bad built-in chain name');
    this.#needBuiltin(table, name);
    this.#ask('CHAIN_UPDATE', `chain ${name}`, () =>
      addChain(this.#context, {
        ...this.#ref(table, name),
        base: builtin.base,
        policy: policy === 'DROP' ? 'drop' : 'accept',
        counters: counters ?? { packets: 0n, bytes: 0n },
      }),
    );
  }
}

function refuse(text: string): never {
  throw new Refused(text);
}

function isBuiltin(record: Readonly<ChainRecord>, chain: BuiltinChain | undefined): boolean {
  const { base } = record;
  return (
    base !== undefined &&
    chain !== undefined &&
    base.type === chain.base.type &&
    base.hook === chain.base.hook &&
    base.priority === chain.base.priority
  );
}

const SHOWN: ReadonlySet<Expr['op']> = new Set([
  'match',
  'target',
  'payload',
  'payload set',
  'meta',
  'meta set',
  'cmp',
  'bitwise',
  'bitwise reg',
  'shift',
  'counter',
  'immediate',
  'verdict',
  'lookup',
  'range',
]);

/** nft_is_expr_compatible. */
function isShown(expr: Expr): boolean {
  if (expr.op === 'limit') return expr.type === 'packets' && !expr.over;
  if (expr.op === 'log') return expr.group !== undefined;
  return SHOWN.has(expr.op);
}
