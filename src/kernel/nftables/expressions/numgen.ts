import { NotEmulated } from '../../../base/errors.ts';
import { jhash, reciprocalScale } from '../../../base/jhash.ts';
import { CONTINUE } from '../context.ts';
import { loadReg, storeU32 } from '../registers.ts';
import { defineExpr } from './define.ts';

export const numgen = defineExpr({
  op: 'numgen',
  evaluate(expr, ctx) {
    const { how, modulus, offset, dreg } = expr;
    if (how === 'random') {
      storeU32(ctx.registers, dreg, reciprocalScale(ctx.rng.u32(), modulus) + offset);
      return CONTINUE;
    }
    const value = expr.next ?? 0;
    ctx.keep();
    expr.next = value + 1 < modulus ? value + 1 : 0;
    storeU32(ctx.registers, dreg, value + offset);
    return CONTINUE;
  },
  dump: ({ how, modulus, offset, dreg }) =>
    `numgen reg ${dreg} = ${how} mod ${modulus}${offset ? ` offset ${offset}` : ''}`,
});

export const hash = defineExpr({
  op: 'hash',
  evaluate({ how, sreg, len, modulus, seed, offset, dreg }, { registers, rng }) {
    if (how === 'symhash' || sreg === undefined || len === undefined)
      throw new NotEmulated('symhash');
    // Without a seed the kernel draws one when the rule is made: any value is as good.
    const value = jhash(loadReg(registers, sreg, len), seed ?? rng.u32());
    storeU32(registers, dreg, reciprocalScale(value, modulus) + offset);
    return CONTINUE;
  },
  dump({ how, sreg, len, modulus, seed, offset, dreg }) {
    const tail = offset ? ` offset ${offset}` : '';
    if (how === 'symhash') return `hash reg ${dreg} = symhash() % mod ${modulus}${tail}`;
    return `hash reg ${dreg} = jhash(reg ${sreg}, ${len}, 0x${(seed ?? 0).toString(16)}) % mod ${modulus}${tail}`;
  },
});
