import { CONTINUE } from '../context.ts';
import { loadReg, storeReg } from '../registers.ts';
import { defineExpr } from './define.ts';

export const byteorder = defineExpr({
  op: 'byteorder',
  // The emulated host is little-endian, so either direction swaps every `size` bytes.
  evaluate({ sreg, dreg, len, size }, { registers }) {
    const bytes = loadReg(registers, sreg, len);
    const out = new Uint8Array(len);
    for (let at = 0; at + size <= len; at += size)
      for (let i = 0; i < size; i++) out[at + i] = bytes[at + size - 1 - i] ?? 0;
    storeReg(registers, dreg, out);
    return CONTINUE;
  },
  dump: ({ how, sreg, dreg, len, size }) =>
    `byteorder reg ${dreg} = ${how}(reg ${sreg}, ${size}, ${len})`,
});
