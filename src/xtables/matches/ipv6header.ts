import { protocolByName } from '../../base/netdb.ts';
import { PROTO } from '../../packet/protocols.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { wholeUint } from '../numbers.ts';

interface Ipv6HeaderInfo {
  /** MASK_* bits. */
  readonly bits: number;
  readonly invert: boolean;
  /** These at least, others may be there, too. */
  readonly soft: boolean;
}

/** Bit, number, name in listings, short name. */
const HEADERS: readonly (readonly [number, number, string, string])[] = [
  [0x80, PROTO.hopopts, 'hop-by-hop', 'hop'],
  [0x40, PROTO.dstopts, 'ipv6-opts', 'dst'],
  [0x20, PROTO.routing, 'ipv6-route', 'route'],
  [0x10, PROTO.fragment, 'ipv6-frag', 'frag'],
  [0x08, PROTO.ah, 'ah', 'auth'],
  [0x04, PROTO.esp, 'esp', 'esp'],
  [0x02, PROTO.none, 'ipv6-nonxt', 'none'],
  [0x01, 255, 'protocol', 'prot'],
];

function readHeader(word: string): number {
  const found = HEADERS.find(([, , name, short]) => word === name || word === short);
  if (found) return found[0];
  const number = protocolByName(word)?.number ?? wholeUint(word, 0, 255);
  const numbered = HEADERS.find(([, own]) => own === number);
  return numbered ? numbered[0] : parameterProblem(`unknown header \`${word}' specified`);
}

function readHeaders(text: string): number {
  const words = text.split(',').filter((word) => word !== '');
  if (words.length === 0) parameterProblem('ip6t_ipv6header: cannot parse header names');
  return words.reduce((bits, word) => bits | readHeader(word), 0);
}

const names = (bits: number): string =>
  HEADERS.filter(([bit]) => bits & bit)
    .map(([, , name]) => name)
    .join(',');

export const ipv6header = defineMatch({
  name: 'ipv6header',
  families: ['ip6'],
  options: {
    soft: { type: 'none' },
    header: { type: 'string', required: true, invertible: true, read: readHeaders },
  },
  help: `[!] --header LIST  extension headers: hop dst route frag auth esp none prot, or numbers
--soft             at least these`,
  parse: ({ soft, header }): Ipv6HeaderInfo => ({
    bits: header.value,
    invert: header.invert,
    soft: soft !== undefined,
  }),
  print({ bits, invert, soft }, { numeric }) {
    const shown = numeric ? `0x${bits.toString(16).toUpperCase().padStart(2, '0')}` : names(bits);
    return `ipv6header flags:${invert ? '!' : ''}${shown}${soft ? ' soft' : ''}`;
  },
  save: ({ bits, invert, soft }) =>
    `${invert ? '! ' : ''}--header ${names(bits)}${soft ? ' --soft' : ''}`,
  test({ bits, invert, soft }, { packet }) {
    const found = headersOf(packet.data);
    if (found === undefined) return false;
    return soft ? ((found & bits) === bits) !== invert : (found === bits) !== invert;
  },
});

/** The headers of a packet as bits (ipv6header_mt6); undefined when it is cut short. */
function headersOf(data: Uint8Array): number | undefined {
  let next = data[6] ?? PROTO.none;
  let offset = 40;
  let bits = 0;
  for (;;) {
    const known = HEADERS.find(([, number]) => number === next);
    if (!known) return bits | 0x01;
    if (next === PROTO.none || next === PROTO.esp) return bits | known[0];
    if (offset + 2 > data.length) return undefined;
    bits |= known[0];
    const units = data[offset + 1] ?? 0;
    const size =
      next === PROTO.fragment ? 8 : next === PROTO.ah ? (units + 2) * 4 : (units + 1) * 8;
    next = data[offset] ?? PROTO.none;
    offset += size;
    if (offset > data.length) return undefined;
  }
}
