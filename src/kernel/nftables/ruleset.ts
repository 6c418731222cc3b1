/**
 * The operations of nf_tables (net/netfilter/nf_tables_api.c): what a netlink batch of nft or iptables-nft does to a
 * ruleset, with the kernel's checks and errnos. `KernelError.at` is the attribute the kernel would point at (its name, or
 * the index of an expression), undefined when it points at none.
 */
import { KernelError } from '../../base/errors.ts';
import type { Clock } from '../../base/ports.ts';
import { itemKey, type Ruleset, tableKey } from '../model.ts';
import type { RulesetChange } from './events.ts';
import type {
  ChainRecord,
  Expr,
  ExprOf,
  Family,
  HookSpec,
  RuleRecord,
  TableRecord,
} from './model.ts';
import { hold, release } from './references.ts';
import { checkBaseChain, checkChainLoops, checkRule } from './validate.ts';

/** What every operation works on. */
export interface RulesetContext {
  readonly ruleset: Ruleset;
  readonly clock: Clock;
  /** Names of the host's interfaces, for chains that hang on devices. */
  readonly devices: ReadonlySet<string>;
  /** Sets a sysctl to 1, as modules do that need what it stands for. */
  readonly switchOn?: ((sysctl: string) => void) | undefined;
  /** Chains may nest as deep as they like: those of iptables-legacy, whose tables are checked as a whole. */
  readonly anyDepth?: boolean;
  /** Counts what an xtables extension in a rule holds outside of the ruleset (ipsets), or gives it back: 1 or -1. */
  readonly countXt?:
    | ((expr: ExprOf<'match'> | ExprOf<'target'>, delta: number) => void)
    | undefined;
  /** Takes what is changed, for monitors. */
  readonly changes?: RulesetChange[];
}

/** Names one item of a table. */
export interface ItemRef {
  readonly family: Family;
  readonly table: string;
  readonly name: string;
}

export function lookupTable(
  { ruleset }: RulesetContext,
  family: Family,
  name: string,
): Readonly<TableRecord> {
  const table = ruleset.tables.get(tableKey(family, name));
  if (!table) throw new KernelError('ENOENT', 'table');
  return table;
}

/** The next handle of a table; chains, rules, sets and objects share one counter. */
export function allocHandle({ ruleset }: RulesetContext, family: Family, table: string): number {
  const record = ruleset.tables.edit(tableKey(family, table));
  record.nextHandle += 1;
  return record.nextHandle - 1;
}

export interface TableSpec {
  readonly family: Family;
  readonly name: string;
  readonly flags?: TableRecord['flags'];
  readonly comment?: string | undefined;
}

/** NFT_MSG_NEWTABLE; `create` is NLM_F_EXCL. An existing table only changes its flags. */
export function addTable(
  { ruleset, changes }: RulesetContext,
  spec: TableSpec,
  { create = false } = {},
): void {
  const key = tableKey(spec.family, spec.name);
  const flags = spec.flags ?? [];
  if (ruleset.tables.has(key)) {
    if (create) throw new KernelError('EEXIST', 'table');
    const table = ruleset.tables.get(key);
    if (table?.flags.includes('owner') !== flags.includes('owner'))
      throw new KernelError('EOPNOTSUPP');
    ruleset.tables.edit(key).flags = [...flags];
    return;
  }
  const globals = ruleset.globals.edit();
  const record = {
    family: spec.family,
    name: spec.name,
    handle: globals.nextTableHandle,
    flags: [...flags],
    nextHandle: 1,
    ...(spec.comment !== undefined && { comment: spec.comment }),
  };
  ruleset.tables.append(key, record);
  changes?.push({ type: 'new', what: 'table', record });
  globals.nextTableHandle += 1;
}

/** Gives back what the rules of a chain hold outside of the ruleset. */
function releaseExternal({ ruleset, countXt }: RulesetContext, chain: string): void {
  if (!countXt) return;
  for (const { exprs } of ruleset.rules(chain).values())
    for (const expr of exprs) if (expr.op === 'match' || expr.op === 'target') countXt(expr, -1);
}

/** All rules go before the first chain does. */
function noteTableGone(
  { ruleset }: RulesetContext,
  changes: RulesetChange[],
  record: Readonly<TableRecord>,
): void {
  const { family, name: table } = record;
  const chains = [...ruleset.chains.entries()].filter(
    ([, chain]) => chain.family === family && chain.table === table,
  );
  for (const [key, { name: chain }] of chains)
    for (const rule of ruleset.rules(key).values())
      changes.push({ type: 'delete', what: 'rule', family, table, chain, record: rule });
  for (const [, chain] of chains) changes.push({ type: 'delete', what: 'chain', record: chain });
  changes.push({ type: 'delete', what: 'table', record });
}

/** NFT_MSG_DELTABLE: everything in it goes, too. */
export function deleteTable(ctx: RulesetContext, family: Family, name: string): void {
  const table = lookupTable(ctx, family, name);
  const { ruleset, changes } = ctx;
  if (changes) noteTableGone(ctx, changes, table);
  const inTable = (record: { family: Family; table: string }): boolean =>
    record.family === family && record.table === name;
  const drop = <R extends { family: Family; table: string }>(
    collection: {
      entries(): Iterable<readonly [string, Readonly<R>]>;
      delete(key: string): boolean;
    },
    extra?: (key: string) => void,
  ): void => {
    const keys = [...collection.entries()].filter(([, r]) => inTable(r)).map(([key]) => key);
    for (const key of keys) {
      extra?.(key);
      collection.delete(key);
    }
  };
  drop(ruleset.chains, (key) => {
    releaseExternal(ctx, key);
    ruleset.dropRules(key);
  });
  drop(ruleset.sets, (key) => ruleset.dropElements(key));
  drop(ruleset.objects);
  drop(ruleset.flowtables);
  ruleset.tables.delete(tableKey(family, name));
}

export interface ChainSpec extends ItemRef {
  readonly base?: HookSpec | undefined;
  readonly policy?: 'accept' | 'drop' | undefined;
  readonly counters?: ChainRecord['counters'] | undefined;
  readonly comment?: string | undefined;
  readonly offload?: boolean;
  readonly anonymous?: boolean;
}

export function lookupChain(
  ctx: RulesetContext,
  family: Family,
  table: string,
  name: string,
): Readonly<ChainRecord> {
  lookupTable(ctx, family, table);
  const chain = ctx.ruleset.chains.get(itemKey(family, table, name));
  if (!chain) throw new KernelError('ENOENT', 'chain');
  return chain;
}

function sameBase(a: HookSpec | undefined, b: HookSpec): boolean {
  return (
    a !== undefined &&
    a.type === b.type &&
    a.hook === b.hook &&
    a.priority === b.priority &&
    a.devices.length === b.devices.length &&
    a.devices.every((d) => b.devices.includes(d))
  );
}

/** NFT_MSG_NEWCHAIN. An existing chain may change its policy and counters (nf_tables_updchain). */
export function addChain(ctx: RulesetContext, spec: ChainSpec, { create = false } = {}): void {
  lookupTable(ctx, spec.family, spec.table);
  const { chains } = ctx.ruleset;
  const key = itemKey(spec.family, spec.table, spec.name);
  const old = chains.get(key);
  if (old) {
    if (create) throw new KernelError('EEXIST', 'chain');
    if (spec.base && !sameBase(old.base, spec.base)) throw new KernelError('EEXIST', 'chain');
    if (spec.policy && !old.base) throw new KernelError('EOPNOTSUPP', 'policy');
    const chain = chains.edit(key);
    if (spec.policy) chain.policy = spec.policy;
    if (spec.counters) chain.counters = { ...spec.counters };
    ctx.changes?.push({ type: 'new', what: 'chain', record: { ...chain } });
    return;
  }
  if (spec.policy && !spec.base) throw new KernelError('EOPNOTSUPP', 'policy');
  if (spec.base) checkBaseChain(spec.family, spec.base);
  else if (spec.offload) throw new KernelError('EOPNOTSUPP');
  const record: ChainRecord = {
    family: spec.family,
    table: spec.table,
    name: spec.name,
    handle: allocHandle(ctx, spec.family, spec.table),
    ...(spec.base && { base: spec.base, policy: spec.policy ?? 'accept' }),
    ...(spec.counters && { counters: { ...spec.counters } }),
    references: 0,
    flags: [
      ...(spec.offload ? (['offload'] as const) : []),
      ...(spec.anonymous ? (['binding'] as const) : []),
    ],
    ...(spec.anonymous && { anonymous: true }),
    ...(spec.comment !== undefined && { comment: spec.comment }),
  };
  chains.append(key, record);
  ctx.changes?.push({ type: 'new', what: 'chain', record: { ...record } });
}

/** NFT_MSG_DELCHAIN: its rules go first; EBUSY while something jumps to it. */
export function deleteChain(ctx: RulesetContext, ref: ItemRef): void {
  const record = lookupChain(ctx, ref.family, ref.table, ref.name);
  const key = itemKey(ref.family, ref.table, ref.name);
  const { ruleset } = ctx;
  flushChain(ctx, ref);
  if ((ruleset.chains.get(key)?.references ?? 0) > 0) throw new KernelError('EBUSY', 'chain');
  ruleset.dropRules(key);
  ruleset.chains.delete(key);
  ctx.changes?.push({ type: 'delete', what: 'chain', record });
}

/** NFT_MSG_NEWCHAIN with a handle and a new name. */
export function renameChain(ctx: RulesetContext, ref: ItemRef, name: string): void {
  lookupChain(ctx, ref.family, ref.table, ref.name);
  const { ruleset } = ctx;
  const from = itemKey(ref.family, ref.table, ref.name);
  const to = itemKey(ref.family, ref.table, name);
  if (ruleset.chains.has(to)) throw new KernelError('EEXIST', 'new name');
  const chain = ruleset.chains.edit(from);
  ruleset.chains.replace(from, to, { ...chain, name });
  ctx.changes?.push({ type: 'new', what: 'chain', record: { ...chain, name } });
  const rules = [...ruleset.rules(from).entries()];
  ruleset.dropRules(from);
  for (const [handle, rule] of rules) ruleset.rules(to).append(handle, { ...rule });
  renameJumps(ctx, ref, name);
}

/** The kernel's rules point at chains, not at names: those that jump to a renamed chain follow it. */
function renameJumps({ ruleset }: RulesetContext, ref: ItemRef, name: string): void {
  const retarget = <V extends { code: string; chain?: string }>(verdict: V): V =>
    verdict.chain === ref.name ? { ...verdict, chain: name } : verdict;
  for (const [key, chain] of [...ruleset.chains.entries()]) {
    if (chain.family !== ref.family || chain.table !== ref.table) continue;
    for (const [handle, rule] of [...ruleset.rules(key).entries()]) {
      const hit = rule.exprs.some(
        (e) => e.op === 'verdict' && 'chain' in e.verdict && e.verdict.chain === ref.name,
      );
      if (!hit) continue;
      ruleset.rules(key).edit(handle).exprs = rule.exprs.map((e) =>
        e.op === 'verdict' ? { ...e, verdict: retarget(e.verdict) } : e,
      );
    }
  }
  for (const [key, set] of [...ruleset.sets.entries()]) {
    if (set.family !== ref.family || set.table !== ref.table) continue;
    for (const [id, element] of [...ruleset.elements(key).entries()]) {
      if (!element.verdict || !('chain' in element.verdict)) continue;
      if (element.verdict.chain !== ref.name) continue;
      const { verdict, ...rest } = element;
      ruleset.elements(key).replace(id, id, { ...rest, verdict: retarget(verdict) });
    }
  }
}

/** Where a new rule goes: at an end, beside a rule, or in the place of one. */
export type RulePlace =
  | { readonly where: 'append' }
  | { readonly where: 'insert' }
  | { readonly where: 'after' | 'before' | 'replace'; readonly handle: number };

export interface RuleSpec {
  readonly exprs: readonly Expr[];
  readonly comment?: string | undefined;
}

function noteRule(
  { changes }: RulesetContext,
  type: RulesetChange['type'],
  { family, table, name }: ItemRef,
  record: Readonly<RuleRecord>,
): void {
  changes?.push({ type, what: 'rule', family, table, chain: name, record });
}

/** NFT_MSG_NEWRULE. Returns the handle. The handle is used up even when an expression is refused. */
export function addRule(
  ctx: RulesetContext,
  chain: ItemRef,
  spec: RuleSpec,
  place: RulePlace = { where: 'append' },
): number {
  const record = lookupChain(ctx, chain.family, chain.table, chain.name);
  const key = itemKey(chain.family, chain.table, chain.name);
  const rules = ctx.ruleset.rules(key);
  if (place.where === 'replace' && !rules.has(place.handle))
    throw new KernelError('ENOENT', 'handle');
  // A rule that replaces another has its handle.
  const handle =
    place.where === 'replace' ? place.handle : allocHandle(ctx, chain.family, chain.table);
  if ((place.where === 'after' || place.where === 'before') && !rules.has(place.handle))
    throw new KernelError('ENOENT', 'position');
  checkRule(ctx, record, spec.exprs);
  const rule: RuleRecord = {
    handle,
    exprs: spec.exprs,
    ...(spec.comment !== undefined && { comment: spec.comment }),
  };
  hold(ctx, chain, rule.exprs);
  switch (place.where) {
    case 'append':
      rules.append(handle, rule);
      break;
    case 'insert':
      rules.prepend(handle, rule);
      break;
    case 'after':
      rules.insertAfter(place.handle, handle, rule);
      break;
    case 'before':
      rules.insertBefore(place.handle, handle, rule);
      break;
    case 'replace': {
      const old = rules.get(place.handle);
      rules.replace(place.handle, handle, rule);
      if (old) {
        release(ctx, chain, old.exprs);
        noteRule(ctx, 'delete', chain, old);
      }
      break;
    }
  }
  noteRule(ctx, 'new', chain, rule);
  if (!ctx.anyDepth && spec.exprs.some((e) => e.op === 'verdict' && 'chain' in e.verdict))
    checkChainLoops(ctx, chain);
  return handle;
}

/** NFT_MSG_DELRULE with a handle. */
export function deleteRule(ctx: RulesetContext, chain: ItemRef, handle: number): void {
  lookupChain(ctx, chain.family, chain.table, chain.name);
  const rules = ctx.ruleset.rules(itemKey(chain.family, chain.table, chain.name));
  const rule = rules.get(handle);
  if (!rule) throw new KernelError('ENOENT', 'handle');
  rules.delete(handle);
  release(ctx, chain, rule.exprs);
  noteRule(ctx, 'delete', chain, rule);
}

/** NFT_MSG_DELRULE for a whole chain. */
export function flushChain(ctx: RulesetContext, chain: ItemRef): void {
  lookupChain(ctx, chain.family, chain.table, chain.name);
  const rules = ctx.ruleset.rules(itemKey(chain.family, chain.table, chain.name));
  const old = [...rules.values()];
  rules.clear();
  for (const rule of old) {
    release(ctx, chain, rule.exprs);
    noteRule(ctx, 'delete', chain, rule);
  }
}

/** NFT_MSG_DELRULE for a whole table. */
export function flushTable(ctx: RulesetContext, family: Family, table: string): void {
  lookupTable(ctx, family, table);
  for (const chain of [...ctx.ruleset.chains.values()])
    if (chain.family === family && chain.table === table) flushChain(ctx, chain);
}

/** Drops every table, or those of one family. */
export function flushRuleset(ctx: RulesetContext, family?: Family): void {
  for (const table of [...ctx.ruleset.tables.values()])
    if (family === undefined || table.family === family) deleteTable(ctx, table.family, table.name);
}

/** The end of a batch that changed something: one more generation. */
export function commitBatch({ ruleset }: RulesetContext): number {
  const globals = ruleset.globals.edit();
  globals.generation += 1;
  return globals.generation;
}
