/** bitmap:ip, bitmap:ip,mac and bitmap:port: add, delete and test of members (ip_set_bitmap_gen.h). */
import { equalBytes } from '../../base/bytes.ts';
import type { Nanos } from '../../base/ports.ts';
import {
  checkExtensions,
  endOf,
  isExpired,
  type Members,
  memberKey,
  setExtensions,
} from './members.ts';
import type { IpsetHeader, IpsetMember, IpsetPart, IpsetRecord } from './model.ts';
import { isAfter, type Range, rangeOf, toAddress, toNumber } from './range.ts';
import type { ElementCommand, ElementRequest, ExtensionRequest, IpsetErrno } from './request.ts';

export type BitmapHeader = Extract<IpsetHeader, { kind: 'bitmap-ip' | 'bitmap-port' }>;

/** A bitmap set with its members, at one moment. */
export interface BitmapSet {
  readonly set: IpsetRecord;
  readonly header: BitmapHeader;
  /** bitmap:ip,mac. */
  readonly withMac: boolean;
  readonly members: Members;
  readonly now: Nanos;
}

/** The first part of a member: its place in the bitmap. */
function place({ header }: BitmapSet, value: number): IpsetPart {
  if (header.kind === 'bitmap-port') return { kind: 'port', proto: 0, port: value };
  const { first } = rangeOf(value, header.netmask);
  return { kind: 'ip', address: toAddress(first), prefix: 32 };
}

const macOf = (member: Readonly<IpsetMember>): Uint8Array | undefined => {
  const part = member.parts[1];
  return part?.kind === 'mac' ? part.mac : undefined;
};

/** Marks a place whose member is gone but whose counters the kernel still has: a new member begins with them. */
const GONE: Nanos = -1n;
const isGone = (member: Readonly<IpsetMember>): boolean => member.expires === GONE;

/** A member of bitmap:ip,mac without its MAC holds plain seconds where a time belongs: the kernel takes it for long past. */
function seemsExpired({ withMac, now }: BitmapSet, member: Readonly<IpsetMember>): boolean {
  if (isGone(member)) return true;
  if (withMac && !macOf(member)) return (member.timeout ?? 0) !== 0;
  return isExpired(member, now);
}

function partsOf(bitmap: BitmapSet, value: number, mac: Uint8Array | undefined): IpsetPart[] {
  const first = place(bitmap, value);
  return mac ? [first, { kind: 'mac', mac }] : [first];
}

/** Starts the timer of a member, or keeps its seconds until the MAC is known. */
function setTimer(
  { set, now }: BitmapSet,
  member: IpsetMember,
  ext: ExtensionRequest,
  kept: number | undefined,
): void {
  if (set.timeout === undefined) return;
  const seconds = ext.timeout ?? kept ?? set.timeout;
  const timed = macOf(member) !== undefined;
  member.expires = timed ? endOf(seconds, now) : undefined;
  member.timeout = timed ? undefined : seconds;
}

/** Adds one member, at a port or address in the set's range. */
export function addBitmapMember(
  bitmap: BitmapSet,
  value: number,
  ext: ExtensionRequest & { readonly mac?: Uint8Array | undefined },
  exist: boolean,
): IpsetErrno | undefined {
  const { set, members, withMac } = bitmap;
  const key = memberKey([place(bitmap, value)]);
  const kept = members.get(key);
  const old = kept && !isGone(kept) ? kept : undefined;
  const mac = withMac ? ext.mac : undefined;
  const oldMac = old && macOf(old);
  const completes = old !== undefined && mac !== undefined && oldMac === undefined;
  if (old && !completes && !exist && !seemsExpired(bitmap, old)) return 'EXIST';
  const parts = partsOf(bitmap, value, oldMac && !exist ? oldMac : (mac ?? oldMac));
  const { packets, bytes } = kept ?? {};
  const member: IpsetMember = old ? { ...old, parts } : { parts, nomatch: false, packets, bytes };
  setExtensions(member, set, ext, bitmap.now);
  if (withMac) setTimer(bitmap, member, ext, completes ? old.timeout : undefined);
  if (kept) members.replace(key, key, member);
  else members.append(key, member);
  return undefined;
}

/** Deletes one member; one that has expired is gone, and said not to have been there. */
export function deleteBitmapMember(bitmap: BitmapSet, value: number): IpsetErrno | undefined {
  const key = memberKey([place(bitmap, value)]);
  const old = bitmap.members.get(key);
  if (!old || isGone(old)) return 'EXIST';
  const expired = seemsExpired(bitmap, old);
  vacate(bitmap.members, key, old);
  return expired ? 'EXIST' : undefined;
}

function vacate(
  members: Members,
  key: string,
  { parts, packets, bytes }: Readonly<IpsetMember>,
): void {
  if (!packets && !bytes) members.delete(key);
  else members.replace(key, key, { parts, nomatch: false, expires: GONE, packets, bytes });
}

/** Empties the set. */
export function flushBitmap(members: Members): void {
  for (const [key, member] of [...members.entries()]) vacate(members, key, member);
}

/** What a lookup finds: a member, one whose MAC is still to be learned, or nothing. */
export interface Found {
  readonly key: string;
  readonly member: Readonly<IpsetMember>;
  /** The packet's MAC is to be put into the member. */
  readonly incomplete: boolean;
}

/** Looks up an address (with `mac`: of that station) or a port. */
export function findBitmapMember(
  bitmap: BitmapSet,
  value: number,
  mac: Uint8Array | undefined,
): Found | undefined {
  const key = memberKey([place(bitmap, value)]);
  const member = bitmap.members.get(key);
  if (!member || isGone(member)) return undefined;
  const own = macOf(member);
  if (bitmap.withMac && !(own && mac)) return { key, member, incomplete: true };
  if (own && mac && !equalBytes(own, mac)) return undefined;
  return isExpired(member, bitmap.now) ? undefined : { key, member, incomplete: false };
}

/** True for what the bitmap has a place for. */
export const inRange = ({ header }: Pick<BitmapSet, 'header'>, value: number): boolean =>
  value >= header.first && value <= header.last;

/** The first address or port a request names, once it is known to have a place; bitmap:ip looks at extensions before that. */
function requestStart(bitmap: BitmapSet, request: ElementRequest): number | IpsetErrno {
  const { header, set } = bitmap;
  const ports = header.kind === 'bitmap-port';
  const start = ports ? request.port : request.ip && toNumber(request.ip);
  if (start === undefined) return 'PROTOCOL';
  const refused = checkExtensions(set, request);
  const outside = inRange(bitmap, start) ? undefined : 'BITMAP_RANGE';
  return (ports ? (outside ?? refused) : (refused ?? outside)) ?? start;
}

function requestRange(
  { header }: BitmapSet,
  start: number,
  { ipTo, cidr, portTo }: ElementRequest,
): Range | IpsetErrno {
  const end = header.kind === 'bitmap-port' ? portTo : ipTo && toNumber(ipTo);
  if (end !== undefined)
    return start <= end ? { first: start, last: end } : { first: end, last: start };
  if (cidr === undefined || header.kind === 'bitmap-port') return { first: start, last: start };
  return cidr === 0 ? 'INVALID_CIDR' : rangeOf(start, cidr);
}

/** Runs an element command on a bitmap set; `EXIST` is also the answer of a test that finds nothing. */
export function bitmapCommand(
  bitmap: BitmapSet,
  command: ElementCommand,
  request: ElementRequest,
  exist: boolean,
): IpsetErrno | undefined {
  const start = requestStart(bitmap, request);
  if (typeof start === 'string') return start;
  if (command === 'test') return findBitmapMember(bitmap, start, request.mac) ? undefined : 'EXIST';
  const range = requestRange(bitmap, start, request);
  if (typeof range === 'string') return range;
  if (!inRange(bitmap, range.first) || !inRange(bitmap, range.last)) return 'BITMAP_RANGE';
  const step = bitmap.header.kind === 'bitmap-ip' ? 2 ** (32 - bitmap.header.netmask) : 1;
  for (let value = range.first; value <= range.last; value += step) {
    // The kernel walks addresses in sequence-number order: ranges of 2^31 and more are empty.
    if (bitmap.header.kind === 'bitmap-ip' && isAfter(value, range.last)) break;
    const fault =
      command === 'add'
        ? addBitmapMember(bitmap, value, request, exist)
        : deleteBitmapMember(bitmap, value);
    if (fault && !(fault === 'EXIST' && exist)) return fault;
  }
  return undefined;
}
