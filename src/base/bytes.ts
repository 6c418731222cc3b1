/** Byte strings: network-order numbers, hex, comparison. Bytes held in records are never changed in place. */

/** An unsigned big-endian number of up to 6 bytes. */
export function readUint(bytes: Uint8Array, offset: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + (bytes[offset + i] ?? 0);
  return value;
}

/** Writes the low `length` bytes of an unsigned number, big-endian. */
export function writeUint(bytes: Uint8Array, offset: number, length: number, value: number): void {
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    bytes[offset + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** A number as `length` big-endian (network-order) bytes. */
export function be(value: number | bigint, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let rest = BigInt(value);
  for (let i = length - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}

/** A number as `length` little-endian bytes: the byte order of the emulated host. */
export function le(value: number | bigint, length: number): Uint8Array {
  return be(value, length).reverse();
}

/** Big-endian bytes as an exact number. */
export function fromBe(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** Little-endian bytes as an exact number. */
export function fromLe(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}

const DIGITS = '0123456789abcdef';

/** Lower-case hex without separators. */
export function toHex(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
  return out;
}

/** The value of a hex digit's character code; NaN for any other. */
function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
}

/** The bytes of an even number of hex digits; throws on anything else. */
export function fromHex(text: string): Uint8Array {
  const out = new Uint8Array(text.length >> 1);
  let bad = text.length % 2 !== 0;
  for (let i = 0; i < out.length; i++) {
    const value = digit(text.charCodeAt(2 * i)) * 16 + digit(text.charCodeAt(2 * i + 1));
    if (Number.isNaN(value)) bad = true;
    out[i] = value;
  }
  if (bad) throw new Error(`not hex: ${text}`);
  return out;
}

/** Same length and same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** As memcmp: negative, zero or positive; a prefix sorts before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = (a[i] ?? 0) - (b[i] ?? 0);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

/** One byte string after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
