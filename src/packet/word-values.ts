/** The values of packet words: numbers, and names for them. */
import { protocolByName } from '../base/netdb.ts';
import { dscpClass } from './dscp.ts';
import { ICMP_NAMES, ICMPV6_NAMES } from './icmp-names.ts';
import { TCP_FLAG } from './tcp.ts';

/** The words are not a packet; the message says which one is wrong. */
export class PacketWordsError extends Error {
  override readonly name = 'PacketWordsError';
}

const isNumber = (text: string): boolean => /^(\d+|0x[0-9a-fA-F]+)$/.test(text);

export function readNumber(word: string, text: string, max: number): number {
  const value = Number(text);
  if (!isNumber(text) || value > max)
    throw new PacketWordsError(`${word} needs a number up to ${max}, not ${text}`);
  return value;
}

export function readProtocol(text: string): number {
  if (isNumber(text)) return readNumber('protocol', text, 0xff);
  const name = text.toLowerCase();
  const number = protocolByName(name === 'icmpv6' ? 'ipv6-icmp' : name)?.number;
  if (number === undefined)
    throw new PacketWordsError(`protocol needs a name or a number up to 255, not ${text}`);
  return number;
}

/** Type and code by number, `3/1`, or by name: `echo-request`, `port-unreachable`. */
export function readType(text: string, wide: boolean): readonly [type: number, code: number] {
  const [type = '', code] = text.split('/');
  if (isNumber(type))
    return [
      readNumber('type', type, 0xff),
      code === undefined ? 0 : readNumber('code', code, 0xff),
    ];
  const found = (wide ? ICMPV6_NAMES : ICMP_NAMES).find(({ name }) => name === text);
  if (!found || found.type === 0xff)
    throw new PacketWordsError(
      `type needs a number or a name such as echo-request or port-unreachable, not ${text}`,
    );
  return [found.type, found.codes[0]];
}

/** TCP flags given one by one, or together: `SA`, `syn,ack`, `none`. Undefined when none are given. */
export function readFlags(
  switches: ReadonlySet<string>,
  text: string | undefined,
): number | undefined {
  let flags = switches.size === 0 && text === undefined ? undefined : 0;
  const add = (bits: number): void => {
    flags = (flags ?? 0) | bits;
  };
  for (const [name, bit] of Object.entries(TCP_FLAG)) if (switches.has(name)) add(bit);
  if (text !== undefined) for (const bit of flagBits(text)) add(bit);
  return flags;
}

const LETTERS = new Map<string, number>([
  ['F', TCP_FLAG.fin],
  ['S', TCP_FLAG.syn],
  ['R', TCP_FLAG.rst],
  ['P', TCP_FLAG.psh],
  ['A', TCP_FLAG.ack],
  ['U', TCP_FLAG.urg],
  ['E', TCP_FLAG.ece],
  ['C', TCP_FLAG.cwr],
]);

function flagBits(text: string): readonly number[] {
  const names = new Map<string, number>(Object.entries(TCP_FLAG));
  const words = text.toLowerCase().split(/[,+|]/);
  if (text.toLowerCase() === 'none') return [];
  const bits = words.every((word) => names.has(word))
    ? words.map((word) => names.get(word))
    : [...text.toUpperCase()].map((letter) => LETTERS.get(letter));
  return bits.map((bit) => {
    if (bit === undefined)
      throw new PacketWordsError(`flags needs letters of FSRPAUEC, names, or none, not ${text}`);
    return bit;
  });
}

export function readTos(tos: string | undefined, dscp: string | undefined): number {
  if (tos !== undefined && dscp !== undefined)
    throw new PacketWordsError('tos and dscp are the same field; give one of them');
  if (dscp === undefined) return tos === undefined ? 0 : readNumber('tos', tos, 0xff);
  return (dscpClass(dscp) ?? readNumber('dscp', dscp, 0x3f)) << 2;
}
