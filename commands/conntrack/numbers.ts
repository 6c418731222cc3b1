/** Numbers and addresses as the C library reads them. */
import { parseIpv6 } from '../../src/base/address.ts';

/** strtoul(text, NULL, 0) and what follows the number; no number is 0. */
export function strtoul(text: string): { value: bigint; rest: string } {
  const [, sign = '', digits = '', rest = ''] =
    /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)(.*)$/s.exec(text) ?? [];
  if (digits === '') return { value: 0n, rest: text };
  const octal = /^0[0-7]+$/.test(digits);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return { value: BigInt.asUintN(64, sign === '-' ? -value : value), rest };
}

/** atoi and atol: leading decimal digits, else 0. */
export function atol(text: string): bigint {
  const [, digits = '0'] = /^\s*([+-]?[0-9]+)/.exec(text) ?? [];
  return BigInt(digits);
}

export const u16 = (value: bigint): number => Number(BigInt.asUintN(16, value));
export const u32 = (value: bigint): number => Number(BigInt.asUintN(32, value));
export const u8 = (value: bigint): number => Number(BigInt.asUintN(8, value));

/** inet_aton: one to four parts, decimal, octal or hexadecimal; the last fills what is left. */
function inetAton(text: string): Uint8Array | undefined {
  const parts = text.trimEnd().split('.');
  if (parts.length > 4) return undefined;
  const values: number[] = [];
  for (const part of parts) {
    if (!/^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.test(part)) return undefined;
    values.push(Number(strtoul(part).value));
  }
  const last = values.pop() ?? 0;
  if (values.some((value) => value > 255) || last >= 256 ** (4 - values.length)) return undefined;
  const out = new Uint8Array(4);
  for (const [i, value] of values.entries()) out[i] = value;
  for (let i = 3, rest = last; i >= values.length; i--, rest = Math.floor(rest / 256)) {
    out[i] = rest % 256;
  }
  return out;
}

/** An address of either family; its length tells which. */
export const parseInet = (text: string): Uint8Array | undefined =>
  inetAton(text) ?? parseIpv6(text);

/** An address with a prefix length, which is 'none' or 'invalid' when it is. */
export function parseNetwork(
  text: string,
): { address: Uint8Array; prefix: number | 'none' | 'invalid' } | undefined {
  const slash = text.indexOf('/');
  const address = parseInet(slash < 0 ? text : text.slice(0, slash));
  if (!address) return undefined;
  if (slash < 0) return { address, prefix: 'none' };
  const bits = text.slice(slash + 1);
  const valid = /^\s*\+?[0-9]*$/.test(bits) && Number(bits) <= 8 * address.length;
  return { address, prefix: valid ? Number(bits) : 'invalid' };
}
