/** What is remembered about a hash set's members to find them: the prefix lengths in use, and how many hash alike. */
import type { HashType } from './elements.ts';
import { type Members, memberKey } from './members.ts';
import type { IpsetMember, IpsetPart } from './model.ts';
import { cut } from './range.ts';

/** Derived from the members; made again when they changed in any other way than through `appendMember`. */
class MemberIndex {
  #version: number;
  /** Per address dimension, prefix lengths in use, longest first. */
  readonly #prefixes: number[][] = [];
  readonly #clashes = new Map<string, number>();

  constructor(members: Members) {
    this.#version = members.version;
    for (const member of members.values()) this.#note(member.parts);
  }

  isCurrent(members: Members): boolean {
    return this.#version === members.version;
  }

  /** After a member was appended: what the index knows is still true. */
  added(members: Members, parts: readonly IpsetPart[]): void {
    this.#note(parts);
    this.#version = members.version;
  }

  prefixes(dimension: number): readonly number[] {
    return this.#prefixes[dimension] ?? [];
  }

  /** Members equal to these parts in all but the interface. */
  clashes(parts: readonly IpsetPart[]): number {
    return this.#clashes.get(clashKey(parts)) ?? 0;
  }

  #note(parts: readonly IpsetPart[]): void {
    let dimension = 0;
    for (const part of parts) {
      if (part.kind === 'iface') {
        const key = clashKey(parts);
        this.#clashes.set(key, (this.#clashes.get(key) ?? 0) + 1);
      }
      if (part.kind !== 'ip') continue;
      const known = this.#prefixes[dimension] ?? [];
      this.#prefixes[dimension] = known;
      if (!known.includes(part.prefix)) {
        known.push(part.prefix);
        known.sort((a, b) => b - a);
      }
      dimension++;
    }
  }
}

const clashKey = (parts: readonly IpsetPart[]): string =>
  memberKey(parts.map((part) => (part.kind === 'iface' ? { ...part, name: '' } : part)));

const INDEXES = new WeakMap<Members, MemberIndex>();

/** The index of a set's members, made when needed. */
export function memberIndex(members: Members): MemberIndex {
  const known = INDEXES.get(members);
  if (known?.isCurrent(members)) return known;
  const made = new MemberIndex(members);
  INDEXES.set(members, made);
  return made;
}

/** Appends a member, and keeps what is remembered about the others. */
export function appendMember(members: Members, key: string, member: IpsetMember): void {
  const known = INDEXES.get(members);
  const current = known?.isCurrent(members);
  members.append(key, member);
  if (known && current) known.added(members, member.parts);
}

/**
 * The parts to look up for an element, in order (mtype_test_cidrs): as they are, unless the type has networks and all
 * of the element's are single addresses; then cut to every combination of prefix lengths in use, longest first.
 */
export function* cutToPrefixes(
  type: HashType,
  members: Members,
  parts: readonly IpsetPart[],
): Iterable<readonly IpsetPart[]> {
  const networks = type.dims.flatMap((dim, at) => (dim.kind === 'net' ? [at] : []));
  const isHost = (at: number): boolean => {
    const part = parts[at];
    return part?.kind === 'ip' && part.prefix === 8 * part.address.length;
  };
  if (networks.length === 0 || !networks.every(isHost)) {
    yield parts;
    return;
  }
  const index = memberIndex(members);
  const dimensionOf = (at: number): number =>
    type.dims.slice(0, at).filter((dim) => 'from' in dim).length;
  function* walk(
    rest: readonly number[],
    chosen: readonly IpsetPart[],
  ): Iterable<readonly IpsetPart[]> {
    const [at, ...others] = rest;
    const part = at === undefined ? undefined : parts[at];
    if (at === undefined || part?.kind !== 'ip') {
      yield chosen;
      return;
    }
    for (const prefix of index.prefixes(dimensionOf(at)))
      yield* walk(others, chosen.with(at, { ...part, address: cut(part.address, prefix), prefix }));
  }
  yield* walk(networks, parts);
}
