/** The hash types: add, delete and test of members (ip_set_hash_gen.h). */
import { NotEmulated } from '../../base/errors.ts';
import type { Nanos } from '../../base/ports.ts';
import { type Elements, type HashHeader, type HashType, hashElements } from './elements.ts';
import { evicted } from './hash-table.ts';
import { appendMember, cutToPrefixes, memberIndex } from './member-index.ts';
import { expireMembers, isExpired, type Members, memberKey, setExtensions } from './members.ts';
import type { IpsetMember, IpsetPart, IpsetRecord } from './model.ts';
import type { ElementCommand, ElementRequest, ExtensionRequest, IpsetErrno } from './request.ts';

/** A hash set with its members, at one moment. */
export interface HashSet {
  readonly set: IpsetRecord;
  readonly type: HashType;
  readonly header: HashHeader;
  readonly members: Members;
  readonly now: Nanos;
}

/** Interfaces one network of a hash:net,iface set can have (AHASH_MAX_TUNED). */
const MAX_CLASHES = 64;
/** More members at once than any real set holds; the kernel would be busy for minutes. */
const MAX_AT_ONCE = 2 ** 22;

/** The key of the stored member equal to these parts: a stored wildcard interface equals every name it begins. */
export function equalKey(
  { type, members }: HashSet,
  parts: readonly IpsetPart[],
): string | undefined {
  const key = memberKey(parts);
  if (members.has(key)) return key;
  const [network, iface] = parts;
  if (type.name !== 'hash:net,iface' || !network || iface?.kind !== 'iface') return undefined;
  for (let length = iface.name.length - 1; length >= 0; length--) {
    const prefix = memberKey([network, { ...iface, name: iface.name.slice(0, length) }]);
    const member = members.get(prefix);
    if (member?.parts.some((part) => part.kind === 'iface' && part.wildcard)) return prefix;
  }
  return undefined;
}

/** True when there is no room for one more, not even after the expired ones went. */
function isFull({ set, header, members, now }: HashSet): boolean {
  if (members.size < header.maxelem) return false;
  if (set.timeout !== undefined) expireMembers(members, now);
  return members.size >= header.maxelem;
}

/** True when one more interface of this network would not fit into its bucket. */
function clashes({ members, type }: HashSet, parts: readonly IpsetPart[]): boolean {
  return type.name === 'hash:net,iface' && memberIndex(members).clashes(parts) >= MAX_CLASHES;
}

/** Adds one member; with `exist`, one that is there only gets its extensions anew. */
export function addHashMember(
  hash: HashSet,
  parts: readonly IpsetPart[],
  ext: ExtensionRequest & { readonly nomatch?: boolean | undefined },
  exist: boolean,
): IpsetErrno | undefined {
  const { set, members, now } = hash;
  const nomatch = ext.nomatch ?? false;
  const key = equalKey(hash, parts);
  const old = key === undefined ? undefined : members.get(key);
  if (key !== undefined && old) {
    if (!exist && !isExpired(old, now)) return 'EXIST';
    const again = members.edit(key);
    again.nomatch = nomatch;
    setExtensions(again, set, ext, now);
    return undefined;
  }
  const full = isFull(hash);
  const victim =
    full && set.forceadd ? evicted(set, hash.header, members.values(), parts) : undefined;
  if (!victim && (full || clashes(hash, parts))) return 'HASH_FULL';
  const member: IpsetMember = { parts, nomatch };
  setExtensions(member, set, ext, now);
  if (victim) members.replace(memberKey(victim.parts), memberKey(parts), member);
  else appendMember(members, memberKey(parts), member);
  return undefined;
}

/** Deletes one member. */
export function deleteHashMember(hash: HashSet, parts: readonly IpsetPart[]) {
  const { members, now } = hash;
  const key = equalKey(hash, parts);
  const old = key === undefined ? undefined : members.get(key);
  if (key === undefined || !old || isExpired(old, now)) return 'EXIST' as const;
  members.delete(key);
  return undefined;
}

/**
 * The member that decides about an element: itself or, when all its addresses are single ones, the most specific
 * network that holds it. `accept` looks at extensions; a member it turns down does not end the search.
 */
export function findHashMember(
  hash: HashSet,
  parts: readonly IpsetPart[],
  accept: (key: string, member: Readonly<IpsetMember>) => boolean,
): Readonly<IpsetMember> | undefined {
  const { type, members, now } = hash;
  for (const candidate of cutToPrefixes(type, members, parts)) {
    const key = equalKey(hash, candidate);
    const member = key === undefined ? undefined : members.get(key);
    if (key === undefined || !member || isExpired(member, now)) continue;
    if (accept(key, member)) return member;
  }
  return undefined;
}

function change(
  hash: HashSet,
  elements: Elements,
  request: ElementRequest,
  command: 'add' | 'del',
  exist: boolean,
): IpsetErrno | undefined {
  if (command === 'del' && exist && elements.count > hash.members.size) {
    // What is not there needs no deleting: look only at what is.
    const doomed = [...hash.members.values()].filter((member) => elements.has(member.parts));
    for (const member of doomed) deleteHashMember(hash, member.parts);
    return undefined;
  }
  if (elements.count > MAX_AT_ONCE && hash.header.maxelem > MAX_AT_ONCE)
    throw new NotEmulated(`ipset ${command} of ${elements.count} members at once`);
  for (const parts of elements.members()) {
    const fault =
      command === 'add'
        ? addHashMember(hash, parts, request, exist)
        : deleteHashMember(hash, parts);
    if (fault && !(fault === 'EXIST' && exist)) return fault;
  }
  return undefined;
}

/** Runs an element command on a hash set; `EXIST` is also the answer of a test that finds nothing. */
export function hashCommand(
  hash: HashSet,
  command: ElementCommand,
  request: ElementRequest,
  exist: boolean,
): IpsetErrno | undefined {
  const elements = hashElements(hash.set, hash.type, hash.header, request, command);
  if (typeof elements === 'string') return elements;
  if (command !== 'test') return change(hash, elements, request, command, exist);
  for (const parts of elements.members()) {
    const found = findHashMember(hash, parts, () => true);
    return found && found.nomatch === (request.nomatch ?? false) ? undefined : 'EXIST';
  }
  return 'EXIST';
}
