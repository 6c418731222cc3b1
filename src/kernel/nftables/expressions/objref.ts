import { itemKey, objectKey } from '../../model.ts';
import { BREAK, type EvalContext, type ExprResult } from '../context.ts';
import type { ObjectType } from '../model.ts';
import { evaluateObject } from '../objects.ts';
import { findElement } from '../set-lookup.ts';
import { defineExpr } from './define.ts';

/** NFT_OBJECT_*. */
const OBJECT_NUMBER: { readonly [T in ObjectType]: number } = {
  counter: 1,
  quota: 2,
  'ct helper': 3,
  limit: 4,
  tunnel: 6,
  'ct timeout': 7,
  secmark: 8,
  'ct expectation': 9,
  synproxy: 10,
};

function run(type: ObjectType, name: string, ctx: EvalContext): ExprResult {
  const key = objectKey(ctx.family, ctx.table, type, name);
  return evaluateObject(key, ctx);
}

export const objref = defineExpr({
  op: 'objref',
  evaluate: ({ type, name }, ctx) => run(type, name, ctx),
  dump: ({ type, name }) => `objref type ${OBJECT_NUMBER[type]} name ${name}`,
});

export const objrefMap = defineExpr({
  op: 'objref map',
  evaluate({ sreg, set }, ctx) {
    const key = itemKey(ctx.family, ctx.table, set);
    const type = ctx.ruleset.sets.get(key)?.objectType;
    const found = findElement(key, sreg, ctx);
    if (!found || type === undefined || found.element.object === undefined) return BREAK;
    return run(type, found.element.object, ctx);
  },
  dump: ({ sreg, set }) => `objref sreg ${sreg} set ${set}`,
});
