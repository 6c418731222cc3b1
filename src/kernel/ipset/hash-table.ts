/**
 * The hash table a set's members lie in: the order of an unsorted listing, and how far the table has grown. It follows
 * from the members and the seed alone, so it is not stored; members that came and went leave no holes in it.
 */
import { concatBytes } from '../../base/bytes.ts';
import type { HashHeader } from './elements.ts';
import type { IpsetMember, IpsetPart, IpsetRecord } from './model.ts';

const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** jhash2 of little-endian words (include/linux/jhash.h, Bob Jenkins' lookup3). */
function jhash(bytes: Uint8Array, seed: number): number {
  const word = (at: number): number =>
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24);
  let a = (0xdeadbeef + bytes.length + seed) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (; bytes.length - at > 12; at += 12) {
    a = (a + word(at)) | 0;
    b = (b + word(at + 4)) | 0;
    c = (c + word(at + 8)) | 0;
    a = ((a - c) | 0) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  a = (a + word(at)) | 0;
  b = (b + word(at + 4)) | 0;
  c = (c + word(at + 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  return ((c ^ b) - rotate(b, 24)) >>> 0;
}

/** What a member's structure holds, gathered from its parts. */
interface Fields {
  readonly addresses: readonly Uint8Array[];
  readonly prefixes: readonly number[];
  readonly port: readonly [high: number, low: number];
  readonly proto: number;
  readonly mac: Uint8Array;
  readonly mark: Uint8Array;
  readonly physdev: number;
}

function fieldsOf(parts: readonly IpsetPart[]): Fields {
  const addresses: Uint8Array[] = [];
  const prefixes: number[] = [];
  let port: Fields['port'] = [0, 0];
  let proto = 0;
  let mac = new Uint8Array(8);
  let mark = new Uint8Array(4);
  let physdev = 0;
  for (const part of parts) {
    if (part.kind === 'ip') {
      addresses.push(part.address);
      prefixes.push(part.prefix);
    } else if (part.kind === 'port') {
      port = [part.port >> 8, part.port & 0xff];
      proto = part.proto;
    } else if (part.kind === 'mac') {
      mac = new Uint8Array(8);
      mac.set(part.mac);
    } else if (part.kind === 'mark') {
      mark = Uint8Array.of(part.mark, part.mark >>> 8, part.mark >>> 16, part.mark >>> 24);
    } else if (part.kind === 'iface') physdev = part.physdev ? 1 : 0;
  }
  return { addresses, prefixes, port, proto, mac, mark, physdev };
}

/** What follows the addresses in the structures of each type (struct hash_*4_elem), as far as it is hashed. */
const REST: { readonly [type: string]: (fields: Fields) => Uint8Array } = {
  'hash:ip': () => new Uint8Array(0),
  'hash:ip,port': ({ port, proto }) => Uint8Array.of(...port, proto, 0),
  'hash:ip,port,ip': ({ port, proto }) => Uint8Array.of(...port, proto, 0),
  'hash:ip,port,net': ({ port, prefixes: [, prefix = 0], proto }) =>
    Uint8Array.of(...port, prefix - 1, proto),
  'hash:ip,mark': ({ mark }) => mark,
  'hash:ip,mac': ({ mac }) => mac,
  'hash:mac': ({ mac }) => mac,
  'hash:net': ({ prefixes: [prefix = 0] }) => Uint8Array.of(0, 0, 0, prefix),
  'hash:net,net': ({ prefixes: [prefix = 0, prefix2 = 0] }) => Uint8Array.of(0, 0, prefix, prefix2),
  'hash:net,port': ({ port, proto, prefixes: [prefix = 0] }) =>
    Uint8Array.of(...port, proto, prefix - 1),
  'hash:net,port,net': ({ port, prefixes: [prefix = 0, prefix2 = 0], proto }) =>
    Uint8Array.of(...port, prefix, prefix2, 0, 0, 0, proto),
  'hash:net,iface': ({ physdev, prefixes: [prefix = 0] }) => Uint8Array.of(physdev, prefix, 0, 1),
};

/** The bytes of a member that are hashed. */
function hashedBytes(type: string, parts: readonly IpsetPart[]): Uint8Array {
  const rest = Object.hasOwn(REST, type) ? REST[type] : undefined;
  if (!rest) throw new Error(`no layout of hash type "${type}"`);
  const fields = fieldsOf(parts);
  return concatBytes(...fields.addresses, rest(fields));
}

type Entry = { readonly hash: number; readonly member: Readonly<IpsetMember> };
type Buckets = Map<number, Entry[]>;

/** Elements a bucket grows by. */
const INIT_SIZE = 2;
/** hash:net,iface lets buckets of clashing members grow to this. */
const TUNED_MAX = 64;

export interface HashTable {
  /** Buckets, a power of two. */
  readonly hashsize: number;
  /** Members by bucket. */
  readonly members: readonly Readonly<IpsetMember>[];
  /** Places for elements in all buckets that are there, and how many those are. */
  readonly places: number;
  readonly buckets: number;
}

/** Puts an entry into its bucket; false when that is full, which makes the table grow. */
function insert(buckets: Buckets, hashsize: number, entry: Entry, max: number): boolean {
  const key = entry.hash & (hashsize - 1);
  const bucket = buckets.get(key);
  if (!bucket) buckets.set(key, [entry]);
  else if (bucket.length < max) bucket.push(entry);
  else return false;
  return true;
}

const inOrder = (buckets: Buckets): readonly Entry[] =>
  [...buckets.entries()].sort(([a], [b]) => a - b).flatMap(([, bucket]) => bucket);

/** A table of twice the size, or more, that holds all entries. */
function grow(
  buckets: Buckets,
  hashsize: number,
  max: number,
): { buckets: Buckets; hashsize: number } {
  const entries = inOrder(buckets);
  for (let size = hashsize * 2; ; size *= 2) {
    const grown: Buckets = new Map();
    // Entries that hash alike in full cannot be told apart by any size.
    const limit = size >= 2 ** 31 ? Number.POSITIVE_INFINITY : max;
    if (entries.every((entry) => insert(grown, size, entry, limit)))
      return { buckets: grown, hashsize: size };
  }
}

/** The member that one more with these parts pushes out of a full set: the first in its bucket, if there is one. */
export function evicted(
  set: Readonly<IpsetRecord>,
  header: HashHeader,
  members: Iterable<Readonly<IpsetMember>>,
  parts: readonly IpsetPart[],
): Readonly<IpsetMember> | undefined {
  const table = hashTable(set, header, members);
  const bucket = (of: readonly IpsetPart[]): number =>
    jhash(hashedBytes(set.type, of), header.initval) & (table.hashsize - 1);
  const wanted = bucket(parts);
  return table.members.find((member) => bucket(member.parts) === wanted);
}

/** Builds the table of a hash set from its members, in the order they were added. */
export function hashTable(
  set: Readonly<IpsetRecord>,
  header: HashHeader,
  members: Iterable<Readonly<IpsetMember>>,
): HashTable {
  let buckets: Buckets = new Map();
  let { hashsize } = header;
  const max = set.type === 'hash:net,iface' ? TUNED_MAX : header.bucketsize;
  for (const member of members) {
    const entry = { hash: jhash(hashedBytes(set.type, member.parts), header.initval), member };
    while (!insert(buckets, hashsize, entry, max)) {
      if (hashsize >= 2 ** 31) throw new Error('hash table beyond its limit');
      ({ buckets, hashsize } = grow(buckets, hashsize, max));
    }
  }
  let places = 0;
  for (const bucket of buckets.values()) places += Math.ceil(bucket.length / INIT_SIZE) * INIT_SIZE;
  return {
    hashsize,
    members: inOrder(buckets).map(({ member }) => member),
    places,
    buckets: buckets.size,
  };
}
