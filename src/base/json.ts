/**
 * JSON with exact integers: whole numbers are bigint, others number. Objects are Maps, so that no key of the input is
 * special. Written as jansson and Python write it by default: `", "` and `": "` between.
 */

export type JsonObject = ReadonlyMap<string, Json>;
export type Json = null | boolean | bigint | number | string | readonly Json[] | JsonObject;

export const isObject = (json: Json | undefined): json is JsonObject => json instanceof Map;
export const isArray = (json: Json | undefined): json is readonly Json[] => Array.isArray(json);

/** An object of what is not undefined, in the order given. */
export function object(members: { readonly [key: string]: Json | undefined }): JsonObject {
  const out = new Map<string, Json>();
  for (const [key, value] of Object.entries(members)) if (value !== undefined) out.set(key, value);
  return out;
}

const ESCAPES = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

const writeString = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what has to be escaped.
  `"${text.replace(/["\\\u0000-\u001f]/g, (c) => ESCAPES.get(c) ?? `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)}"`;

export function writeJson(json: Json): string {
  if (typeof json === 'string') return writeString(json);
  if (isArray(json)) return `[${json.map(writeJson).join(', ')}]`;
  if (isObject(json))
    return `{${[...json].map(([key, value]) => `${writeString(key)}: ${writeJson(value)}`).join(', ')}}`;
  return String(json);
}

/** Text that is not JSON; `at` is the place of the offending character in it. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Arrays and objects may lie this deep in each other (jansson's limit). */
const MAX_DEPTH = 2048;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const BLANK = /[ \t\n\r]*/y;
const HEX4 = /^[0-9a-fA-F]{4}$/;
const MAX = (1n << 63n) - 1n;
const WORDS = new Map<string, Json>([
  ['null', null],
  ['true', true],
  ['false', false],
]);
const UNESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

class Reader {
  readonly text: string;
  at = 0;
  constructor(text: string) {
    this.text = text;
  }

  fail(message: string): never {
    throw new JsonError(message, this.at);
  }

  blank(): void {
    BLANK.lastIndex = this.at;
    BLANK.exec(this.text);
    this.at = BLANK.lastIndex;
  }

  /** Takes the character if it comes next. */
  take(char: string): boolean {
    this.blank();
    if (this.text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) this.fail('maximum parsing depth reached');
    if (this.take('{')) return this.#object(depth);
    if (this.take('[')) return this.#array(depth);
    if (this.text[this.at] === '"') return this.#string();
    for (const [word, json] of WORDS)
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return json;
      }
    return this.#number();
  }

  #object(depth: number): JsonObject {
    const out = new Map<string, Json>();
    if (this.take('}')) return out;
    do {
      this.blank();
      if (this.text[this.at] !== '"') this.fail("string or '}' expected");
      const key = this.#string();
      if (!this.take(':')) this.fail("':' expected");
      out.set(key, this.value(depth + 1));
    } while (this.take(','));
    if (!this.take('}')) this.fail("'}' expected");
    return out;
  }

  #array(depth: number): readonly Json[] {
    const out: Json[] = [];
    if (this.take(']')) return out;
    do out.push(this.value(depth + 1));
    while (this.take(','));
    if (!this.take(']')) this.fail("']' expected");
    return out;
  }

  #number(): bigint | number {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (!found) this.fail('invalid token');
    const [text, fraction, exponent] = found;
    this.at += text.length;
    if (fraction !== undefined || exponent !== undefined) {
      const real = Number(text);
      return Number.isFinite(real) ? real : this.fail('real number overflow');
    }
    // Longer ones are out of range, whatever their digits: those need no reading.
    const value = text.length > 20 ? MAX + 1n : BigInt(text);
    if (value > MAX || value < -MAX - 1n) this.fail('too big integer');
    return value;
  }

  #string(): string {
    let out = '';
    for (let from = ++this.at; ; ) {
      const char = this.text[this.at];
      if (char === undefined || char < ' ') this.fail('control character or end in a string');
      if (char !== '"' && char !== '\\') {
        this.at += 1;
        continue;
      }
      out += this.text.slice(from, this.at);
      this.at += 1;
      if (char === '"') return out;
      out += this.#escape();
      from = this.at;
    }
  }

  #escape(): string {
    const char = this.text[this.at] ?? '';
    const plain = UNESCAPES.get(char);
    const hex = this.text.slice(this.at + 1, this.at + 5);
    if (plain === undefined && !(char === 'u' && HEX4.test(hex))) this.fail('invalid escape');
    this.at += plain === undefined ? 5 : 1;
    return plain ?? String.fromCharCode(Number.parseInt(hex, 16));
  }
}

/** Reads one value; throws JsonError. Nothing may follow it but blanks. */
export function readJson(text: string): Json {
  const reader = new Reader(text);
  const json = reader.value(1);
  reader.blank();
  if (reader.at < text.length) reader.fail('end of file expected');
  return json;
}
