/** getopt_long of glibc: short and long options, abbreviations, words that are no options wherever they stand. */

export interface LongOption {
  readonly name: string;
  readonly argument: 'none' | 'required' | 'optional';
  /** What `next` returns for it: the letter of the short form, or a name of its own. */
  readonly value: string;
}

export type Parsed =
  | { readonly kind: 'option'; readonly value: string; readonly argument: string | undefined }
  | { readonly kind: 'unknown'; readonly word: string }
  | { readonly kind: 'missing'; readonly word: string }
  | { readonly kind: 'end' };

/** A reader over the words of a command line; `words[0]` is the program's name. */
export class OptionReader {
  readonly #words: readonly string[];
  /** Short options as in optstring: a letter, `:` for an argument, `::` for an optional one. */
  readonly #short: ReadonlyMap<string, LongOption['argument']>;
  #long: readonly LongOption[];
  /** optind. */
  #next = 1;
  /** The rest of a cluster of short options. */
  #cluster = '';
  #ended = false;

  constructor(words: readonly string[], optstring: string, long: readonly LongOption[]) {
    this.#words = words;
    this.#short = readOptstring(optstring);
    this.#long = long;
  }

  /** Knows more long options from now on. */
  add(long: readonly LongOption[]): void {
    this.#long = [...this.#long, ...long];
  }

  /** Takes the next word as an argument when it looks like none of an option (the tool's own optional arguments). */
  optionalWord(): string | undefined {
    const word = this.#words[this.#next];
    if (word === undefined || word.startsWith('-') || word.startsWith('!')) return undefined;
    this.#next++;
    return word;
  }

  next(): Parsed {
    if (this.#cluster !== '') return this.#short1();
    while (!this.#ended && this.#next < this.#words.length) {
      const word = this.#words[this.#next] ?? '';
      if (word === '--') {
        this.#ended = true;
      } else if (word.startsWith('--')) {
        this.#next++;
        return this.#longOption(word);
      } else if (word.startsWith('-') && word !== '-') {
        this.#cluster = word.slice(1);
        return this.#short1();
      } else {
        this.#next++;
      }
    }
    return { kind: 'end' };
  }

  /** argv[optind - 1], which error messages name. */
  #last(): string {
    return this.#words[this.#next - 1] ?? '';
  }

  #short1(): Parsed {
    const letter = this.#cluster[0] ?? '';
    const rest = this.#cluster.slice(1);
    this.#cluster = rest;
    if (rest === '') this.#next++;
    const argument = this.#short.get(letter);
    if (argument === undefined) return { kind: 'unknown', word: this.#last() };
    if (argument === 'none') return { kind: 'option', value: letter, argument: undefined };
    if (rest !== '') {
      this.#cluster = '';
      this.#next++;
      return { kind: 'option', value: letter, argument: rest };
    }
    return this.#withArgument(letter, argument);
  }

  #withArgument(value: string, argument: 'required' | 'optional'): Parsed {
    if (argument === 'optional') return { kind: 'option', value, argument: undefined };
    if (this.#next >= this.#words.length) return { kind: 'missing', word: this.#last() };
    return { kind: 'option', value, argument: this.#words[this.#next++] };
  }

  #longOption(word: string): Parsed {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const given = equals < 0 ? undefined : word.slice(equals + 1);
    const option = this.#lookUp(name);
    if (!option || (given !== undefined && option.argument === 'none')) {
      return { kind: 'unknown', word };
    }
    const { value, argument } = option;
    if (given !== undefined) return { kind: 'option', value, argument: given };
    if (argument === 'none') return { kind: 'option', value, argument: undefined };
    return this.#withArgument(value, argument);
  }

  /** Exact, or the only one that begins so; several that mean the same are one. */
  #lookUp(name: string): LongOption | undefined {
    const exact = this.#long.find((option) => option.name === name);
    if (exact) return exact;
    const [first, ...others] = this.#long.filter((option) => option.name.startsWith(name));
    const same = others.every(
      (other) => other.value === first?.value && other.argument === first.argument,
    );
    return same ? first : undefined;
  }
}

function readOptstring(optstring: string): ReadonlyMap<string, LongOption['argument']> {
  const out = new Map<string, LongOption['argument']>();
  for (let i = 0; i < optstring.length; i++) {
    const letter = optstring[i] ?? '';
    let colons = 0;
    while (optstring[i + 1] === ':') {
      colons++;
      i++;
    }
    out.set(letter, colons === 0 ? 'none' : colons === 1 ? 'required' : 'optional');
  }
  return out;
}
