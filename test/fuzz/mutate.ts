/** Arguments and texts made from recorded ones by small changes. */
import fc from 'fast-check';
import type { Seeds } from './seeds.ts';

/** Words no recording has: limits, odd characters, names that objects have in JavaScript. */
const ODD_WORDS = [
  ...['', ' ', '-', '--', '!', ',', ':', '/', '0', '-1', '1', '65536', '4294967295', '4294967296'],
  ...['18446744073709551615', '99999999999999999999999', '0x', '0xffffffff', '1e3', '1.5', '+1'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'x'.repeat(300), 'ü', '\u{1f600}'],
  ...[
    '::',
    '::1/129',
    '0.0.0.0/33',
    '1.2.3',
    '255.255.255.255',
    'a:b:c',
    '\t',
    '\n',
    '"',
    "'",
    '\\',
  ],
];

const ACTIONS = ['drop', 'double', 'swap', 'replace', 'insert', 'glue', 'cut', 'negate'] as const;

interface Change {
  readonly action: (typeof ACTIONS)[number];
  readonly at: number;
  readonly word: string;
}

function changes(words: readonly string[], maxLength: number): fc.Arbitrary<readonly Change[]> {
  const word = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...words) },
    { weight: 2, arbitrary: fc.constantFrom(...ODD_WORDS) },
    { weight: 1, arbitrary: fc.nat({ max: 70_000 }).map(String) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  );
  const change = fc.record({ action: fc.constantFrom(...ACTIONS), at: fc.nat(200), word });
  return fc.array(change, { maxLength });
}

/** The words after the changes; `at` counts round and round. */
function applyChanges(words: readonly string[], changes: readonly Change[]): readonly string[] {
  const out = [...words];
  for (const { action, at, word } of changes) {
    const i = out.length === 0 ? 0 : at % out.length;
    const here = out[i] ?? '';
    if (action === 'insert') out.splice(at % (out.length + 1), 0, word);
    else if (out.length === 0) continue;
    else out.splice(i, action === 'swap' ? 2 : 1, ...CHANGED[action](here, word, out[i + 1]));
  }
  return out;
}

type Changed = (here: string, word: string, next: string | undefined) => readonly string[];

const CHANGED: { readonly [A in Exclude<Change['action'], 'insert'>]: Changed } = {
  drop: () => [],
  double: (here) => [here, here],
  swap: (here, _, next) => (next === undefined ? [here] : [next, here]),
  replace: (_, word) => [word],
  glue: (here, word) => [`${here}${word}`],
  cut: (here) => [here.slice(0, here.length >> 1)],
  negate: (here) => ['!', here],
};

/** Arguments for a tool: recorded ones, up to three places changed. Some are as they were, so that there is something to act on. */
export function argvFrom({ calls, words }: Seeds): fc.Arbitrary<readonly string[]> {
  return fc
    .tuple(fc.constantFrom(...calls), changes(words, 3))
    .map(([call, all]) => applyChanges(call, all));
}

const PIECE = /\n|[^\S\n]+|[^\s]+/g;

/** A text like the recorded ones: pieces of some lines changed, lines lost, doubled and moved. */
export function textFrom(texts: readonly string[]): fc.Arbitrary<string> {
  const pool = [...new Set(texts.flatMap((text) => text.match(PIECE) ?? []))];
  return fc
    .tuple(fc.constantFrom(...texts), changes(pool, 4), changes(texts.flatMap(splitLines), 2))
    .map(([text, pieces, lines]) => {
      const changedLines = applyChanges(splitLines(text), lines).join('\n');
      return applyChanges(changedLines.match(PIECE) ?? [], pieces).join('');
    });
}

const splitLines = (text: string): readonly string[] => text.split('\n');
