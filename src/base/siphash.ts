/** SipHash-1-3 as the kernel's hsiphash on 64-bit machines (lib/siphash.c). */

const MASK = 0xffff_ffff_ffff_ffffn;
const rotate = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (64n - bits))) & MASK;

/** The low 32 bits of the hash of one 32-bit number, both key words being `key`. */
export function siphash13(value: number, key: bigint): number {
  let v0 = 0x736f6d6570736575n ^ key;
  let v1 = 0x646f72616e646f6dn ^ key;
  let v2 = 0x6c7967656e657261n ^ key;
  let v3 = 0x7465646279746573n ^ key;
  const round = () => {
    v0 = (v0 + v1) & MASK;
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v3) & MASK;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = (v0 + v3) & MASK;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = (v2 + v1) & MASK;
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const block = (4n << 56n) | BigInt(value);
  v3 ^= block;
  round();
  v0 ^= block;
  v2 ^= 0xffn;
  round();
  round();
  round();
  return Number((v0 ^ v1 ^ v2 ^ v3) & 0xffff_ffffn);
}
