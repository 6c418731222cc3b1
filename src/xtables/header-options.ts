/** The dst and hbh matches: IPv6 options headers, their length and the options in them (ip6t_hbh.c serves both). */
import { extensionHeaders } from '../packet/ipv6.ts';
import { PROTO } from '../packet/protocols.ts';
import { defineMatch, type MatchDescriptor } from './define.ts';
import { parameterProblem } from './errors.ts';
import { leadingNumber } from './numbers.ts';
import type { Given } from './options.ts';

/** An option asked for; the length only where one was given. */
interface HeaderOption {
  readonly type: number;
  readonly length: number | undefined;
}

interface HeaderInfo {
  /** Bytes of the header. */
  readonly length: { readonly value: number; readonly invert: boolean } | undefined;
  /** In the order in which they have to be there. */
  readonly options: readonly HeaderOption[];
}

const MAX_OPTIONS = 16;

/** `type[:length]`, both cut to eight bits. */
function readOption(word: string, name: string): HeaderOption {
  const colon = word.indexOf(':');
  const number = (text: string, what: string): number => {
    const read = leadingNumber(text);
    if (!read) return parameterProblem(`${name}: no valid digits in ${what} \`${text}'`);
    if (read.rest !== '') return parameterProblem(`${name}: error parsing ${what} \`${text}'`);
    return Number(read.value & 0xffn);
  };
  const length = colon < 0 ? undefined : number(word.slice(colon + 1), 'length');
  return { type: number(colon < 0 ? word : word.slice(0, colon), 'opt'), length };
}

const readOptions =
  (name: string) =>
  (text: string): readonly HeaderOption[] => {
    const words = text.split(',').filter((word) => word !== '');
    if (words.length > MAX_OPTIONS) parameterProblem('too many addresses specified');
    return words.map((word) => readOption(word, name));
  };

const list = (options: readonly HeaderOption[]): string =>
  options
    .map(({ type, length }) => (length === undefined ? `${type}` : `${type}:${length}`))
    .join(',');

/** Whether the options of a header are those asked for, in order, Pad1 and PadN left out. */
function hasOptions(header: Uint8Array, asked: readonly HeaderOption[]): boolean {
  let at = 2;
  for (const { type, length } of asked) {
    while (at < header.length && (header[at] === 0 || header[at] === 1) && header[at] !== type)
      at += header[at] === 0 ? 1 : 2 + (header[at + 1] ?? 0);
    if (at >= header.length || header[at] !== type) return false;
    const actual = header[at] === 0 ? 0 : (header[at + 1] ?? 0);
    if (length !== undefined && length !== actual) return false;
    at += header[at] === 0 ? 1 : 2 + actual;
  }
  return true;
}

/** `translated`: nft has words for the length of hop-by-hop headers alone. */
export function headerOptionsMatch(name: 'dst' | 'hbh', translated: boolean): MatchDescriptor {
  const proto = name === 'dst' ? PROTO.dstopts : PROTO.hopopts;
  return defineMatch({
    name,
    families: ['ip6'],
    options: {
      [`${name}-len`]: { type: 'u32', invertible: true },
      [`${name}-opts`]: { type: 'string', read: readOptions(name) },
    },
    help: `[!] --${name}-len LENGTH  of the header in bytes
--${name}-opts LIST       TYPE[:LENGTH], comma-separated, in this order`,
    parse(options): HeaderInfo {
      // The keys are made up here, so their types are not seen.
      const length = options[`${name}-len`] as Given<number> | undefined;
      const asked = options[`${name}-opts`] as Given<readonly HeaderOption[]> | undefined;
      return {
        length: length && { value: length.value, invert: length.invert },
        options: asked?.value ?? [],
      };
    },
    print({ length, options }) {
      const size = length ? ` length:${length.invert ? '!' : ''}${length.value}` : '';
      return `${name}${size}${options.length > 0 ? ` opts ${list(options)}` : ''}`;
    },
    save: ({ length, options }) =>
      [
        ...(length ? [`${length.invert ? '! ' : ''}--${name}-len ${length.value}`] : []),
        ...(options.length > 0 ? [`--${name}-opts ${list(options)}`] : []),
      ].join(' '),
    ...(translated && {
      translate: ({ length, options }: HeaderInfo) =>
        length && options.length === 0
          ? `${name} hdrlength ${length.invert ? '!= ' : ''}${length.value}`
          : undefined,
    }),
    test({ length, options }, { packet }) {
      for (const header of extensionHeaders(packet.data)) {
        if (header.type !== proto) continue;
        const end = header.offset + header.length;
        if (end > packet.data.length) return false;
        if (length && (header.length === length.value) === length.invert) return false;
        return hasOptions(packet.data.subarray(header.offset, end), options);
      }
      return false;
    },
  });
}
