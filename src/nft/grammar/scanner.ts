/** Splits input into tokens, as nftables' flex scanner does: the longest match wins, keywords depend on the open scope. */
import { parseIpv6 } from '../../base/address.ts';
import { internalLocation, type Location, type Source } from '../location.ts';
import { KEYWORD_LIST, type Keyword, readKeywords } from './scopes.ts';

export interface Token {
  /** Name of the terminal. */
  readonly token: string;
  /** The word, quotes removed. */
  readonly text: string;
  readonly value: bigint;
  readonly loc: Location;
}

interface Input {
  readonly source: Source;
  at: number;
  line: number;
  column: number;
  lineOffset: number;
}

const STRING = /[a-zA-Z_.][a-zA-Z0-9/\-_.]*/y;
const ASTERISK = /[a-zA-Z_.][a-zA-Z0-9/\-_.]*(?:\\\*[a-zA-Z_.][a-zA-Z0-9/\-_.]*|\\?\*)|\\\*/y;
const MAC = /(?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}/y;
const IP4 = /(?:[0-9]{1,3}\.){3}[0-9]{1,3}/y;
const IP6 = /[0-9a-fA-F:.]*:[0-9a-fA-F:.]*/y;
const TIME = /(?=[0-9])(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m(?!s))?(?:[0-9]+s)?(?:[0-9]+ms)?/y;
const NUMBER = /0[xX][0-9a-fA-F]+|[0-9]+/y;
const CLASSID = /[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}(?=[ \t\n:\-},])/y;
const QUOTED = /"[^"]*"/y;
const COMMENT_LINE = /[ \t]*#.*\n/y;
const COMMENT = /#.*/y;
const WORD_8021 = /8021ad|8021q/y;

const PUNCTUATION: readonly (readonly [string, string])[] = [
  ['==', 'EQ'],
  ['!=', 'NEQ'],
  ['<=', 'LTE'],
  ['>=', 'GTE'],
  ['<<', 'LSHIFT'],
  ['>>', 'RSHIFT'],
  ['<', 'LT'],
  ['>', 'GT'],
  [',', 'COMMA'],
  ['.', 'DOT'],
  [':', 'COLON'],
  [';', 'SEMICOLON'],
  ['{', "'{'"],
  ['}', "'}'"],
  ['[', "'['"],
  [']', "']'"],
  ['(', "'('"],
  [')', "')'"],
  ['^', 'CARET'],
  ['&', 'AMPERSAND'],
  ['|', "'|'"],
  ['!', 'NOT'],
  ['/', 'SLASH'],
  ['-', 'DASH'],
  ['*', 'ASTERISK'],
  ['@', 'AT'],
  ['$', "'$'"],
  ['=', "'='"],
  ['+', 'PLUS'],
];

/** A word that stands beside the text; the scanner's `words` has it. */
const WORD = /\uE000([0-9]+);/y;

const MAX_U64 = (1n << 64n) - 1n;

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function matchIp6(text: string, at: number): string {
  let candidate = matchAt(IP6, text, at);
  for (; candidate.includes(':'); candidate = candidate.slice(0, -1))
    if (candidate.includes('::') || candidate.split(':').length === 8)
      if (parseIpv6(candidate)) return candidate;
  return '';
}

/** A stack of inputs and of scopes. */
export class Scanner {
  readonly #inputs: Input[] = [];
  readonly #scopes: string[] = [];
  readonly #open = new Map<string, number>();
  #keywords: Map<string, Keyword[]> | undefined;
  #last: Location | undefined;

  readonly #words: readonly string[];

  constructor(source: Source, words: readonly string[] = []) {
    this.#words = words;
    this.push(source);
  }

  push(source: Source): void {
    this.#inputs.push({ source, at: 0, line: 1, column: 1, lineOffset: 0 });
  }

  /** The input being read. */
  get source(): Source | undefined {
    return this.#inputs.at(-1)?.source;
  }

  /** Closes a scope; it stops being looked at once it is on top. */
  close(scope: string): void {
    this.#open.set(scope, (this.#open.get(scope) ?? 0) - 1);
    if (this.#scopes.at(-1) !== scope) return;
    while (this.#scopes.length > 0 && (this.#open.get(this.#scopes.at(-1) ?? '') ?? 0) <= 0)
      this.#scopes.pop();
  }

  #enter(scope: string): void {
    this.#open.set(scope, (this.#open.get(scope) ?? 0) + 1);
    this.#scopes.push(scope);
  }

  next(): Token {
    for (;;) {
      const input = this.#inputs.at(-1);
      if (!input) {
        const loc = this.#last;
        if (!loc) throw new Error('read past the end of no input');
        return { token: 'END', text: '', value: 0n, loc };
      }
      const token = this.#scan(input);
      if (token) return token;
    }
  }

  #locate(input: Input, length: number): Location {
    // What was not written has no place.
    const internal = input.source.kind === 'internal';
    const loc = internal
      ? internalLocation
      : {
          source: input.source,
          line: input.line,
          lineOffset: input.lineOffset,
          first: input.column,
          last: input.column + length - 1,
        };
    input.column += length;
    input.at += length;
    this.#last = loc;
    return loc;
  }

  #newLine(input: Input): void {
    input.line += 1;
    input.column = 1;
    input.lineOffset = input.at;
  }

  #scan(input: Input): Token | undefined {
    const { text } = input.source;
    const { at } = input;
    if (at >= text.length) {
      this.#locate(input, 1);
      this.#inputs.pop();
      return undefined;
    }
    const atLineStart = at === 0 || text[at - 1] === '\n';
    const line = atLineStart ? matchAt(COMMENT_LINE, text, at) : '';
    if (line !== '') {
      this.#locate(input, line.length);
      this.#newLine(input);
      return undefined;
    }
    const char = text[at] ?? '';
    if (char === ' ' || char === '\t') {
      this.#locate(input, 1);
      return undefined;
    }
    if (char === '\n' || text.startsWith('\\\n', at)) {
      const loc = this.#locate(input, char === '\n' ? 1 : 2);
      this.#newLine(input);
      return char === '\n' ? { token: 'NEWLINE', text: '\n', value: 0n, loc } : undefined;
    }
    if (char === '#') {
      this.#locate(input, matchAt(COMMENT, text, at).length);
      return undefined;
    }
    return this.#word(input, text, at);
  }

  #word(input: Input, text: string, at: number): Token {
    if (this.#words.length > 0 && text[at] === '\uE000') {
      WORD.lastIndex = at;
      const [all = '', index] = WORD.exec(text) ?? [];
      const loc = this.#locate(input, all.length);
      return { token: 'STRING', text: this.#words[Number(index)] ?? '', value: 0n, loc };
    }
    const [token, match] = this.#longest(text, at);
    const loc = this.#locate(input, [...match].length > 0 ? match.length : 1);
    if (token === 'NUM') return this.#number(match, loc);
    if (token === 'QUOTED_STRING') return { token, text: match.slice(1, -1), value: 0n, loc };
    if (token === 'RFC2732') return { token: 'STRING', text: match.slice(1, -1), value: 0n, loc };
    if (token === 'AT') this.#enter('at');
    if (token === 'STRING') {
      const keyword = this.#keyword(match);
      if (keyword) {
        if (keyword.opens) this.#enter(keyword.opens);
        return { token: keyword.token, text: match, value: 0n, loc };
      }
    }
    return { token, text: match, value: 0n, loc };
  }

  #longest(text: string, at: number): readonly [string, string] {
    let best: readonly [string, string] = ['JUNK', text[at] ?? ''];
    let length = 0;
    const offer = (token: string, match: string): void => {
      if (match.length <= length) return;
      best = [token, match];
      length = match.length;
    };
    for (const [word, token] of PUNCTUATION) if (text.startsWith(word, at)) offer(token, word);
    offer('STRING', matchAt(WORD_8021, text, at));
    offer('STRING', matchAt(MAC, text, at));
    offer('STRING', matchAt(IP4, text, at));
    offer('STRING', matchIp6(text, at));
    if (text[at] === '[') {
      const inner = matchIp6(text, at + 1);
      if (inner !== '' && text[at + 1 + inner.length] === ']') offer('RFC2732', `[${inner}]`);
    }
    offer('STRING', matchAt(TIME, text, at));
    offer('NUM', matchAt(NUMBER, text, at));
    offer('STRING', matchAt(CLASSID, text, at));
    offer('QUOTED_STRING', matchAt(QUOTED, text, at));
    offer('ASTERISK_STRING', matchAt(ASTERISK, text, at));
    offer('STRING', matchAt(STRING, text, at));
    return best;
  }

  #number(match: string, loc: Location): Token {
    const octal = /^0[0-9]/.test(match);
    const bad = octal && /[89]/.test(match);
    const value = bad ? 0n : BigInt(octal ? `0o${match.slice(1)}` : match);
    if (bad || value > MAX_U64) return { token: 'STRING', text: match, value: 0n, loc };
    return { token: 'NUM', text: match, value, loc };
  }

  #keyword(word: string): Keyword | undefined {
    this.#keywords ??= readKeywords(KEYWORD_LIST);
    const scope = this.#scopes.at(-1);
    return this.#keywords
      .get(word)
      ?.find((k) => k.scopes === undefined || (scope !== undefined && k.scopes.has(scope)));
  }
}
