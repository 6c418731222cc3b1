import { readUint } from '../../base/bytes.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { boundedNumber } from '../numbers.ts';

const OPERATORS = ['&', '<<', '>>', '@'] as const;
type Operator = (typeof OPERATORS)[number];

/** Where a value is taken from: a start, then operations on it. */
interface U32Test {
  readonly start: number;
  readonly steps: readonly { readonly op: Operator; readonly number: number }[];
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
}

interface U32Info {
  readonly tests: readonly U32Test[];
  readonly invert: boolean;
}

/** XT_U32_MAXSIZE. */
const MAX = 10;
const BLANK = /[ \t\n\v\f\r]/;

/** Reads a program character by character, so that messages can say where. */
class Reader {
  private at = 0;
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  get peek(): string {
    return this.text[this.at] ?? '';
  }
  fail(what: string): never {
    return parameterProblem(`u32: at char ${this.at}: ${what}`);
  }
  skipBlanks(): void {
    while (BLANK.test(this.peek)) this.at++;
  }
  advance(): void {
    this.at++;
  }
  /** The second of a doubled character; the first is at the reading position. */
  second(sign: string): void {
    this.at++;
    if (this.peek !== sign) this.fail(`a second '${sign}' was expected`);
  }
  number(): number {
    const read = boundedNumber(this.text.slice(this.at), 0n, 0xffffffffn);
    if (!read) return this.fail('not a number or out of range');
    this.at = this.text.length - read.rest.length;
    return Number(read.value);
  }
}

interface Draft {
  numbers: number[];
  ops: Operator[];
  ranges: { from: number; to: number }[];
}

function readOperator(reader: Reader): Operator {
  const sign = reader.peek;
  if (sign === '<' || sign === '>') reader.second(sign);
  else if (sign !== '&' && sign !== '@') reader.fail('operator expected');
  reader.advance();
  return sign === '<' ? '<<' : sign === '>' ? '>>' : sign === '@' ? '@' : '&';
}

/** One step within a location; true when `=` ended it. */
function readLocation(reader: Reader, draft: Draft): boolean {
  if (reader.peek === '=') {
    if (draft.numbers.length === 0) reader.fail('location spec missing');
    reader.advance();
    return true;
  }
  if (draft.numbers.length > 0) {
    draft.ops.push(readOperator(reader));
    reader.skipBlanks();
  }
  draft.numbers.push(reader.number());
  if (draft.numbers.length > MAX) reader.fail('too many operators');
  return false;
}

/** One step within the values; true when `&&` ended them. */
function readValues(reader: Reader, draft: Draft, tests: readonly U32Test[]): boolean {
  if (reader.peek === '&') {
    reader.second('&');
    if (draft.ranges.length === 0) reader.fail('value spec missing');
    if (tests.length + 1 > MAX) reader.fail('too many "&&"s');
    reader.advance();
    return true;
  }
  if (draft.ranges.length > 0) {
    if (reader.peek !== ',') reader.fail('expected "," or "&&"');
    reader.advance();
    reader.skipBlanks();
  }
  const from = reader.number();
  let to = from;
  reader.skipBlanks();
  if (reader.peek === ':') {
    reader.advance();
    reader.skipBlanks();
    to = reader.number();
  }
  draft.ranges.push({ from, to });
  if (draft.ranges.length > MAX) reader.fail('too many ","s');
  return false;
}

function finish({ numbers, ops, ranges }: Draft): U32Test {
  const [start = 0, ...rest] = numbers;
  return { start, steps: rest.map((number, i) => ({ op: ops[i] ?? '&', number })), ranges };
}

function readProgram(text: string): readonly U32Test[] {
  const reader = new Reader(text);
  const tests: U32Test[] = [];
  let draft: Draft = { numbers: [], ops: [], ranges: [] };
  let values = false;
  for (;;) {
    reader.skipBlanks();
    if (reader.peek === '') break;
    if (!values) {
      values = readLocation(reader, draft);
    } else if (readValues(reader, draft, tests)) {
      tests.push(finish(draft));
      draft = { numbers: [], ops: [], ranges: [] };
      values = false;
    }
  }
  if (!values) parameterProblem('u32: abrupt end of input after location specifier');
  if (draft.ranges.length === 0) parameterProblem('u32: test ended with no value specified');
  return [...tests, finish(draft)];
}

const hex = (n: number): string => `0x${n.toString(16)}`;

const show = ({ start, steps, ranges }: U32Test): string =>
  `${hex(start)}${steps.map(({ op, number }) => op + hex(number)).join('')}=${ranges
    .map(({ from, to }) => (from === to ? hex(from) : `${hex(from)}:${hex(to)}`))
    .join(',')}`;

const program = ({ tests }: U32Info): string => `"${tests.map(show).join('&&')}"`;

/** The value a test looks at (u32_match_it); undefined when it lies outside the packet. */
function valueAt({ start, steps }: U32Test, data: Uint8Array): number | undefined {
  const load = (at: number) => (at + 4 > data.length ? undefined : readUint(data, at, 4));
  let base = 0;
  let value = load(start);
  for (const { op, number } of steps) {
    if (value === undefined) return undefined;
    if (op === '&') value = (value & number) >>> 0;
    else if (op === '<<') value = (value << number) >>> 0;
    else if (op === '>>') value = value >>> number;
    else {
      base += value;
      value = load(base + number);
    }
  }
  return value;
}

export const u32 = defineMatch({
  name: 'u32',
  options: { u32: { type: 'string', required: true, invertible: true, read: readProgram } },
  help: `[!] --u32 "LOCATION=VALUES[&&LOCATION=VALUES...]"
LOCATION  byte offset of four bytes, then operations: &MASK <<BITS >>BITS @OFFSET
VALUES    VALUE or FROM:TO, comma-separated`,
  parse: ({ u32: { value, invert } }): U32Info => ({ tests: value, invert }),
  print: (info) => `u32 ${info.invert ? '! ' : ''}${program(info)}`,
  save: (info) => `${info.invert ? '! ' : ''}--u32 ${program(info)}`,
  test({ tests, invert }, { packet }) {
    const all = tests.every((test) => {
      const value = valueAt(test, packet.data);
      return (
        value !== undefined && test.ranges.some(({ from, to }) => value >= from && value <= to)
      );
    });
    return all !== invert;
  },
});
