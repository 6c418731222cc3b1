/** Reading the words of an `ip` command: keywords may be cut short, values follow them. */
import { NotEmulated, ToolError } from '../../src/base/errors.ts';

/** Ends the command as `ip` does: 1 its own refusal, 2 the kernel's, 255 a wrong line. */
export function fail(message: string, exitCode: number): never {
  throw new ToolError(message, exitCode);
}

/** What netlink answers without a message of its own. */
export const refused = (reason: string): never => fail(`RTNETLINK answers: ${reason}`, 2);

export class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** The next word, taken. */
  next(): string | undefined {
    return this.#words[this.#at++];
  }

  peek(): string | undefined {
    return this.#words[this.#at];
  }

  /** The value of the keyword just read. */
  value(): string {
    const word = this.next();
    if (word === undefined) return fail('Command line is not complete. Try option "help"', 255);
    return word;
  }

  /** Takes the next word when it is this one. */
  accept(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#at++;
    return true;
  }
}

/** The first of `names` that `word` is or begins; undefined when there is none. */
export function matchWord<T extends string>(word: string, names: readonly T[]): T | undefined {
  return names.find((name) => name === word) ?? names.find((name) => name.startsWith(word));
}

/** For what the tool can do and nflab does not. */
export const notHere = (what: string): never => {
  throw new NotEmulated(`ip ${what}`);
};

/** A whole number in decimal or hexadecimal. */
export function parseInteger(text: string, what: string): number {
  if (!/^(0[xX][0-9a-fA-F]+|\d+)$/.test(text))
    return fail(`Error: argument "${text}" is wrong: ${what}`, 255);
  return Number(text);
}
