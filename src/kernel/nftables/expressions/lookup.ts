import { itemKey } from '../../model.ts';
import { BREAK, CONTINUE } from '../context.ts';
import { storeReg } from '../registers.ts';
import { findElement, runElementExprs } from '../set-lookup.ts';
import { defineExpr } from './define.ts';

export const lookup = defineExpr({
  op: 'lookup',
  evaluate({ sreg, set, invert, dreg }, ctx) {
    const key = itemKey(ctx.family, ctx.table, set);
    const found = findElement(key, sreg, ctx, { catchall: !invert });
    if ((found === undefined) !== invert) return BREAK;
    if (!found) return CONTINUE;
    const { element } = found;
    if (dreg !== undefined && element.data) storeReg(ctx.registers, dreg, element.data);
    const result = runElementExprs(found, ctx);
    if (result !== CONTINUE) return result;
    return element.verdict ?? CONTINUE;
  },
  dump: ({ sreg, set, invert, dreg }) =>
    `lookup reg ${sreg} set ${set}${dreg === undefined ? '' : ` dreg ${dreg}`}${invert ? ' 0x1' : ''}`,
});
