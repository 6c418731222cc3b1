/** Reassembly and fragmentation of IPv4 and IPv6 packets (ip_fragment.c, nf_conntrack_reasm.c, ip_output.c). */
import { concatBytes, readUint, toHex, writeUint } from '../base/bytes.ts';
import { checksum } from '../packet/checksum.ts';
import { DF, MF } from '../packet/ipv4.ts';
import { extensionHeaders } from '../packet/ipv6.ts';
import { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocols.ts';

interface Piece {
  readonly offset: number;
  readonly data: Uint8Array;
  readonly more: boolean;
  /** The packet's headers before the payload; of an IPv6 one without the fragment header. */
  readonly header: Uint8Array;
  readonly dontFragment: boolean;
}

/** Fragments waiting for the rest of their packets. */
export class Fragments {
  private readonly waiting = new Map<string, Piece[]>();

  /**
   * Takes in a fragment. True when it completed a packet, which then stands in `packet`; false when the packet is kept
   * (or thrown away for being malformed). `user` keeps conntrack's fragments apart from those for local delivery.
   */
  gather(packet: Packet, user: string): boolean {
    const found = packet.family === 'ip' ? pieceV4(packet.data) : pieceV6(packet.data);
    if (!found) return false;
    const key = `${user} ${found.key}`;
    const pieces = this.waiting.get(key) ?? [];
    pieces.push(found.piece);
    pieces.sort((a, b) => a.offset - b.offset);
    this.waiting.set(key, pieces);
    if (!isComplete(pieces)) return false;
    this.waiting.delete(key);
    packet.data = packet.family === 'ip' ? joinV4(pieces) : joinV6(pieces);
    packet.pieces = pieces.map(({ data }) => data.length);
    packet.headersChanged();
    return true;
  }
}

function isComplete(pieces: readonly Piece[]): boolean {
  let at = 0;
  for (const { offset, data, more } of pieces) {
    if (offset !== at) return false;
    at += data.length;
    if (!more) return true;
  }
  return false;
}

function pieceV4(data: Uint8Array): { key: string; piece: Piece } | undefined {
  const headerLength = ((data[0] ?? 0) & 15) * 4;
  const flags = readUint(data, 6, 2);
  const body = data.slice(headerLength, readUint(data, 2, 2));
  const more = (flags & MF) !== 0;
  if (more && body.length % 8 !== 0) return undefined;
  return {
    key: toHex(concatBytes(data.subarray(12, 20), data.subarray(4, 6), data.subarray(9, 10))),
    piece: {
      offset: (flags & 0x1fff) * 8,
      data: body,
      more,
      header: data.slice(0, headerLength),
      dontFragment: (flags & DF) !== 0,
    },
  };
}

function joinV4(pieces: readonly Piece[]): Uint8Array {
  const first = pieces[0];
  if (!first) throw new Error('no fragments to join');
  const out = concatBytes(first.header, ...pieces.map(({ data }) => data));
  // DF of the largest fragments is kept, so that the pieces do not outgrow the path.
  const largest = Math.max(...pieces.map(({ data }) => data.length));
  const keepDf = pieces.some(({ data, dontFragment }) => dontFragment && data.length === largest);
  writeUint(out, 2, 2, out.length);
  writeUint(out, 6, 2, keepDf ? DF : 0);
  seal(out, first.header.length);
  return out;
}

function seal(packet: Uint8Array, headerLength: number): void {
  writeUint(packet, 10, 2, 0);
  writeUint(packet, 10, 2, checksum(packet, 0, headerLength));
}

function pieceV6(data: Uint8Array): { key: string; piece: Piece } | undefined {
  let before = 6; // where the number of the next header stands
  for (const { type, offset } of extensionHeaders(data)) {
    if (type !== PROTO.fragment) {
      before = offset;
      continue;
    }
    const word = readUint(data, offset + 2, 2);
    const body = data.slice(offset + 8, 40 + readUint(data, 4, 2));
    const more = (word & 1) !== 0;
    if (more && body.length % 8 !== 0) return undefined;
    const header = data.slice(0, offset);
    header[before] = data[offset] ?? PROTO.none;
    return {
      key: toHex(concatBytes(data.subarray(8, 40), data.subarray(offset + 4, offset + 8))),
      piece: { offset: word & 0xfff8, data: body, more, header, dontFragment: false },
    };
  }
  return undefined;
}

function joinV6(pieces: readonly Piece[]): Uint8Array {
  const first = pieces[0];
  if (!first) throw new Error('no fragments to join');
  const out = concatBytes(first.header, ...pieces.map(({ data }) => data));
  writeUint(out, 4, 2, out.length - 40);
  return out;
}

const keepsPieces = (length: number, room: number, pieces: readonly number[]): boolean =>
  pieces.reduce((sum, size) => sum + size, 0) === length && pieces.every((size) => size <= room);

/** Sizes to cut `length` payload bytes in: as it came if that fits `room`, else as large as possible. */
function pieceSizes(
  length: number,
  room: number,
  pieces: readonly number[] | undefined,
): readonly number[] {
  if (pieces && keepsPieces(length, room, pieces)) return pieces;
  const step = Math.min(room, pieces ? Math.max(...pieces) : room) & ~7;
  const out: number[] = [];
  for (let left = length; left > 0; left -= step) out.push(Math.min(step, left));
  return out;
}

/** Whether a packet must leave in pieces: too long, or put together from fragments on the way. */
export const needsFragmenting = (packet: Packet, mtu: number): boolean =>
  packet.data.length > mtu || (packet.pieces?.length ?? 0) > 1;

/** The fragments of a packet. `id` is for IPv6, whose packets have none until they are cut. */
export function fragment(packet: Packet, mtu: number, id: number): Uint8Array[] {
  return packet.family === 'ip' ? fragmentV4(packet, mtu) : fragmentV6(packet, mtu, id);
}

function fragmentV4(packet: Packet, mtu: number): Uint8Array[] {
  const { data } = packet;
  const headerLength = ((data[0] ?? 0) & 15) * 4;
  const body = data.subarray(headerLength);
  const flags = readUint(data, 6, 2);
  const start = (flags & 0x1fff) * 8;
  const out: Uint8Array[] = [];
  const room = mtu - headerLength;
  // Pieces that leave as they came do so without DF (the fast path of ip_do_fragment).
  const kept = packet.pieces && keepsPieces(body.length, room, packet.pieces);
  const dontFragment = kept ? 0 : flags & DF;
  let at = 0;
  for (const size of pieceSizes(body.length, room, packet.pieces)) {
    const piece = concatBytes(data.subarray(0, headerLength), body.subarray(at, at + size));
    const more = at + size < body.length || (flags & MF) !== 0;
    writeUint(piece, 2, 2, piece.length);
    writeUint(piece, 6, 2, dontFragment | (more ? MF : 0) | ((start + at) / 8));
    seal(piece, headerLength);
    out.push(piece);
    at += size;
  }
  return out;
}

function fragmentV6(packet: Packet, mtu: number, id: number): Uint8Array[] {
  const { data } = packet;
  const { before, length } = unfragmentable(data);
  const body = data.subarray(length);
  const out: Uint8Array[] = [];
  let at = 0;
  for (const size of pieceSizes(body.length, mtu - length - 8, packet.pieces)) {
    const head = data.slice(0, length);
    const header = new Uint8Array(8);
    header[0] = head[before] ?? PROTO.none;
    head[before] = PROTO.fragment;
    writeUint(header, 2, 2, at | (at + size < body.length ? 1 : 0));
    writeUint(header, 4, 4, id);
    const piece = concatBytes(head, header, body.subarray(at, at + size));
    writeUint(piece, 4, 2, piece.length - 40);
    out.push(piece);
    at += size;
  }
  return out;
}

/** The headers every fragment repeats: up to hop-by-hop, routing, and destination options before a routing header. */
function unfragmentable(data: Uint8Array): { before: number; length: number } {
  let before = 6;
  let length = 40;
  for (const header of extensionHeaders(data)) {
    if (header.type !== PROTO.hopopts && header.type !== PROTO.routing) break;
    before = header.offset;
    length = header.offset + header.length;
  }
  return { before, length };
}

/** A packet like `packet` with other bytes: a fragment on its way out. */
export function pieceOf(packet: Packet, data: Uint8Array): Packet {
  const out = new Packet(data, packet.etherType, packet.link);
  out.mark = packet.mark;
  out.oif = packet.oif;
  out.dst = packet.dst;
  return out;
}
