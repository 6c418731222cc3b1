/** What one kind of expression is: how it runs and how `nft --debug=netlink` shows it. */
import type { EvalContext, ExprResult } from '../context.ts';
import type { Expr, ExprOf } from '../model.ts';

export interface ExprOps<K extends Expr['op']> {
  readonly op: K;
  /** Throws NotEmulated for what has no semantics here. */
  evaluate(expr: ExprOf<K>, ctx: EvalContext): ExprResult;
  /** The words between the brackets of its debug line, without a blank at either end; `dump` shows an expression inside it. */
  dump(expr: ExprOf<K>, dump: (inner: Expr) => string): string;
}

export const defineExpr = <K extends Expr['op']>(ops: ExprOps<K>): ExprOps<K> => ops;
