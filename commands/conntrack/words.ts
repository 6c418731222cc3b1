/** Words an option takes a list of: status bits, events, output forms. */
import { STATUS_BITS } from '../../src/kernel/conntrack/status.ts';
import { parameterProblem } from './errors.ts';
import type { EventKind, OutputFlag } from './template.ts';

/** Hardware offload is a bit of its own, which no emulated entry has. */
const HW_OFFLOAD = 0x8000;

type Words<T> = readonly (readonly [word: string, meaning: T])[];

const STATUS_WORDS: Words<number> = [
  ['ASSURED', STATUS_BITS.ASSURED],
  ['SEEN_REPLY', STATUS_BITS.SEEN_REPLY],
  ['UNSET', 0],
  ['FIXED_TIMEOUT', STATUS_BITS.FIXED_TIMEOUT],
  ['EXPECTED', STATUS_BITS.EXPECTED],
  ['OFFLOAD', STATUS_BITS.OFFLOAD],
  ['HW_OFFLOAD', HW_OFFLOAD],
];
const EVENT_WORDS: Words<readonly EventKind[]> = [
  ['ALL', ['new', 'update', 'destroy']],
  ['NEW', ['new']],
  ['UPDATES', ['update']],
  ['DESTROY', ['destroy']],
];
const OUTPUT_WORDS: Words<OutputFlag | undefined> = [
  ['xml', 'xml'],
  ['extended', 'extended'],
  ['timestamp', 'timestamp'],
  ['id', 'id'],
  ['ktimestamp', 'ktimestamp'],
  ['labels', 'labels'],
  ['userspace', undefined],
  ['save', 'save'],
];

const begins = (word: string, start: string): boolean =>
  word.toLowerCase().startsWith(start.toLowerCase());

/** NAT's status bits are not looked for this way; the words are taken, with a warning, wherever a list stands. */
const NAT_WORDS = [
  ['SRC_NAT', 'src-nat'],
  ['DST_NAT', 'dst-nat'],
] as const;

function find<T>(
  table: Words<T>,
  text: string,
  warn: (line: string) => void,
): [T] | 'nat' | undefined {
  for (const [word, option] of NAT_WORDS) {
    if (!begins(word, text)) continue;
    warn(`WARNING: ignoring ${word}, use --${option} instead`);
    return 'nat';
  }
  const found = table.find(([word]) => begins(word, text));
  return found && [found[1]];
}

const bad = (rest: string) => parameterProblem(`Bad parameter \`${rest}'`);

/** The list's words with the text from each on, which messages quote. */
function* split(list: string): Generator<{ word: string; rest: string }> {
  let at = 0;
  while (true) {
    const comma = list.indexOf(',', at);
    yield { word: list.slice(at, comma < 0 ? undefined : comma), rest: list.slice(at) };
    if (comma < 0) return;
    at = comma + 1;
  }
}

function meanings<T>(table: Words<T>, list: string, warn: (line: string) => void): T[] {
  const out: T[] = [];
  for (const { word, rest } of split(list)) {
    const found = word === '' ? undefined : find(table, word, warn);
    if (!found) throw bad(rest);
    if (found !== 'nat') out.push(...found);
  }
  return out;
}

export const readEvents = (list: string, warn: (line: string) => void): readonly EventKind[] =>
  meanings(EVENT_WORDS, list, warn).flat();

export const readOutput = (list: string, warn: (line: string) => void): readonly OutputFlag[] =>
  meanings(OUTPUT_WORDS, list, warn).filter((flag) => flag !== undefined);

/** -u: bits that must be set, and those `!` and UNREPLIED ask to be clear. */
export function readStatus(
  list: string,
  warn: (line: string) => void,
): { set: number; clear: number } {
  let set = 0;
  let clear = 0;
  for (const { word, rest } of split(list)) {
    const negated = word.startsWith('!');
    const name = negated ? word.slice(1) : word;
    const quoted = negated ? rest.slice(1) : rest;
    if (!negated && name.startsWith('UNREPLIED')) {
      clear |= STATUS_BITS.SEEN_REPLY;
      continue;
    }
    const found = name === '' ? undefined : find(STATUS_WORDS, name, warn);
    if (!found) throw bad(quoted);
    if (found === 'nat') continue;
    if (negated) clear |= found[0];
    else set |= found[0];
  }
  return { set, clear };
}
