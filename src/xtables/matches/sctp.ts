import { readUint } from '../../base/bytes.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { ports } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import {
  type GivenPorts,
  printGiven,
  saveGiven,
  testGiven,
  translateGiven,
} from '../given-ports.ts';
import type { Given, OptionCall } from '../options.ts';
import { type PortMatch, portOption } from '../ports.ts';

const WAYS = ['all', 'any', 'only'] as const;

/** A chunk asked for, and what its flags are to be. */
interface Chunk {
  readonly type: number;
  readonly mask: number;
  readonly flags: number;
}

interface ChunkMatch {
  readonly way: (typeof WAYS)[number];
  readonly invert: boolean;
  /** By type, ascending; all 256 for ALL. */
  readonly chunks: readonly Chunk[];
}

interface SctpInfo extends GivenPorts {
  readonly chunks: ChunkMatch | undefined;
}

/** Number, name, nft's name, letters of the flags from the highest bit on. */
const CHUNKS: readonly (readonly [number, string, string, string])[] = [
  [0, 'DATA', 'data', '----IUBE'],
  [1, 'INIT', 'init', '--------'],
  [2, 'INIT_ACK', 'init-ack', '--------'],
  [3, 'SACK', 'sack', '--------'],
  [4, 'HEARTBEAT', 'heartbeat', '--------'],
  [5, 'HEARTBEAT_ACK', 'heartbeat-ack', '--------'],
  [6, 'ABORT', 'abort', '-------T'],
  [7, 'SHUTDOWN', 'shutdown', '--------'],
  [8, 'SHUTDOWN_ACK', 'shutdown-ack', '--------'],
  [9, 'ERROR', 'error', '--------'],
  [10, 'COOKIE_ECHO', 'cookie-echo', '--------'],
  [11, 'COOKIE_ACK', 'cookie-ack', '--------'],
  [12, 'ECN_ECNE', 'ecne', '--------'],
  [13, 'ECN_CWR', 'cwr', '--------'],
  [14, 'SHUTDOWN_COMPLETE', 'shutdown-complete', '-------T'],
  [64, 'I_DATA', 'i-data', '----IUBE'],
  [130, 'RE_CONFIG', 're-config', '--------'],
  [132, 'PAD', 'pad', '--------'],
  [193, 'ASCONF', 'asconf', '--------'],
  [128, 'ASCONF_ACK', 'asconf-ack', '--------'],
  [192, 'FORWARD_TSN', 'forward-tsn', '--------'],
  [194, 'I_FORWARD_TSN', 'i-forward-tsn', '--------'],
];
const EVERY = 256;

const letters = (type: number): string => CHUNKS.find(([n]) => n === type)?.[3] ?? '--------';

function readFlags(type: number, text: string): { mask: number; flags: number } {
  let mask = 0;
  let flags = 0;
  for (const letter of text) {
    const at = letter === '-' ? -1 : letters(type).indexOf(letter.toUpperCase());
    if (at < 0) parameterProblem(`Invalid flags for chunk type ${type}`);
    const bit = 1 << (7 - at);
    mask |= bit;
    if (letter === letter.toUpperCase()) flags |= bit;
  }
  return { mask, flags };
}

function readChunks(text: string): Chunk[] {
  if (text === 'ALL')
    return Array.from({ length: EVERY }, (_, type) => ({ type, mask: 0, flags: 0 }));
  if (text === 'NONE') return [];
  const chunks = new Map<number, Chunk>();
  for (const word of text.split(',')) {
    const [name = '', flags] = word.split(':', 2);
    const known = CHUNKS.find(([, own]) => own === name.toUpperCase());
    if (!known) return parameterProblem(`Unknown sctp chunk \`${name}'`);
    const [type] = known;
    chunks.set(type, { type, ...(flags ? readFlags(type, flags) : { mask: 0, flags: 0 }) });
  }
  return [...chunks.values()].sort((a, b) => a.type - b.type);
}

function showFlags({ type, mask, flags }: Chunk): string {
  if (mask === 0) return '';
  let out = ':';
  for (let bit = 7; bit >= 0; bit--) {
    if (!((mask >> bit) & 1)) continue;
    const letter = letters(type)[7 - bit] ?? '-';
    out += (flags >> bit) & 1 ? letter : letter.toLowerCase();
  }
  return out;
}

function showChunks({ chunks }: ChunkMatch, name: (type: number) => string): string {
  if (chunks.length === EVERY) return 'ALL';
  if (chunks.length === 0) return 'NONE';
  return chunks.map((chunk) => `${name(chunk.type)}${showFlags(chunk)}`).join(',');
}

const nameOf = (type: number): string => CHUNKS.find(([n]) => n === type)?.[1] ?? '';
const numberOf = (type: number): string => `0x${type.toString(16).toUpperCase().padStart(4, '0')}`;

/** nft's words, chunk by chunk; only `all` and `only` have any. */
function translateChunks({ way, invert, chunks }: ChunkMatch): string[] | undefined {
  if (way === 'any') return undefined;
  const hex = (n: number) => `0x${n.toString(16)}`;
  const out: string[] = [];
  for (const [type, , name] of CHUNKS) {
    const asked = chunks.find((chunk) => chunk.type === type);
    if (asked?.mask)
      out.push(
        `sctp chunk ${name} flags & ${hex(asked.mask)} ${invert ? '!=' : '=='} ${hex(asked.flags)}`,
      );
    else if (asked) out.push(`sctp chunk ${name} ${invert ? 'missing' : 'exists'}`);
    else if (way === 'only') out.push(`sctp chunk ${name} ${invert ? 'exists' : 'missing'}`);
  }
  return out;
}

/** The chunks of a packet: type and flags; undefined when it is malformed. */
function* packetChunks({ data, transport: { offset } }: Packet) {
  for (let at = offset + 12; at + 4 <= data.length; ) {
    const length = readUint(data, at + 2, 2);
    yield { type: data[at] ?? 0, flags: data[at + 1] ?? 0, length };
    if (length === 0) return;
    at += (length + 3) & ~3;
  }
}

/** match_packet of xt_sctp.c. */
function testChunks({ way, chunks }: ChunkMatch, packet: Packet): boolean {
  const open = new Set(chunks.map(({ type }) => type));
  for (const { type, flags, length } of packetChunks(packet)) {
    if (length === 0) return false;
    const asked = chunks.find((chunk) => chunk.type === type);
    const fits = asked !== undefined && (flags & asked.mask) === asked.flags;
    if (way === 'any' && fits) return true;
    if (way === 'all' && fits) open.delete(type);
    if (way === 'only' && !fits) return false;
  }
  return way === 'all' ? open.size === 0 : way === 'only';
}

const given = (option: Given<PortMatch> | undefined): PortMatch | undefined => option?.value;

export const sctp = defineMatch({
  name: 'sctp',
  options: {
    'source-port': portOption('sctp', 'sport'),
    'destination-port': portOption('sctp', 'dport'),
    'chunk-types': {
      type: 'string',
      own: true,
      read(text: string, call: OptionCall): ChunkMatch {
        if (call.seen('chunk-types')) parameterProblem("Only one `--chunk-types' allowed");
        const way = WAYS.find((word) => word === text.toLowerCase());
        if (!way) return parameterProblem('Match type has to be one of "ALL", "ANY" or "ONLY"');
        const list = call.next() ?? parameterProblem('--chunk-types requires two args');
        return { way, invert: call.invert, chunks: readChunks(list) };
      },
    },
  },
  help: `[!] --source-port | --sport PORT[:PORT]       source port, or first and last of a range
[!] --destination-port | --dport PORT[:PORT]  destination port
[!] --chunk-types all|any|only LIST           chunks of the packet: names with :FLAGS, ALL or NONE;
  a capital letter is a flag that is set, a small one a flag that is not: I U B E of DATA, T of ABORT`,
  parse: (options): SctpInfo => ({
    sport: given(options['source-port']),
    dport: given(options['destination-port']),
    chunks: options['chunk-types']?.value,
  }),
  print(info, { numeric }) {
    const { chunks } = info;
    const shown = chunks
      ? ` ${chunks.invert ? '! ' : ''}${chunks.way} ${showChunks(chunks, numeric ? numberOf : nameOf)}`
      : '';
    return `sctp${printGiven(info, 'sctp', numeric)}${shown}`;
  },
  save: (info) =>
    [
      ...saveGiven(info),
      ...(info.chunks
        ? [
            `${info.chunks.invert ? '! ' : ''}--chunk-types ${info.chunks.way} ${showChunks(info.chunks, nameOf)}`,
          ]
        : []),
    ].join(' '),
  translate(info) {
    const chunks = info.chunks ? translateChunks(info.chunks) : [];
    return chunks && [...translateGiven(info, 'sctp'), ...chunks].join(' ');
  },
  demands: { protos: [PROTO.sctp] },
  test(info, { packet }) {
    const numbers = ports(packet);
    if (!numbers || !testGiven(info, numbers)) return false;
    return !info.chunks || testChunks(info.chunks, packet) !== info.chunks.invert;
  },
});
