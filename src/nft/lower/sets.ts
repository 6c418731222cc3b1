/** Set declarations and elements as the kernel keeps them. */
import { be, concatBytes } from '../../base/bytes.ts';
import type { ElementRecord, SetRecord } from '../../kernel/nftables/model.ts';
import type { SetSpec } from '../../kernel/nftables/sets.ts';
import type { Expression, SetDeclaration, SetNode } from '../ast.ts';
import { stringText } from '../datatypes/values.ts';
import type { Location } from '../location.ts';
import { printTypeof } from '../print/expressions.ts';
import { bounds, byteLength, dataOf, padTo } from './data.ts';
import { statefulExpr, verdictOf } from './statements.ts';

/** Length of a key: parts of a concatenation are padded. */
const keyLength = (node: Expression): number =>
  node.kind === 'concat' || node.type.base === 'concat' ? node.bits / 8 : byteLength(node.bits);

const ORDER: readonly SetRecord['flags'][number][] = [
  'anonymous',
  'constant',
  'interval',
  'map',
  'timeout',
  'dynamic',
  'object',
  'concat',
];

export function setSpec(set: SetDeclaration): SetSpec {
  const verdict = set.data?.type.base === 'verdict';
  const dataBits = set.data
    ? set.data.type.base === 'concat'
      ? set.data.type.bits
      : set.data.bits
    : 0;
  const dataLen = set.data
    ? (verdict ? 16 : set.data.type.base === 'concat' ? dataBits / 8 : byteLength(dataBits)) *
      (set.data.kind === 'range' ? 2 : 1)
    : 0;
  const flags = ORDER.filter((f) => set.flags.has(f));
  return {
    family: set.family,
    table: set.table,
    name: set.name,
    flags,
    keyType: set.key.type.number,
    keyLen: keyLength(set.key),
    ...(set.data && { dataType: set.data.type.number, dataLen }),
    ...(set.objectType && { objectType: set.objectType }),
    ...(set.timeout !== undefined && { timeout: set.timeout }),
    ...(set.gcInterval !== undefined && { gcInterval: set.gcInterval }),
    ...(set.size !== undefined && { size: set.size }),
    ...(set.policy && { policy: set.policy }),
    ...(set.key.kind === 'concat' &&
      set.flags.has('interval') && { fieldLens: set.key.items.map((i) => byteLength(i.bits)) }),
    exprs: set.statements.flatMap((s) => statefulExpr(s) ?? []),
    userdata: {
      ...(set.autoMerge && { autoMerge: true }),
      keyBits: partBits(set.key),
      keyOrder: partOrders(set.key),
      ...(set.data && {
        dataBits: partBits(set.data),
        dataOrder: partOrders(set.data),
        ...(set.data.kind === 'range' && { dataInterval: true }),
      }),
      ...(set.typeOf && {
        keyTypeof: printTypeof(set.key),
        ...(set.data && {
          dataTypeof: printTypeof(set.data.kind === 'range' ? set.data.from : set.data),
        }),
      }),
    },
    ...(set.comment !== undefined && { comment: set.comment }),
  };
}

const partBits = (node: Expression): number[] =>
  node.kind === 'concat'
    ? node.items.map((i) => i.bits)
    : node.type.parts
      ? node.type.parts.map((p) => p.bits)
      : [node.bits];
const partOrders = (node: Expression): string[] =>
  (node.kind === 'concat' ? node.items : [node]).map((i) => i.order ?? 'host');

export interface PlacedElement {
  readonly element: ElementRecord;
  readonly loc: Location;
}

function extras(set: SetDeclaration, item: Expression, now: bigint): Partial<ElementRecord> {
  const node = item.kind === 'mapping' ? item.left : item;
  const own = node.kind === 'element' ? node : undefined;
  const timeout = own?.timeout === 'never' ? 0 : own?.timeout;
  const effective = timeout ?? set.timeout;
  const left = own?.expires ?? effective;
  const given = own?.statements.flatMap((s) => statefulExpr(s) ?? []) ?? [];
  const exprs = given.length > 0 ? given : set.statements.flatMap((s) => statefulExpr(s) ?? []);
  return {
    ...(timeout !== undefined && { timeout }),
    ...(effective !== undefined &&
      effective > 0 &&
      left !== undefined && { expires: now + BigInt(left) * 1_000_000n }),
    ...(own?.comment !== undefined && { comment: own.comment }),
    exprs,
  };
}

function dataOfMapping(set: SetDeclaration, right: Expression): Partial<ElementRecord> {
  if (right.kind === 'verdict') return { verdict: verdictOf(right) };
  if (set.objectType)
    return { object: right.kind === 'value' ? stringText(right.value, right.bits) : '' };
  if (set.data?.kind === 'range' && right.kind !== 'concat') {
    const [from, to] = bounds(right);
    return { data: concatBytes(from, to) };
  }
  return { data: dataOf(right) };
}

const keyOf = (item: Expression): Expression => {
  const left = item.kind === 'mapping' ? item.left : item;
  if (left.kind !== 'element') return left;
  return left.key.kind === 'mapping' ? left.key.left : left.key;
};

/** Elements in the form the kernel gets them. */
export function lowerElements(set: SetDeclaration, items: SetNode, now: bigint): PlacedElement[] {
  const length = keyLength(set.key);
  const interval = set.flags.has('interval');
  const out: PlacedElement[] = [];
  for (const item of items.items) {
    const key = keyOf(item);
    const data = item.kind === 'mapping' ? dataOfMapping(set, item.right) : {};
    const rest = { ...data, exprs: [], ...extras(set, item, now) };
    const loc = item.kind === 'mapping' ? item.left.loc : key.loc;
    if (key.kind === 'catchall') {
      out.push({ loc, element: { key: new Uint8Array(0), catchall: true, ...rest } });
      continue;
    }
    if (!interval) {
      out.push({
        loc,
        element: {
          key: padTo(dataOf(key, key.type.base === 'string' ? 'host' : set.key.order), length),
          ...rest,
        },
      });
      continue;
    }
    const [from, to] = bounds(key, set.key.type.base === 'string' ? 'host' : 'big');
    if (set.key.kind === 'concat' || set.key.type.base === 'concat') {
      out.push({ loc, element: { key: from, keyEnd: to, ...rest } });
      continue;
    }
    out.push(...intervalOf(from, to, loc, rest));
  }
  return out;
}

/** The two elements of an rbtree interval; the second is left out when the interval goes to the end. */
export function intervalOf(
  from: Uint8Array,
  to: Uint8Array,
  loc: Location,
  rest: Omit<ElementRecord, 'key'>,
): PlacedElement[] {
  const next = to.reduce((v, byte) => (v << 8n) | BigInt(byte), 0n) + 1n;
  if (next >= 1n << BigInt(to.length * 8))
    return [{ loc, element: { key: from, ...rest, intervalOpen: true } }];
  const end: ElementRecord = { key: be(next, to.length), intervalEnd: true, exprs: [] };
  return [
    { loc, element: { key: from, ...rest } },
    { loc, element: end },
  ];
}

/**
 * What the first elements of an interval set bring along: an end at zero, so that what lies before the first interval
 * is found to be outside (segtree_needs_first_segment). Undefined when an interval starts there.
 */
export function firstSegment(placed: readonly PlacedElement[]): ElementRecord | undefined {
  const keys = placed.flatMap(({ element }) => (element.catchall ? [] : [element.key]));
  const [key] = keys;
  if (!key || keys.some((k) => k.every((byte) => byte === 0))) return undefined;
  return { key: new Uint8Array(key.length), intervalEnd: true, exprs: [] };
}
