/** Lines from a file or a person: restore mode and interactive mode. */
import { FileError } from '../../src/base/ports.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import type { AddBuffer } from './buffer.ts';
import { Finished, LineRefused } from './report.ts';
import { MAX_WORDS, runLine } from './run.ts';
import { PARAMETER_PROBLEM, type Session } from './session.ts';

/** Characters of a line fgets takes at once. */
const LINE_MAX = 1023;
/** Exit status when the file cannot be opened. */
const UNREADABLE = 255;
const BLANK = ' \t\n\v\f\r';

/** A text read line by line, the newline included; long lines come in pieces. */
export class Lines {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const newline = this.#text.indexOf('\n', this.#at);
    const end = newline < 0 ? this.#text.length : newline + 1;
    const line = this.#text.slice(this.#at, Math.min(end, this.#at + LINE_MAX));
    this.#at += line.length;
    return line;
  }
}

/** The line from its first character that is no blank on; undefined for empty lines and comments. */
function trimmed(line: string): string | undefined {
  const text = line.split('\0', 1)[0] ?? '';
  let at = 0;
  while (at < text.length && BLANK.includes(text.charAt(at))) at++;
  return at === text.length || text.charAt(at) === '#' ? undefined : text.slice(at);
}

/** Splits a line into words. Quotes join words; one that is not closed before the newline loses its word. */
function splitWords(session: Session, text: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    const last = at === text.length - 1;
    if (words.length + 2 === MAX_WORDS)
      session.fail(PARAMETER_PROBLEM, 'Line is too long to parse.');
    if (sign === '"') {
      quoted = !quoted;
      if (!last) continue;
    } else if (quoted || !' \r\n\t'.includes(sign)) {
      word += sign;
      if (!last || ' \r\n\t'.includes(sign)) continue;
    }
    if (last && quoted) session.fail(PARAMETER_PROBLEM, 'Missing close quote!');
    if (word === '') continue;
    words.push(word);
    word = '';
  }
  return words;
}

/** `ipset -`: prompts and runs lines until they end. */
export function runInteractive(
  session: Session,
  buffer: AddBuffer,
  next: () => string | undefined,
  number: number,
): void {
  const prompt = (): void => session.call.stdout.write('ipset> ');
  session.interactive = true;
  prompt();
  for (let line = next(); line !== undefined; line = next()) {
    const text = trimmed(line);
    if (text === undefined) prompt();
    else runInteractiveLine(session, buffer, text, number);
    prompt();
  }
}

function runInteractiveLine(
  session: Session,
  buffer: AddBuffer,
  text: string,
  number: number,
): void {
  try {
    runLine(session, buffer, splitWords(session, text), number);
  } catch (error) {
    if (!(error instanceof LineRefused)) throw error;
    session.data.reset();
  }
}

/** Runs all lines of a text; adds and deletes that follow one another go out together. */
function runLines(session: Session, buffer: AddBuffer, lines: Lines): void {
  let number = 0;
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    number++;
    const text = trimmed(line);
    if (text === undefined) continue;
    if (text === 'COMMIT\n' || text === 'COMMIT\r\n') {
      buffer.flush();
      continue;
    }
    const wish = runLine(session, buffer, splitWords(session, text), number);
    if (wish !== 'interactive') continue;
    runInteractive(session, buffer, () => lines.next(), number);
    return;
  }
  buffer.flush();
}

function restoreText({ call, filename }: Session): string | undefined {
  if (filename === undefined) return decodeUtf8(call.stdin.readAll());
  try {
    return decodeUtf8(call.files.read(filename));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // A directory opens, and is then empty.
    return error.errno === 'EISDIR' ? '' : undefined;
  }
}

/**
 * `ipset restore`: the exit status. All lines are one transaction, which keeps what was done before a line failed. Of
 * a file that cannot be opened the real tool says nothing.
 */
export function runRestore(session: Session, buffer: AddBuffer): number {
  const text = restoreText(session);
  if (text === undefined) return UNREADABLE;
  return session.call.store.transact((lab) =>
    session.within(lab, () => {
      try {
        runLines(session, buffer, new Lines(text));
        return 0;
      } catch (error) {
        if (error instanceof Finished) return error.status;
        throw error;
      }
    }),
  );
}
