/** Sorts packet words into options with a value, switches, and words that stand by themselves. */
import yargsParser from 'yargs-parser/browser';
import { TCP_FLAG } from './tcp.ts';
import { PacketWordsError } from './word-values.ts';

/** Words with a value, and other names for them; the one-letter names are iptables'. */
const VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  ['from', ['src', 'source', 'saddr', 's']],
  ['to', ['dst', 'destination', 'daddr', 'd']],
  ['in', ['iif', 'in-interface', 'i']],
  ['out', ['oif', 'out-interface', 'o']],
  ['protocol', ['proto', 'p']],
  ['sport', ['source-port']],
  ['dport', ['destination-port']],
  ['flags', ['tcp-flags']],
  ['seq', []],
  ['acknum', []],
  ['type', ['icmp-type', 'icmpv6-type']],
  ['code', []],
  ['id', []],
  ['ttl', ['hoplimit']],
  ['tos', []],
  ['dscp', []],
  ['payload', []],
  ['length', ['len']],
  ['uid', []],
  ['gid', []],
  ['mark', []],
]);
const SWITCHES: readonly string[] = Object.keys(TCP_FLAG);
const WITH_VALUE: ReadonlySet<string> = new Set(
  [...VALUES].flatMap(([name, others]) => [name, ...others.filter((other) => other.length > 1)]),
);

/** Every word that means something. */
export const WORD_NAMES: readonly string[] = [...SWITCHES, ...WITH_VALUE];

export interface Options {
  /** By the word's first name. */
  readonly values: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
  readonly rest: readonly string[];
}

/** Throws PacketWordsError for a word twice, or without its value. */
export function readOptions(words: readonly string[]): Options {
  const { argv, error } = yargsParser.detailed(withDashes(words), {
    alias: Object.fromEntries([...VALUES].map(([name, others]) => [name, [...others]])),
    string: [...VALUES.keys(), '_'],
    boolean: [...SWITCHES],
    narg: Object.fromEntries([...VALUES.keys()].map((name) => [name, 1])),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'nargs-eats-options': true,
      'parse-positional-numbers': false,
      'short-option-groups': false,
      'strip-aliased': true,
      'unknown-options-as-args': true,
    },
  });
  if (error) throw new PacketWordsError(wordFault(error.message));
  const values = new Map<string, string>();
  for (const name of VALUES.keys()) {
    const value: unknown = argv[name];
    if (value === undefined) continue;
    if (Array.isArray(value)) throw new PacketWordsError(`${name} is given twice`);
    if (value === '') throw new PacketWordsError(`${name} needs a value`);
    values.set(name, String(value));
  }
  const switches = new Set(SWITCHES.filter((name) => argv[name] !== undefined));
  return { values, switches, rest: argv._.map(String) };
}

/** Bare words as options, so that there is one form; the value of a word stays as it is. */
function withDashes(words: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!WITH_VALUE.has(word) && !SWITCHES.includes(word)) {
      out.push(word);
      const name = word.replace(/^--?/, '');
      // The value of an option may be a word, too: `--payload syn`.
      if (name === word || !takesValue(name)) continue;
    } else {
      out.push(`--${word}`);
      if (!WITH_VALUE.has(word)) continue;
    }
    i += 1;
    if (i < words.length) out.push(words[i] ?? '');
  }
  return out;
}

const takesValue = (name: string): boolean =>
  WITH_VALUE.has(name) || [...VALUES.values()].some((others) => others.includes(name));

/** `Not enough arguments following: in` in our words. */
function wordFault(message: string): string {
  const name = /following: (\S+)/.exec(message)?.[1] ?? '';
  const first = [...VALUES].find(([each, others]) => each === name || others.includes(name))?.[0];
  return first === undefined ? message : `${first} needs a value`;
}
