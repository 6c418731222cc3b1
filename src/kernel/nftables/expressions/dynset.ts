import { NotEmulated } from '../../../base/errors.ts';
import { itemKey } from '../../model.ts';
import { BREAK, CONTINUE, type EvalContext } from '../context.ts';
import type { Expr as AnyExpr, ElementRecord, ExprOf, SetRecord } from '../model.ts';
import { loadReg } from '../registers.ts';
import { type FoundElement, findElement, runElementExprs } from '../set-lookup.ts';
import { elementKey } from '../sets.ts';
import { defineExpr } from './define.ts';

type Expr = ExprOf<'dynset'>;
const NANOS_PER_MS = 1_000_000n;

/** Copies the state an expression begins with, so that elements do not share it. */
const fresh = (exprs: readonly AnyExpr[]): AnyExpr[] => exprs.map((expr) => ({ ...expr }));

/** nft_dynset_new: undefined when the set is full. */
function addElement(
  expr: Expr,
  set: Readonly<SetRecord>,
  setKey: string,
  ctx: EvalContext,
): FoundElement | undefined {
  const elements = ctx.ruleset.elements(setKey);
  if (set.size !== undefined && elements.size >= set.size) return undefined;
  const timeout = expr.timeout ?? set.timeout;
  const key = loadReg(ctx.registers, expr.sregKey, set.keyLen);
  const element: ElementRecord = {
    key,
    exprs: fresh(expr.exprs.length > 0 ? expr.exprs : set.exprs),
    ...(expr.sregData !== undefined && {
      data: loadReg(ctx.registers, expr.sregData, set.dataLen ?? 0),
    }),
    ...(expr.timeout !== undefined && expr.timeout !== set.timeout && { timeout: expr.timeout }),
    ...(timeout !== undefined &&
      timeout > 0 && { expires: ctx.clock.now() + BigInt(timeout) * NANOS_PER_MS }),
  };
  const id = elementKey(element);
  elements.delete(id); // one that has expired but was not collected yet
  elements.append(id, element);
  return { id, setKey, element };
}

function refresh(
  expr: Expr,
  set: Readonly<SetRecord>,
  found: FoundElement,
  ctx: EvalContext,
): void {
  if (expr.how !== 'update' || found.element.expires === undefined) return;
  const timeout = expr.timeout ?? found.element.timeout ?? set.timeout;
  if (timeout === undefined) return;
  const element = ctx.ruleset.elements(found.setKey).edit(found.id);
  element.expires = ctx.clock.now() + BigInt(timeout) * NANOS_PER_MS;
}

export const dynset = defineExpr({
  op: 'dynset',
  evaluate(expr, ctx) {
    const setKey = itemKey(ctx.family, ctx.table, expr.set);
    const set = ctx.ruleset.sets.get(setKey);
    if (!set) throw new Error(`rule refers to missing set "${expr.set}"`);
    if (set.flags.includes('interval') && expr.how !== 'delete')
      throw new NotEmulated('dynamic interval sets');
    const found = findElement(setKey, expr.sregKey, ctx, { catchall: false });
    if (expr.how === 'delete') {
      if (found) ctx.ruleset.elements(setKey).delete(found.id);
      return CONTINUE;
    }
    if (found) refresh(expr, set, found, ctx);
    const element = found ?? addElement(expr, set, setKey, ctx);
    return element ? runElementExprs(element, ctx) : BREAK;
  },
  dump(expr, dumpExpr) {
    const { how, set, sregKey, sregData, timeout } = expr;
    const words = [`dynset ${how} reg_key ${sregKey} set ${set}`];
    if (sregData !== undefined) words.push(`sreg_data ${sregData}`);
    if (timeout !== undefined) words.push(`timeout ${timeout}ms`);
    for (const inner of expr.exprs) words.push(`expr [ ${dumpExpr(inner)} ]`);
    return words.join(' ');
  },
});
