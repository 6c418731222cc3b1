/** Listings: list, reset, get, describe. */

import { fromBe } from '../../src/base/bytes.ts';
import { KernelError, NotEmulated } from '../../src/base/errors.ts';
import { itemKey, tableKey } from '../../src/kernel/model.ts';
import type {
  ElementRecord,
  Family,
  ObjectType,
  SetRecord,
  TableRecord,
} from '../../src/kernel/nftables/model.ts';
import { elementKey } from '../../src/kernel/nftables/sets.ts';
import type { Command, Spec } from '../../src/nft/ast.ts';
import { liftStateful } from '../../src/nft/lift/rule.ts';
import { liftSet } from '../../src/nft/lift/sets.ts';
import { type Location, NftError } from '../../src/nft/location.ts';
import { lowerElements } from '../../src/nft/lower/sets.ts';
import {
  type Listing,
  printChain,
  printFlowtable,
  printObject,
  printSet,
  printTable,
  tableHead,
  tableParts,
} from '../../src/nft/print/ruleset.ts';
import { evaluateElements } from './execute.ts';
import type { Session } from './session.ts';
import { Suggestions } from './suggestions.ts';

/** ENOENT in words. */
export const NOT_FOUND = 'No such file or directory';

export function requireTable(l: Listing, spec: Spec, plural = false): Readonly<TableRecord> {
  const family: Family = spec.family ?? 'ip';
  const table = l.ruleset.tables.get(tableKey(family, spec.table?.name ?? ''));
  if (table) return table;
  // Only what a plural lists is read from the kernel in full: just there names are known to suggest.
  const hint = plural ? (new Suggestions(l.ruleset).table(spec.table?.name ?? '') ?? '') : '';
  throw new NftError(`${NOT_FOUND}${hint}`, spec.table?.loc as Location);
}

/** The tables a command is about. */
export const tablesOf = (l: Listing, spec: Spec): Readonly<TableRecord>[] => {
  if (spec.table) return [requireTable(l, spec, true)];
  return [...l.ruleset.tables.values()].filter(
    (t) => spec.family === undefined || t.family === spec.family,
  );
};

const within = (l: Listing, table: Readonly<TableRecord>, inner: readonly string[]): string =>
  inner.length === 0 ? '' : `${tableHead(l, table, true)}${inner.join('')}}\n`;

export const isMap = (set: Readonly<SetRecord>): boolean =>
  set.flags.includes('map') || set.flags.includes('object');
const namedSets = (l: Listing, table: Readonly<TableRecord>): Readonly<SetRecord>[] =>
  tableParts(l.ruleset.sets.values(), table).filter((s) => !s.flags.includes('anonymous'));

export const PLURALS = new Map<string, ObjectType>([
  ['counters', 'counter'],
  ['quotas', 'quota'],
  ['limits', 'limit'],
  ['synproxys', 'synproxy'],
  ['secmarks', 'secmark'],
  ['ct helpers', 'ct helper'],
  ['ct timeouts', 'ct timeout'],
  ['ct expectations', 'ct expectation'],
]);
export const SINGULAR = new Set<string>(PLURALS.values());

function listSets(l: Listing, c: Command): string {
  const wanted = (set: Readonly<SetRecord>): boolean =>
    c.object === 'maps'
      ? isMap(set)
      : c.object === 'meters'
        ? set.flags.includes('dynamic')
        : !isMap(set);
  return tablesOf(l, c.spec)
    .map(
      (t) =>
        `${tableHead(l, t, true)}${namedSets(l, t)
          .filter(wanted)
          .map((s) => printSet(l, s))
          .join('')}}\n`,
    )
    .join('');
}

export function oneSet(
  l: Listing,
  c: Command,
): { table: Readonly<TableRecord>; set: Readonly<SetRecord> } {
  const table = requireTable(l, c.spec);
  const set = l.ruleset.sets.get(itemKey(table.family, table.name, c.spec.item?.name ?? ''));
  const right =
    set &&
    (c.object === 'map'
      ? isMap(set)
      : c.object === 'meter'
        ? set.flags.includes('dynamic')
        : c.verb === 'get' || c.object === 'elements' || !isMap(set));
  if (!set || !right) throw new NftError(`${NOT_FOUND}`, c.spec.item?.loc as Location);
  return { table, set };
}

function listOne(l: Listing, c: Command): string {
  const { table, set } = oneSet(l, c);
  return within(l, table, [printSet(l, set)]);
}

function listChain(l: Listing, c: Command): string {
  const table = requireTable(l, c.spec);
  const chain = l.ruleset.chains.get(itemKey(table.family, table.name, c.spec.item?.name ?? ''));
  if (!chain) throw new NftError(`${NOT_FOUND}`, c.spec.item?.loc as Location);
  return within(l, table, [printChain(l, chain, true)]);
}

function listObjects(l: Listing, c: Command, type: ObjectType): string {
  return tablesOf(l, c.spec)
    .map((t) => {
      const objects = tableParts(l.ruleset.objects.values(), t).filter((o) => o.type === type);
      if (objects.length === 0) return '';
      return `${tableHead(l, t, true)}${objects.map((o) => printObject(l, o)).join('')}}\n`;
    })
    .join('');
}

function listObject(l: Listing, c: Command, type: ObjectType): string {
  const table = requireTable(l, c.spec);
  const object = tableParts(l.ruleset.objects.values(), table).find(
    (o) => o.type === type && o.name === c.spec.item?.name,
  );
  if (!object) throw new NftError(`${NOT_FOUND}`, c.spec.item?.loc as Location);
  return within(l, table, [printObject(l, object)]);
}

/** `list ...`. */
export function list(l: Listing, c: Command): string {
  const type = PLURALS.get(c.object);
  if (type) return listObjects(l, c, type);
  if (SINGULAR.has(c.object)) return listObject(l, c, c.object as ObjectType);
  switch (c.object) {
    case 'ruleset':
      return tablesOf(l, c.spec)
        .map((t) => printTable(l, t))
        .join('');
    case 'table':
      return printTable(l, requireTable(l, c.spec));
    case 'tables':
      return tablesOf(l, c.spec)
        .map((t) => `table ${t.family} ${t.name}\n`)
        .join('');
    case 'chain':
      return listChain(l, c);
    case 'chains':
      return tablesOf(l, c.spec)
        .map(
          (t) =>
            `${tableHead(l, t, true)}${tableParts(l.ruleset.chains.values(), t)
              .filter((ch) => !ch.anonymous)
              .map((ch) => printChain(l, ch, false))
              .join('')}}\n`,
        )
        .join('');
    case 'sets':
    case 'maps':
    case 'meters':
      return listSets(l, c);
    case 'set':
    case 'map':
    case 'meter':
      return listOne(l, c);
    case 'flowtables':
      return tablesOf(l, c.spec)
        .map(
          (t) =>
            `${tableHead(l, t, true)}${tableParts(l.ruleset.flowtables.values(), t)
              .map((f) => printFlowtable(l, f))
              .join('')}}\n`,
        )
        .join('');
    default:
      throw new NotEmulated(`nft list ${c.object}`);
  }
}

/** `get element`. */
export function get(s: Session, l: Listing, c: Command): string {
  const { table, set } = oneSet(l, c);
  const declaration = liftSet(set, (e) => liftStateful(e));
  if (!c.elements) return '';
  const wanted = lowerElements(declaration, evaluateElements(s, declaration, c.elements), s.now);
  const elements = l.ruleset.elements(itemKey(set.family, set.table, set.name));
  const found: Readonly<ElementRecord>[] = [];
  for (const { element } of wanted) {
    if (element.intervalEnd) continue;
    if (set.flags.includes('interval') && set.keyType < 64) {
      found.push(...intervalAround([...elements.values()], element));
      continue;
    }
    const hit = elements.get(elementKey(element));
    if (!hit) throw new KernelError('ENOENT');
    found.push(hit);
  }
  return within(l, table, [printSet(l, set, found)]);
}

function intervalAround(
  all: readonly Readonly<ElementRecord>[],
  element: ElementRecord,
): Readonly<ElementRecord>[] {
  const at = fromBe(element.key);
  const starts = all
    .filter((e) => !e.intervalEnd && !e.catchall && fromBe(e.key) <= at)
    .sort((a, b) => (fromBe(a.key) < fromBe(b.key) ? 1 : -1));
  const start = starts[0];
  if (!start) throw new KernelError('ENOENT');
  const ends = all
    .filter((e) => e.intervalEnd && fromBe(e.key) > fromBe(start.key))
    .sort((a, b) => (fromBe(a.key) < fromBe(b.key) ? -1 : 1));
  const end = start.intervalOpen ? undefined : ends[0];
  if (end && fromBe(end.key) <= at) throw new KernelError('ENOENT');
  return end ? [start, end] : [start];
}
