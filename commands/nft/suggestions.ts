/** "; did you mean ...?" for things that are not there (nftables' cmd.c and evaluate.c). */
import { type Ruleset, tableKey } from '../../src/kernel/model.ts';
import type {
  ChainRecord,
  Family,
  ObjectRecord,
  SetRecord,
} from '../../src/kernel/nftables/model.ts';
import type { Command } from '../../src/nft/ast.ts';
import type { Location } from '../../src/nft/location.ts';
import { closest } from '../../src/nft/suggest.ts';

const nameOf = (record: { readonly name: string }): string => record.name;

interface InTable {
  readonly family: Family;
  readonly table: string;
  readonly name: string;
}

/** What nft says instead of "Could not process rule", and where; undefined place: where the kernel pointed. */
export interface Hint {
  readonly text: string;
  readonly at?: Location | undefined;
}

export class Suggestions {
  readonly #ruleset: Ruleset;
  constructor(ruleset: Ruleset) {
    this.#ruleset = ruleset;
  }

  /** Table by table, as nft's cache has them. */
  #ordered<R extends InTable>(records: Iterable<Readonly<R>>): Readonly<R>[] {
    const all = [...records];
    return [...this.#ruleset.tables.values()].flatMap((t) =>
      all.filter((r) => r.family === t.family && r.table === t.name),
    );
  }

  #chain(name: string): Readonly<ChainRecord> | undefined {
    const named = [...this.#ruleset.chains.values()].filter((c) => !c.anonymous);
    return closest(name, this.#ordered(named), nameOf);
  }

  #set(name: string): Readonly<SetRecord> | undefined {
    const named = [...this.#ruleset.sets.values()].filter((s) => !s.flags.includes('anonymous'));
    return closest(name, this.#ordered(named), nameOf);
  }

  #object(name: string): Readonly<ObjectRecord> | undefined {
    return closest(name, this.#ordered(this.#ruleset.objects.values()), nameOf);
  }

  table(name: string): string | undefined {
    const found = closest(name, this.#ruleset.tables.values(), nameOf);
    return found && tableText(found.family, found.name);
  }

  set(name: string): string | undefined {
    const found = this.#set(name);
    return found && setText(found);
  }

  /** The hint for a request that the kernel answered with ENOENT. */
  forRequest(c: Command): Hint | undefined {
    const name = c.spec.item?.name;
    if (c.object === 'table') {
      const text = c.spec.table && this.table(c.spec.table.name);
      return text === undefined ? undefined : { text };
    }
    if (name === undefined) return undefined;
    switch (c.object) {
      case 'chain':
        return this.#inTable(c, this.#chain(name), chainText);
      case 'rule': {
        const chain = this.#chain(name);
        // A chain of just this name is no hint: something else of the rule is missing.
        return this.#inTable(c, chain, (r) => (r.name === name ? undefined : chainText(r)));
      }
      case 'set':
      case 'map':
        return this.#inTable(c, this.#set(name), setText);
      case 'elements':
      case 'flowtable':
        return undefined;
      default:
        return this.#inTable(c, this.#object(name), objectText);
    }
  }

  /** A missing table is named first. */
  #inTable<R extends InTable>(
    c: Command,
    found: R | undefined,
    text: (record: R) => string | undefined,
  ): Hint | undefined {
    if (!found) return undefined;
    const family = c.spec.family ?? 'ip';
    const table = c.spec.table?.name ?? '';
    const known = this.#ruleset.tables.has(tableKey(family, table));
    if (!known && (found.table !== table || found.family !== family))
      return { text: tableText(found.family, found.table), at: c.spec.table?.loc };
    const hint = text(found);
    return hint === undefined ? undefined : { text: hint };
  }
}

const tableText = (family: Family, name: string): string =>
  `; did you mean table '${name}' in family ${family}?`;
const place = (r: InTable): string => `'${r.name}' in table ${r.family} '${r.table}'?`;
const chainText = (chain: InTable): string => `; did you mean chain ${place(chain)}`;
const objectText = (object: InTable): string => `; did you mean obj ${place(object)}`;
const setText = (set: Readonly<SetRecord>): string =>
  `; did you mean ${set.flags.includes('map') || set.flags.includes('object') ? 'map' : 'set'} ${place(set)}`;
