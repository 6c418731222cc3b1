/**
 * Packets in words, in any order: `tcp from 10.0.0.10:40000 to 198.51.100.7:80 in eth1 syn`. For the command line, check
 * files and lessons. A packet without `in` is sent by the host itself.
 */
import { parseAddress } from '../base/address.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { buildIcmp, echoWord } from './icmp.ts';
import { buildIpv4, DF } from './ipv4.ts';
import { buildIpv6 } from './ipv6.ts';
import { Packet } from './packet.ts';
import { ETHERTYPE, PROTO } from './protocols.ts';
import { buildTcp, TCP_FLAG } from './tcp.ts';
import { setTransportChecksum } from './transport.ts';
import { buildUdp } from './udp.ts';

/** The words are not a packet; the message says which one is wrong. */
export class PacketWordsError extends Error {
  override readonly name = 'PacketWordsError';
}

/** What the words say; what they leave out has its usual value. */
export interface PacketWords {
  /** Interface it arrives at; undefined for a packet of the host itself. */
  readonly dev: string | undefined;
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
}

/** How the words are used, for help texts. */
export const PACKET_WORDS =
  'PROTOCOL from ADDRESS[:PORT] to ADDRESS[:PORT] [in INTERFACE] [syn] [ack] [fin] [rst] [psh] [urg] [sport N] [dport N]\n' +
  '[seq N] [acknum N] [type N] [code N] [id N] [ttl N] [tos N] [length N | payload TEXT] [uid N] [gid N] [mark N]';

const PROTOCOLS = new Map<string, number>([
  ['tcp', PROTO.tcp],
  ['udp', PROTO.udp],
  ['udplite', PROTO.udplite],
  ['icmp', PROTO.icmp],
  ['icmpv6', PROTO.icmpv6],
  ['gre', PROTO.gre],
  ['esp', PROTO.esp],
  ['ah', PROTO.ah],
]);
const FLAGS = new Map<string, number>(Object.entries(TCP_FLAG));
/** Words followed by a number, and the greatest one. */
const NUMBERS = new Map([
  ['sport', 0xffff],
  ['dport', 0xffff],
  ['seq', 0xffff_ffff],
  ['acknum', 0xffff_ffff],
  ['type', 0xff],
  ['code', 0xff],
  ['id', 0xffff],
  ['ttl', 0xff],
  ['tos', 0xff],
  ['length', 65_000],
  ['uid', 0xffff_ffff],
  ['gid', 0xffff_ffff],
  ['mark', 0xffff_ffff],
  ['protocol', 0xff],
]);
const TEXTS = new Set(['from', 'to', 'in', 'payload']);

const DEFAULT_SPORT = 40_000;
const DEFAULT_SEQ = 1000;
const DEFAULT_TTL = 64;
const WINDOW = 65_535;

/** Reads the words. Throws PacketWordsError. */
export function parsePacketWords(words: readonly string[]): PacketWords {
  const numbers = new Map<string, number>();
  const texts = new Map<string, string>();
  let flags = 0;
  let proto: number | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const max = NUMBERS.get(word);
    const protocol = PROTOCOLS.get(word);
    const flag = FLAGS.get(word);
    if (max !== undefined) numbers.set(word, numberAfter(word, words[++i], max));
    else if (TEXTS.has(word)) texts.set(word, textAfter(word, words[++i]));
    else if (protocol !== undefined) proto = protocol;
    else if (flag !== undefined) flags |= flag;
    else throw new PacketWordsError(`not a packet word: ${word}`);
  }
  const to = endOf('to', texts.get('to'));
  const from = texts.has('from') ? endOf('from', texts.get('from')) : undefined;
  if (!from && texts.has('in')) throw new PacketWordsError('from is missing');
  if (from && from.address.length !== to.address.length)
    throw new PacketWordsError('from and to are of different families');
  const wide = to.address.length === 16;
  const number = (name: string, otherwise: number): number => numbers.get(name) ?? otherwise;
  const payload = texts.get('payload');
  return {
    dev: texts.get('in'),
    src: from?.address,
    dst: to.address,
    proto: numbers.get('protocol') ?? protocolFor(proto, wide),
    sport: number('sport', from?.port ?? DEFAULT_SPORT),
    dport: number('dport', to.port ?? 0),
    flags: flags === 0 ? TCP_FLAG.syn : flags,
    seq: number('seq', DEFAULT_SEQ),
    ack: number('acknum', 0),
    type: number('type', wide ? 128 : 8),
    code: number('code', 0),
    id: number('id', 1),
    ttl: number('ttl', DEFAULT_TTL),
    tos: number('tos', 0),
    payload: payload === undefined ? new Uint8Array(number('length', 0)) : encodeUtf8(payload),
    uid: number('uid', 0),
    gid: number('gid', 0),
    mark: number('mark', 0),
  };
}

/** `icmp` between IPv6 addresses is ICMPv6; no protocol at all is TCP. */
function protocolFor(proto: number | undefined, wide: boolean): number {
  if (proto === PROTO.icmp && wide) return PROTO.icmpv6;
  return proto ?? PROTO.tcp;
}

function numberAfter(word: string, text: string | undefined, max: number): number {
  const value = Number(text);
  if (text === undefined || !/^(\d+|0x[0-9a-fA-F]+)$/.test(text) || value > max)
    throw new PacketWordsError(`${word} needs a number up to ${max}`);
  return value;
}

function textAfter(word: string, text: string | undefined): string {
  if (text === undefined) throw new PacketWordsError(`${word} needs a value`);
  return text;
}

interface End {
  readonly address: Uint8Array;
  readonly port: number | undefined;
}

/** `10.0.0.1`, `10.0.0.1:80`, `2001:db8::1`, `[2001:db8::1]:80`. */
export function parseEnd(text: string): End | undefined {
  const whole = parseAddress(text);
  if (whole) return { address: whole, port: undefined };
  const match = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text);
  const address = parseAddress(match?.[1] ?? '');
  const port = Number(match?.[2]);
  return address && port <= 0xffff ? { address, port } : undefined;
}

function endOf(word: string, text: string | undefined): End {
  if (text === undefined) throw new PacketWordsError(`${word} is missing`);
  const end = parseEnd(text);
  if (!end) throw new PacketWordsError(`${word} needs an address, with a port or without: ${text}`);
  return end;
}

/** The layer-3 bytes of the packet; `src` fills in for a source the words leave out. */
export function buildWords(words: PacketWords, src: Uint8Array): Uint8Array {
  const { dst, proto, ttl, tos } = words;
  const body = transportOf(words);
  const wide = dst.length === 16;
  const data = wide
    ? buildIpv6({ src, dst, nextHeader: proto, hopLimit: ttl, trafficClass: tos }, body)
    : buildIpv4({ src, dst, proto, ttl, tos, flags: DF }, body);
  setTransportChecksum(new Packet(data, wide ? ETHERTYPE.ip6 : ETHERTYPE.ip));
  return data;
}

function transportOf(words: PacketWords): Uint8Array {
  const { proto, sport, dport, flags, seq, ack, payload, type, code, id } = words;
  switch (proto) {
    case PROTO.tcp: {
      const fields = { sport, dport, seq, ack, flags, window: WINDOW, urgent: 0 };
      return buildTcp(fields, undefined, payload);
    }
    case PROTO.udp:
    case PROTO.udplite:
      return buildUdp({ sport, dport }, payload);
    case PROTO.icmp:
    case PROTO.icmpv6:
      return buildIcmp(type, code, echoWord(id, 1), payload);
    default:
      return payload;
  }
}
