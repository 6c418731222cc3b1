/** All expressions by their kind; the mapped type makes the compiler ask for what is missing. */
import type { EvalContext, ExprResult } from '../context.ts';
import type { Expr } from '../model.ts';
import { bitwise, bitwiseReg, shift } from './bitwise.ts';
import { byteorder } from './byteorder.ts';
import { cmp, range } from './cmp.ts';
import { connlimit } from './connlimit.ts';
import { counter } from './counter.ts';
import { ct, ctSet, notrack } from './ct.ts';
import type { ExprOps } from './define.ts';
import { dynset } from './dynset.ts';
import { exthdr, exthdrReset, exthdrSet } from './exthdr.ts';
import { fib } from './fib.ts';
import { dup, fwd, queue, synproxy } from './forward.ts';
import { immediate, verdict } from './immediate.ts';
import { last } from './last.ts';
import { limit } from './limit.ts';
import { log } from './log.ts';
import { lookup } from './lookup.ts';
import { meta, metaSet } from './meta.ts';
import { flow, masq, nat, redir } from './nat.ts';
import { hash, numgen } from './numgen.ts';
import { objref, objrefMap } from './objref.ts';
import { payload, payloadSet } from './payload.ts';
import { quota } from './quota.ts';
import { reject } from './reject.ts';
import { rt } from './rt.ts';
import { osf, socket, tproxy } from './tproxy.ts';
import { inner, tunnel, xfrm } from './tunnel.ts';
import { match, target } from './xt.ts';

const table: { readonly [K in Expr['op']]: ExprOps<K> } = {
  bitwise,
  'bitwise reg': bitwiseReg,
  byteorder,
  cmp,
  connlimit,
  counter,
  ct,
  'ct set': ctSet,
  dup,
  dynset,
  exthdr,
  'exthdr reset': exthdrReset,
  'exthdr set': exthdrSet,
  fib,
  flow,
  fwd,
  hash,
  immediate,
  inner,
  last,
  limit,
  log,
  lookup,
  masq,
  match,
  meta,
  'meta set': metaSet,
  nat,
  notrack,
  numgen,
  objref,
  'objref map': objrefMap,
  osf,
  payload,
  'payload set': payloadSet,
  queue,
  quota,
  range,
  redir,
  reject,
  rt,
  shift,
  socket,
  synproxy,
  target,
  tproxy,
  tunnel,
  verdict,
  xfrm,
};

// The compiler cannot pair an expression of unknown kind with its own entry: each takes its kind only.
const opsOf = (expr: Expr): ExprOps<Expr['op']> => table[expr.op] as ExprOps<Expr['op']>;

export function evaluateExpr(expr: Expr, ctx: EvalContext): ExprResult {
  return opsOf(expr).evaluate(expr, ctx);
}

/** The expression as a function, its kind looked up once. */
export function evaluatorOf(expr: Expr): (ctx: EvalContext) => ExprResult {
  const { evaluate } = opsOf(expr);
  return (ctx) => evaluate(expr, ctx);
}

/** The words of its debug line, without the brackets. */
export function dumpExpr(expr: Expr): string {
  return opsOf(expr).dump(expr, dumpExpr);
}
