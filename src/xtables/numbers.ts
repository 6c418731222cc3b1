/** Numbers as xtables_strtoul reads them. */

export interface ParsedNumber {
  readonly value: bigint;
  /** What follows the digits. */
  readonly rest: string;
}

const DIGITS = {
  8: /^[0-7]+/,
  10: /^[0-9]+/,
  16: /^[0-9a-fA-F]+/,
} as const;

/** strtoumax with base 0: leading blanks, a plus sign, `0x` and octal `0`; no minus sign; undefined without digits. */
export function leadingNumber(text: string): ParsedNumber | undefined {
  const trimmed = text.replace(/^[ \t\n\v\f\r]+/, '').replace(/^\+/, '');
  let base: 8 | 10 | 16 = 10;
  let digits = trimmed;
  if (/^0[xX][0-9a-fA-F]/.test(trimmed)) {
    base = 16;
    digits = trimmed.slice(2);
  } else if (trimmed.startsWith('0')) {
    base = 8;
  }
  const match = DIGITS[base].exec(digits)?.[0];
  if (match === undefined) return undefined;
  const prefix = base === 16 ? '0x' : base === 8 ? '0o' : '';
  return { value: BigInt(prefix + match), rest: digits.slice(match.length) };
}

/** xtables_strtoul with an end pointer: undefined when there is no number or it lies outside. */
export function boundedNumber(text: string, min: bigint, max: bigint): ParsedNumber | undefined {
  const parsed = leadingNumber(text);
  return parsed && parsed.value >= min && parsed.value <= max ? parsed : undefined;
}

/** xtables_strtoul without one: the whole text has to be the number. */
export function wholeNumber(text: string, min: bigint, max: bigint): bigint | undefined {
  const parsed = boundedNumber(text, min, max);
  return parsed?.rest === '' ? parsed.value : undefined;
}

/** xtables_strtoui. */
export function wholeUint(text: string, min = 0, max = 0xffffffff): number | undefined {
  const value = wholeNumber(text, BigInt(min), BigInt(max));
  return value === undefined ? undefined : Number(value);
}
