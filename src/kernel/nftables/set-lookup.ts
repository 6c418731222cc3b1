/** Finds the element of a set that a register's value belongs to: hash, interval (rbtree) and concatenated ranges (pipapo). */
import { compareBytes, toHex } from '../../base/bytes.ts';
import type { Collection } from '../model.ts';
import { CONTINUE, type EvalContext, type ExprResult } from './context.ts';
import type { ElementRecord, Reg, SetRecord } from './model.ts';
import { loadReg } from './registers.ts';

export interface FoundElement {
  readonly setKey: string;
  /** Its key in the collection of elements. */
  readonly id: string;
  readonly element: Readonly<ElementRecord>;
}

type Entry = readonly [id: string, element: Readonly<ElementRecord>];

interface Index {
  readonly version: number;
  readonly catchall: Entry | undefined;
  find(key: Uint8Array, live: (element: Readonly<ElementRecord>) => boolean): Entry | undefined;
}

// Compiled indexes, by the collection they were made from; a changed version makes them anew.
const indexes = new WeakMap<object, Index>();

/** `catchall`: whether the `*` element answers for what no other does. */
export function findElement(
  setKey: string,
  sreg: Reg,
  ctx: EvalContext,
  { catchall = true } = {},
): FoundElement | undefined {
  const set = ctx.ruleset.sets.get(setKey);
  if (!set) throw new Error(`rule refers to missing set "${setKey}"`);
  const index = indexOf(set, ctx.ruleset.elements(setKey));
  const now = ctx.clock.now();
  const live = (element: Readonly<ElementRecord>): boolean =>
    element.expires === undefined || element.expires > now;
  const entry =
    index.find(loadReg(ctx.registers, sreg, set.keyLen), live) ??
    (catchall && index.catchall && live(index.catchall[1]) ? index.catchall : undefined);
  return entry && { setKey, id: entry[0], element: entry[1] };
}

/** The expressions an element carries (nft_set_elem_update_expr). */
export function runElementExprs(found: FoundElement, ctx: EvalContext): ExprResult {
  for (const expr of found.element.exprs) {
    const result = ctx.run(expr, () => ctx.ruleset.elements(found.setKey).edit(found.id));
    if (result !== CONTINUE) return result;
  }
  return CONTINUE;
}

function indexOf(set: Readonly<SetRecord>, elements: Collection<string, ElementRecord>): Index {
  const known = indexes.get(elements);
  if (known?.version === elements.version) return known;
  const entries = [...elements.entries()].filter(([, element]) => !element.catchall);
  const catchall = [...elements.entries()].find(([, element]) => element.catchall);
  const index: Index = { version: elements.version, catchall, find: finder(set, entries) };
  indexes.set(elements, index);
  return index;
}

function finder(set: Readonly<SetRecord>, entries: readonly Entry[]): Index['find'] {
  if (!set.flags.includes('interval')) return hashFinder(entries);
  return entries.some(([, element]) => element.keyEnd) || (set.fieldLens?.length ?? 0) > 1
    ? rangeFinder(entries, set.fieldLens ?? [set.keyLen])
    : intervalFinder(entries);
}

function hashFinder(entries: readonly Entry[]): Index['find'] {
  const byKey = new Map(entries.map((entry) => [toHex(entry[1].key), entry]));
  return (key, live) => {
    const entry = byKey.get(toHex(key));
    return entry && live(entry[1]) ? entry : undefined;
  };
}

/** nft_rbtree: the last element that begins at or before the key, unless it is an end. */
function intervalFinder(entries: readonly Entry[]): Index['find'] {
  const sorted = [...entries].sort(
    ([, a], [, b]) =>
      compareBytes(a.key, b.key) || Number(b.intervalEnd ?? false) - Number(a.intervalEnd ?? false),
  );
  return (key, live) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = sorted[middle];
      if (entry && compareBytes(entry[1].key, key) <= 0) low = middle + 1;
      else high = middle;
    }
    const entry = sorted[low - 1];
    return entry && !entry[1].intervalEnd && live(entry[1]) ? entry : undefined;
  };
}

/** nft_set_pipapo: every part within its bounds; parts lie at multiples of four bytes. */
function rangeFinder(entries: readonly Entry[], fieldLens: readonly number[]): Index['find'] {
  return (key, live) =>
    entries.find(([, element]) => live(element) && within(key, element, fieldLens));
}

function within(
  key: Uint8Array,
  element: Readonly<ElementRecord>,
  fieldLens: readonly number[],
): boolean {
  let at = 0;
  for (const length of fieldLens) {
    const part = key.subarray(at, at + length);
    const end = element.keyEnd ?? element.key;
    if (compareBytes(part, element.key.subarray(at, at + length)) < 0) return false;
    if (compareBytes(part, end.subarray(at, at + length)) > 0) return false;
    at += Math.ceil(length / 4) * 4;
  }
  return true;
}
