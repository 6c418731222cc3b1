/** `ipset create`: the checks and defaults of each type. */

import { prefixMask } from '../../base/address.ts';
import { sameMask } from './elements.ts';
import type { IpsetHeader, IpsetRecord } from './model.ts';
import { type Range, rangeOf, rangePrefix, toNumber } from './range.ts';
import type { CreateRequest, IpsetContext, IpsetErrno } from './request.ts';
import { findIpsetType, type IpsetType } from './types.ts';

/** Places of a bitmap (IPSET_BITMAP_MAX_RANGE + 1). */
const BITMAP_MAX = 0x10000;
const HASHSIZE_MIN = 64;
/** From here on the table is too big to be allocated. */
const HASHSIZE_MAX = 2 ** 27;

function hashHeader(request: CreateRequest, ctx: IpsetContext): IpsetHeader | IpsetErrno {
  const { netmask, bitmask, markmask, maxelem = 65536 } = request;
  if (markmask === 0) return 'INVALID_MARKMASK';
  if (netmask !== undefined && bitmask) return 'BITMASK_NETMASK_EXCL';
  const width = request.family === 'inet6' ? 16 : 4;
  const mask = netmask === undefined ? bitmask : prefixMask(netmask, width);
  if (mask?.every((byte) => byte === 0)) return 'INVALID_NETMASK';
  const all = mask === undefined || mask.every((byte) => byte === 0xff);
  const wanted = Math.max(request.hashsize ?? 1024, HASHSIZE_MIN);
  if (wanted > HASHSIZE_MAX) return 'ENOMEM';
  const bucket = Math.min(Math.max(request.bucketsize ?? 12, 2), 12);
  return {
    kind: 'hash',
    hashsize: 2 ** Math.ceil(Math.log2(wanted)),
    maxelem,
    bucketsize: bucket + (bucket % 2),
    initval: request.initval ?? ctx.rng.u32(),
    mask: all ? undefined : mask,
    netmask: all ? undefined : netmask,
    markmask: request.type === 'hash:ip,mark' ? (markmask ?? 0xffffffff) : undefined,
  };
}

function addressRange({ ip, ipTo, cidr }: CreateRequest): Range | IpsetErrno {
  if (!ip) return 'PROTOCOL';
  const first = toNumber(ip);
  if (ipTo) {
    const last = toNumber(ipTo);
    return first <= last ? { first, last } : { first: last, last: first };
  }
  if (cidr === undefined) return 'PROTOCOL';
  return cidr >= 32 ? 'INVALID_CIDR' : rangeOf(first, cidr);
}

function bitmapIpHeader(request: CreateRequest): IpsetHeader | IpsetErrno {
  const range = addressRange(request);
  if (typeof range === 'string') return range;
  const { netmask = 32 } = request;
  const first = rangeOf(range.first, netmask).first;
  const { last } = rangeOf(range.last, netmask);
  let places = last - first + 1;
  if (netmask < 32) {
    const prefix = rangePrefix({ first, last });
    // A range that is no network gets as many places as the smallest network around it.
    const around = prefix ?? surroundingPrefix({ first, last });
    if (netmask <= around) return 'BITMAP_RANGE';
    places = 2 ** (netmask - around);
  }
  if (places > BITMAP_MAX) return 'BITMAP_RANGE_SIZE';
  return { kind: 'bitmap-ip', first, last, netmask };
}

/** range_to_mask: leading bits in which both ends agree, counted until they no longer do. */
function surroundingPrefix({ first, last }: Range): number {
  let prefix = 32;
  while (prefix > 0 && rangeOf(first, prefix).last < last) prefix--;
  return prefix;
}

function bitmapPortHeader({ port, portTo }: CreateRequest): IpsetHeader | IpsetErrno {
  if (port === undefined || portTo === undefined) return 'PROTOCOL';
  return { kind: 'bitmap-port', first: Math.min(port, portTo), last: Math.max(port, portTo) };
}

function makeHeader(
  type: IpsetType,
  request: CreateRequest,
  ctx: IpsetContext,
): IpsetHeader | IpsetErrno {
  switch (type.kind) {
    case 'hash':
      return hashHeader(request, ctx);
    case 'bitmap-ip':
      return bitmapIpHeader(request);
    case 'bitmap-port':
      return bitmapPortHeader(request);
    case 'list':
      return { kind: 'list', size: Math.max(request.size ?? 8, 4) };
  }
}

function familyFault(type: IpsetType, { family }: CreateRequest): boolean {
  if (type.family === 'inet46') return family === 'unspec';
  return family !== type.family;
}

/** The variants' same_set: `create -exist` accepts a set that differs only in what is not compared here. */
function isSameSet(a: Readonly<IpsetRecord>, b: IpsetRecord): boolean {
  if (a.type !== b.type || a.timeout !== b.timeout) return false;
  if (a.counters !== b.counters || a.comment !== b.comment || a.skbinfo !== b.skbinfo) return false;
  const x = a.header;
  const y = b.header;
  if (x.kind === 'hash' && y.kind === 'hash')
    return x.maxelem === y.maxelem && x.markmask === y.markmask && sameMask(x.mask, y.mask);
  if (x.kind === 'bitmap-ip' && y.kind === 'bitmap-ip')
    return x.first === y.first && x.last === y.last && x.netmask === y.netmask;
  if (x.kind === 'bitmap-port' && y.kind === 'bitmap-port')
    return x.first === y.first && x.last === y.last;
  return x.kind === 'list' && y.kind === 'list' && x.size === y.size;
}

/** The lowest place no set has. */
function freeIndex(ctx: IpsetContext): number {
  const taken = new Set<number>();
  for (const set of ctx.lab.ipsets.values()) taken.add(set.index);
  let index = 0;
  while (taken.has(index)) index++;
  return index;
}

/** Makes a set. */
export function createIpset(
  ctx: IpsetContext,
  request: CreateRequest,
  exist: boolean,
): IpsetErrno | undefined {
  const type = findIpsetType(request.type);
  if (!type) return 'FIND_TYPE';
  if (familyFault(type, request)) return 'INVALID_FAMILY';
  const clash = ctx.lab.ipsets.get(request.name);
  // A name that is taken draws no number.
  const drawn = clash ? { ...request, initval: request.initval ?? 0 } : request;
  const header = makeHeader(type, drawn, ctx);
  if (typeof header === 'string') return header;
  const { name, family, timeout, counters, comment, skbinfo, forceadd } = request;
  const set: IpsetRecord = {
    name,
    index: clash ? clash.index : freeIndex(ctx),
    type: type.name,
    revision: type.revision,
    family,
    header,
    timeout,
    counters,
    comment,
    skbinfo,
    forceadd,
    references: 0,
  };
  if (clash) return exist && isSameSet(clash, set) ? undefined : 'EEXIST';
  ctx.lab.ipsets.append(name, set);
  return undefined;
}
