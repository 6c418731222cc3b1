/** Jenkins' hash as the kernel has it (include/linux/jhash.h), and its scaling to a range. */

const INITVAL = 0xdeadbeef;
const rol = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

function final(a0: number, b0: number, c0: number): number {
  let [a, b, c] = [a0, b0, c0];
  c = ((c ^ b) - rol(b, 14)) | 0;
  a = ((a ^ c) - rol(c, 11)) | 0;
  b = ((b ^ a) - rol(a, 25)) | 0;
  c = ((c ^ b) - rol(b, 16)) | 0;
  a = ((a ^ c) - rol(c, 4)) | 0;
  b = ((b ^ a) - rol(a, 14)) | 0;
  c = ((c ^ b) - rol(b, 24)) | 0;
  return c >>> 0;
}

function mix(state: [number, number, number]): void {
  let [a, b, c] = state;
  a = (a - c) | 0;
  a ^= rol(c, 4);
  c = (c + b) | 0;
  b = (b - a) | 0;
  b ^= rol(a, 6);
  a = (a + c) | 0;
  c = (c - b) | 0;
  c ^= rol(b, 8);
  b = (b + a) | 0;
  a = (a - c) | 0;
  a ^= rol(c, 16);
  c = (c + b) | 0;
  b = (b - a) | 0;
  b ^= rol(a, 19);
  a = (a + c) | 0;
  c = (c - b) | 0;
  c ^= rol(b, 4);
  b = (b + a) | 0;
  state[0] = a;
  state[1] = b;
  state[2] = c;
}

/** jhash(): any byte string; unsigned 32 bits. */
export function jhash(key: Uint8Array, seed: number): number {
  const start = (INITVAL + key.length + seed) | 0;
  const state: [number, number, number] = [start, start, start];
  let at = 0;
  let left = key.length;
  while (left > 12) {
    state[0] = (state[0] + word(key, at)) | 0;
    state[1] = (state[1] + word(key, at + 4)) | 0;
    state[2] = (state[2] + word(key, at + 8)) | 0;
    mix(state);
    at += 12;
    left -= 12;
  }
  if (left === 0) return state[2] >>> 0;
  // Bytes past the end count as zeroes.
  return final(
    (state[0] + word(key, at)) | 0,
    (state[1] + word(key, at + 4)) | 0,
    (state[2] + word(key, at + 8)) | 0,
  );
}

/** reciprocal_scale(): a 32-bit value mapped to 0..range-1. */
export const reciprocalScale = (value: number, range: number): number =>
  Number((BigInt(value >>> 0) * BigInt(range >>> 0)) >> 32n);
