/** Members and their extensions: timeouts, counters, comments, skbinfo (ip_set.h, struct ip_set_ext). */
import { toHex } from '../../base/bytes.ts';
import type { Nanos } from '../../base/ports.ts';
import type { Collection } from '../model.ts';
import type { IpsetMember, IpsetPart, IpsetRecord } from './model.ts';
import type { ExtensionRequest, IpsetErrno } from './request.ts';

const SECOND = 1_000_000_000n;

export type Members = Collection<string, IpsetMember>;

function partKey(part: IpsetPart): string {
  switch (part.kind) {
    case 'ip':
      return `${toHex(part.address)}/${part.prefix}`;
    case 'port':
      return `${part.proto}:${part.port}`;
    case 'mac':
      return toHex(part.mac);
    case 'iface':
      // A wildcard and a plain interface of one name are the same member.
      return `${part.physdev ? 'physdev' : ''}:${part.name}`;
    case 'mark':
      return `${part.mark}`;
    case 'set':
      return part.name;
  }
}

/** The key of a member: what makes it equal to another. */
export function memberKey(parts: readonly IpsetPart[]): string {
  let key = '';
  for (const part of parts) key += key === '' ? partKey(part) : ` ${partKey(part)}`;
  return key;
}

/** A member is still there at the very moment its time ends. */
export function isExpired(member: IpsetMember, now: Nanos): boolean {
  return member.expires !== undefined && now > member.expires;
}

/** Members that have not expired, in order. */
export function* liveMembers(members: Members, now: Nanos): Iterable<Readonly<IpsetMember>> {
  for (const member of members.values()) if (!isExpired(member, now)) yield member;
}

/** How many members a set has that have not expired. */
export function countLive(set: Readonly<IpsetRecord>, members: Members, now: Nanos): number {
  // Members can only be gone where there are timeouts, and places kept for their counters.
  if (set.timeout === undefined && !(set.counters && set.header.kind.startsWith('bitmap')))
    return members.size;
  let n = 0;
  for (const member of members.values()) if (!isExpired(member, now)) n++;
  return n;
}

/** Removes what has expired. */
export function expireMembers(members: Members, now: Nanos): void {
  const gone = [];
  for (const [key, member] of members.entries()) if (isExpired(member, now)) gone.push(key);
  for (const key of gone) members.delete(key);
}

/** Seconds left as a listing shows them: 0 for ever, at least 1 otherwise. */
export function secondsLeft(member: IpsetMember, now: Nanos): number {
  if (member.expires === undefined) return member.timeout ?? 0;
  return Math.max(1, Number((member.expires - now) / SECOND));
}

/** The moment a member given `timeout` seconds ends; 0 is never. */
export function endOf(timeout: number, now: Nanos): Nanos | undefined {
  return timeout === 0 ? undefined : now + BigInt(timeout) * SECOND;
}

/** As ip_set_get_extensions: an extension the set was made without is refused. */
export function checkExtensions(set: IpsetRecord, ext: ExtensionRequest): IpsetErrno | undefined {
  if (ext.timeout !== undefined && set.timeout === undefined) return 'TIMEOUT';
  if ((ext.packets !== undefined || ext.bytes !== undefined) && !set.counters) return 'COUNTER';
  if (ext.comment !== undefined && !set.comment) return 'COMMENT';
  const skb = ext.skbmark ?? ext.skbprio ?? ext.skbqueue;
  return skb !== undefined && !set.skbinfo ? 'SKBINFO' : undefined;
}

/** Puts an added or added-again member's extensions in place: all start anew but counters that were not given. */
export function setExtensions(
  member: IpsetMember,
  set: IpsetRecord,
  ext: ExtensionRequest,
  now: Nanos,
): void {
  if (set.counters) {
    member.packets = ext.packets ?? member.packets ?? 0n;
    member.bytes = ext.bytes ?? member.bytes ?? 0n;
  }
  if (set.comment) member.comment = ext.comment === '' ? undefined : ext.comment;
  if (set.skbinfo) {
    const { skbmark, skbprio, skbqueue } = ext;
    member.skbmark = skbmark && (skbmark.mark !== 0 || skbmark.mask !== 0) ? skbmark : undefined;
    member.skbprio = skbprio && (skbprio.major !== 0 || skbprio.minor !== 0) ? skbprio : undefined;
    member.skbqueue = skbqueue === 0 ? undefined : skbqueue;
  }
  if (set.timeout !== undefined) member.expires = endOf(ext.timeout ?? set.timeout, now);
}
