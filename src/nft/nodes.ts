/** Nodes made outside the parser. */
import type { CtNode, MetaNode, Order, PayloadNode, ValueNode } from './ast.ts';
import type { DataType } from './datatypes/types.ts';
import type { Location } from './location.ts';
import { ctKeys, metaKeys } from './protocols/keys.ts';
import { fieldOf, protocol } from './protocols/table.ts';

export const valueNode = (
  loc: Location,
  type: DataType,
  bits: number,
  value: bigint,
  order: Order = type.order,
): ValueNode => ({
  kind: 'value',
  loc,
  type,
  order,
  bits,
  value,
});

export function metaNode(loc: Location, key: string): MetaNode {
  const entry = metaKeys[key];
  if (!entry) throw new Error(`unknown meta key ${key}`);
  return { kind: 'meta', key, loc, type: entry.type, order: entry.order, bits: entry.bits };
}

export function ctNode(loc: Location, key: string, dir?: CtNode['dir']): CtNode {
  const entry = ctKeys[key];
  if (!entry) throw new Error(`unknown ct key ${key}`);
  const l3 = key.startsWith('ip6 ') ? 'ip6' : key.startsWith('ip ') ? 'ip' : undefined;
  return { kind: 'ct', key, dir, l3, loc, type: entry.type, order: entry.order, bits: entry.bits };
}

export function payloadNode(loc: Location, protoName: string, fieldName: string): PayloadNode {
  const proto = protocol(protoName);
  const field = fieldOf(proto, fieldName);
  if (!field) throw new Error(`unknown field ${protoName} ${fieldName}`);
  return {
    kind: 'payload',
    proto,
    field,
    base: proto.base,
    offset: field.offset,
    loc,
    type: field.type,
    order: 'big',
    bits: field.bits,
  };
}
