/** Rules as functions: each expression bound to its evaluator, and the common pairs "load, compare" made one step. */
import type { Packet } from '../../packet/packet.ts';
import type { Collection } from '../model.ts';
import { BREAK, CONTINUE, type EvalContext, type ExprResult } from './context.ts';
import { baseOffset } from './expressions/payload.ts';
import { evaluatorOf } from './expressions/table.ts';
import type { Expr, ExprOf, Reg, RuleRecord } from './model.ts';
import { regOffset } from './registers.ts';

export type Step = (ctx: EvalContext) => ExprResult;

export interface CompiledRule {
  readonly record: RuleRecord;
  /** From 1. */
  readonly position: number;
  readonly steps: readonly Step[];
}

interface CompiledChain {
  readonly version: number;
  readonly rules: readonly CompiledRule[];
}

// By the chain's collection of rules; a changed version compiles anew. `edit` keeps a record's identity, so the
// expressions compiled here are the stored ones.
const compiled = new WeakMap<object, CompiledChain>();

export function compileChain(rules: Collection<number, RuleRecord>): readonly CompiledRule[] {
  const known = compiled.get(rules);
  if (known?.version === rules.version) return known.rules;
  const list: CompiledRule[] = [];
  // The records are the store's own: state in their expressions changes after `keep` has opened them.
  for (const record of rules.values())
    list.push({
      record: record as RuleRecord,
      position: list.length + 1,
      steps: compileExprs(record.exprs),
    });
  compiled.set(rules, { version: rules.version, rules: list });
  return list;
}

function compileExprs(exprs: readonly Expr[]): readonly Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < exprs.length; i++) {
    const expr = exprs[i];
    if (!expr) continue;
    const next = exprs[i + 1];
    const fused = next?.op === 'cmp' ? fuse(expr, next, exprs.slice(i + 2)) : undefined;
    steps.push(fused ?? evaluatorOf(expr));
    if (fused) i += 1;
  }
  return steps;
}

/** One step for a load whose register only the comparison after it reads. */
function fuse(load: Expr, cmp: ExprOf<'cmp'>, rest: readonly Expr[]): Step | undefined {
  if (cmp.cmp !== 'eq' && cmp.cmp !== 'neq') return undefined;
  if (load.op !== 'payload' && load.op !== 'meta') return undefined;
  if (load.dreg !== cmp.sreg || isRead(load.dreg, rest)) return undefined;
  return load.op === 'payload' ? comparePayload(load, cmp) : compareMeta(load, cmp);
}

/** Expressions that touch no register. */
const WITHOUT_REGISTERS = new Set<Expr['op']>([
  'counter',
  'verdict',
  'limit',
  'quota',
  'last',
  'connlimit',
  'log',
  'reject',
  'objref',
  'notrack',
  'match',
  'target',
]);

/** Whether the register's value may be read before it is overwritten; when in doubt, it is. */
function isRead(reg: Reg, rest: readonly Expr[]): boolean {
  for (const expr of rest) {
    if (WITHOUT_REGISTERS.has(expr.op)) continue;
    switch (expr.op) {
      case 'payload':
      case 'meta':
      case 'ct':
        if (regOffset(expr.dreg) === regOffset(reg)) return false;
        continue;
      case 'cmp':
        if (regOffset(expr.sreg) <= regOffset(reg)) return true;
        continue;
      default:
        return true;
    }
  }
  return false;
}

/** Both bounds of what is compared lie in the words the load fills. */
const fitsIn = (cmp: ExprOf<'cmp'>, length: number): boolean =>
  cmp.data.length <= Math.ceil(length / 4) * 4;

function comparePayload(load: ExprOf<'payload'>, cmp: ExprOf<'cmp'>): Step | undefined {
  const { base, offset, len } = load;
  if (base === 'link' || !fitsIn(cmp, len)) return undefined;
  // Past the loaded bytes the register's last word is zero.
  const padded = cmp.data.subarray(len).every((byte) => byte === 0);
  const data = cmp.data.slice(0, len);
  const wanted = cmp.cmp === 'eq';
  return ({ packet }) => {
    const start = base === 'network' ? 0 : baseOffset(packet, base);
    if (start === undefined || start + offset + len > packet.data.length) return BREAK;
    return (padded && bytesAt(packet, start + offset, data)) === wanted ? CONTINUE : BREAK;
  };
}

function bytesAt({ data }: Packet, at: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (data[at + i] !== bytes[i]) return false;
  return true;
}

function compareMeta(load: ExprOf<'meta'>, cmp: ExprOf<'cmp'>): Step | undefined {
  const wanted = cmp.cmp === 'eq';
  if (load.key === 'l4proto') {
    if (!fitsIn(cmp, 1) || cmp.data.subarray(1).some((byte) => byte !== 0)) return undefined;
    const proto = cmp.data[0];
    return ({ packet }) => {
      const found = packet.transport.proto;
      return found >= 0 && (found === proto) === wanted ? CONTINUE : BREAK;
    };
  }
  if (load.key !== 'iifname' && load.key !== 'oifname') return undefined;
  const end = cmp.data.indexOf(0);
  const name = String.fromCharCode(...(end < 0 ? cmp.data : cmp.data.subarray(0, end)));
  const inward = load.key === 'iifname';
  return ({ state }) => {
    const found = (inward ? state.in : state.out)?.name ?? '';
    return (end < 0 ? found.startsWith(name) : found === name) === wanted ? CONTINUE : BREAK;
  };
}
