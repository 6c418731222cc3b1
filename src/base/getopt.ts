/**
 * getopt_long of glibc, silent (`opterr` 0), for tools whose optstring may begin with `-` (words that are no options are
 * reported in order) and `:` (a missing argument is told from an unknown option). Long options may change between calls.
 */

export type HasArg = 'no' | 'required' | 'optional';

export interface LongOption {
  readonly name: string;
  readonly arg: HasArg;
  /** What is reported; two spellings of one option have equal values, so that a prefix of both is not ambiguous. */
  readonly value: string;
}

export type Parsed =
  /** A short option's letter or a long option's value. */
  | { readonly kind: 'option'; readonly value: string; readonly arg?: string }
  | { readonly kind: 'word'; readonly word: string }
  /** `letter` for a short option, and for a long one that takes no argument but got one, its value. */
  | { readonly kind: 'unknown'; readonly letter?: string }
  | { readonly kind: 'missing argument' };

/** Short options by optstring: a program has few, and parses thousands of lines with them. */
const known = new Map<string, ReadonlyMap<string, HasArg>>();

function shortOptions(optstring: string): ReadonlyMap<string, HasArg> {
  let short = known.get(optstring);
  if (!short) {
    const letters = optstring.replace(/^[-+]?:?/, '').matchAll(/([^:])(:{0,2})/g);
    short = new Map(
      Array.from(letters, ([, letter = '', colons]) => [
        letter,
        colons === '::' ? 'optional' : colons === ':' ? 'required' : 'no',
      ]),
    );
    known.set(optstring, short);
  }
  return short;
}

export class Getopt {
  readonly #argv: readonly string[];
  readonly #short: ReadonlyMap<string, HasArg>;
  readonly #inOrder: boolean;
  readonly #stopAtWord: boolean;
  readonly #passed: string[] = [];
  /** The rest of a cluster of short options. */
  #cluster = '';
  /** Index of the next word. */
  optind = 0;

  constructor(argv: readonly string[], optstring: string) {
    this.#argv = argv;
    this.#inOrder = optstring.startsWith('-');
    this.#stopAtWord = optstring.startsWith('+');
    this.#short = shortOptions(optstring);
  }

  /** After the last option: the words that are none, wherever they stood. */
  get operands(): readonly string[] {
    return [...this.#passed, ...this.#argv.slice(this.optind)];
  }

  /** The word before the next one: what error messages quote. */
  get lastWord(): string {
    return this.#argv[this.optind - 1] ?? '';
  }

  /** Starts again at the word just read, after long options were added. */
  rereadLast(): void {
    this.optind -= 1;
  }

  /** The next option or word; undefined at the end, or after `--`. Words after the end are left from `optind` on. */
  next(long: readonly LongOption[]): Parsed | undefined {
    if (this.#cluster !== '') return this.#letter();
    let word = this.#argv[this.optind];
    while (word !== undefined && word !== '--' && (word === '-' || !word.startsWith('-'))) {
      if (this.#stopAtWord) return undefined;
      this.optind += 1;
      if (this.#inOrder) return { kind: 'word', word };
      this.#passed.push(word);
      word = this.#argv[this.optind];
    }
    if (word === undefined) return undefined;
    this.optind += 1;
    if (word === '--') return undefined;
    if (word.startsWith('--')) return this.#long(word.slice(2), long);
    this.#cluster = word.slice(1);
    return this.#letter();
  }

  #letter(): Parsed {
    const letter = this.#cluster.slice(0, 1);
    const rest = this.#cluster.slice(1);
    const arg = letter === ':' || letter === ';' ? undefined : this.#short.get(letter);
    if (arg === undefined) {
      this.#cluster = rest;
      return { kind: 'unknown', letter };
    }
    if (arg === 'no') {
      this.#cluster = rest;
      return { kind: 'option', value: letter };
    }
    this.#cluster = '';
    if (rest !== '') return { kind: 'option', value: letter, arg: rest };
    if (arg === 'optional') return { kind: 'option', value: letter };
    return this.#withArgument(letter);
  }

  #withArgument(value: string): Parsed {
    const arg = this.#argv[this.optind];
    if (arg === undefined) return { kind: 'missing argument' };
    this.optind += 1;
    return { kind: 'option', value, arg };
  }

  #long(text: string, long: readonly LongOption[]): Parsed {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const option = findLong(name, long);
    if (!option) return { kind: 'unknown' };
    if (equals >= 0) {
      if (option.arg === 'no') return { kind: 'unknown', letter: option.value };
      return { kind: 'option', value: option.value, arg: text.slice(equals + 1) };
    }
    if (option.arg === 'required') return this.#withArgument(option.value);
    return { kind: 'option', value: option.value };
  }
}

/** An exact name, else the only one (or several that mean the same) that begins so. */
function findLong(name: string, long: readonly LongOption[]): LongOption | undefined {
  let found: LongOption | undefined;
  let ambiguous = false;
  for (const option of long) {
    if (!option.name.startsWith(name)) continue;
    if (option.name === name) return option;
    if (!found) found = option;
    else if (found.value !== option.value || found.arg !== option.arg) ambiguous = true;
  }
  return ambiguous ? undefined : found;
}
