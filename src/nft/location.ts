/** Where a token or node stands in the input, and the messages that point there (nftables' erec.c). */

/** One input: the command line, a file, standard input, or nothing (errors without a place). */
export interface Source {
  readonly kind: 'buffer' | 'stdin' | 'file' | 'internal';
  readonly name?: string | undefined;
  readonly text: string;
  /** The include statement that opened it. */
  readonly from?: Location | undefined;
  readonly depth: number;
}

/** Columns count from 1, `last` is inclusive; `lineOffset` is where the line starts in the source's text. */
export interface Location {
  readonly source: Source;
  readonly line: number;
  readonly lineOffset: number;
  readonly first: number;
  readonly last: number;
}

const INTERNAL: Source = { kind: 'internal', name: 'internal', text: '', depth: 0 };

/** A place in no input. */
export const internalLocation: Location = {
  source: INTERNAL,
  line: 0,
  lineOffset: 0,
  first: 0,
  last: 0,
};

export interface Message {
  readonly text: string;
  /** The first is underlined with `^`, the others with `~`. */
  readonly at: readonly Location[];
}

/** Evaluation stops at the first of these in a command. */
export class NftError extends Error {
  override readonly name = 'NftError';
  readonly text: string;
  readonly at: readonly Location[];
  constructor(text: string, ...at: Location[]) {
    super(text);
    this.text = text;
    this.at = at;
  }
}

function sourceLine({ source, lineOffset }: Location): string {
  // Text of the command line is always shown from its start, whatever line the error is in.
  // After the last newline nothing was read: the line before it is the one still at hand.
  const atEnd = lineOffset > 0 && lineOffset >= source.text.length;
  const start = atEnd ? source.text.lastIndexOf('\n', lineOffset - 2) + 1 : lineOffset;
  const from = source.kind === 'buffer' ? 0 : start;
  const end = source.text.indexOf('\n', from);
  return source.text.slice(from, end < 0 ? undefined : end);
}

function includeTrail(source: Source): string {
  let out = '';
  for (let at = source.from; at; at = at.source.from) {
    const lead = out === '' ? 'In file included from' : '                 from';
    out += `${lead} ${at.source.name}:${at.line}:${at.first}-${at.last}:\n`;
  }
  return out;
}

/** The message as nft writes it, with the line and its underlining. */
export function formatMessage({ text, at }: Message): string {
  const loc = at[0] ?? internalLocation;
  const { source } = loc;
  let out = includeTrail(source);
  if (source.name !== undefined) out += `${source.name}:${loc.line}:${loc.first}-${loc.last}: `;
  out += `Error: ${text}\n`;
  if (source.kind === 'internal') return `${out}\n`;
  const line = sourceLine(loc);
  const end = Math.max(...at.map((l) => l.last));
  const marks: string[] = Array.from({ length: end }, (_, i) => (line[i] === '\t' ? '\t' : ' '));
  for (let n = at.length - 1; n >= 0; n--) {
    const { first = 1, last = 0 } = at[n] ?? {};
    for (let i = Math.max(first - 1, 0); i < last; i++) marks[i] = n === 0 ? '^' : '~';
  }
  return `${out}${line}\n${marks.join('')}\n`;
}
