import { BREAK, CONTINUE } from '../context.ts';
import { defineExpr } from './define.ts';

export const match = defineExpr({
  op: 'match',
  evaluate: (expr, ctx) => (ctx.xt.match(expr, ctx) ? CONTINUE : BREAK),
  dump: ({ name, rev }) => `match name ${name} rev ${rev}`,
});

export const target = defineExpr({
  op: 'target',
  evaluate: (expr, ctx) => ctx.xt.target(expr, ctx),
  dump: ({ name, rev }) => `target name ${name} rev ${rev}`,
});
