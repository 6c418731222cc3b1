/**
 * Plain values as lines of JSON in ASCII, a comma behind each. What JSON has no form for is a string whose first character says what it is:
 * `#0a01` bytes, `~12` a bigint, `!` the numbers JSON lacks and undefined; a string that begins with one of these or with `'` gets a `'` in
 * front. Properties that are undefined are left out.
 */
import { fromHex, toHex } from '../src/base/bytes.ts';

const BYTES = '#';
const BIGINT = '~';
const SPECIAL = '!';
const LITERAL = "'";
/** Of a character: whether it is one of the four. */
const isMark = (code: number): boolean =>
  code === 0x23 || code === 0x7e || code === 0x21 || code === 0x27;

const SPECIALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['!undefined', undefined],
  ['!NaN', Number.NaN],
  ['!Infinity', Number.POSITIVE_INFINITY],
  ['!-Infinity', Number.NEGATIVE_INFINITY],
  ['!-0', -0],
]);

/** What was read is not what `encodeLine` writes. */
export class DamagedText extends Error {
  override readonly name = 'DamagedText';
}

/** Runs `fn` on what was read: a failure in it means damage, unless a file operation failed. */
export function reading<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (error instanceof DamagedText || !(error instanceof Error) || 'code' in error) throw error;
    throw new DamagedText(error.message, { cause: error });
  }
}

function encodeNumber(value: number): number | string {
  if (Object.is(value, -0)) return '!-0';
  return Number.isFinite(value) ? value : `!${value}`;
}

// Loops rather than map and entries here and below: this runs for each value of each record.
function encodeArray(from: readonly unknown[]): unknown[] {
  const out = new Array<unknown>(from.length);
  for (let i = 0; i < from.length; i++) out[i] = encodeValue(from[i]);
  return out;
}

function encodeObject(from: object): Record<string, unknown> {
  // Plain data: its keys are its own.
  const record = from as Record<string, unknown>;
  const out: Record<string, unknown> = {};
  for (const key in record) {
    const value = record[key];
    if (key === '__proto__') throw new Error('cannot store a property named __proto__');
    if (value !== undefined) out[key] = encodeValue(value);
  }
  return out;
}

function encodeValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return isMark(value.charCodeAt(0)) ? LITERAL + value : value;
    case 'bigint':
      return `${BIGINT}${value}`;
    case 'number':
      return encodeNumber(value);
    case 'undefined':
      return '!undefined';
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      if (value instanceof Uint8Array) return BYTES + toHex(value);
      return Array.isArray(value) ? encodeArray(value) : encodeObject(value);
    default:
      throw new Error(`cannot store a ${typeof value}`);
  }
}

const escapeUnit = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** What ends a line: with the commas, lines are read as one list. */
const END = ',\n';

/** One line with its end. Throws when the value is not plain data. */
export function encodeLine(value: unknown): string {
  const text = JSON.stringify(encodeValue(value));
  return (/[^ -~]/.test(text) ? text.replace(/[^ -~]/g, escapeUnit) : text) + END;
}

/** The values of whole lines, still in their stored form; see `Decoder`. */
export function parseLines(text: string): unknown[] {
  if (text === '') return [];
  if (!text.endsWith(END)) throw new DamagedText('cut off in a line');
  try {
    return JSON.parse(`[${text.slice(0, -END.length)}]`);
  } catch {
    throw new DamagedText('not JSON');
  }
}

/** Gives stored values back their types. Equal byte strings are shared, as they are never changed in place. */
export class Decoder {
  readonly #bytes = new Map<string, Uint8Array>();

  /** Changes arrays and objects in place. */
  decode(value: unknown): unknown {
    if (typeof value === 'string') return this.#string(value);
    if (typeof value === 'object' && value !== null) this.#inside(value);
    return value;
  }

  #inside(value: object): void {
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) value[i] = this.decode(value[i]);
      return;
    }
    const record = value as Record<string, unknown>;
    for (const key in record) {
      if (key === '__proto__') throw new DamagedText('a property named __proto__');
      const field = record[key];
      if (typeof field === 'string') {
        if (isMark(field.charCodeAt(0))) record[key] = this.#string(field);
      } else if (typeof field === 'object' && field !== null) {
        this.#inside(field);
      }
    }
  }

  #string(text: string): unknown {
    switch (text.charAt(0)) {
      case BYTES:
        return this.#hex(text);
      case BIGINT:
        if (!/^~-?\d+$/.test(text)) throw new DamagedText('not a number');
        return BigInt(text.slice(1));
      case SPECIAL:
        if (!SPECIALS.has(text)) throw new DamagedText('unknown mark');
        return SPECIALS.get(text);
      case LITERAL:
        return text.slice(1);
      default:
        return text;
    }
  }

  #hex(text: string): Uint8Array {
    let bytes = this.#bytes.get(text);
    if (!bytes) {
      try {
        bytes = fromHex(text.slice(1));
      } catch {
        throw new DamagedText('not hex');
      }
      this.#bytes.set(text, bytes);
    }
    return bytes;
  }
}
