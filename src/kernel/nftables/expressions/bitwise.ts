import { CONTINUE } from '../context.ts';
import { loadReg, regOffset, storeReg } from '../registers.ts';
import { dumpData } from './data.ts';
import { defineExpr } from './define.ts';

export const bitwise = defineExpr({
  op: 'bitwise',
  evaluate({ sreg, dreg, len, mask, xor }, { registers }) {
    const from = regOffset(sreg);
    const to = regOffset(dreg);
    // Whole words, as in the kernel: what lies past `len` in the last one is masked away.
    for (let i = 0; i < Math.ceil(len / 4) * 4; i++)
      registers[to + i] = ((registers[from + i] ?? 0) & (mask[i] ?? 0)) ^ (xor[i] ?? 0);
    return CONTINUE;
  },
  dump: ({ sreg, dreg, mask, xor }) =>
    `bitwise reg ${dreg} = ( reg ${sreg} & ${dumpData(mask)} ) ^ ${dumpData(xor)}`,
});

const word = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)) >>>
  0;

function setWord(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (value >>> (8 * i)) & 0xff;
}

/** nft_bitwise_eval_lshift and _rshift: over host-order words, the first being the most significant. */
function shiftWords(bytes: Uint8Array, left: boolean, bits: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const n = bytes.length / 4;
  let carry = 0;
  for (let k = 0; k < n; k++) {
    const at = 4 * (left ? n - 1 - k : k);
    const value = word(bytes, at);
    const moved = left ? value << bits : value >>> bits;
    setWord(out, at, (moved | carry) >>> 0);
    carry = bits === 0 ? 0 : left ? value >>> (32 - bits) : value << (32 - bits);
  }
  return out;
}

export const shift = defineExpr({
  op: 'shift',
  evaluate({ dir, sreg, dreg, len, bits }, { registers }) {
    const bytes = loadReg(registers, sreg, Math.ceil(len / 4) * 4);
    storeReg(registers, dreg, shiftWords(bytes, dir === 'left', bits));
    return CONTINUE;
  },
  dump({ dir, sreg, dreg, bits }) {
    const by = `0x${bits.toString(16).padStart(8, '0')}`;
    return `bitwise reg ${dreg} = ( reg ${sreg} ${dir === 'left' ? '<<' : '>>'} ${by} )`;
  },
});

const COMBINE = {
  and: { sign: '&', of: (a: number, b: number) => a & b },
  or: { sign: '|', of: (a: number, b: number) => a | b },
  xor: { sign: '^', of: (a: number, b: number) => a ^ b },
} as const;

export const bitwiseReg = defineExpr({
  op: 'bitwise reg',
  evaluate({ how, sreg, sreg2, dreg, len }, { registers }) {
    const a = loadReg(registers, sreg, len);
    const b = loadReg(registers, sreg2, len);
    const { of } = COMBINE[how];
    storeReg(
      registers,
      dreg,
      a.map((byte, i) => of(byte, b[i] ?? 0)),
    );
    return CONTINUE;
  },
  dump: ({ how, sreg, sreg2, dreg }) =>
    `bitwise reg ${dreg} = ( reg ${sreg} ${COMBINE[how].sign} reg ${sreg2} )`,
});
