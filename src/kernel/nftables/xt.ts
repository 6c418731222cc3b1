/** What the VM needs of the xtables extensions; the machine builds it from the table of descriptors. */
import type { EvalContext, ExprResult } from './context.ts';
import type { ExprOf } from './model.ts';

export interface XtRuntime {
  /** Throws NotEmulated for an extension without semantics. What changes in `expr.live` is preceded by `ctx.keep()`. */
  match(expr: ExprOf<'match'>, ctx: EvalContext): boolean;
  target(expr: ExprOf<'target'>, ctx: EvalContext): ExprResult;
  /** The extension brings conntrack into its family's hooks (nf_ct_netns_get). */
  needsConntrack(expr: ExprOf<'match'> | ExprOf<'target'>): boolean;
}
