import { packetLength } from '../../../packet/packet.ts';
import { BREAK, CONTINUE } from '../context.ts';
import type { ExprOf } from '../model.ts';
import { defineExpr } from './define.ts';

/** What a dump tells of it: never more than the quota (nft_quota_do_dump). */
export const quotaUsed = ({ bytes, consumed }: ExprOf<'quota'>): bigint =>
  consumed > bytes ? bytes : consumed;

export const quota = defineExpr({
  op: 'quota',
  evaluate(expr, ctx) {
    ctx.keep();
    expr.consumed += BigInt(packetLength(ctx.packet));
    // Exactly the quota is still within it (nft_overquota).
    const over = expr.consumed > expr.bytes;
    return over === expr.over ? CONTINUE : BREAK;
  },
  dump: ({ bytes, consumed, over }) =>
    `quota bytes ${bytes} consumed ${consumed} flags ${over ? 1 : 0}`,
});
