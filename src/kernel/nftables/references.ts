/** Who uses what: chains jumped to, sets looked up, objects referred to. Anonymous sets and chains go with their last user. */
import { itemKey, objectKey } from '../model.ts';
import type { CtKey, ElementRecord, Expr, Family, ObjectType, Verdict } from './model.ts';
import type { RulesetContext } from './ruleset.ts';

interface TableRef {
  readonly family: Family;
  readonly table: string;
}

function countChain(ctx: RulesetContext, at: TableRef, verdict: Verdict, delta: number): void {
  if (!('chain' in verdict)) return;
  const key = itemKey(at.family, at.table, verdict.chain);
  if (!ctx.ruleset.chains.has(key)) return;
  const chain = ctx.ruleset.chains.edit(key);
  chain.references += delta;
  if (delta < 0 && chain.anonymous && chain.references === 0) {
    const rules = [...ctx.ruleset.rules(key).values()];
    ctx.ruleset.dropRules(key);
    ctx.ruleset.chains.delete(key);
    for (const rule of rules) release(ctx, at, rule.exprs);
  }
}

function countSet(ctx: RulesetContext, at: TableRef, name: string, delta: number): void {
  const key = itemKey(at.family, at.table, name);
  if (!ctx.ruleset.sets.has(key)) return;
  const set = ctx.ruleset.sets.edit(key);
  set.references += delta;
  if (delta < 0 && set.references === 0 && set.flags.includes('anonymous')) {
    const elements = [...ctx.ruleset.elements(key).values()];
    ctx.ruleset.dropElements(key);
    ctx.ruleset.sets.delete(key);
    for (const element of elements) releaseElement(ctx, at, element, set.objectType);
  }
}

function countObject(
  ctx: RulesetContext,
  at: TableRef,
  type: ObjectType,
  name: string,
  delta: number,
): void {
  const key = objectKey(at.family, at.table, type, name);
  if (ctx.ruleset.objects.has(key)) ctx.ruleset.objects.edit(key).references += delta;
}

const DYNAMIC_SIZE = 65_535;

/** nft_dynset_init: a set that packets fill has a size from then on. */
function limitSize({ ruleset }: RulesetContext, at: TableRef, set: string): void {
  const key = itemKey(at.family, at.table, set);
  if (ruleset.sets.get(key)?.size === undefined && ruleset.sets.has(key))
    ruleset.sets.edit(key).size = DYNAMIC_SIZE;
}

/** Keys that read what connections counted (nft_ct_get_init). */
const COUNTED = new Set<CtKey>(['bytes', 'packets', 'avgpkt']);

function count(ctx: RulesetContext, at: TableRef, expr: Expr, delta: number): void {
  switch (expr.op) {
    case 'verdict':
      countChain(ctx, at, expr.verdict, delta);
      return;
    case 'dynset':
      if (delta > 0) limitSize(ctx, at, expr.set);
      countSet(ctx, at, expr.set, delta);
      return;
    case 'ct':
      if (delta > 0 && COUNTED.has(expr.key)) ctx.switchOn?.('net.netfilter.nf_conntrack_acct');
      return;
    case 'lookup':
    case 'objref map':
      countSet(ctx, at, expr.set, delta);
      return;
    case 'objref':
      countObject(ctx, at, expr.type, expr.name, delta);
      return;
    case 'match':
    case 'target':
      ctx.countXt?.(expr, delta);
      return;
    case 'flow': {
      const key = itemKey(at.family, at.table, expr.table);
      if (ctx.ruleset.flowtables.has(key)) ctx.ruleset.flowtables.edit(key).references += delta;
      return;
    }
    default:
  }
}

/** Counts what a new rule uses. */
export function hold(ctx: RulesetContext, at: TableRef, exprs: readonly Expr[]): void {
  for (const expr of exprs) count(ctx, at, expr, 1);
}

/** Gives back what a deleted rule used. */
export function release(ctx: RulesetContext, at: TableRef, exprs: readonly Expr[]): void {
  for (const expr of exprs) count(ctx, at, expr, -1);
}

/** Counts the chain or object a new element names. */
export function holdElement(
  ctx: RulesetContext,
  at: TableRef,
  element: ElementRecord,
  type?: ObjectType,
): void {
  if (element.verdict) countChain(ctx, at, element.verdict, 1);
  if (element.object !== undefined && type) countObject(ctx, at, type, element.object, 1);
}

/** Gives back the chain or object a deleted element named. */
export function releaseElement(
  ctx: RulesetContext,
  at: TableRef,
  element: Readonly<ElementRecord>,
  type?: ObjectType,
): void {
  if (element.verdict) countChain(ctx, at, element.verdict, -1);
  if (element.object !== undefined && type) countObject(ctx, at, type, element.object, -1);
}
