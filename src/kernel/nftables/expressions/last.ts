import { CONTINUE } from '../context.ts';
import { defineExpr } from './define.ts';

export const last = defineExpr({
  op: 'last',
  evaluate(expr, ctx) {
    ctx.keep();
    expr.set = ctx.clock.now();
    return CONTINUE;
  },
  // Shown is how long ago; a dump has no clock, and nft prints it only for rules read back.
  dump: (expr) => (expr.set === undefined ? 'last never' : 'last 0'),
});
