/** Internet checksums (RFC 1071), their incremental update (RFC 1624), and SCTP's CRC32c. */

/** Ones' complement sum of big-endian 16-bit words; an odd last byte counts as the high half of a word. */
export function sumWords(bytes: Uint8Array, from = 0, to = bytes.length, start = 0): number {
  let sum = start;
  for (let i = from; i + 1 < to; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  if ((to - from) % 2 === 1) sum += (bytes[to - 1] ?? 0) << 8;
  return sum;
}

/** A sum folded to 16 bits, not complemented. */
export function fold(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 0x10000);
  return rest;
}

/** The Internet checksum of `bytes[from..to)`. */
export function checksum(bytes: Uint8Array, from = 0, to = bytes.length, start = 0): number {
  return ~fold(sumWords(bytes, from, to, start)) & 0xffff;
}

/** Sum of the pseudo header of TCP, UDP and ICMPv6; addresses of 4 or 16 bytes. */
export function pseudoSum(src: Uint8Array, dst: Uint8Array, proto: number, length: number): number {
  return sumWords(dst, 0, dst.length, sumWords(src)) + proto + (length >>> 16) + (length & 0xffff);
}

/**
 * The checksum field after some covered bytes changed (csum_replace*): `was` and `now` lie at an even offset. A wrong
 * checksum stays wrong.
 */
export function updateChecksum(field: number, was: Uint8Array, now: Uint8Array): number {
  const sum = (~field & 0xffff) + sumWords(now) + inverseSum(was);
  return ~fold(sum) & 0xffff;
}

function inverseSum(bytes: Uint8Array): number {
  return ~fold(sumWords(bytes)) & 0xffff;
}

/** CRC32c, bit by bit reversed, as SCTP has it (stored little-endian). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
