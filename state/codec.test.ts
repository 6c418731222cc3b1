import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedText, Decoder, encodeLine, parseLines } from './codec.ts';

const decodeLine = (line: string): unknown => new Decoder().decode(parseLines(line)[0]);

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('#', "'", '~1', '!NaN', "'#", '\n', '\ud800', 'constructor', ''),
);
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double(),
    fc.integer(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined, -0),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      tie('value').filter((value) => value !== undefined),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

test('every plain value comes back as it was, from one ASCII line', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const line = encodeLine(value);
      expect(line).toMatch(/^[ -~]*,\n$/);
      deepStrictEqual(decodeLine(line), value);
    }),
    { numRuns: 500 },
  );
});

test('undefined properties are left out', () => {
  expect(encodeLine({ a: undefined, b: [undefined] })).toBe('{"b":["!undefined"]},\n');
});

test('values without a stored form are refused', () => {
  expect(() => encodeLine({ f: () => 1 })).toThrow('cannot store a function');
  expect(() => encodeLine(JSON.parse('{"__proto__":1}'))).toThrow('__proto__');
});

test.each([
  '{"a":{"__proto__":{"x":1}}}',
  '"#0"',
  '"#zz"',
  '"~"',
  '"~1.5"',
  '"~0x10"',
  '"!nan"',
  '{"a"',
  '\0\0',
])('%j is damaged', (line) => {
  expect(() => decodeLine(`${line},\n`)).toThrow(DamagedText);
});

test('a cut line is damaged', () => {
  expect(() => parseLines('[1],\n[2]')).toThrow(DamagedText);
});
