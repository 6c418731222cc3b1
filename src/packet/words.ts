/**
 * Packets in words, in any order, for the command line, check files and lessons. Options, and the same words without
 * dashes, mean the same; source and destination may stand by themselves, in this order:
 *
 *     tcp 10.0.0.10:40000 198.51.100.7:80 --in eth1 --syn
 *     tcp from 10.0.0.10:40000 to 198.51.100.7:80 in eth1 syn
 *
 * A packet without `in` is sent by the host itself.
 */
import { parseAddress } from '../base/address.ts';
import { nearest } from '../base/nearest.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { PROTO } from './protocols.ts';
import { TCP_FLAG } from './tcp.ts';
import { readOptions, WORD_NAMES } from './word-options.ts';
import {
  PacketWordsError,
  readFlags,
  readNumber,
  readProtocol,
  readTos,
  readType,
} from './word-values.ts';

export { PacketWordsError } from './word-values.ts';

/** What the words say; what they leave out has its usual value. */
export interface PacketWords {
  /** Interface it arrives at; undefined for a packet of the host itself. */
  readonly dev: string | undefined;
  /** Interface the host's own socket is bound to. */
  readonly oif: string | undefined;
  /** Undefined: the host's own address towards `dst`. */
  readonly src: Uint8Array | undefined;
  readonly dst: Uint8Array;
  /** IP protocol number. */
  readonly proto: number;
  readonly sport: number;
  readonly dport: number;
  /** TCP_FLAG bits. */
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly type: number;
  readonly code: number;
  /** Of an ICMP echo. */
  readonly id: number;
  readonly ttl: number;
  readonly tos: number;
  readonly payload: Uint8Array;
  /** Owner of the sending socket, and its mark. */
  readonly uid: number;
  readonly gid: number;
  readonly mark: number;
  /** The words say which connection it is of: source port or echo id. Otherwise any will do. */
  readonly fixed: boolean;
}

/** How the words are used, for help texts. */
export const PACKET_WORDS = `PROTOCOL SOURCE[:PORT] DESTINATION[:PORT] --in INTERFACE   a packet that comes in
PROTOCOL DESTINATION[:PORT] [--out INTERFACE]              a packet this host sends
PROTOCOL is tcp, udp, icmp, icmpv6, sctp, udplite, gre, esp, ah ...; IPv6 with a port is [ADDRESS]:PORT.
  --from, --to ADDRESS[:PORT], --sport, --dport N   the ends, by name
  --syn --ack --fin --rst --psh --urg --ece --cwr   TCP flags (SYN when none is given), or --flags SA, --flags none
  --seq N, --acknum N                               TCP numbers
  --type TYPE, --code N, --id N                     ICMP, by number or name (echo-request when left out)
  --ttl N, --tos N, --dscp N|CLASS                  header fields
  --payload TEXT, --len N                           what it carries, or how many bytes
  --uid N, --gid N, --mark N                        the sending socket's
Each of them can be written without dashes: tcp from 10.0.0.10 to 198.51.100.7:443 in eth1 syn`;

const EXAMPLE = 'tcp 198.51.100.7:40000 10.0.0.1:22 --in eth0 --syn';

const DEFAULT_SPORT = 40_000;
const DEFAULT_SEQ = 1000;
const DEFAULT_TTL = 64;

/** Reads the words; `others` are words beside them that a misspelt one could mean. Throws PacketWordsError. */
export function parsePacketWords(
  words: readonly string[],
  others: readonly string[] = [],
): PacketWords {
  const { values, switches, rest } = readOptions(words);
  const { proto: named, ends } = readRest(rest, others);
  const dev = values.get('in');
  const oif = values.get('out');
  if (dev !== undefined && oif !== undefined)
    throw new PacketWordsError(
      'out is for packets this host sends; the way out of one that comes in is for the routes to choose',
    );
  const [src, dst] = placeEnds(ends, values.get('from'), values.get('to'));
  if (!dst) throw new PacketWordsError(`to is missing; for example: ${EXAMPLE}`);
  if (!src && dev !== undefined)
    throw new PacketWordsError(`from is missing; for example: ${EXAMPLE}`);
  if (src && src.address.length !== dst.address.length)
    throw new PacketWordsError('from and to are of different families');
  const wide = dst.address.length === 16;
  const number = (name: string, max: number, otherwise: number): number => {
    const text = values.get(name);
    return text === undefined ? otherwise : readNumber(name, text, max);
  };
  const protocol = values.get('protocol');
  const [type, code] = readType(values.get('type') ?? 'echo-request', wide);
  return {
    dev,
    oif,
    src: src?.address,
    dst: dst.address,
    proto: protocolFor(protocol === undefined ? named : readProtocol(protocol), wide),
    sport: number('sport', 0xffff, src?.port ?? DEFAULT_SPORT),
    dport: number('dport', 0xffff, dst.port ?? 0),
    flags: readFlags(switches, values.get('flags')) ?? TCP_FLAG.syn,
    seq: number('seq', 0xffff_ffff, DEFAULT_SEQ),
    ack: number('acknum', 0xffff_ffff, 0),
    type,
    code: number('code', 0xff, code),
    id: number('id', 0xffff, 1),
    ttl: number('ttl', 0xff, DEFAULT_TTL),
    tos: readTos(values.get('tos'), values.get('dscp')),
    payload: payloadOf(values.get('payload'), number('length', 65_000, 0)),
    uid: number('uid', 0xffff_ffff, 0),
    gid: number('gid', 0xffff_ffff, 0),
    mark: number('mark', 0xffff_ffff, 0),
    fixed: src?.port !== undefined || values.has('sport') || values.has('id'),
  };
}

const payloadOf = (text: string | undefined, length: number): Uint8Array =>
  text === undefined ? new Uint8Array(length) : encodeUtf8(text);

/** `icmp` between IPv6 addresses is ICMPv6; no protocol at all is TCP. */
function protocolFor(proto: number | undefined, wide: boolean): number {
  if (proto === PROTO.icmp && wide) return PROTO.icmpv6;
  return proto ?? PROTO.tcp;
}

interface End {
  readonly address: Uint8Array;
  readonly port: number | undefined;
}

const PROTOCOLS = ['tcp', 'udp', 'icmp', 'icmpv6', 'sctp', 'udplite', 'dccp', 'gre', 'esp', 'ah'];

/** Words that stand by themselves: the protocol, and addresses. */
function readRest(
  rest: readonly string[],
  others: readonly string[],
): { proto: number | undefined; ends: readonly End[] } {
  let proto: number | undefined;
  const ends: End[] = [];
  for (const word of rest) {
    const end = parseEnd(word);
    if (end) ends.push(end);
    else if (PROTOCOLS.includes(word)) proto = readProtocol(word);
    else throw unknownWord(word, others);
  }
  return { proto, ends };
}

function unknownWord(word: string, others: readonly string[]): PacketWordsError {
  if (/^\d|^\[|:/.test(word))
    return new PacketWordsError(
      `not an address, with a port or without: ${word}; for example: 198.51.100.7:40000`,
    );
  const bare = word.replace(/^-+/, '').replace(/=.*/s, '');
  const near = nearest(bare, [...WORD_NAMES, ...PROTOCOLS, ...others]);
  const meant = near === undefined || near === bare ? '' : `; did you mean ${near}?`;
  return new PacketWordsError(
    `not a packet word: ${word}${meant || ';'}${meant ? ' For' : ' for'} example: ${EXAMPLE}`,
  );
}

/** Ends by name, and those that stand alone: source, then destination; a single one is the destination. */
function placeEnds(
  ends: readonly End[],
  from: string | undefined,
  to: string | undefined,
): readonly [End | undefined, End | undefined] {
  const named = { from: namedEnd('from', from), to: namedEnd('to', to) };
  const free = [...ends];
  const dst = named.to ?? free.pop();
  const src = named.from ?? free.pop();
  const [extra] = free;
  if (extra)
    throw new PacketWordsError('too many addresses: a packet has a source and a destination');
  return [src, dst];
}

function namedEnd(word: string, text: string | undefined): End | undefined {
  if (text === undefined) return undefined;
  const end = parseEnd(text);
  if (!end) throw new PacketWordsError(`${word} needs an address, with a port or without: ${text}`);
  return end;
}

/** `10.0.0.1`, `10.0.0.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`. */
export function parseEnd(text: string): End | undefined {
  const whole = parseAddress(/^\[([^\]]+)\]$/.exec(text)?.[1] ?? text);
  if (whole) return { address: whole, port: undefined };
  const match = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text);
  const address = parseAddress(match?.[1] ?? '');
  const port = Number(match?.[2]);
  return address && port <= 0xffff ? { address, port } : undefined;
}
