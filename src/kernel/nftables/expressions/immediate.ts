import { CONTINUE } from '../context.ts';
import { storeReg } from '../registers.ts';
import { dumpData, dumpVerdict } from './data.ts';
import { defineExpr } from './define.ts';

export const immediate = defineExpr({
  op: 'immediate',
  evaluate({ dreg, data }, { registers }) {
    storeReg(registers, dreg, data);
    return CONTINUE;
  },
  dump: ({ dreg, data }) => `immediate reg ${dreg} ${dumpData(data)}`,
});

export const verdict = defineExpr({
  op: 'verdict',
  evaluate: (expr) => expr.verdict,
  dump: (expr) => `immediate reg 0 ${dumpVerdict(expr.verdict)}`,
});
