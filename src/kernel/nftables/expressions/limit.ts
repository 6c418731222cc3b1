import { packetLength } from '../../../packet/packet.ts';
import { BREAK, CONTINUE } from '../context.ts';
import type { ExprOf, LimitUnit } from '../model.ts';
import { defineExpr } from './define.ts';

const NANOS: Record<LimitUnit, bigint> = {
  second: 1_000_000_000n,
  minute: 60_000_000_000n,
  hour: 3_600_000_000_000n,
  day: 86_400_000_000_000n,
  week: 604_800_000_000_000n,
};

/** Nanoseconds the bucket holds when full, and what one packet of `length` bytes costs (nft_limit_init). */
function price(expr: ExprOf<'limit'>, length: number): { max: bigint; cost: bigint } {
  const unit = NANOS[expr.unit];
  if (expr.type === 'packets') {
    const cost = unit / expr.rate;
    return { cost, max: cost * BigInt(expr.burst === 0 ? 5 : expr.burst) };
  }
  // A byte limit's bucket always holds one unit's rate beside the burst.
  return {
    cost: (unit * BigInt(length)) / expr.rate,
    max: (unit * (BigInt(expr.burst) + expr.rate)) / expr.rate,
  };
}

export const limit = defineExpr({
  op: 'limit',
  evaluate(expr, ctx) {
    const { cost, max } = price(expr, packetLength(ctx.packet));
    const now = ctx.clock.now();
    ctx.keep();
    expr.bucket ??= { tokens: max, last: now };
    const { bucket } = expr;
    bucket.tokens += now - bucket.last;
    if (bucket.tokens > max) bucket.tokens = max;
    bucket.last = now;
    const within = bucket.tokens >= cost;
    if (within) bucket.tokens -= cost;
    return within === expr.over ? BREAK : CONTINUE;
  },
  dump: ({ rate, unit, burst, type, over }) =>
    `limit rate ${rate}/${unit} burst ${burst} type ${type} flags ${over ? '0x1' : '0x0'}`,
});
