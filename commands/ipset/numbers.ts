/** Numbers as strtoull with base 0 and sscanf read them. */

import type { ReportLevel } from './report.ts';
import type { Session } from './session.ts';

const U64 = 2n ** 64n;

/** strtoull(text, 0): undefined unless all of the text is a number; `overflow` when it needs more than 64 bits. */
function strtoull(
  text: string,
): { readonly value: bigint; readonly overflow: boolean } | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text);
  const digits = match?.[2];
  if (digits === undefined) return undefined;
  const octal = digits.length > 1 && /^0\d/.test(digits);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  if (value >= U64) return { value: U64 - 1n, overflow: true };
  return { value: match?.[1] === '-' ? BigInt.asUintN(64, -value) : value, overflow: false };
}

/** string_to_number_ll: a number within bounds, or undefined after a report. */
export function parseNumber(
  session: Session,
  text: string,
  max: bigint,
  level: ReportLevel = 'error',
): bigint | undefined {
  const number = strtoull(text);
  if (number && !number.overflow && number.value <= max) return number.value;
  session.say(
    level,
    number
      ? `Syntax error: '${text}' is out of range 0-${max}`
      : `Syntax error: '${text}' is invalid as number`,
  );
  return undefined;
}

/** A number that must be one: the line is refused otherwise. */
export function requireNumber(session: Session, text: string, max: number): number {
  const number = parseNumber(session, text, BigInt(max));
  if (number === undefined) throw session.refused();
  return Number(number);
}

/** string_to_cidr: read as a byte, then held to its own bounds. */
export function requirePrefix(session: Session, text: string, min: number, max: number): number {
  const prefix = requireNumber(session, text, 255);
  if (prefix < min || prefix > max)
    throw session.error(`Syntax error: '${text}' is out of range ${min}-${max}`);
  return prefix;
}

/** What `%lx` and `%x` of sscanf read: optional blanks, sign and 0x. */
export interface Scanned {
  readonly value: bigint;
  readonly rest: string;
}

export function scanHex(text: string, bits: number): Scanned | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?)(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+)/.exec(text);
  const digits = match?.[2];
  if (!match || digits === undefined) return undefined;
  const read = BigInt(`0x${digits}`);
  const limited = read >= U64 ? U64 - 1n : read;
  const value = BigInt.asUintN(bits, match[1] === '-' && read < U64 ? -limited : limited);
  return { value, rest: text.slice(match[0].length) };
}
