import { BREAK, CONTINUE } from '../context.ts';
import type { CompareOp } from '../model.ts';
import { regOffset } from '../registers.ts';
import { dumpData } from './data.ts';
import { defineExpr } from './define.ts';

/** As memcmp of a register with bytes. */
export function compareReg(registers: Uint8Array, at: number, data: Uint8Array): number {
  for (let i = 0; i < data.length; i++) {
    const difference = (registers[at + i] ?? 0) - (data[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const HOLDS: { readonly [K in CompareOp]: (difference: number) => boolean } = {
  eq: (d) => d === 0,
  neq: (d) => d !== 0,
  lt: (d) => d < 0,
  lte: (d) => d <= 0,
  gt: (d) => d > 0,
  gte: (d) => d >= 0,
};

export const cmp = defineExpr({
  op: 'cmp',
  evaluate({ cmp: how, sreg, data }, { registers }) {
    return HOLDS[how](compareReg(registers, regOffset(sreg), data)) ? CONTINUE : BREAK;
  },
  dump: (expr) => `cmp ${expr.cmp} reg ${expr.sreg} ${dumpData(expr.data)}`,
});

export const range = defineExpr({
  op: 'range',
  evaluate({ cmp: how, sreg, from, to }, { registers }) {
    const at = regOffset(sreg);
    const inside = compareReg(registers, at, from) >= 0 && compareReg(registers, at, to) <= 0;
    return inside === (how === 'eq') ? CONTINUE : BREAK;
  },
  dump: (expr) => `range ${expr.cmp} reg ${expr.sreg} ${dumpData(expr.from)} ${dumpData(expr.to)}`,
});
