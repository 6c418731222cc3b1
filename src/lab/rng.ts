/** The lab's seeded generator: xoshiro128** (Blackman and Vigna), its state kept in the lab. */
import type { Rng } from '../base/ports.ts';
import type { RngRecord } from '../kernel/host/model.ts';
import type { Cell } from '../kernel/model.ts';

const rotate = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0;

/** The generator of a lab: each number drawn is a change of the lab. */
export function labRng(lab: { readonly rng: Cell<RngRecord> }): Rng {
  return {
    u32() {
      const record = lab.rng.edit();
      const [a = 1, b = 0, c = 0, d = 0] = record.state;
      const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
      const s2 = c ^ a;
      const s3 = d ^ b;
      record.state = [(a ^ s3) >>> 0, (b ^ s2) >>> 0, (s2 ^ (b << 9)) >>> 0, rotate(s3 >>> 0, 11)];
      return result;
    },
  };
}
