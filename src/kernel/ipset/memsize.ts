/** `Size in memory`: what the kernel's structures take on x86-64, in bytes. */
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
/** Hash tables: the head for IPv4 and IPv6, and a bucket without its two elements. */
const HASH = { inet: 200, inet6: 216, unspec: 200 } as const;
const BUCKET = 40;

/** Bytes of the extensions one element has room for. */
function extensionSize(set: Readonly<IpsetRecord>): number {
  const timeout = set.timeout === undefined ? 0 : 8;
  return timeout + (set.counters ? 16 : 0) + (set.comment ? 8 : 0) + (set.skbinfo ? 16 : 0);
}

function commentSize(set: Readonly<IpsetRecord>, members: Members): number {
  if (!set.comment) return 0;
  let bytes = 0;
  for (const { comment } of members.values())
    if (comment !== undefined) bytes += COMMENT + comment.length;
  return bytes;
}

function hashElementSize(set: Readonly<IpsetRecord>): number {
  const address = set.family === 'inet6' ? 16 : 4;
  const features = ipsetType(set.type).features;
  const addresses = features.filter((feature) => feature === 'ip' || feature === 'ip2').length;
  const plain = addresses * address + (features.length > addresses ? 4 : 0);
  const extensions = extensionSize(set);
  return extensions === 0 ? plain : Math.ceil(plain / 8) * 8 + extensions;
}

/** Bitmaps and lists exactly; hash sets as if no two members shared a bucket. */
export function memsize(set: Readonly<IpsetRecord>, members: Members): number {
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
      return HASH[set.family] + members.size * (BUCKET + 2 * hashElementSize(set)) + comments;
  }
}
