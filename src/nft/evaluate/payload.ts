/** What matching a header implies: the layer below it must be the right one (nftables' payload.c). */
import type { Expression, PayloadNode, Statement } from '../ast.ts';
import { icmp6TypeType, icmpTypeType } from '../datatypes/table.ts';
import { type Location, NftError } from '../location.ts';
import { metaNode, payloadNode, valueNode } from '../nodes.ts';
import {
  fieldOf,
  inetHeader,
  netdevHeader,
  nextProtocol,
  protocol,
  protocolNumber,
  serviceHeader,
} from '../protocols/table.ts';
import type { Field, Protocol } from '../protocols/types.ts';
import type { EvalState } from './context.ts';

const LAYER_NAMES = {
  link: 'link layer',
  network: 'network layer',
  transport: 'transport layer',
  inner: 'payload data',
} as const;

/** A match that was not written but is implied. */
export function implied(state: EvalState, loc: Location, left: Expression, value: bigint): void {
  const right = valueNode(loc, left.type, left.bits, value, left.order);
  const expr: Expression = {
    kind: 'relational',
    op: '==',
    left,
    right,
    loc,
    type: left.type,
    order: left.order,
    bits: left.bits,
  };
  state.out.push({ kind: 'match', expr, loc });
  learn(state, expr);
}

function keyNode(loc: Location, lower: Protocol, field: Field, linkOffset: number): Expression {
  if (field.meta !== undefined) return metaNode(loc, field.meta);
  const node = payloadNode(loc, lower.name, field.name);
  if (lower.name === 'vlan') node.offset += linkOffset;
  return node;
}

function requireLower(state: EvalState, node: PayloadNode, lower: Protocol, upper: Protocol): void {
  const number = protocolNumber(lower, upper.name);
  if (number === undefined)
    throw new NftError(
      `conflicting protocols specified: ${lower.name} vs. ${upper.name}`,
      node.loc,
    );
  const field = fieldOf(lower, lower.key ?? '');
  if (!field) throw new Error(`${lower.name} has no key field`);
  // In these families the frame's type is matched in the header itself, once a link layer header was.
  const inHeader =
    lower.name === 'vlan' ||
    (lower.name === 'ether' && (state.family !== 'bridge' || upper.name === 'vlan'));
  const plain: Field = inHeader
    ? { name: field.name, type: field.type, offset: field.offset, bits: field.bits }
    : field;
  implied(
    state,
    node.loc,
    keyNode(node.loc, lower, plain, state.protocols.linkOffset),
    BigInt(number),
  );
  state.protocols.layers.set(upper.base, { proto: upper, loc: node.loc });
}

function lowerOf(state: EvalState, base: 'network' | 'transport'): Protocol | undefined {
  if (base === 'transport') return state.protocols.layers.get('network')?.proto ?? serviceHeader;
  const link = state.protocols.layers.get('link')?.proto;
  if (link) return link;
  return state.family === 'inet'
    ? inetHeader
    : state.family === 'netdev'
      ? netdevHeader
      : undefined;
}

function conflict(node: PayloadNode, known: Protocol, wanted: Protocol): never {
  throw new NftError(
    `conflicting ${LAYER_NAMES[node.base]} protocols specified: ${known.name} vs. ${wanted.name}`,
    node.loc,
  );
}

function evaluateLink(state: EvalState, node: PayloadNode, wanted: Protocol): void {
  const { layers } = state.protocols;
  let known = layers.get('link')?.proto;
  if (!known || known.name === 'inet' || known.name === 'netdev') {
    // ip, ip6 and inet see no link layer unless the device has Ethernet.
    implied(state, node.loc, metaNode(node.loc, 'iiftype'), 1n);
    known = protocol('ether');
    layers.set('link', { proto: known, loc: node.loc });
  }
  if (wanted.name === 'vlan') {
    if (known.name === 'ether') {
      requireLower(state, node, known, wanted);
      state.protocols.linkOffset = 112;
    }
    node.offset += state.protocols.linkOffset;
    return;
  }
  if (wanted.name !== known.name && !(wanted.name === 'ether' && known.name === 'vlan'))
    conflict(node, known, wanted);
}

/** Makes sure that the header is there; adjusts the node's offset for stacked headers. */
export function evaluatePayload(state: EvalState, node: PayloadNode): void {
  const wanted = node.proto;
  if (!wanted) return;
  if (wanted.name === 'th') return;
  if (node.base === 'inner') return;
  if (node.base === 'link') {
    evaluateLink(state, node, wanted);
    return;
  }
  const known = state.protocols.layers.get(node.base)?.proto;
  if (known && known.name !== wanted.name) conflict(node, known, wanted);
  if (!known) {
    const special = wanted.name === 'icmp' ? 'ip' : wanted.name === 'icmpv6' ? 'ip6' : undefined;
    if (special && !state.protocols.layers.has('network')) {
      const lower = lowerOf(state, 'network');
      if (lower) requireLower(state, { ...node, base: 'network' }, lower, protocol(special));
    }
    const lower = lowerOf(state, node.base === 'network' ? 'network' : 'transport');
    if (!lower)
      throw new NftError(
        `ambiguous payload specification: no link layer protocol specified`,
        node.loc,
      );
    if (
      node.base === 'network' &&
      (lower.name === 'ether' || lower.name === 'vlan') &&
      state.family === 'inet'
    ) {
      // handled by requireLower: the type field of the header
    }
    requireLower(state, node, lower, wanted);
  }
  if (node.field?.needs) requireIcmpType(state, node, node.field.needs);
}

const ICMP_NEEDS: { readonly [need: string]: readonly number[] } = {
  echo: [8, 0],
  redirect: [5],
  mtu: [3],
};
const ICMP6_NEEDS: { readonly [need: string]: readonly number[] } = {
  echo: [128, 129],
  mtu: [2],
  'param-problem': [4],
  'max-delay': [130],
  taddr: [130, 131, 132, 135, 136, 137],
  daddr: [137],
};

function requireIcmpType(state: EvalState, node: PayloadNode, need: string): void {
  const six = node.proto?.name === 'icmpv6';
  const allowed = (six ? ICMP6_NEEDS : ICMP_NEEDS)[need] ?? [];
  const { icmpType } = state.protocols;
  if (icmpType !== undefined) {
    if (!allowed.includes(icmpType))
      throw new NftError(
        `incompatible icmp match: rule has ${icmpType}, need ${allowed[0]}`,
        node.loc,
      );
    return;
  }
  const type = payloadNode(node.loc, six ? 'icmpv6' : 'icmp', 'type');
  const [first = 0] = allowed;
  if (allowed.length === 1) {
    implied(state, node.loc, type, BigInt(first));
    return;
  }
  const dataType = six ? icmp6TypeType : icmpTypeType;
  const items = allowed.map(
    (n): Expression => ({
      kind: 'element',
      statements: [],
      key: valueNode(node.loc, dataType, 8, BigInt(n)),
      loc: node.loc,
      type: dataType,
      order: 'big',
      bits: 8,
    }),
  );
  const set = {
    family: state.family,
    table: state.table,
    name: '__set%d',
    flags: new Set(['anonymous', 'constant'] as const),
    key: type,
    autoMerge: false,
    statements: [],
    typeOf: false,
    loc: node.loc,
    init: {
      kind: 'set' as const,
      items,
      loc: node.loc,
      type: dataType,
      order: 'big' as const,
      bits: 8,
    },
  };
  const declaration = {
    ...set,
    flags: new Set<'anonymous' | 'constant'>(['anonymous', 'constant']) as Set<
      'anonymous' | 'constant' | 'interval'
    >,
  };
  state.addAnonymous(declaration as unknown as Parameters<EvalState['addAnonymous']>[0]); // the literal's flag set is narrower
  const right: Expression = {
    kind: 'setref',
    set: declaration as unknown as Parameters<EvalState['addAnonymous']>[0],
    loc: node.loc,
    type: dataType,
    order: 'big',
    bits: 8,
  };
  const statement: Statement = {
    kind: 'match',
    loc: node.loc,
    expr: {
      kind: 'relational',
      op: '==',
      left: type,
      right,
      loc: node.loc,
      type: dataType,
      order: 'big',
      bits: 8,
    },
  };
  state.protocols.icmpType = first;
  state.out.push(statement);
}

/** What a match says about the packet's protocols. */
export function learn(state: EvalState, expr: Expression): void {
  if (expr.kind !== 'relational' || expr.op !== '==' || expr.right.kind !== 'value') return;
  const number = Number(expr.right.value);
  const { left } = expr;
  const { layers } = state.protocols;
  const set = (proto: Protocol | undefined): void => {
    if (proto) layers.set(proto.base, { proto, loc: expr.loc });
  };
  if (left.kind === 'meta') {
    if (left.key === 'nfproto') set(nextProtocol(inetHeader, number));
    else if (left.key === 'l4proto') set(nextProtocol(serviceHeader, number));
    else if (left.key === 'protocol') set(nextProtocol(netdevHeader, number));
    else if (left.key === 'iiftype' && number === 1 && state.family !== 'bridge')
      layers.set('link', { proto: protocol('ether'), loc: expr.loc });
    return;
  }
  if (left.kind !== 'payload' || !left.proto || !left.field) return;
  if (left.field.name === left.proto.key && left.bits === left.field.bits) {
    const upper = nextProtocol(left.proto, number);
    if (upper?.name === 'vlan') state.protocols.linkOffset = 112;
    set(upper);
  }
  if ((left.proto.name === 'icmp' || left.proto.name === 'icmpv6') && left.field.name === 'type')
    state.protocols.icmpType = number;
}
