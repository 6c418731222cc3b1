/** What the VM needs of the xtables extensions; the machine builds it from the table of descriptors. */

import type { EvalContext, ExprResult } from './context.ts';
import type { PlainRecord } from './model.ts';

export interface XtRuntime {
  /** Throws NotEmulated for an extension without semantics. */
  match(name: string, rev: number, info: PlainRecord, ctx: EvalContext): boolean;
  target(name: string, rev: number, info: PlainRecord, ctx: EvalContext): ExprResult;
  /** The extension brings conntrack into a family's hooks (nf_ct_netns_get). */
  needsConntrack(kind: 'match' | 'target', name: string): boolean;
}
