/** The Draft of every store: named collections and cells, made by a `Shelf` when first asked for. */
import type { InitialCells } from '../src/kernel/host/initial.ts';
import type { Cell, Collection, Draft, Ruleset } from '../src/kernel/model.ts';

/** Where a draft's parts come from. Asked for the same name again, each method gives the same part. */
export interface Shelf {
  collection<K extends string | number, R>(name: string): Collection<K, R>;
  /** One collection of a group of like ones: the rules of a chain, the members of a set. */
  member<K extends string | number, R>(group: string, name: string): Collection<K, R>;
  drop(group: string, name: string): void;
  swap(group: string, a: string, b: string): void;
  cell<N extends keyof InitialCells>(name: N): Cell<InitialCells[N]>;
}

// Getters here and below: a command pays for the parts it uses.
function makeRuleset(shelf: Shelf, kind: 'nft' | 'legacy'): Ruleset {
  const tables = `${kind}.tables`;
  const chains = `${kind}.chains`;
  const sets = `${kind}.sets`;
  const objects = `${kind}.objects`;
  const flowtables = `${kind}.flowtables`;
  const rules = `${kind}.rules`;
  const elements = `${kind}.elements`;
  return {
    get tables(): Ruleset['tables'] {
      return shelf.collection(tables);
    },
    get chains(): Ruleset['chains'] {
      return shelf.collection(chains);
    },
    get sets(): Ruleset['sets'] {
      return shelf.collection(sets);
    },
    get objects(): Ruleset['objects'] {
      return shelf.collection(objects);
    },
    get flowtables(): Ruleset['flowtables'] {
      return shelf.collection(flowtables);
    },
    get globals() {
      return shelf.cell(`${kind}Globals`);
    },
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
    get host() {
      return shelf.cell('host');
    },
    get clock() {
      return shelf.cell('clock');
    },
    get rng() {
      return shelf.cell('rng');
    },
    get conntrack(): Draft['conntrack'] {
      return shelf.collection('conntrack');
    },
    get expectations(): Draft['expectations'] {
      return shelf.collection('expectations');
    },
    get conntrackGlobals() {
      return shelf.cell('conntrackGlobals');
    },
    ipvs: {
      get services(): Draft['ipvs']['services'] {
        return shelf.collection('ipvs.services');
      },
      destinations: (service) => shelf.member('ipvs.destinations', service),
      dropDestinations: (service) => shelf.drop('ipvs.destinations', service),
      get connections(): Draft['ipvs']['connections'] {
        return shelf.collection('ipvs.connections');
      },
      get globals() {
        return shelf.cell('ipvsGlobals');
      },
    },
    get ipsets(): Draft['ipsets'] {
      return shelf.collection('ipsets');
    },
    ipsetMembers: (name) => shelf.member('ipset.members', name),
    dropIpsetMembers: (name) => shelf.drop('ipset.members', name),
    swapIpsetMembers: (a, b) => shelf.swap('ipset.members', a, b),
    get xtState(): Draft['xtState'] {
      return shelf.collection('xtState');
    },
  };
}
