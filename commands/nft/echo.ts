/** `-j --echo`: what a command added, as JSON. */
import { NotEmulated } from '../../src/base/errors.ts';
import { isArray, isObject, type Json, object, writeJson } from '../../src/base/json.ts';
import { itemKey, objectKey, tableKey } from '../../src/kernel/model.ts';
import type { ObjectType } from '../../src/kernel/nftables/model.ts';
import type { Command } from '../../src/nft/ast.ts';
import { chainJson, objectJson, ruleJson, setJson, tableJson } from '../../src/nft/json/ruleset.ts';
import type { Listing } from '../../src/nft/print/ruleset.ts';
import { SINGULAR } from './list.ts';

interface Place {
  readonly family: NonNullable<Command['spec']['family']>;
  readonly table: string;
  readonly name: string;
}

const placeOf = ({ spec }: Command): Place => ({
  family: spec.family ?? 'ip',
  table: spec.table?.name ?? '',
  name: spec.item?.name ?? '',
});

const unknown = (c: Command): never => {
  throw new NotEmulated(`nft -j --echo ${c.verb} ${c.object}`);
};

/** Each new element as an addition of its own. */
function newElements(
  l: Listing,
  c: Command,
  { family, table, name }: Place,
  old: ReadonlySet<string>,
): readonly Json[] {
  const key = itemKey(family, table, name);
  const set = l.ruleset.sets.get(key);
  if (!set) return [];
  const added = [...l.ruleset.elements(key).entries()].filter(([k]) => !old.has(String(k)));
  if (added.length > 0 && set.flags.includes('interval')) return unknown(c);
  return added.flatMap(([, element]) => {
    const listed = setJson(l, set, [element]);
    const members = isObject(listed) ? [...listed.values()][0] : undefined;
    const elem = isObject(members) ? members.get('elem') : undefined;
    if (!isArray(elem)) return [];
    return object({ element: object({ family, table, name, elem: object({ set: elem }) }) });
  });
}

function addedSet(l: Listing, c: Command, place: Place): () => readonly Json[] {
  const key = itemKey(place.family, place.table, place.name);
  const existed = l.ruleset.sets.has(key);
  const old = new Set(
    existed ? [...l.ruleset.elements(key).entries()].map(([k]) => String(k)) : [],
  );
  const terse: Listing = { ...l, options: { ...l.options, terse: true } };
  return () => {
    const set = l.ruleset.sets.get(key);
    const declared =
      set && !existed && (c.object === 'set' || c.object === 'map') ? [setJson(terse, set)] : [];
    return [...declared, ...newElements(l, c, place, old)];
  };
}

/** To be called before a command is executed; what it returns, after. Rules are told by their handles. */
function watch(l: Listing, c: Command): () => readonly Json[] {
  const place = placeOf(c);
  const { family, table, name } = place;
  if (c.verb === 'replace') return unknown(c);
  if (c.verb !== 'add' && c.verb !== 'create') return () => [];
  if (SINGULAR.has(c.object)) {
    const key = objectKey(family, table, c.object as ObjectType, name);
    if (l.ruleset.objects.has(key)) return unknown(c);
    return () => {
      const made = l.ruleset.objects.get(key);
      return made ? [objectJson(made)] : [];
    };
  }
  switch (c.object) {
    case 'table': {
      if (l.ruleset.tables.has(tableKey(family, table))) return () => [];
      return () => {
        const made = l.ruleset.tables.get(tableKey(family, table));
        return made ? [tableJson(made)] : [];
      };
    }
    case 'chain':
      return () => {
        const made = l.ruleset.chains.get(itemKey(family, table, name));
        return made ? [chainJson(made)] : [];
      };
    case 'set':
    case 'map':
    case 'elements':
    case 'set elements':
      return addedSet(l, c, place);
    case 'rule':
      return () => [];
    default:
      return unknown(c);
  }
}

/** Collects what the commands of one batch add. */
export class JsonEcho {
  readonly #items: Json[] = [];
  readonly #listing: Listing;
  constructor(listing: Listing) {
    this.#listing = listing;
  }

  /** Executes a command and notes what it added. */
  run(c: Command, execute: () => boolean): boolean {
    const added = watch(this.#listing, c);
    const changed = execute();
    for (const item of added()) this.#items.push(object({ [c.verb]: item }));
    return changed;
  }

  rule(c: Command, handle: number): void {
    const { family, table, name } = placeOf(c);
    const rule = this.#listing.ruleset.rules(itemKey(family, table, name)).get(handle);
    if (rule)
      this.#items.push(object({ [c.verb]: ruleJson(this.#listing, family, table, name, rule) }));
  }

  /** Nothing when nothing was added. */
  text(): string {
    return this.#items.length > 0 ? `${writeJson(object({ nftables: this.#items }))}\n` : '';
  }
}
