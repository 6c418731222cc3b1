/**
 * The plain part of the shell language (POSIX.1-2017, 2.2 to 2.10): simple commands with quoting, redirections,
 * here-documents, pipes and lists. What needs a real shell (variables, substitutions, loops, groups, background jobs)
 * is recognised and left alone.
 */

/** Where a command's input comes from or its output goes. */
export type Redirect =
  | { readonly kind: 'read'; readonly path: string }
  | { readonly kind: 'here'; readonly text: string }
  | { readonly kind: 'write'; readonly fd: 1 | 2; readonly path: string; readonly append: boolean }
  | { readonly kind: 'copy'; readonly fd: 1 | 2; readonly to: 1 | 2 };

export interface SimpleCommand {
  /** `NAME=value` in front of the command. */
  readonly assignments: readonly (readonly [string, string])[];
  readonly words: readonly string[];
  /** In the order they were written, as they take effect. */
  readonly redirects: readonly Redirect[];
}

/** A pipe of commands, and the operator that joins it to what went before. */
export interface Pipeline {
  readonly after: ';' | '&&' | '||';
  readonly commands: readonly SimpleCommand[];
}

export interface CommandList {
  readonly pipelines: readonly Pipeline[];
  /** A word has an unquoted `*`, `?` or `[`: it stands for itself only where no file name matches. */
  readonly patterns: boolean;
}

/** Why a text is not a plain command line; `what` names the construct. */
export class NeedsShell extends Error {
  override readonly name = 'NeedsShell';
  readonly what: string;
  constructor(what: string) {
    super(`needs a shell: ${what}`);
    this.what = what;
  }
}

type Token =
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'operator'; readonly text: Operator };

const OPERATORS = ['<<-', '<<', '>>', '>&', '<', '>', '&&', '||', '|', ';', '\n'] as const;
type Operator = (typeof OPERATORS)[number] | '2>' | '2>>' | '2>&' | '1>' | '1>>' | '1>&';

const RESERVED = new Set(
  '! { } case do done elif else esac fi for if in then until while [['.split(' '),
);
const BLANK = new Set([' ', '\t']);
/** Characters that end an unquoted word. */
const BREAK = new Set([' ', '\t', '\n', ';', '|', '&', '<', '>', '(', ')']);

/** The words of one simple command; throws NeedsShell for anything more. */
export function splitWords(text: string): readonly string[] {
  const { pipelines } = parseCommandList(text);
  const [first, second] = pipelines;
  if (!first) return [];
  const [command, piped] = first.commands;
  if (second || piped) throw new NeedsShell('more than one command');
  if (!command || command.redirects.length > 0) throw new NeedsShell('a redirection');
  return command.words;
}

/** Reads a script of plain commands; throws NeedsShell at the first thing that is not plain. */
export function parseCommandList(text: string): CommandList {
  const lexer = new Lexer(text);
  const pipelines: Pipeline[] = [];
  let after: Pipeline['after'] = ';';
  for (;;) {
    const commands = parsePipe(lexer);
    const end = lexer.next();
    if (commands.length > 0) pipelines.push({ after, commands });
    else if (after !== ';' || (end && end.text !== '\n')) throw new NeedsShell('a syntax error');
    if (!end) break;
    if (end.kind === 'word') throw new NeedsShell(end.text);
    after = end.text === '&&' || end.text === '||' ? end.text : ';';
  }
  if (after !== ';') throw new NeedsShell('a syntax error');
  return { pipelines, patterns: lexer.patterns };
}

function parsePipe(lexer: Lexer): SimpleCommand[] {
  const commands: SimpleCommand[] = [];
  for (;;) {
    const command = parseSimple(lexer);
    if (command) commands.push(command);
    else if (commands.length > 0) throw new NeedsShell('a syntax error');
    const token = lexer.peek();
    if (!command || token?.kind !== 'operator' || token.text !== '|') return commands;
    lexer.next();
  }
}

function parseSimple(lexer: Lexer): SimpleCommand | undefined {
  const assignments: [string, string][] = [];
  const words: string[] = [];
  const redirects: Redirect[] = [];
  for (;;) {
    const token = lexer.peek();
    if (!token) break;
    if (token.kind === 'operator') {
      if (!isRedirect(token.text)) break;
      lexer.next();
      redirects.push(parseRedirect(lexer, token.text));
      continue;
    }
    lexer.next();
    const assignment = words.length === 0 ? assignmentOf(token.text) : undefined;
    if (assignment) assignments.push(assignment);
    else if (words.length === 0 && !token.quoted && RESERVED.has(token.text))
      throw new NeedsShell(token.text);
    else words.push(token.text);
  }
  if (words.length === 0 && (assignments.length > 0 || redirects.length > 0))
    throw new NeedsShell('a line without a command');
  return words.length === 0 ? undefined : { assignments, words, redirects };
}

function assignmentOf(word: string): [string, string] | undefined {
  const equals = word.indexOf('=');
  if (equals < 1 || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(word.slice(0, equals))) return undefined;
  return [word.slice(0, equals), word.slice(equals + 1)];
}

const isRedirect = (text: Operator): boolean => text.includes('<') || text.includes('>');

function parseRedirect(lexer: Lexer, operator: Operator): Redirect {
  const target = lexer.next();
  if (target?.kind !== 'word') throw new NeedsShell('a syntax error');
  if (operator === '<') return { kind: 'read', path: target.text };
  if (operator === '<<' || operator === '<<-')
    return { kind: 'here', text: lexer.hereDocument(target, operator === '<<-') };
  const fd = operator.startsWith('2') ? 2 : 1;
  if (!operator.endsWith('&'))
    return { kind: 'write', fd, path: target.text, append: operator.endsWith('>>') };
  if (target.text !== '1' && target.text !== '2') throw new NeedsShell(`>&${target.text}`);
  return { kind: 'copy', fd, to: target.text === '1' ? 1 : 2 };
}

class Lexer {
  patterns = false;
  private readonly text: string;
  private at = 0;
  private ahead: Token | undefined;
  /** Where the next here-document of the present line begins, when one was already read. */
  private hereFrom: number | undefined;

  constructor(text: string) {
    this.text = text;
  }

  peek(): Token | undefined {
    this.ahead ??= this.read();
    return this.ahead;
  }

  next(): Token | undefined {
    const token = this.peek();
    this.ahead = undefined;
    return token;
  }

  /** The document that begins on the next line and ends at the delimiter; the lexer goes on behind it. */
  hereDocument(
    delimiter: { readonly text: string; readonly quoted: boolean },
    tabs: boolean,
  ): string {
    const lineEnd = this.text.indexOf('\n', this.at);
    let from = this.hereFrom ?? (lineEnd < 0 ? this.text.length : lineEnd + 1);
    const lines: string[] = [];
    while (from < this.text.length) {
      const end = this.text.indexOf('\n', from);
      const raw = this.text.slice(from, end < 0 ? undefined : end);
      const line = tabs ? raw.replace(/^\t+/, '') : raw;
      from = end < 0 ? this.text.length : end + 1;
      if (line === delimiter.text) break;
      if (!delimiter.quoted && /[$`\\]/.test(line)) throw new NeedsShell('expansion in a document');
      lines.push(`${line}\n`);
    }
    this.hereFrom = from;
    return lines.join('');
  }

  private read(): Token | undefined {
    this.skipBlanks();
    if (this.at >= this.text.length) return undefined;
    const operator = this.operator();
    return operator ? { kind: 'operator', text: operator } : this.word();
  }

  private skipBlanks(): void {
    for (;;) {
      const c = this.text[this.at] ?? '';
      if (BLANK.has(c)) this.at++;
      else if (c === '\\' && this.text[this.at + 1] === '\n') this.at += 2;
      else if (c === '#')
        while (this.at < this.text.length && this.text[this.at] !== '\n') this.at++;
      else return;
    }
  }

  private operator(): Operator | undefined {
    const c = this.text[this.at];
    const digit = c === '1' || c === '2' ? c : '';
    const from = this.at + digit.length;
    const found = OPERATORS.find((o) => this.text.startsWith(o, from));
    if (digit !== '') {
      if (found !== '>' && found !== '>>' && found !== '>&') return undefined;
      this.at = from + found.length;
      return `${digit}${found}`;
    }
    if (!found) {
      if (c === '&' || c === '(' || c === ')') throw new NeedsShell(c);
      return undefined;
    }
    this.at += found.length;
    if (found === '\n' && this.hereFrom !== undefined) {
      this.at = this.hereFrom;
      this.hereFrom = undefined;
    }
    return found;
  }

  private word(): Token {
    let text = '';
    let quoted = false;
    if (this.text[this.at] === '~') throw new NeedsShell('~');
    while (this.at < this.text.length) {
      const c = this.text[this.at] ?? '';
      if (BREAK.has(c)) break;
      this.at++;
      if (c === "'") {
        quoted = true;
        text += this.single();
      } else if (c === '"') {
        quoted = true;
        text += this.double();
      } else if (c === '\\') {
        const escaped = this.text[this.at] ?? '\\';
        this.at++;
        if (escaped === '\n') continue;
        quoted = true;
        text += escaped;
      } else {
        text += this.plain(c);
      }
    }
    return { kind: 'word', text, quoted };
  }

  private plain(c: string): string {
    if (c === '`') throw new NeedsShell('`');
    if (c === '$' && this.expands()) throw new NeedsShell('$');
    if (c === '*' || c === '?' || c === '[') this.patterns = true;
    return c;
  }

  /** What follows a dollar sign makes it an expansion. */
  private expands(): boolean {
    return /^[A-Za-z0-9_{(?!#@*$'"-]/.test(this.text.slice(this.at, this.at + 1));
  }

  private single(): string {
    const end = this.text.indexOf("'", this.at);
    if (end < 0) throw new NeedsShell('an unclosed quote');
    const text = this.text.slice(this.at, end);
    this.at = end + 1;
    return text;
  }

  private double(): string {
    let text = '';
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) throw new NeedsShell('an unclosed quote');
      this.at++;
      if (c === '"') return text;
      if (c === '`' || (c === '$' && this.text[this.at] !== '"' && this.expands()))
        throw new NeedsShell(c);
      if (c !== '\\') {
        text += c;
        continue;
      }
      const escaped = this.text[this.at] ?? '';
      if (!'$`"\\\n'.includes(escaped) || escaped === '') {
        text += c;
        continue;
      }
      this.at++;
      if (escaped !== '\n') text += escaped;
    }
  }
}
