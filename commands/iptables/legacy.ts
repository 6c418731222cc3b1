/**
 * What iptables-legacy does to its ruleset (libiptc and net/ipv4/netfilter/ip_tables.c): a table has all its chains from its first
 * use on, extensions stay what they are, and the kernel checks a table as a whole when it is committed.
 */
import { type Errno, KernelError, STRERROR } from '../../src/base/errors.ts';
import type { Clock } from '../../src/base/ports.ts';
import { registration } from '../../src/kernel/hooks.ts';
import { type Draft, itemKey, type Ruleset, tableKey } from '../../src/kernel/model.ts';
import type { CounterState, Expr, RuleRecord } from '../../src/kernel/nftables/model.ts';
import {
  addChain,
  addRule,
  addTable,
  deleteChain,
  deleteRule,
  flushChain,
  type ItemRef,
  type RulePlace,
  type RulesetContext,
  renameChain,
} from '../../src/kernel/nftables/ruleset.ts';
import { sameRule } from '../../src/xtables/compare.ts';
import { countXt } from '../../src/xtables/count.ts';
import { parameterProblem } from '../../src/xtables/errors.ts';
import { type Lifted, liftRule } from '../../src/xtables/lift.ts';
import { lowerRule } from '../../src/xtables/lower.ts';
import type { XtFamily } from '../../src/xtables/names.ts';
import type { XtRule } from '../../src/xtables/rule.ts';
import type { BackendOptions, ChainView, Jump, Tables } from './backend.ts';
import { storedExprs } from './kernel-checks.ts';
import { checkTable } from './legacy-checks.ts';
import { Refused } from './program.ts';
import { builtinChain, builtinChains } from './tables.ts';

const NO_CHAIN = 'No chain/target/match by that name';
const BAD_RULE = 'Bad rule (does a matching rule exist in that chain?)';
const NOTHING: CounterState = { packets: 0n, bytes: 0n };

/** Makes the table with its chains, as the kernel does when a program first asks for it. */
export function registerTable(
  { legacy: ruleset, nft }: Pick<Draft, 'legacy' | 'nft'>,
  clock: Clock,
  family: XtFamily,
  table: string,
): void {
  if (ruleset.tables.has(tableKey(family, table))) return;
  const ctx = { ruleset, clock, devices: new Set<string>() };
  addTable(ctx, { family, name: table });
  const older = [...nft.chains.values()]
    .filter(({ base }) => base)
    .map((chain) => registration(nft, chain));
  for (const { name, base } of builtinChains(table) ?? []) {
    addChain(ctx, { family, table, name, base, policy: 'accept', counters: { ...NOTHING } });
    ruleset.chains.edit(itemKey(family, table, name)).older = older;
  }
}

export class LegacyBackend implements Tables {
  readonly #family: XtFamily;
  readonly #ruleset: Ruleset;
  readonly #context: RulesetContext;
  readonly #interfaceName: (index: number) => string | undefined;
  readonly #stored: () => Iterable<Expr>;
  /** Tables that were changed, and those that were emptied to be restored. */
  readonly #changed = new Set<string>();
  readonly #emptied = new Set<string>();

  constructor({
    family,
    ruleset,
    lab,
    clock,
  }: Omit<BackendOptions, 'line' | 'dialect'> & { readonly family: XtFamily }) {
    this.#family = family;
    this.#ruleset = ruleset;
    this.#stored = () => storedExprs([lab.nft, lab.legacy]);
    const { interfaces } = lab.host.get();
    const devices = new Set(interfaces.map((i) => i.name));
    this.#context = { ruleset, clock, devices, countXt: countXt(lab), anyDepth: true };
    this.#interfaceName = (index) => interfaces.find((i) => i.index === index)?.name;
  }

  /** The kernel takes the tables, or refuses them. */
  commit(): void {
    for (const table of this.#changed) {
      const errno = checkTable(this.#ruleset, this.#family, table, {
        lift: (rule) => this.lift(rule).rule,
        stored: this.#stored,
      });
      if (errno) refuseWith(errno);
    }
  }

  // Looking

  hasTable(table: string): boolean {
    return this.#ruleset.tables.has(tableKey(this.#family, table));
  }

  /** Of the family, newest first, as /proc/net/ip_tables_names has them. */
  tableNames(): readonly string[] {
    const all = [...this.#ruleset.tables.values()].filter(({ family }) => family === this.#family);
    return all.map(({ name }) => name).reverse();
  }

  /** Built-in chains in the order of their hooks, then the user's, by name. */
  chains(table: string): readonly ChainView[] {
    const views: ChainView[] = [];
    for (const { family, table: of, name } of this.#ruleset.chains.values())
      if (family === this.#family && of === table && !builtinChain(table, name))
        views.push(this.#chain(table, name));
    views.sort((a, b) => (a.name < b.name ? -1 : 1));
    const builtin = builtinChains(table) ?? [];
    return [...builtin.map(({ name }) => this.#chain(table, name)), ...views];
  }

  chain(table: string, name: string): ChainView | undefined {
    return this.#ruleset.chains.has(this.#key(table, name)) ? this.#chain(table, name) : undefined;
  }

  #chain(table: string, name: string): ChainView {
    const record = this.#ruleset.chains.get(this.#key(table, name)) ?? refuse(NO_CHAIN);
    const { base, policy, counters = NOTHING, references } = record;
    return {
      name,
      policy: base && (policy === 'drop' ? 'DROP' : 'ACCEPT'),
      counters,
      references,
      record,
    };
  }

  isTainted(): boolean {
    return false;
  }

  isCompatible(): boolean {
    return true;
  }

  rules(table: string, name: string): readonly Readonly<RuleRecord>[] {
    return [...this.#ruleset.rules(this.#key(table, name)).values()];
  }

  lift(rule: Readonly<RuleRecord>): Lifted {
    return liftRule(this.#family, rule, this.#interfaceName);
  }

  lower(rule: XtRule): readonly Expr[] {
    return lowerRule(rule, { native: false });
  }

  /** A name that is no target has to be that of a chain. */
  checkJump({ table, name, kind }: Jump): void {
    if (name === undefined || this.chain(table, name)) return;
    if (kind === 'goto') parameterProblem(`goto '${name}' is not a chain`);
    parameterProblem(`Couldn't load target \`${name}':No such file or directory\n`);
  }

  // Changing

  #key(table: string, name: string): string {
    return itemKey(this.#family, table, name);
  }

  #ref(table: string, name: string): ItemRef {
    this.#changed.add(table);
    return { family: this.#family, table, name };
  }

  #put(table: string, name: string, rule: XtRule, place: RulePlace): readonly Expr[] {
    const exprs = this.lower(rule);
    const { target } = rule;
    // A jump to a built-in chain would not begin at a rule.
    if ('chain' in target && builtinChain(table, target.chain)) refuseWith('EINVAL');
    try {
      addRule(this.#context, this.#ref(table, name), { exprs }, place);
    } catch (error) {
      if (error instanceof KernelError) refuseWith(error.errno);
      throw error;
    }
    return exprs;
  }

  append(table: string, name: string, rule: XtRule): readonly Expr[] {
    this.#chain(table, name);
    return this.#put(table, name, rule, { where: 'append' });
  }

  insert(table: string, name: string, rule: XtRule, number: number): readonly Expr[] {
    this.#chain(table, name);
    if (number === 1) return this.#put(table, name, rule, { where: 'insert' });
    const rules = this.rules(table, name);
    const at = rules[number - 1];
    if (at) return this.#put(table, name, rule, { where: 'before', handle: at.handle });
    if (number - 1 > rules.length) refuse('Index of insertion too big');
    return this.#put(table, name, rule, { where: 'append' });
  }

  #numbered(table: string, name: string, number: number, tooBig: string): Readonly<RuleRecord> {
    this.#chain(table, name);
    return this.rules(table, name)[number - 1] ?? refuse(tooBig);
  }

  replace(table: string, name: string, rule: XtRule, number: number): readonly Expr[] {
    const { handle } = this.#numbered(table, name, number, 'Index of replacement too big');
    return this.#put(table, name, rule, { where: 'replace', handle });
  }

  find(table: string, name: string, rule: XtRule): Readonly<RuleRecord> {
    const found =
      this.chain(table, name) &&
      this.rules(table, name).find((r) => sameRule(this.lift(r).rule, rule));
    return found ?? refuse(BAD_RULE);
  }

  delete(table: string, name: string, rule: XtRule): void {
    this.#delete(table, name, this.find(table, name, rule));
  }

  deleteNumber(table: string, name: string, number: number): void {
    this.#delete(table, name, this.#numbered(table, name, number, 'Index of deletion too big'));
  }

  #delete(table: string, name: string, { handle }: Readonly<RuleRecord>): void {
    deleteRule(this.#context, this.#ref(table, name), handle);
  }

  flush(table: string, name: string): void {
    this.#chain(table, name);
    flushChain(this.#context, this.#ref(table, name));
  }

  flushTable(table: string): void {
    for (const { name } of this.chains(table)) this.flush(table, name);
  }

  zero(table: string, name: string): void {
    const { policy } = this.#chain(table, name);
    if (policy) this.#ruleset.chains.edit(this.#key(table, name)).counters = { ...NOTHING };
    for (const rule of this.rules(table, name)) this.#zeroRule(table, name, rule);
  }

  zeroNumber(table: string, name: string, number: number): void {
    const rule = this.#numbered(table, name, number, 'Index of counter too big');
    this.#zeroRule(table, name, rule);
  }

  #zeroRule(table: string, name: string, { handle, exprs }: Readonly<RuleRecord>): void {
    const rules = this.#ruleset.rules(this.#key(table, name));
    rules.edit(handle).exprs = exprs.map((e) => (e.op === 'counter' ? { ...e, ...NOTHING } : e));
  }

  newChain(table: string, name: string): void {
    if (this.chain(table, name)) refuse('Chain already exists');
    addChain(this.#context, this.#ref(table, name), { create: true });
  }

  /** A user chain of a restored file: the tables it restores have none left, others keep theirs, without rules. */
  restoreChain(table: string, name: string): void {
    if (!this.chain(table, name)) this.newChain(table, name);
    else if (!this.#emptied.has(table)) this.flush(table, name);
    else parameterProblem(`error creating chain '${name}':File exists`);
  }

  /** Before a file is restored: policies stay. */
  dropTable(table: string): void {
    this.flushTable(table);
    this.deleteChains(table, () => undefined);
  }

  deleteChain(table: string, name: string): void {
    const { policy, references } = this.#chain(table, name);
    if (policy) refuseWith('EINVAL');
    if (references > 0) refuse('Too many links');
    if (this.rules(table, name).length > 0) refuse('Directory not empty');
    deleteChain(this.#context, this.#ref(table, name));
  }

  /** Every user chain; what stops one does not stop the others, and is told at the end. */
  deleteChains(table: string, each: (name: string) => void): void {
    let failure: unknown;
    this.#emptied.add(table);
    for (const { name, policy } of this.chains(table)) {
      if (policy) continue;
      each(name);
      try {
        this.deleteChain(table, name);
      } catch (error) {
        failure = error;
      }
    }
    if (failure) throw failure;
  }

  rename(table: string, name: string, to: string): void {
    if (this.chain(table, to)) refuse('File exists');
    if (!this.chain(table, name) || builtinChain(table, name)) refuse(NO_CHAIN);
    renameChain(this.#context, this.#ref(table, name), to);
  }

  /** Without counters they start anew. */
  policy(table: string, name: string, policy: string, counters: CounterState = NOTHING): void {
    if (!builtinChain(table, name)) refuse('Bad built-in chain name');
    if (policy !== 'ACCEPT' && policy !== 'DROP')
      throw new Refused('Bad policy name', { seeLog: true });
    const record = this.#ruleset.chains.edit(this.#key(table, name));
    record.policy = policy === 'DROP' ? 'drop' : 'accept';
    record.counters = { ...counters };
  }
}

function refuse(text: string): never {
  throw new Refused(text);
}

/** Words an errno of the kernel (iptc_strerror). */
function refuseWith(errno: Errno): never {
  if (errno === 'ENOENT') refuse(NO_CHAIN);
  throw new Refused(STRERROR[errno], { seeLog: errno === 'EINVAL' });
}
