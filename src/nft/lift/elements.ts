/** Set elements back to expressions: intervals become prefixes, ranges or single values again. */
import { compareBytes, fromBe, fromLe } from '../../base/bytes.ts';
import type { ElementRecord, SetRecord } from '../../kernel/nftables/model.ts';
import type { ElementNode, Expression, MappingNode, Order, SetNode, Statement } from '../ast.ts';
import { stringType } from '../datatypes/table.ts';
import type { DataType } from '../datatypes/types.ts';
import { stringValue } from '../datatypes/values.ts';
import { internalLocation as loc } from '../location.ts';
import { valueNode } from '../nodes.ts';

/** How one part of a key or datum is read. */
export interface Part {
  readonly type: DataType;
  readonly bits: number;
  readonly order: Order;
}

const round4 = (n: number): number => Math.ceil(n / 4) * 4;

function partValue(part: Part, bytes: Uint8Array, big: boolean): Expression {
  const own = bytes.subarray(0, Math.ceil(part.bits / 8));
  return valueNode(loc, part.type, part.bits, big ? fromBe(own) : fromLe(own), part.order);
}

/** A prefix when the range is one, a single value when it is that, else a range. */
export function rangeNode(part: Part, from: bigint, to: bigint): Expression {
  const low = valueNode(loc, part.type, part.bits, from, part.order);
  if (from === to) return low;
  const size = to - from + 1n;
  const base = part.type.base;
  const mayPrefix = base === 'ip' || base === 'ip6' || base === 'string' || base === 'hex';
  if (mayPrefix && (size & (size - 1n)) === 0n && from % size === 0n) {
    const length = part.bits - (size.toString(2).length - 1);
    return {
      kind: 'prefix',
      expr: low,
      length,
      loc,
      type: part.type,
      order: part.order,
      bits: part.bits,
    };
  }
  return {
    kind: 'range',
    from: low,
    to: valueNode(loc, part.type, part.bits, to, part.order),
    loc,
    type: part.type,
    order: part.order,
    bits: part.bits,
  };
}

function stringPrefix(part: Part, from: Uint8Array, to: Uint8Array): Expression | undefined {
  let n = 0;
  while (n < from.length && from[n] === to[n]) n++;
  if (n === from.length) return undefined;
  const expr = valueNode(loc, part.type, part.bits, fromLe(from), 'host');
  return {
    kind: 'prefix',
    expr,
    length: n * 8,
    loc,
    type: part.type,
    order: 'host',
    bits: part.bits,
  };
}

const isBig = (part: Part): boolean => part.order === 'big';

export function liftConcat(
  parts: readonly Part[],
  bytes: Uint8Array,
  end?: Uint8Array,
): Expression {
  let at = 0;
  const items = parts.map((part): Expression => {
    const length = Math.ceil(part.bits / 8);
    const own = bytes.subarray(at, at + length);
    const last = end?.subarray(at, at + length);
    at += round4(length);
    if (last) {
      if (part.type.base === 'string')
        return stringPrefix(part, own, last) ?? partValue(part, own, false);
      return rangeNode(part, fromBe(own), fromBe(last));
    }
    return partValue(part, own, isBig(part));
  });
  return { kind: 'concat', items, loc, type: stringType, order: undefined, bits: at * 8 };
}

/** A datum: a value, an address and port, or the two ends of a range. */
export function liftData(parts: readonly Part[], bytes: Uint8Array, interval: boolean): Expression {
  const [first] = parts;
  if (!first) throw new Error('data without a type');
  if (parts.length > 1) return liftConcat(parts, bytes);
  if (!interval) return partValue(first, bytes, isBig(first));
  const half = bytes.length / 2;
  return rangeNode(first, fromBe(bytes.subarray(0, half)), fromBe(bytes.subarray(half)));
}

export interface ElementsView {
  readonly set: Readonly<SetRecord>;
  readonly key: readonly Part[];
  readonly data: readonly Part[];
  readonly now: bigint;
  statements(exprs: ElementRecord['exprs']): Statement[];
}

interface Entry {
  readonly record: Readonly<ElementRecord>;
  readonly key: Expression;
}

function intervals(view: ElementsView, elements: readonly Readonly<ElementRecord>[]): Entry[] {
  const [part] = view.key;
  if (!part) return [];
  const sorted = elements
    .filter((e) => !e.catchall)
    .sort((a, b) => compareBytes(a.key, b.key) || (a.intervalEnd ? -1 : 1));
  // What is in no interval comes last.
  sorted.push(...elements.filter((e) => e.catchall));
  const max = (1n << BigInt(part.bits)) - 1n;
  const out: Entry[] = [];
  for (const [i, record] of sorted.entries()) {
    if (record.catchall) {
      out.push({
        record,
        key: { kind: 'catchall', loc, type: part.type, order: part.order, bits: part.bits },
      });
      continue;
    }
    if (record.intervalEnd) continue;
    const next = sorted[i + 1];
    const from = fromBe(record.key);
    const to = record.intervalOpen || !next || next.catchall ? max : fromBe(next.key) - 1n;
    if (part.type.base === 'string') {
      const end =
        next && !next.catchall && !record.intervalOpen
          ? decrement(next.key)
          : record.key.map(() => 0xff);
      out.push({
        record,
        key: stringPrefix(part, record.key, end) ?? partValue(part, record.key, false),
      });
      continue;
    }
    out.push({ record, key: rangeNode(part, from, to) });
  }
  return out;
}

function decrement(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  for (let i = out.length - 1; i >= 0; i--) {
    const byte = out[i] ?? 0;
    out[i] = (byte + 255) % 256;
    if (byte !== 0) break;
  }
  return out;
}

function sortKey(node: Expression): bigint[] {
  if (node.kind === 'value') return [node.value];
  if (node.kind === 'prefix') return sortKey(node.expr);
  if (node.kind === 'range') return sortKey(node.from);
  if (node.kind === 'concat') return node.items.flatMap(sortKey);
  return [];
}

/** concat_expr_msort_value: all bytes as one little-endian number. */
function compareFromEnd(a: Uint8Array, b: Uint8Array): number {
  for (let i = a.length - 1; i >= 0; i--) {
    const d = (a[i] ?? 0) - (b[i] ?? 0);
    if (d !== 0) return d;
  }
  return 0;
}

function compareKeys(a: Entry, b: Entry): number {
  if (a.key.kind === 'concat' && b.key.kind === 'concat')
    return compareFromEnd(a.record.key, b.record.key);
  const x = sortKey(a.key);
  const y = sortKey(b.key);
  if (x.length === 0 || y.length === 0) return y.length - x.length;
  for (let i = 0; i < x.length; i++) {
    const d = (x[i] ?? 0n) - (y[i] ?? 0n);
    if (d !== 0n) return d < 0n ? -1 : 1;
  }
  return 0;
}

function entryNode(view: ElementsView, { record, key }: Entry): Expression {
  const element: ElementNode = {
    kind: 'element',
    key,
    statements: view.statements(record.exprs),
    loc,
    type: key.type,
    order: key.order,
    bits: key.bits,
  };
  if (record.timeout !== undefined && record.timeout !== view.set.timeout)
    element.timeout = record.timeout === 0 ? 'never' : record.timeout;
  if (record.expires !== undefined)
    element.expires = Math.max(0, Number((record.expires - view.now) / 1_000_000n));
  if (record.comment !== undefined) element.comment = record.comment;
  const right = dataNode(view, record);
  if (!right) return element;
  const mapping: MappingNode = {
    kind: 'mapping',
    left: element,
    right,
    loc,
    type: key.type,
    order: key.order,
    bits: key.bits,
  };
  return mapping;
}

function dataNode(view: ElementsView, record: Readonly<ElementRecord>): Expression | undefined {
  const { verdict } = record;
  if (verdict) {
    const chain: Expression | undefined =
      'chain' in verdict
        ? {
            kind: 'symbol',
            name: verdict.chain,
            set: false,
            loc,
            type: stringType,
            order: undefined,
            bits: 0,
          }
        : undefined;
    const code = verdict.code === 'break' ? 'continue' : verdict.code;
    return { kind: 'verdict', code, chain, loc, type: stringType, order: undefined, bits: 0 };
  }
  if (record.object !== undefined) {
    const { value, bits } = stringValue(record.object);
    return valueNode(loc, stringType, bits, value, 'host');
  }
  return record.data
    ? liftData(view.data, record.data, view.set.userdata.dataInterval === true)
    : undefined;
}

/** All elements of a set, in the order nft lists them. */
export function liftElements(
  view: ElementsView,
  elements: readonly Readonly<ElementRecord>[],
): SetNode {
  const interval = view.set.flags.includes('interval');
  const alive = elements.filter((e) => e.expires === undefined || e.expires > view.now);
  let entries: Entry[];
  if (interval && view.key.length === 1) {
    entries = intervals(view, alive);
  } else {
    entries = alive.map((record): Entry => {
      const [part] = view.key;
      if (record.catchall || !part)
        return {
          record,
          key: { kind: 'catchall', loc, type: stringType, order: undefined, bits: 0 },
        };
      return {
        record,
        key:
          view.key.length > 1
            ? liftConcat(view.key, record.key, record.keyEnd)
            : partValue(part, record.key, isBig(part)),
      };
    });
    if (!interval) entries.sort(compareKeys);
  }
  const items = entries.map((entry) => entryNode(view, entry));
  return { kind: 'set', items, loc, type: stringType, order: undefined, bits: 0 };
}
