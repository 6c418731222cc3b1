/** Intervals of a set: merging, overlaps, taking parts out (nftables' intervals.c). */
import { be, fromBe } from '../../src/base/bytes.ts';
import type { ElementRecord } from '../../src/kernel/nftables/model.ts';
import type { ItemRef, RulesetContext } from '../../src/kernel/nftables/ruleset.ts';
import { addElement, deleteElement } from '../../src/kernel/nftables/sets.ts';
import { type Location, NftError } from '../../src/nft/location.ts';
import { intervalOf, type PlacedElement } from '../../src/nft/lower/sets.ts';

interface Span {
  readonly from: bigint;
  readonly to: bigint;
  readonly start: ElementRecord;
  readonly end?: ElementRecord | undefined;
  readonly loc?: Location;
}

function spansOf(elements: readonly (Readonly<ElementRecord> | PlacedElement)[]): Span[] {
  const all = elements.map((e) =>
    'element' in e ? { element: e.element, loc: e.loc } : { element: e, loc: undefined },
  );
  const starts = all.filter((e) => !e.element.intervalEnd && !e.element.catchall);
  const ends = all
    .filter((e) => e.element.intervalEnd)
    .sort((a, b) => (fromBe(a.element.key) < fromBe(b.element.key) ? -1 : 1));
  return starts.map(({ element, loc }) => {
    const from = fromBe(element.key);
    const end = element.intervalOpen ? undefined : ends.find((e) => fromBe(e.element.key) > from);
    const to = end ? fromBe(end.element.key) - 1n : (1n << BigInt(element.key.length * 8)) - 1n;
    return { from, to, start: element, end: end?.element, ...(loc && { loc }) };
  });
}

const overlaps = (a: Span, b: Span): boolean => a.from <= b.to && b.from <= a.to;

/** Intervals may be given twice, but may not overlap. */
export function checkOverlap(
  existing: readonly Readonly<ElementRecord>[],
  placed: readonly PlacedElement[],
  anonymous: boolean,
): void {
  const old = spansOf(existing);
  const fresh: Span[] = [];
  for (const span of pairSpans(placed)) {
    const inside = fresh.find((f) => overlaps(f, span));
    if (inside && !(inside.from === span.from && inside.to === span.to))
      throw new NftError(
        anonymous ? 'conflicting intervals specified' : 'conflicting intervals specified',
        span.loc as Location,
        ...(inside.loc ? [inside.loc] : []),
      );
    const hit = old.find((o) => overlaps(o, span));
    if (hit && !(hit.from === span.from && hit.to === span.to))
      throw new NftError('interval overlaps with an existing one', span.loc as Location);
    fresh.push(span);
  }
}

/** Placed elements come in pairs: a start, and its end when it has one. */
function pairSpans(placed: readonly PlacedElement[]): Span[] {
  const out: Span[] = [];
  for (const [i, { element, loc }] of placed.entries()) {
    if (element.intervalEnd || element.catchall) continue;
    const next = placed[i + 1]?.element;
    const end = next?.intervalEnd ? next : undefined;
    out.push({
      from: fromBe(element.key),
      to: end ? fromBe(end.key) - 1n : (1n << BigInt(element.key.length * 8)) - 1n,
      start: element,
      end,
      loc,
    });
  }
  return out;
}

function drop(ctx: RulesetContext, ref: ItemRef, span: Span): void {
  deleteElement(ctx, ref, span.start);
  if (span.end) deleteElement(ctx, ref, span.end);
}

/** auto-merge: what touches or overlaps becomes one interval; old ones it swallows are removed. */
export function mergeIntervals(
  ctx: RulesetContext,
  ref: ItemRef,
  existing: readonly Readonly<ElementRecord>[],
  placed: readonly PlacedElement[],
): PlacedElement[] {
  const rest = placed.filter((p) => p.element.catchall);
  const old = spansOf(existing);
  const all = [
    ...old.map((s) => ({ ...s, old: true })),
    ...pairSpans(placed).map((s) => ({ ...s, old: false })),
  ].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const groups: (typeof all)[] = [];
  let reach = -2n;
  for (const span of all) {
    if (groups.length > 0 && span.from <= reach + 1n) groups.at(-1)?.push(span);
    else groups.push([span]);
    reach = groups.at(-1)?.length === 1 || span.to > reach ? span.to : reach;
  }
  const out: PlacedElement[] = [];
  for (const group of groups) {
    const [first] = group;
    if (!first || group.every((g) => g.old)) continue;
    let to = 0n;
    for (const g of group) if (g.to > to) to = g.to;
    for (const g of group) if (g.old) drop(ctx, ref, g);
    const loc = group.find((g) => g.loc)?.loc as Location;
    const { key, intervalOpen, intervalEnd, ...extra } =
      group.find((g) => !g.old)?.start ?? first.start;
    out.push(...intervalOf(be(first.from, key.length), be(to, key.length), loc, { ...extra }));
  }
  return [...out, ...rest];
}

/** What is to be deleted; with auto-merge parts of intervals may be taken out, else only whole ones. */
export function subtractIntervals(
  ctx: RulesetContext,
  ref: ItemRef,
  existing: readonly Readonly<ElementRecord>[],
  placed: readonly PlacedElement[],
  autoMerge: boolean,
): PlacedElement[] {
  const out: PlacedElement[] = [];
  for (const span of pairSpans(placed)) {
    const current = spansOf(existing);
    const whole = current.find((o) => o.from === span.from && o.to === span.to);
    if (whole) {
      out.push(
        { element: whole.start, loc: span.loc as Location },
        ...(whole.end ? [{ element: whole.end, loc: span.loc as Location }] : []),
      );
      continue;
    }
    const around = current.find((o) => o.from <= span.from && o.to >= span.to);
    if (!autoMerge || !around) throw new NftError('element does not exist', span.loc as Location);
    drop(ctx, ref, around);
    const length = around.start.key.length;
    const { key, intervalOpen, intervalEnd, ...extra } = around.start;
    const put = (from: bigint, to: bigint): void => {
      for (const p of intervalOf(be(from, length), be(to, length), span.loc as Location, {
        ...extra,
      }))
        addElement(ctx, ref, p.element);
    };
    if (around.from < span.from) put(around.from, span.from - 1n);
    if (span.to < around.to) put(span.to + 1n, around.to);
  }
  return out;
}
