import { BREAK, CONTINUE } from '../context.ts';
import { defineExpr } from './define.ts';

export const connlimit = defineExpr({
  op: 'connlimit',
  evaluate(expr, ctx) {
    if (typeof ctx.packet.ct !== 'object') return { code: 'drop' };
    ctx.keep();
    const live = [...(expr.live ?? [])];
    const count = ctx.conntrack.countConnections(ctx.packet, live, ctx.env);
    expr.live = live;
    return count > expr.count === expr.over ? CONTINUE : BREAK;
  },
  dump: ({ count, over }) => `connlimit count ${count} flags ${over ? 1 : 0}`,
});
