/** The VM's view of the xtables extensions. */
import { NotEmulated } from '../base/errors.ts';
import type { EvalContext } from '../kernel/nftables/context.ts';
import type { ExprOf } from '../kernel/nftables/model.ts';
import type { XtRuntime } from '../kernel/nftables/xt.ts';
import type { Descriptor, XtFamily } from '../xtables/define.ts';
import { findMatch, findTarget } from '../xtables/table.ts';

const familyOf = ({ packet }: EvalContext): XtFamily => (packet.family === 'ip6' ? 'ip6' : 'ip');

function describes(expr: ExprOf<'match'> | ExprOf<'target'>): Descriptor | undefined {
  const find = expr.op === 'match' ? findMatch : findTarget;
  return find(expr.name, 'ip') ?? find(expr.name, 'ip6');
}

export const xtRuntime: XtRuntime = {
  match(expr, ctx) {
    const match = findMatch(expr.name, familyOf(ctx));
    if (!match?.test) throw new NotEmulated(`evaluating -m ${expr.name}`);
    return match.test(expr.info, ctx, expr);
  },
  target(expr, ctx) {
    const target = findTarget(expr.name, familyOf(ctx));
    if (!target?.apply) throw new NotEmulated(`evaluating -j ${expr.name}`);
    return target.apply(expr.info, ctx, expr);
  },
  needsConntrack(expr) {
    const needs = describes(expr)?.conntrack;
    return typeof needs === 'function' ? needs(expr.info) : (needs ?? false);
  },
};
