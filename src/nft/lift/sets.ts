/** Stored sets as declarations again. */
import type { Ruleset } from '../../kernel/model.ts';
import { itemKey } from '../../kernel/model.ts';
import type { ElementRecord, Expr, PlainValue, SetRecord } from '../../kernel/nftables/model.ts';
import type { Expression, Order, SetDeclaration, Statement } from '../ast.ts';
import { concatType, typeOfNumber } from '../datatypes/table.ts';
import type { DataType } from '../datatypes/types.ts';
import { internalLocation as loc } from '../location.ts';
import { valueNode } from '../nodes.ts';
import { liftElements, type Part } from './elements.ts';

const numbers = (value: PlainValue): readonly number[] =>
  Array.isArray(value) ? value.filter((v) => typeof v === 'number') : [];
const texts = (value: PlainValue): readonly string[] =>
  Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];

/** How the parts of a stored key or datum are read; types may come from the expression that is looked up. */
export function partsOf(type: DataType, bits: PlainValue, orders: PlainValue): readonly Part[] {
  const types = type.parts ?? [type];
  const lengths = numbers(bits);
  const order = texts(orders);
  return types.map((t, i) => ({
    type: t,
    bits: lengths[i] ?? t.bits,
    order: order[i] === 'big' ? 'big' : order[i] === 'host' ? 'host' : t.order,
  }));
}

export const keyParts = (set: Readonly<SetRecord>): readonly Part[] =>
  partsOf(typeOfNumber(set.keyType), set.userdata.keyBits, set.userdata.keyOrder);
export const dataParts = (set: Readonly<SetRecord>): readonly Part[] =>
  set.dataType === undefined
    ? []
    : partsOf(typeOfNumber(set.dataType), set.userdata.dataBits, set.userdata.dataOrder);

function partsNode(parts: readonly Part[]): Expression {
  const nodes = parts.map((p) => valueNode(loc, p.type, p.bits, 0n, p.order));
  const [first] = nodes;
  if (!first) throw new Error('a key without parts');
  if (nodes.length === 1) return first;
  const type = concatType(parts.map((p) => p.type));
  return {
    kind: 'concat',
    items: nodes,
    loc,
    type,
    order: undefined,
    bits: parts.reduce((n, p) => n + Math.ceil(p.bits / 32) * 32, 0),
  };
}

/** A stored set as evaluation sees it; without its elements. */
export function liftSet(
  set: Readonly<SetRecord>,
  statements: (exprs: readonly Expr[]) => Statement[],
): SetDeclaration {
  const data = set.dataType === undefined ? undefined : partsNode(dataParts(set));
  const interval = set.userdata.dataInterval === true && data;
  return {
    family: set.family,
    table: set.table,
    name: set.name,
    flags: new Set(set.flags),
    key: partsNode(keyParts(set)),
    data: interval
      ? {
          kind: 'range',
          from: data,
          to: data,
          loc,
          type: data.type,
          order: data.order,
          bits: data.bits,
        }
      : data,
    objectType: set.objectType,
    timeout: set.timeout,
    gcInterval: set.gcInterval,
    size: set.size,
    policy: set.policy,
    autoMerge: set.userdata.autoMerge === true,
    statements: statements(set.exprs),
    comment: set.comment,
    typeOf: typeof set.userdata.keyTypeof === 'string',
    loc,
  };
}

/** A stored set with its elements; `key` gives the types of an anonymous one. */
export function liftSetWithElements(
  ruleset: Ruleset,
  set: Readonly<SetRecord>,
  view: {
    readonly now: bigint;
    readonly statements: (exprs: readonly Expr[]) => Statement[];
    readonly only?: readonly Readonly<ElementRecord>[];
  },
  key?: readonly Part[],
  data?: readonly Part[],
): SetDeclaration {
  const declaration = liftSet(set, view.statements);
  const elements = view.only ?? [
    ...ruleset.elements(itemKey(set.family, set.table, set.name)).values(),
  ];
  const node = liftElements(
    {
      set,
      key: key ?? keyParts(set),
      data: data ?? dataParts(set),
      now: view.now,
      statements: view.statements,
    },
    elements,
  );
  if (node.items.length > 0) declaration.init = node;
  return declaration;
}

/** Reads what a node says about its parts. */
export function partsOfNode(node: Expression): readonly Part[] {
  const items = node.kind === 'concat' ? node.items : [node];
  return items.map(
    (i): Part => ({ type: i.type, bits: i.bits, order: (i.order ?? i.type.order) as Order }),
  );
}
