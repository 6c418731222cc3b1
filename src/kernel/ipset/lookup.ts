/** What rules do with sets: `-m set` looks a packet up, `-j SET` adds and deletes (ip_set_core.c and the kadt functions). */
import { maskAddress } from '../../base/address.ts';
import type { Packet } from '../../packet/packet.ts';
import { addresses, ports } from '../../packet/transport.ts';
import {
  addBitmapMember,
  type BitmapSet,
  deleteBitmapMember,
  findBitmapMember,
  inRange,
} from './bitmap.ts';
import type { HashType } from './elements.ts';
import { addHashMember, deleteHashMember, findHashMember, type HashSet } from './hash.ts';
import { memberIndex } from './member-index.ts';
import { isExpired, type Members } from './members.ts';
import type { IpsetMember, IpsetPart, IpsetRecord } from './model.ts';
import { cut, toNumber } from './range.ts';
import type { IpsetContext } from './request.ts';
import { asBitmap, asHash } from './sets.ts';
import { ipsetType } from './types.ts';

/** A packet, and which of its ends each dimension of the set is about. */
export interface SetQuery {
  readonly packet: Packet;
  /** One for each `src` (true) or `dst` given. */
  readonly sources: readonly boolean[];
}

export interface CounterTest {
  readonly op: 'eq' | 'ne' | 'lt' | 'gt';
  readonly value: bigint;
}

/** Options of the set match. */
export interface SetMatchOptions {
  readonly returnNomatch?: boolean | undefined;
  /** `! --update-counters` and `! --update-subcounters`. */
  readonly keepCounters?: boolean | undefined;
  readonly keepSubcounters?: boolean | undefined;
  readonly packets?: CounterTest | undefined;
  readonly bytes?: CounterTest | undefined;
}

/** Options of the SET target. */
export interface SetAddOptions {
  readonly exist?: boolean | undefined;
  /** Seconds; undefined for the set's own. */
  readonly timeout?: number | undefined;
}

export interface SetMatch {
  readonly matched: boolean;
  /** The member that matched: its skbinfo is for `--map-set`. */
  readonly member?: Readonly<IpsetMember> | undefined;
}

const NONE: SetMatch = { matched: false };
const TCP = 6;
const UDP = 17;
const WITH_PORTS: readonly number[] = [TCP, UDP, 132, 136];
const FAMILY = { ip: 'inet', ip6: 'inet6' } as const;

/** Counts one more rule that uses a set; false when there is none of that name. */
export function holdIpset({ lab }: Pick<IpsetContext, 'lab'>, name: string): boolean {
  if (!lab.ipsets.has(name)) return false;
  lab.ipsets.edit(name).references++;
  return true;
}

/** A rule no longer uses a set. */
export function releaseIpset({ lab }: Pick<IpsetContext, 'lab'>, name: string): void {
  if (lab.ipsets.has(name)) lab.ipsets.edit(name).references--;
}

const end = (packet: Packet, source: boolean): Uint8Array =>
  source ? addresses(packet).src : addresses(packet).dst;

/** Protocol and port of one end; ICMP's type and code whichever end; undefined where a fragment hides them. */
function portPart(packet: Packet, source: boolean): IpsetPart | undefined {
  const { proto, offset, fragment } = packet.transport;
  if (proto < 0) return undefined;
  const icmp = proto === (packet.family === 'ip6' ? 58 : 1);
  const known = icmp || WITH_PORTS.includes(proto);
  // IPv6 fragments have no known protocol; of IPv4 ones it stands in the header.
  if (fragment !== 0 && (known || packet.family === 'ip6')) return undefined;
  if (icmp) {
    const [type, code] = packet.data.subarray(offset, offset + 2);
    if (type === undefined || code === undefined) return undefined;
    return { kind: 'port', proto, port: type * 256 + code };
  }
  if (!known) return { kind: 'port', proto, port: 0 };
  const both = ports(packet);
  return both && { kind: 'port', proto, port: source ? both.sport : both.dport };
}

function macPart(packet: Packet, source: boolean): IpsetPart | undefined {
  if (packet.link.length < 14) return undefined;
  const mac = source ? packet.link.slice(6, 12) : packet.link.slice(0, 6);
  return mac.some((byte) => byte !== 0) ? { kind: 'mac', mac } : undefined;
}

/** The interface a packet came in by (src) or leaves by (dst). */
function ifacePart(packet: Packet, source: boolean): IpsetPart | undefined {
  const name = (source ? packet.iif : packet.oif)?.name;
  return name ? { kind: 'iface', name, physdev: false, wildcard: false } : undefined;
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** Types that take no all-zero address from a packet. */
const NOT_NULL: readonly string[] = ['hash:ip', 'hash:ip,port'];

/** One end's address, cut to what the set keeps of it; undefined for the zero address where none can be kept. */
function addressPart(
  { type, header }: HashSet,
  packet: Packet,
  source: boolean,
  prefix: number | undefined,
): IpsetPart | undefined {
  const own = end(packet, source);
  const address = header.mask ? maskAddress(own, header.mask) : own;
  if (NOT_NULL.includes(type.name) && isZero(address)) return undefined;
  const width = prefix ?? 8 * address.length;
  return { kind: 'ip', address: cut(address, width), prefix: width };
}

/** The packet as a member of a hash set; networks as wide as `widths` says, else single addresses. */
function hashParts(
  hash: HashSet,
  { packet, sources }: SetQuery,
  widths: (dimension: number) => number | undefined,
): readonly IpsetPart[] | undefined {
  const parts: IpsetPart[] = [];
  let addressed = 0;
  for (const [at, dim] of hash.type.dims.entries()) {
    const source = sources[at] ?? false;
    let part: IpsetPart | undefined;
    if ('from' in dim) {
      part = addressPart(hash, packet, source, dim.kind === 'net' ? widths(addressed) : undefined);
      addressed++;
    } else if (dim.kind === 'port') part = portPart(packet, source);
    else if (dim.kind === 'mac') part = macPart(packet, source);
    else if (dim.kind === 'iface') part = ifacePart(packet, source);
    else part = { kind: 'mark', mark: (packet.mark & (hash.header.markmask ?? 0xffffffff)) >>> 0 };
    if (!part) return undefined;
    parts.push(part);
  }
  return parts;
}

function passes(test: CounterTest | undefined, count: bigint): boolean {
  switch (test?.op) {
    case undefined:
      return true;
    case 'eq':
      return count === test.value;
    case 'ne':
      return count !== test.value;
    case 'lt':
      return count < test.value;
    case 'gt':
      return count > test.value;
  }
}

/** Counts the packet in a member and asks whether its counters are as wanted (ip_set_match_extensions). */
function accepts(
  set: IpsetRecord,
  members: Members,
  key: string,
  { packet }: SetQuery,
  options: SetMatchOptions,
): boolean {
  if (!set.counters) return true;
  if (!options.keepCounters) {
    const member = members.edit(key);
    member.packets = BigInt.asUintN(64, (member.packets ?? 0n) + 1n);
    member.bytes = BigInt.asUintN(64, (member.bytes ?? 0n) + BigInt(packet.data.length));
  }
  const { packets = 0n, bytes = 0n } = members.get(key) ?? {};
  return passes(options.packets, packets) && passes(options.bytes, bytes);
}

function matchHash(hash: HashSet, query: SetQuery, options: SetMatchOptions): SetMatch {
  const parts = hashParts(hash, query, () => undefined);
  if (!parts) return NONE;
  const { set, members } = hash;
  const member = findHashMember(hash, parts, (key) => accepts(set, members, key, query, options));
  if (!member) return NONE;
  const inverted = options.returnNomatch === true && canExclude(hash.type);
  return { matched: member.nomatch === inverted, member };
}

const canExclude = (type: HashType): boolean => type.features.includes('nomatch');

/** Where in a bitmap a packet belongs, and its MAC where the bitmap has those. */
function bitmapPlace(bitmap: BitmapSet, { packet, sources }: SetQuery) {
  const source = sources[0] ?? false;
  let value: number;
  let mac: Uint8Array | undefined;
  if (bitmap.header.kind === 'bitmap-port') {
    const part = portPart(packet, source);
    if (part?.kind !== 'port' || (part.proto !== TCP && part.proto !== UDP)) return undefined;
    value = part.port;
  } else {
    if (packet.family !== 'ip') return undefined;
    value = toNumber(end(packet, source));
  }
  if (bitmap.withMac) {
    const part = macPart(packet, sources[1] ?? false);
    if (part?.kind !== 'mac') return undefined;
    mac = part.mac;
  }
  return inRange(bitmap, value) ? { value, mac } : undefined;
}

function matchBitmap(bitmap: BitmapSet, query: SetQuery, options: SetMatchOptions): SetMatch {
  const place = bitmapPlace(bitmap, query);
  if (!place) return NONE;
  const found = findBitmapMember(bitmap, place.value, place.mac);
  if (!found) return NONE;
  if (found.incomplete) {
    addBitmapMember(bitmap, place.value, { mac: place.mac, packets: 1n }, false);
    return { matched: true, member: found.member };
  }
  const { set, members } = bitmap;
  const accepted = accepts(set, members, found.key, query, options);
  return accepted ? { matched: true, member: found.member } : NONE;
}

/** A list matches when one of its sets does; only the list's own member is asked for its counters. */
function matchList(
  ctx: IpsetContext,
  list: IpsetRecord,
  query: SetQuery,
  options: SetMatchOptions,
): SetMatch {
  const inner: SetMatchOptions = {
    returnNomatch: options.returnNomatch,
    keepCounters: options.keepCounters || options.keepSubcounters,
  };
  const members = ctx.lab.ipsetMembers(list.name);
  for (const [name, member] of [...members.entries()]) {
    const match = matchIpset(ctx, name, query, inner);
    if (!match.matched || isExpired(member, ctx.now)) continue;
    if (accepts(list, members, name, query, options))
      return { matched: true, member: list.skbinfo ? member : match.member };
  }
  return NONE;
}

/** The set, when the rule names enough dimensions and the packet is of its family. */
function applicable(ctx: IpsetContext, name: string, { packet, sources }: SetQuery) {
  const set = ctx.lab.ipsets.get(name);
  if (!set || !packet.family || sources.length < ipsetType(set.type).dimension) return undefined;
  return set.family === 'unspec' || set.family === FAMILY[packet.family] ? set : undefined;
}

/** Looks a packet up in a set. Counters of what it finds are counted, so this changes the lab. */
export function matchIpset(
  ctx: IpsetContext,
  name: string,
  query: SetQuery,
  options: SetMatchOptions = {},
): SetMatch {
  const set = applicable(ctx, name, query);
  if (!set) return NONE;
  const hash = asHash(ctx, set);
  if (hash) return matchHash(hash, query, options);
  const bitmap = asBitmap(ctx, set);
  if (bitmap) return matchBitmap(bitmap, query, options);
  return matchList(ctx, set, query, options);
}

/** The widest-known prefix lengths a packet's networks get: those of the most specific members so far. */
function packetWidths({ members }: HashSet): (dimension: number) => number | undefined {
  return (dimension) => memberIndex(members).prefixes(dimension)[0];
}

/** Adds a packet to a set; true when it was added, or its member renewed with `exist`. */
export function addPacket(
  ctx: IpsetContext,
  name: string,
  query: SetQuery,
  { exist = false, timeout }: SetAddOptions = {},
): boolean {
  const set = applicable(ctx, name, query);
  if (!set) return false;
  const ext = { timeout, packets: 1n, bytes: BigInt(query.packet.data.length) };
  const hash = asHash(ctx, set);
  if (hash) {
    const parts = hashParts(hash, query, packetWidths(hash));
    return parts !== undefined && addHashMember(hash, parts, ext, exist) === undefined;
  }
  const bitmap = asBitmap(ctx, set);
  if (bitmap) {
    const place = bitmapPlace(bitmap, query);
    if (!place) return false;
    return addBitmapMember(bitmap, place.value, { ...ext, mac: place.mac }, exist) === undefined;
  }
  return inList(ctx, set, (member) => addPacket(ctx, member, query, { exist, timeout }));
}

/** Deletes a packet's member from a set; true when it was there. */
export function deletePacket(ctx: IpsetContext, name: string, query: SetQuery): boolean {
  const set = applicable(ctx, name, query);
  if (!set) return false;
  const hash = asHash(ctx, set);
  if (hash) {
    const parts = hashParts(hash, query, packetWidths(hash));
    return parts !== undefined && deleteHashMember(hash, parts) === undefined;
  }
  const bitmap = asBitmap(ctx, set);
  if (bitmap) {
    const place = bitmapPlace(bitmap, query);
    return place !== undefined && deleteBitmapMember(bitmap, place.value) === undefined;
  }
  return inList(ctx, set, (member) => deletePacket(ctx, member, query));
}

/** Tries the sets of a list in order until one takes it. */
function inList(ctx: IpsetContext, list: IpsetRecord, fn: (name: string) => boolean): boolean {
  for (const [name, member] of [...ctx.lab.ipsetMembers(list.name).entries()])
    if (!isExpired(member, ctx.now) && fn(name)) return true;
  return false;
}
