/** ICMP (RFC 792) and ICMPv6 (RFC 4443) messages. */
import { concatBytes, writeUint } from '../base/bytes.ts';

/** A message with checksum zero; `rest` is the second word of the header (4 bytes, zeroes when absent). */
export function buildIcmp(
  type: number,
  code: number,
  rest: Uint8Array | undefined,
  body: Uint8Array,
): Uint8Array {
  return concatBytes(Uint8Array.of(type, code, 0, 0), rest ?? new Uint8Array(4), body);
}

/** The second header word of an echo. */
export function echoWord(id: number, sequence: number): Uint8Array {
  const out = new Uint8Array(4);
  writeUint(out, 0, 2, id);
  writeUint(out, 2, 2, sequence);
  return out;
}

const ERRORS = new Set([3, 4, 5, 11, 12]);

/** True for messages that quote the packet they are about. */
export function isIcmpError(version: 4 | 6, type: number): boolean {
  return version === 4 ? ERRORS.has(type) : type >= 1 && type <= 127;
}
