/** Option reading as popt does it: long names in full, bundled letters, arguments attached, after `=` or as the next word. */

export interface PoptOption<T extends string> {
  readonly tag: T;
  readonly long?: string;
  readonly short?: string;
  /** `optional`: the next word unless it begins with a dash. */
  readonly argument?: 'required' | 'optional';
}

export type PoptResult<T extends string> =
  | { readonly kind: 'option'; readonly tag: T; readonly argument: string | undefined }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly message: string };

const UNKNOWN = 'unknown option';
const MISSING = 'missing argument';
const UNWANTED = 'option does not take an argument';

export class PoptReader<T extends string> {
  readonly #table: readonly PoptOption<T>[];
  readonly #words: readonly string[];
  #next = 0;
  /** What is left of a word of bundled letters. */
  #letters = '';
  #onlyArguments = false;
  readonly #arguments: string[] = [];

  constructor(table: readonly PoptOption<T>[], words: readonly string[]) {
    this.#table = table;
    this.#words = words;
  }

  /** The word read last, as poptBadOption gives it. */
  get word(): string {
    return this.#words[this.#next - 1] ?? '';
  }

  /** Words that are no options, in order; complete once `next` gave `end`. */
  get arguments(): readonly string[] {
    return this.#arguments;
  }

  next(): PoptResult<T> {
    if (this.#letters !== '') return this.#readLetter();
    while (this.#next < this.#words.length) {
      const word = this.#words[this.#next++] ?? '';
      if (this.#onlyArguments || !word.startsWith('-') || word === '-') this.#arguments.push(word);
      else if (word === '--') this.#onlyArguments = true;
      else if (word.startsWith('--')) return this.#readLong(word.slice(2));
      else {
        this.#letters = word.slice(1);
        return this.#readLetter();
      }
    }
    return { kind: 'end' };
  }

  #error(message: string): PoptResult<T> {
    return { kind: 'error', message: `${this.word}: ${message}` };
  }

  #readLong(text: string): PoptResult<T> {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const option = this.#table.find(({ long }) => long === name);
    if (!option) return this.#error(UNKNOWN);
    return this.#finish(option, equals < 0 ? undefined : text.slice(equals + 1));
  }

  #readLetter(): PoptResult<T> {
    const letter = this.#letters.slice(0, 1);
    const rest = this.#letters.slice(1);
    this.#letters = '';
    const option = this.#table.find(({ short }) => short === letter);
    if (!option) return this.#error(UNKNOWN);
    if (option.argument) {
      return this.#finish(option, rest === '' ? undefined : rest.replace(/^=/, ''));
    }
    if (rest.startsWith('=')) return this.#error(UNWANTED);
    this.#letters = rest;
    return { kind: 'option', tag: option.tag, argument: undefined };
  }

  #finish({ tag, argument: wanted }: PoptOption<T>, attached: string | undefined): PoptResult<T> {
    if (!wanted && attached !== undefined) return this.#error(UNWANTED);
    if (!wanted || attached !== undefined) return { kind: 'option', tag, argument: attached };
    const next = this.#words[this.#next];
    if (wanted === 'optional' && (next === undefined || next.startsWith('-')))
      return { kind: 'option', tag, argument: undefined };
    if (next === undefined) return this.#error(MISSING);
    this.#next++;
    return { kind: 'option', tag, argument: next };
  }
}
