/** Evaluation of expressions: words become values of the type their place wants (nftables' evaluate.c). */
import type { Expression, ListNode, MapNode, SetDeclaration, SetNode, ValueNode } from '../ast.ts';
import {
  concatType,
  integerType,
  invalidType,
  ip6Type,
  ipType,
  stringType,
} from '../datatypes/table.ts';
import type { DataType } from '../datatypes/types.ts';
import { parseValue } from '../datatypes/values.ts';
import { type Location, NftError } from '../location.ts';
import { metaNode, valueNode } from '../nodes.ts';
import { inetHeader, protocol } from '../protocols/table.ts';
import { ANY, type EvalState, type Wanted } from './context.ts';
import { evaluatePayload, implied } from './payload.ts';

function outOfRange(value: bigint, max: bigint, loc: Location): never {
  throw new NftError(`Value ${value} exceeds valid range 0-${max}`, loc);
}

function symbolValue(state: EvalState, text: string, wanted: Wanted, loc: Location): Expression {
  const { type } = wanted;
  if (type.base === 'invalid') throw new NftError('No symbol type information', loc);
  if (type.base === 'concat')
    throw new NftError(`invalid data type, expected ${type.description}`, loc);
  const parsed = parseValue(type, text, state.env);
  if ('error' in parsed) throw new NftError(parsed.error, loc);
  if (type.base === 'string') return stringNode(parsed.value, parsed.bits ?? 0, text, wanted, loc);
  const bits = wanted.bits || parsed.bits || type.bits || 32;
  const max = wanted.max ?? (1n << BigInt(bits)) - 1n;
  if (parsed.value > max) outOfRange(parsed.value, max, loc);
  return valueNode(loc, type, bits, parsed.value, wanted.order ?? type.order);
}

function stringNode(
  value: bigint,
  bits: number,
  text: string,
  wanted: Wanted,
  loc: Location,
): Expression {
  if (bits === 0) throw new NftError('Empty string is not allowed', loc);
  const room = wanted.bits || 128;
  if (text.endsWith('\\*')) {
    const plain = `${text.slice(0, -2)}*`;
    const bytes = BigInt(plain.length * 8);
    const cut = value & ((1n << (bytes - 8n)) - 1n);
    return valueNode(loc, wanted.type, room, cut | (0x2an << (bytes - 8n)), 'host');
  }
  if (text.endsWith('*') && wanted.type.name === 'ifname') {
    const plainBits = bits - 8;
    if (plainBits === 0) throw new NftError('All-wildcard strings are not supported', loc);
    const prefix = value & ((1n << BigInt(plainBits)) - 1n);
    const expr = valueNode(loc, wanted.type, room, prefix, 'host');
    return {
      kind: 'prefix',
      expr,
      length: plainBits,
      loc,
      type: wanted.type,
      order: 'host',
      bits: room,
    };
  }
  if (bits > room) throw new NftError(`String exceeds maximum length of ${room / 8}`, loc);
  return valueNode(loc, wanted.type, room, value, 'host');
}

/** A constant already made by the parser (protocol names, booleans), for its place. */
function typedValue(node: ValueNode, wanted: Wanted): Expression {
  const max = wanted.max ?? (wanted.bits > 0 ? (1n << BigInt(wanted.bits)) - 1n : undefined);
  if (node.type === integerType && wanted.type.base !== 'invalid') {
    if (max !== undefined && node.value > max) outOfRange(node.value, max, node.loc);
    return { ...node, type: wanted.type, order: wanted.order, bits: wanted.bits || node.bits };
  }
  if (max !== undefined && node.value > max) outOfRange(node.value, max, node.loc);
  return { ...node, order: wanted.order ?? node.order, bits: wanted.bits || node.bits };
}

function evaluateCt(state: EvalState, node: Expression & { kind: 'ct' }): Expression {
  const { layers } = state.protocols;
  if (node.key === 'saddr' || node.key === 'daddr') {
    const network = layers.get('network')?.proto.name;
    if (network !== 'ip' && network !== 'ip6')
      throw new NftError(
        `cannot determine ip protocol version, use "ip ${node.key}" or "ip6 ${node.key}" instead`,
        node.loc,
      );
    return {
      ...node,
      type: network === 'ip' ? ipType : ip6Type,
      order: 'big',
      bits: network === 'ip' ? 32 : 128,
    };
  }
  return node;
}

function evaluateMeta(state: EvalState, node: Expression & { kind: 'meta' }): Expression {
  if (
    node.key === 'nfproto' &&
    state.family !== 'inet' &&
    state.family !== 'bridge' &&
    state.family !== 'netdev'
  )
    throw new NftError('meta nfproto is only useful in the inet family', node.loc);
  return node;
}

function evaluateExthdr(state: EvalState, node: Expression & { kind: 'exthdr' }): Expression {
  // Options and chunks imply nothing: where they are not found, nothing matches.
  if (node.family !== 'ipv4' && node.family !== 'ipv6') return node;
  const { layers } = state.protocols;
  const wanted = node.family === 'ipv4' ? 'ip' : 'ip6';
  const known = layers.get('network')?.proto;
  if (known && known.name !== wanted)
    throw new NftError(`conflicting protocols specified: ${known.name} vs. ${wanted}`, node.loc);
  if (!known) {
    const link = layers.get('link')?.proto ?? inetHeader;
    const key = link.name === 'inet' ? 'nfproto' : 'protocol';
    const number =
      key === 'nfproto' ? (wanted === 'ip' ? 2n : 10n) : wanted === 'ip' ? 0x800n : 0x86ddn;
    implied(state, node.loc, metaNode(node.loc, key), number);
    layers.set('network', { proto: protocol(wanted), loc: node.loc });
  }
  return node;
}

function foldBinary(op: string, a: bigint, b: bigint): bigint {
  switch (op) {
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return a << b;
    default:
      return a >> b;
  }
}

function evaluateBinary(
  state: EvalState,
  node: Expression & { kind: 'binary' },
  wanted: Wanted,
): Expression {
  const left = evaluate(state, node.left, wanted);
  const shift = node.op === '<<' || node.op === '>>';
  const bits = left.bits || wanted.bits;
  const right = evaluate(
    state,
    node.right,
    shift
      ? { type: integerType, order: 'host', bits: 32 }
      : {
          type: left.type,
          order: left.order,
          bits,
          ...(wanted.max !== undefined && left.kind === 'value' && { max: wanted.max }),
        },
  );
  if (left.kind === 'value' && right.kind === 'value')
    return { ...left, loc: node.loc, value: foldBinary(node.op, left.value, right.value) };
  if (shift && right.kind === 'value' && right.value >= BigInt(bits))
    throw new NftError(
      `${node.op === '<<' ? 'Left' : 'Right'} shift of ${right.value} bits is undefined for type of ${bits} bits width`,
      node.right.loc,
      node.left.loc,
    );
  return { ...node, left, right, type: left.type, order: left.order, bits };
}

function evaluateRange(
  state: EvalState,
  node: Expression & { kind: 'range' },
  wanted: Wanted,
): Expression {
  const from = evaluate(state, node.from, wanted);
  const to = evaluate(state, node.to, wanted);
  if (from.kind === 'value' && to.kind === 'value') {
    if (from.value > to.value && wanted.type.base !== 'hour')
      throw new NftError('Range negative size', node.loc);
    if (from.value === to.value) return { ...from, loc: node.loc };
  }
  return { ...node, from, to, type: from.type, order: from.order, bits: from.bits };
}

function evaluatePrefix(
  state: EvalState,
  node: Expression & { kind: 'prefix' },
  wanted: Wanted,
): Expression {
  const expr = evaluate(state, node.expr, wanted);
  if (expr.type.base === 'string')
    return node.type === invalidType
      ? { ...node, expr, type: expr.type, order: expr.order, bits: expr.bits }
      : node;
  const base = expr.type.base;
  if (base === 'invalid' || base === 'concat' || base === 'verdict')
    throw new NftError(`Prefix expression is undefined for "${expr.type.description}"`, node.loc);
  if (node.length > expr.bits)
    throw new NftError(
      `Prefix length ${node.length} is invalid for type of ${expr.bits} bits width`,
      node.loc,
    );
  if (expr.kind !== 'value')
    throw new NftError('Prefix expression expected constant value', node.loc);
  const mask = ((1n << BigInt(expr.bits)) - 1n) ^ ((1n << BigInt(expr.bits - node.length)) - 1n);
  return {
    ...node,
    expr: { ...expr, value: expr.value & mask },
    type: expr.type,
    order: expr.order,
    bits: expr.bits,
  };
}

function evaluateConcat(state: EvalState, node: ListNode, wanted: Wanted): Expression {
  const parts = wanted.type.parts;
  if (wanted.type.base !== 'invalid' && !parts && wanted.key !== undefined)
    throw new NftError('expression is not a concatenation', node.loc, wanted.key.loc);
  if (parts && node.items.length > parts.length)
    throw new NftError(
      'too many concatenation components',
      node.loc,
      ...(wanted.key ? [wanted.key.loc] : []),
    );
  const keys = wanted.key?.kind === 'concat' ? wanted.key.items : [];
  const items = node.items.map((item, i) => {
    const key = keys[i];
    const part = parts?.[i];
    if (key)
      return evaluate(state, item, {
        type: key.type,
        order: key.order ?? part?.order,
        bits: key.bits,
      });
    return evaluate(state, item, part ? { type: part, order: part.order, bits: part.bits } : ANY);
  });
  if (parts && items.length < parts.length)
    throw new NftError(
      `datatype mismatch, expected ${wanted.type.description}, expression has type ${concatType(items.map((i) => i.type)).description}`,
      node.loc,
      ...(wanted.key ? [wanted.key.loc] : []),
    );
  const type = concatType(items.map((i) => i.type));
  return {
    ...node,
    items,
    type,
    order: undefined,
    bits: items.reduce((n, i) => n + Math.ceil(i.bits / 32) * 32, 0),
  };
}

function evaluateList(state: EvalState, node: ListNode, wanted: Wanted): Expression {
  const items = node.items.map((item) => evaluate(state, item, wanted));
  const [first] = items;
  if (!first) return node;
  if (wanted.type.base === 'bitmask' && items.every((i) => i.kind === 'value'))
    return { ...node, items, type: first.type, order: first.order, bits: first.bits };
  return { ...node, items, type: first.type, order: first.order, bits: first.bits };
}

/** Elements of `{ ... }`; sets within sets are joined. */
export function evaluateSetItems(
  state: EvalState,
  node: SetNode,
  wanted: Wanted,
  data?: Wanted,
): SetNode {
  const items: Expression[] = [];
  for (const item of node.items) {
    if (item.kind === 'set') {
      items.push(...evaluateSetItems(state, item, wanted, data).items);
      continue;
    }
    const inner = item.kind === 'element' && item.key.kind === 'set' ? item.key : undefined;
    if (inner) {
      items.push(...evaluateSetItems(state, inner, wanted, data).items);
      continue;
    }
    items.push(evaluateItem(state, item, wanted, data));
  }
  return { ...node, items, type: wanted.type, order: wanted.order, bits: wanted.bits };
}

function evaluateItem(
  state: EvalState,
  item: Expression,
  wanted: Wanted,
  data?: Wanted,
): Expression {
  if (item.kind === 'mapping') {
    if (!data) throw new NftError('mapping outside of map context', item.loc);
    const left = evaluateItem(state, item.left, wanted);
    const right = evaluateData(state, item.right, data);
    return { ...item, left, right, type: wanted.type, order: wanted.order, bits: wanted.bits };
  }
  if (item.kind === 'element') {
    if (item.key.kind === 'catchall')
      return { ...item, type: wanted.type, order: wanted.order, bits: wanted.bits };
    const key = evaluate(state, item.key, wanted);
    checkType(key, wanted, item.key.loc);
    return { ...item, key, type: key.type, order: key.order, bits: key.bits };
  }
  return evaluate(state, item, wanted);
}

function evaluateData(state: EvalState, node: Expression, wanted: Wanted): Expression {
  const value = evaluate(state, node, wanted);
  if (
    wanted.type.base !== 'invalid' &&
    value.type.base !== wanted.type.base &&
    value.kind !== 'verdict'
  )
    throw new NftError(
      `datatype mismatch: expected ${wanted.type.description}, expression has type ${value.type.description}`,
      node.loc,
    );
  return value;
}

function checkType(node: Expression, wanted: Wanted, loc: Location): void {
  if (wanted.type.base === 'invalid' || node.type.base === 'invalid') return;
  if (node.type.base === 'concat' || wanted.type.base === 'concat') {
    if (node.type.base !== wanted.type.base)
      throw new NftError(`invalid data type, expected ${wanted.type.description}`, loc);
  }
}

export function anonymousSet(
  state: EvalState,
  items: SetNode,
  key: Expression,
  data?: Expression,
  objectType?: SetDeclaration['objectType'],
): SetDeclaration {
  const flags: SetDeclaration['flags'] = new Set(['anonymous', 'constant']);
  if (data) flags.add('map');
  if (objectType) flags.add('object');
  const inner = (item: Expression): Expression => {
    const left = item.kind === 'mapping' ? item.left : item;
    return left.kind === 'element' ? left.key : left;
  };
  const isRange = (n: Expression): boolean => n.kind === 'range' || n.kind === 'prefix';
  if (items.items.some((i) => isRange(inner(i)) || concatItems(inner(i)).some(isRange)))
    flags.add('interval');
  if (flags.has('interval') && key.kind === 'concat') flags.add('concat');
  return {
    family: state.family,
    table: state.table,
    name: data || objectType ? '__map%d' : '__set%d',
    flags,
    key,
    data,
    objectType,
    autoMerge: flags.has('interval') && !data,
    statements: [],
    typeOf: false,
    loc: items.loc,
    init: items,
  };
}

const concatItems = (node: Expression): readonly Expression[] =>
  node.kind === 'concat' ? node.items : [];

export function findSet(state: EvalState, node: Expression & { kind: 'symbol' }): Expression {
  const set = state.findSet(node.name);
  if (!set) {
    const like = state.suggestSet(node.name);
    throw new NftError(`No such file or directory${like ?? ''}`, node.loc);
  }
  return {
    kind: 'setref',
    set,
    loc: node.loc,
    type: set.key.type,
    order: set.key.order,
    bits: set.key.bits,
  };
}

export function evaluateMap(
  state: EvalState,
  node: MapNode,
  wanted: Wanted,
  objectType?: SetDeclaration['objectType'],
): MapNode {
  const key = evaluate(state, node.key, ANY);
  const keyWanted: Wanted = { type: key.type, order: key.order, bits: key.bits, key };
  if (node.mappings.kind === 'set') {
    if (wanted.type.base === 'invalid' && !objectType)
      throw new NftError('Implicit map expression without known datatype', node.loc);
    const items = evaluateSetItems(
      state,
      node.mappings,
      keyWanted,
      objectType ? { type: stringType, order: 'host', bits: 1024 } : wanted,
    );
    const data = objectType ? undefined : dataNode(items, wanted, node.loc);
    const set = anonymousSet(state, items, key, data, objectType);
    state.addAnonymous(set);
    const mappings: Expression = {
      kind: 'setref',
      set,
      loc: node.mappings.loc,
      type: key.type,
      order: key.order,
      bits: key.bits,
    };
    return {
      ...node,
      key,
      mappings,
      type: data?.type ?? stringType,
      order: data?.order ?? 'host',
      bits: data?.bits ?? 0,
    };
  }
  const ref =
    node.mappings.kind === 'symbol' && node.mappings.set
      ? findSet(state, node.mappings)
      : node.mappings;
  if (ref.kind !== 'setref')
    throw new NftError('invalid mapping expression', node.mappings.loc, node.loc);
  if (!ref.set.data && !ref.set.objectType)
    throw new NftError('Expression is not a map', node.mappings.loc, node.loc);
  requireKeyType(key, ref.set.key.type, node.loc);
  const data = ref.set.data;
  return {
    ...node,
    key,
    mappings: ref,
    type: data?.type ?? stringType,
    order: data?.order ?? 'host',
    bits: data?.bits ?? 0,
  };
}

function dataNode(items: SetNode, wanted: Wanted, loc: Location): Expression {
  const rights = items.items.flatMap((i) => (i.kind === 'mapping' ? [i.right] : []));
  const node = valueNode(loc, wanted.type, wanted.bits || wanted.type.bits, 0n, wanted.order);
  const interval = rights.some(
    (r) =>
      r.kind === 'range' ||
      r.kind === 'prefix' ||
      concatItems(r).some((c) => c.kind === 'range' || c.kind === 'prefix'),
  );
  return interval
    ? {
        kind: 'range',
        from: node,
        to: node,
        loc,
        type: wanted.type,
        order: wanted.order,
        bits: wanted.bits || wanted.type.bits,
      }
    : node;
}

/** What is looked up must be of the type of the map's keys. */
function requireKeyType(key: Expression, expected: DataType, loc: Location): void {
  const own = key.type;
  if (own.base === 'invalid' || expected.base === 'invalid' || own.name === expected.name) return;
  if (own.base === 'integer' && !own.symbols && expected.base !== 'concat') return;
  throw new NftError(
    `datatype mismatch, map expects ${expected.description}, mapping expression has type ${own.description}`,
    key.loc,
    ...(loc === key.loc ? [] : [loc]),
  );
}

/** An expression in its place. */
export function evaluate(state: EvalState, node: Expression, wanted: Wanted): Expression {
  switch (node.kind) {
    case 'symbol':
      return node.set ? findSet(state, node) : symbolValue(state, node.name, wanted, node.loc);
    case 'value':
      return typedValue(node, wanted);
    case 'payload':
      evaluatePayload(state, node);
      return node;
    case 'ct':
      return evaluateCt(state, node);
    case 'meta':
      return evaluateMeta(state, node);
    case 'exthdr':
      return evaluateExthdr(state, node);
    case 'hash':
      return node.expr ? { ...node, expr: evaluate(state, node.expr, ANY) } : node;
    case 'rt':
      return evaluateRt(state, node);
    case 'binary':
      return evaluateBinary(state, node, wanted);
    case 'range':
      return evaluateRange(state, node, wanted);
    case 'prefix':
      return evaluatePrefix(state, node, wanted);
    case 'concat':
      return evaluateConcat(state, node as ListNode, wanted); // ListNode covers both of its kinds
    case 'list':
      return evaluateList(state, node as ListNode, wanted);
    case 'map':
      return evaluateMap(state, node, wanted);
    case 'verdict':
      if (wanted.type.base !== 'verdict' && wanted.type.base !== 'invalid')
        throw new NftError(
          `datatype mismatch: expected ${wanted.type.description}, expression has type netfilter verdict`,
          node.loc,
        );
      return node;
    default:
      return node;
  }
}

function evaluateRt(state: EvalState, node: Expression & { kind: 'rt' }): Expression {
  if (node.key !== 'nexthop4' && node.key !== 'nexthop6') return node;
  const network = state.protocols.layers.get('network')?.proto.name;
  if (node.bare && network !== 'ip' && network !== 'ip6')
    throw new NftError(
      'cannot determine ip protocol version, use "ip nexthop" or "ip6 nexthop" instead',
      node.loc,
    );
  if (node.bare && network === 'ip6') return { ...node, key: 'nexthop6', type: ip6Type, bits: 128 };
  return node;
}
