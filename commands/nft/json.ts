/** JSON in and out: commands read with `-j`; listings: what `list.ts` and `reset.ts` answer with `-j`. */
import { NotEmulated } from '../../src/base/errors.ts';
import { type Json, JsonError, object, readJson, writeJson } from '../../src/base/json.ts';
import { itemKey } from '../../src/kernel/model.ts';
import type { ChainRecord, ObjectType, SetRecord } from '../../src/kernel/nftables/model.ts';
import type { Command } from '../../src/nft/ast.ts';
import type { Parsed } from '../../src/nft/grammar/parse.ts';
import { readCommands } from '../../src/nft/json/read.ts';
import {
  chainJson,
  flowtableJson,
  fullTableJson,
  METAINFO,
  namedChains,
  namedSets,
  objectJson,
  objectsOf,
  rulesJson,
  setJson,
  tableJson,
} from '../../src/nft/json/ruleset.ts';
import { type Location, NftError } from '../../src/nft/location.ts';
import { type Listing, tableParts } from '../../src/nft/print/ruleset.ts';
import { isMap, NOT_FOUND, oneSet, PLURALS, requireTable, SINGULAR, tablesOf } from './list.ts';
import { resetAll } from './reset.ts';

/** The commands of JSON input; undefined when it is no JSON: then it is read as the language. */
export function parseJson(text: string): Parsed | undefined {
  try {
    // A number or a string alone is not taken for JSON.
    return /^[ \t\r\n]*[[{]/.test(text) ? readCommands(text, readJson(text)) : undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

const answer = (items: readonly Json[]): string =>
  `${writeJson(object({ nftables: [METAINFO, ...items] }))}\n`;

const notFound = (c: Command): NftError => new NftError(NOT_FOUND, c.spec.item?.loc as Location);

function listObject(l: Listing, c: Command, type: ObjectType): readonly Json[] {
  const table = requireTable(l, c.spec);
  const found = objectsOf(l, table, type).find((o) => o.name === c.spec.item?.name);
  if (!found) throw notFound(c);
  return [objectJson(found)];
}

function oneChain(l: Listing, c: Command): Readonly<ChainRecord> {
  const table = requireTable(l, c.spec);
  const chain = l.ruleset.chains.get(itemKey(table.family, table.name, c.spec.item?.name ?? ''));
  if (!chain) throw notFound(c);
  return chain;
}

const SETS: ReadonlyMap<string, (set: Readonly<SetRecord>) => boolean> = new Map([
  ['sets', (set) => !isMap(set)],
  ['maps', isMap],
  // Those are the anonymous ones, of long ago.
  ['meters', () => false],
]);

function listItems(l: Listing, c: Command): readonly Json[] {
  const sets = SETS.get(c.object);
  if (sets)
    return tablesOf(l, c.spec).flatMap((t) =>
      namedSets(l, t)
        .filter(sets)
        .map((s) => setJson(l, s)),
    );
  const type = PLURALS.get(c.object);
  if (type === 'ct timeout') return [];
  if (type) return tablesOf(l, c.spec).flatMap((t) => objectsOf(l, t, type).map(objectJson));
  // Timeouts are not shown by themselves, only with the whole table.
  if (c.object === 'ct timeout') return listObject(l, c, 'ct timeout').slice(1);
  if (SINGULAR.has(c.object)) return listObject(l, c, c.object as ObjectType);
  switch (c.object) {
    case 'ruleset':
      return tablesOf(l, c.spec).flatMap((t) => fullTableJson(l, t));
    case 'table':
      return fullTableJson(l, requireTable(l, c.spec));
    case 'tables':
      return tablesOf(l, c.spec).map(tableJson);
    case 'chain': {
      const chain = oneChain(l, c);
      return [chainJson(chain), ...rulesJson(l, chain)];
    }
    case 'chains':
      return tablesOf(l, c.spec).flatMap((t) => namedChains(l, t).map(chainJson));
    case 'set':
    case 'map':
    case 'meter':
      return [setJson(l, oneSet(l, c).set)];
    case 'flowtables':
      return tablesOf(l, c.spec).flatMap((t) =>
        tableParts(l.ruleset.flowtables.values(), t).map(flowtableJson),
      );
    default:
      throw new NotEmulated(`nft -j list ${c.object}`);
  }
}

/** `list ...`. */
export const listJson = (l: Listing, c: Command): string =>
  c.object === 'hooks' ? '' : answer(listItems(l, c));

function resetItems(l: Listing, c: Command): readonly Json[] {
  const { object: kind, spec } = c;
  if (kind !== 'rules' && kind !== 'rule' && kind !== 'chain') return listItems(l, c);
  const wanted = spec.handle?.id;
  const shown = (chain: Readonly<ChainRecord>): boolean =>
    !spec.item || chain.name === spec.item.name;
  if (kind === 'chain' || (kind === 'rules' && spec.item))
    return tablesOf(l, spec).flatMap((t) =>
      namedChains(l, t)
        .filter(shown)
        .flatMap((chain) => [chainJson(chain), ...rulesJson(l, chain)]),
    );
  return tablesOf(l, spec).flatMap((t) =>
    fullTableJson(l, t, shown, (rule) => !wanted || BigInt(rule.handle) === wanted),
  );
}

/** `reset ...`: what was there before it. */
export function resetJson(l: Listing, c: Command): string {
  const items = resetItems(l, c);
  resetAll(l, c);
  return answer(items);
}
