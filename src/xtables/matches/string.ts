import { encodeUtf8 } from '../../base/utf8.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

interface StringInfo {
  readonly pattern: Uint8Array;
  readonly algo: string;
  readonly from: number;
  readonly to: number;
  readonly icase: boolean;
  readonly invert: boolean;
}

const PATTERN_MAX = 128;
const ALGO_MAX = 15;
const TO_END = 65535;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;

function readText(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  if (bytes.length > PATTERN_MAX) parameterProblem(`STRING too long "${text}"`);
  return bytes;
}

/** Two hex digits at `at`, which must not be the last of the text. */
function readHexByte(text: string, at: number): number {
  if (at + 1 >= text.length) parameterProblem('Odd number of hex digits');
  if (at + 2 >= text.length) parameterProblem('Invalid hex block');
  for (const digit of [text[at] ?? '', text[at + 1] ?? ''])
    if (!/^[0-9a-fA-F]$/.test(digit)) parameterProblem(`Invalid hex char '${digit}'`);
  return Number.parseInt(text.slice(at, at + 2), 16);
}

/** One character or hex byte from `at` on: its value, and where the next begins. */
function readPiece(text: string, at: number, hex: boolean): { byte: number; next: number } {
  if (hex) return { byte: readHexByte(text, at), next: at + (text[at + 2] === ' ' ? 3 : 2) };
  if (text[at] !== '\\') return { byte: text.charCodeAt(at), next: at + 1 };
  if (at + 1 >= text.length) parameterProblem('Bad literal placement at end of string');
  return { byte: text.charCodeAt(at + 1), next: at + 2 };
}

/** Text with hex between bars, and a backslash before a character that stands for itself (parse_hex_string). */
function readHex(given: string): Uint8Array {
  if (given === '') parameterProblem('STRING must contain at least one char');
  // A character for each byte.
  const text = String.fromCharCode(...encodeUtf8(given));
  const out: number[] = [];
  let hex = false;
  for (let at = 0; at < text.length; ) {
    if (text[at] === '\\' && hex) parameterProblem('Cannot include literals in hex data');
    if (text[at] === '|') {
      hex = !hex;
      while (hex && text[at + 1] === ' ') at++;
      if (at + 1 >= text.length) break;
      at++;
    }
    const { byte, next } = readPiece(text, at, hex);
    out.push(byte);
    if (out.length > PATTERN_MAX) parameterProblem(`STRING too long "${given}"`);
    at = next;
  }
  return Uint8Array.from(out);
}

/** Shown in hex: what is not printable, and what ends with a backslash. */
const needsHex = (pattern: Uint8Array): boolean =>
  pattern.some((byte) => byte < 0x20 || byte > 0x7e) || pattern.at(-1) === BACKSLASH;

function quoted(pattern: Uint8Array): string {
  if (needsHex(pattern))
    return `"|${Array.from(pattern, (byte) => byte.toString(16).padStart(2, '0')).join('')}|"`;
  const escaped = Array.from(pattern, (byte) =>
    byte === QUOTE || byte === BACKSLASH
      ? `\\${String.fromCharCode(byte)}`
      : String.fromCharCode(byte),
  );
  return `"${escaped.join('')}"`;
}

/** ASCII letters in lower case, as the kernel's table for these algorithms. */
const fold = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);

/** Whether the pattern lies within the bytes. */
function contains(bytes: Uint8Array, pattern: Uint8Array, icase: boolean): boolean {
  const same = (a: number, b: number) => (icase ? fold(a) === fold(b) : a === b);
  for (let at = 0; at + pattern.length <= bytes.length; at++) {
    let i = 0;
    while (i < pattern.length && same(bytes[at + i] ?? 0, pattern[i] ?? 0)) i++;
    if (i === pattern.length) return true;
  }
  return false;
}

export const string = defineMatch({
  name: 'string',
  revision: 1,
  options: {
    from: { type: 'u16' },
    to: { type: 'u16' },
    algo: { type: 'string', required: true, keep: ALGO_MAX },
    string: { type: 'string', invertible: true, excludes: ['hex-string'], read: readText },
    'hex-string': { type: 'string', invertible: true, excludes: ['string'], read: readHex },
    icase: { type: 'none' },
  },
  help: `[!] --string TEXT      the packet contains it
[!] --hex-string TEXT  the same, with hex between bars: 'GET |20|/'
--algo bm|kmp          how the kernel looks for it
--from OFFSET          from this byte of the packet on (0)
--to OFFSET            up to this one (65535)
--icase                in capital or small letters`,
  check(given) {
    if (!given.has('string') && !given.has('hex-string'))
      parameterProblem("STRING match: You must specify `--string' or `--hex-string'");
  },
  parse(options): StringInfo {
    const given = options.string ?? options['hex-string'];
    return {
      pattern: given?.value ?? new Uint8Array(0),
      algo: options.algo.value,
      from: options.from?.value ?? 0,
      to: options.to?.value ?? TO_END,
      icase: options.icase !== undefined,
      invert: given?.invert ?? false,
    };
  },
  print: ({ pattern, algo, from, to, icase, invert }) =>
    [
      `STRING match ${invert ? '!' : ''} ${quoted(pattern)} ALGO name ${algo}`,
      ...(from === 0 ? [] : [`FROM ${from}`]),
      ...(to === 0 || to === TO_END ? [] : [`TO ${to}`]),
      ...(icase ? ['ICASE'] : []),
    ].join(' '),
  save: ({ pattern, algo, from, to, icase, invert }) =>
    [
      `${invert ? '! ' : ''}--${needsHex(pattern) ? 'hex-string' : 'string'} ${quoted(pattern)}`,
      `--algo ${algo}`,
      ...(from === 0 ? [] : [`--from ${from}`]),
      ...(to === 0 || to === TO_END ? [] : [`--to ${to}`]),
      ...(icase ? ['--icase'] : []),
    ].join(' '),
  // string_mt_check: textsearch_prepare knows the algorithm, or it does not.
  refuse({ pattern, algo, from, to }) {
    if (from > to || pattern.length === 0) return 'EINVAL';
    if (algo === 'bm' || algo === 'kmp') return undefined;
    return algo === 'fsm' ? 'EINVAL' : 'ENOENT';
  },
  test({ pattern, from, to, icase, invert }, { packet }) {
    // skb_find_text: the whole pattern lies between the two offsets.
    return contains(packet.data.subarray(from, to), pattern, icase) !== invert;
  },
});
