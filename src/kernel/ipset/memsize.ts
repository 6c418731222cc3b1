/** `Size in memory`: what the kernel's structures take on x86-64, in bytes. */
import { encodeUtf8 } from '../../base/utf8.ts';
import type { HashTable } from './hash-table.ts';
import type { Members } from './members.ts';
import type { IpsetRecord } from './model.ts';
import { ipsetType } from './types.ts';

/** The set's own structure: struct bitmap_ip, bitmap_ipmac, bitmap_port and list_set. */
const BITMAP_IP = 88;
const BITMAP_IPMAC = 80;
const BITMAP_PORT = 72;
const LIST_SET = 80;
/** struct set_elem. */
const LIST_ELEMENT = 48;
/** struct ip_set_comment_rcu before its text, and the end of the text. */
const COMMENT = 17;
/** Buckets one lock of a hash table guards (HTABLE_REGION_BITS), and what a lock takes. */
const REGION = 1024;
const REGION_SIZE = 24;
/** struct hbucket without its elements. */
const BUCKET = 32;

/** Bytes for IPv4 and IPv6: the set's structure with a table of one region, and one element. */
interface HashSizes {
  readonly set: readonly [inet: number, inet6: number];
  readonly element: readonly [inet: number, inet6: number];
}

const HASH_SIZES: { readonly [type: string]: HashSizes } = {
  'hash:ip': { set: [216, 224], element: [4, 16] },
  'hash:ip,port': { set: [216, 232], element: [8, 20] },
  'hash:ip,port,ip': { set: [208, 232], element: [12, 36] },
  'hash:ip,port,net': { set: [464, 1256], element: [12, 36] },
  'hash:ip,mark': { set: [200, 216], element: [8, 20] },
  'hash:ip,mac': { set: [208, 216], element: [12, 24] },
  'hash:mac': { set: [200, 200], element: [8, 8] },
  'hash:net': { set: [456, 1240], element: [8, 20] },
  'hash:net,net': { set: [608, 1784], element: [12, 36] },
  'hash:net,port': { set: [456, 1240], element: [8, 20] },
  'hash:net,port,net': { set: [608, 1784], element: [16, 40] },
  'hash:net,iface': { set: [488, 1264], element: [28, 40] },
};

/** Bytes of the extensions one element has room for. */
function extensionSize(set: Readonly<IpsetRecord>): number {
  const timeout = set.timeout === undefined ? 0 : 8;
  return timeout + (set.counters ? 16 : 0) + (set.comment ? 8 : 0) + (set.skbinfo ? 16 : 0);
}

function commentSize(set: Readonly<IpsetRecord>, members: Members): number {
  if (!set.comment) return 0;
  let bytes = 0;
  for (const { comment } of members.values())
    if (comment !== undefined) bytes += COMMENT + encodeUtf8(comment).length;
  return bytes;
}

/** ip_set_elem_len: extensions in their order, each at its alignment. */
function hashElementSize(set: Readonly<IpsetRecord>, plain: number): number {
  const wide = set.timeout !== undefined || set.counters || set.comment;
  if (!wide) return plain + (set.skbinfo ? 16 : 0);
  return Math.ceil(plain / 8) * 8 + extensionSize(set);
}

function hashSize(set: Readonly<IpsetRecord>, { hashsize, places, buckets }: HashTable): number {
  const sizes = Object.hasOwn(HASH_SIZES, set.type) ? HASH_SIZES[set.type] : undefined;
  if (!sizes) throw new Error(`no sizes of hash type "${set.type}"`);
  const [own, element] =
    set.family === 'inet6' ? [sizes.set[1], sizes.element[1]] : [sizes.set[0], sizes.element[0]];
  const regions = Math.max(1, hashsize / REGION);
  const contents = buckets * BUCKET + places * hashElementSize(set, element);
  return own + (regions - 1) * REGION_SIZE + contents;
}

/** A hash set's table is asked for because who lists a set has it at hand. */
export function memsize(
  set: Readonly<IpsetRecord>,
  members: Members,
  table: HashTable | undefined,
): number {
  const { header } = set;
  const extensions = extensionSize(set);
  const comments = commentSize(set, members);
  const bitmap = (places: number): number => Math.ceil(places / 64) * 8;
  switch (header.kind) {
    case 'bitmap-ip': {
      const mac = ipsetType(set.type).features.includes('mac');
      const places = (header.last - header.first + 1) / 2 ** (32 - header.netmask);
      const own = mac ? BITMAP_IPMAC : BITMAP_IP;
      return own + bitmap(places) + places * (extensions + (mac ? 8 : 0)) + comments;
    }
    case 'bitmap-port': {
      const places = header.last - header.first + 1;
      return BITMAP_PORT + bitmap(places) + places * extensions + comments;
    }
    case 'list':
      return LIST_SET + members.size * (LIST_ELEMENT + extensions) + comments;
    case 'hash':
      return (table ? hashSize(set, table) : 0) + comments;
  }
}
