/** The Draft of every store: named collections and cells, made by a `Shelf` when first asked for. */
import type { InitialCells } from '../src/kernel/host/initial.ts';
import type { Cell, Collection, Draft, Ruleset } from '../src/kernel/model.ts';

/** Where a draft's parts come from. Names are those of `Draft`'s members, such as `nft.tables`. */
export interface Shelf {
  collection<K extends string | number, R>(name: string): Collection<K, R>;
  /** One collection of a group of like ones: the rules of a chain, the members of a set. */
  member<K extends string | number, R>(group: string, name: string): Collection<K, R>;
  drop(group: string, name: string): void;
  swap(group: string, a: string, b: string): void;
  cell<N extends keyof InitialCells>(name: N): Cell<InitialCells[N]>;
}

function makeRuleset(shelf: Shelf, name: 'nft' | 'legacy'): Ruleset {
  const rules = `${name}.rules`;
  const elements = `${name}.elements`;
  return {
    tables: shelf.collection(`${name}.tables`),
    chains: shelf.collection(`${name}.chains`),
    sets: shelf.collection(`${name}.sets`),
    objects: shelf.collection(`${name}.objects`),
    flowtables: shelf.collection(`${name}.flowtables`),
    globals: shelf.cell(`${name}Globals`),
    rules: (chain) => shelf.member(rules, chain),
    elements: (set) => shelf.member(elements, set),
    dropRules: (chain) => shelf.drop(rules, chain),
    dropElements: (set) => shelf.drop(elements, set),
  };
}

/** A draft over the parts of one shelf. */
export function makeDraft(shelf: Shelf): Draft {
  return {
    nft: makeRuleset(shelf, 'nft'),
    legacy: makeRuleset(shelf, 'legacy'),
    host: shelf.cell('host'),
    clock: shelf.cell('clock'),
    rng: shelf.cell('rng'),
    conntrack: shelf.collection('conntrack'),
    expectations: shelf.collection('expectations'),
    conntrackGlobals: shelf.cell('conntrackGlobals'),
    ipvs: {
      services: shelf.collection('ipvs.services'),
      destinations: (service) => shelf.member('ipvs.destinations', service),
      dropDestinations: (service) => shelf.drop('ipvs.destinations', service),
      connections: shelf.collection('ipvs.connections'),
      globals: shelf.cell('ipvsGlobals'),
    },
    ipsets: shelf.collection('ipsets'),
    ipsetMembers: (name) => shelf.member('ipset.members', name),
    dropIpsetMembers: (name) => shelf.drop('ipset.members', name),
    swapIpsetMembers: (a, b) => shelf.swap('ipset.members', a, b),
    xtState: shelf.collection('xtState'),
  };
}
