/** Names headers, takes masks apart and drops what the rest of a rule implies (nftables' rule postprocessing). */

import { maskPrefix } from '../../base/address.ts';
import { be } from '../../base/bytes.ts';
import type { ExprOf, Family } from '../../kernel/nftables/model.ts';
import type {
  BinaryNode,
  Expression,
  ExthdrNode,
  PayloadBaseName,
  PayloadNode,
  RelationalNode,
  Statement,
} from '../ast.ts';
import { booleanType, xintegerType } from '../datatypes/table.ts';
import { freshProtocols, type ProtocolContext } from '../evaluate/context.ts';
import { ipv6Headers } from '../protocols/exthdrs.ts';
import {
  inetHeader,
  netdevHeader,
  nextProtocol,
  protocol,
  protocolNumber,
  serviceHeader,
} from '../protocols/table.ts';
import type { Field, Protocol } from '../protocols/types.ts';

/** How rules made by iptables are shown: text of a match or target, undefined when it has none. */
export type TranslateXt = (
  expr: ExprOf<'match'> | ExprOf<'target'>,
  place: XtPlace,
) => string | undefined;

/** What is known of the rule around a match or target of iptables. */
export interface XtPlace {
  readonly family: Family;
  readonly table: string;
  /** The transport protocol that matches before it have told; 0 for none. */
  readonly proto: number;
}

export interface Place {
  readonly family: Family;
  readonly table: string;
  readonly translate: TranslateXt;
}

interface State {
  readonly family: Family;
  readonly place: Place;
  protocols: ProtocolContext;
  readonly out: Statement[];
  /** Matches that may turn out to be implied, by the layer they tell. */
  readonly pending: Map<PayloadBaseName, Statement>;
  /** The match of an ICMP type, which a field of that type alone implies. */
  icmpType?: Statement | undefined;
}

function kill(state: State, layer: PayloadBaseName): void {
  const statement = state.pending.get(layer);
  if (!statement) return;
  state.pending.delete(layer);
  drop(state, statement);
}

function drop(state: State, statement: Statement): void {
  const at = state.out.indexOf(statement);
  if (at >= 0) state.out.splice(at, 1);
}

function nameField(state: State, node: PayloadNode): { proto: Protocol; field: Field } | undefined {
  const known = state.protocols.layers.get(node.base)?.proto;
  const candidates: Protocol[] = [];
  if (node.base === 'link') {
    if (state.protocols.linkOffset > 0 && node.offset >= state.protocols.linkOffset) {
      const field = protocol('vlan').fields.find(
        (f) =>
          f.offset + state.protocols.linkOffset === node.offset &&
          f.bits === node.bits &&
          f.name !== 'cfi',
      );
      return field ? { proto: protocol('vlan'), field } : undefined;
    }
    if (known?.name === 'ether' || state.family === 'bridge') candidates.push(protocol('ether'));
  } else if (known) {
    candidates.push(known);
  } else if (node.base === 'transport') {
    candidates.push(protocol('th'));
  }
  for (const proto of candidates) {
    const field = proto.fields.find(
      (f) => f.offset === node.offset && f.bits === node.bits && !fieldHidden(state, proto, f),
    );
    if (field) return { proto, field };
  }
  return undefined;
}

/** ICMP fields that overlap: the type that was matched decides. */
function fieldHidden(state: State, proto: Protocol, field: Field): boolean {
  if (proto.name !== 'icmp' && proto.name !== 'icmpv6') return false;
  const type = state.protocols.icmpType;
  if (!field.needs || type === undefined)
    return field.needs !== undefined && field.needs !== 'echo';
  const echo = proto.name === 'icmp' ? [0, 8] : [128, 129];
  const need = echo.includes(type)
    ? 'echo'
    : type === 3 || (proto.name === 'icmpv6' && type === 2)
      ? 'mtu'
      : type === 5
        ? 'redirect'
        : type === 4
          ? 'param-problem'
          : type === 130
            ? 'max-delay'
            : 'taddr';
  return field.needs !== need;
}

function complete(state: State, node: PayloadNode): Expression {
  if (node.proto) return node;
  const named = nameField(state, node);
  if (!named) return node;
  use(state, named.proto);
  if (named.field.needs === 'mtu' && state.icmpType) drop(state, state.icmpType);
  return {
    ...node,
    proto: named.proto,
    field: named.field,
    type: named.field.type,
    bits: named.field.bits,
  };
}

/** A header is used: the match that said it is there need not be shown. */
function use(state: State, proto: Protocol): void {
  if (proto.name === 'th') return;
  kill(state, proto.base === 'link' && proto.name === 'vlan' ? 'network' : proto.base);
  if (proto.name === 'vlan') kill(state, 'link');
  if (proto.name === 'ether') kill(state, 'link');
  if (proto.name === 'icmp' || proto.name === 'icmpv6') kill(state, 'network');
}

/** A field of part of some bytes of an extension header. */
function unmaskExthdr(
  node: ExthdrNode,
  mask: bigint,
): { expr: Expression; shift: number } | undefined {
  if (!node.raw || node.family !== 'ipv6' || mask === 0n) return undefined;
  const ones = mask.toString(2);
  const shift = ones.length - 1 - ones.lastIndexOf('1');
  const bits = ones.length - shift;
  const offset = node.offset + node.bits - shift - bits;
  const header = ipv6Headers.find(({ number }) => number === node.number);
  const field = header?.fields.find((f) => f.offset === offset && f.bits === bits);
  if (!header || !field) return undefined;
  const { raw: _, ...rest } = node;
  const named = { header: header.name, field: field.name, type: field.type };
  return { expr: { ...rest, ...named, offset, bits }, shift };
}

/** A field of part of a byte, seen through its mask. */
function unmask(state: State, node: BinaryNode): { expr: Expression; shift: number } | undefined {
  const payload = node.left;
  if (node.op === '&' && payload.kind === 'exthdr' && node.right.kind === 'value')
    return unmaskExthdr(payload, node.right.value);
  if (node.op !== '&' || payload.kind !== 'payload' || payload.proto || node.right.kind !== 'value')
    return undefined;
  const mask = node.right.value;
  if (mask === 0n) return undefined;
  let shift = 0;
  while (((mask >> BigInt(shift)) & 1n) === 0n) shift++;
  const width = (mask >> BigInt(shift)).toString(2);
  if (width.includes('0')) return undefined;
  const bits = width.length;
  if (bits === node.bits) return undefined;
  const offset = payload.offset + payload.bits - shift - bits;
  const inner: PayloadNode = { ...payload, offset, bits };
  const named = nameField(state, inner);
  if (!named) {
    const raw = !nameField(state, payload) && !state.protocols.layers.has(payload.base);
    return raw ? { expr: inner, shift } : undefined;
  }
  use(state, named.proto);
  return {
    expr: { ...inner, proto: named.proto, field: named.field, type: named.field.type },
    shift,
  };
}

function completeExthdr(node: Expression & { kind: 'exthdr' }, state: State): Expression {
  if (node.family === 'ipv6' || node.family === 'ipv4') kill(state, 'network');
  else kill(state, 'transport');
  return node;
}

/** Names everything inside an expression. */
function tidyExpression(state: State, node: Expression): Expression {
  switch (node.kind) {
    case 'payload':
      return complete(state, node);
    case 'exthdr':
      return completeExthdr(node, state);
    case 'concat': {
      const items = node.items.map((i) => tidyExpression(state, i));
      return { ...node, items };
    }
    case 'map': {
      const key = tidyExpression(state, node.key);
      return { ...node, key, mappings: retypeSet(node.mappings, key) };
    }
    case 'hash':
      return node.expr ? { ...node, expr: tidyExpression(state, node.expr) } : node;
    case 'binary': {
      if (node.op === '>>') {
        const inner = node.left.kind === 'binary' ? unmask(state, node.left) : undefined;
        if (inner && node.right.kind === 'value' && Number(node.right.value) === inner.shift)
          return inner.expr;
      }
      const partial = unmask(state, node);
      if (partial && partial.shift === 0) return partial.expr;
      const left = tidyExpression(state, node.left);
      const right =
        node.right.kind === 'value' && left.type !== node.left.type
          ? { ...node.right, type: left.type }
          : node.right;
      return { ...node, left, right, type: left.type };
    }
    default:
      return node;
  }
}

/** Elements of an anonymous set are of the type of what is looked up. */
function retypeSet(node: Expression, key: Expression): Expression {
  if (node.kind !== 'setref' || !node.set.flags.has('anonymous') || !node.set.init) return node;
  const types = key.kind === 'concat' ? key.items.map((i) => i) : [key];
  const apply = (n: Expression, to: Expression | undefined): Expression => {
    if (!to) return n;
    switch (n.kind) {
      case 'value':
        return { ...n, type: to.type, bits: n.bits };
      case 'range':
        return { ...n, from: apply(n.from, to), to: apply(n.to, to), type: to.type };
      case 'prefix':
        return prefixOrRange({ ...n, expr: apply(n.expr, to), type: to.type }, to);
      case 'concat':
        return { ...n, items: n.items.map((i, at) => apply(i, types[at])) };
      case 'element':
        return { ...n, key: apply(n.key, to) };
      case 'mapping':
        return { ...n, left: apply(n.left, to) };
      default:
        return n;
    }
  };
  const init = { ...node.set.init, items: node.set.init.items.map((i) => apply(i, key)) };
  return { ...node, set: { ...node.set, init } };
}

function prefixOrRange(node: Expression & { kind: 'prefix' }, to: Expression): Expression {
  if (['ip', 'ip6', 'string', 'hex'].includes(to.type.base) || node.expr.kind !== 'value')
    return node;
  const last = node.expr.value | ((1n << BigInt(node.bits - node.length)) - 1n);
  return {
    kind: 'range',
    from: node.expr,
    to: { ...node.expr, value: last },
    loc: node.loc,
    type: to.type,
    order: node.order,
    bits: node.bits,
  };
}

const retypeValue = (node: Expression, to: Expression, shift = 0): Expression => {
  if (node.kind === 'value')
    return { ...node, type: to.type, bits: to.bits, value: node.value >> BigInt(shift) };
  if (node.kind === 'range')
    return {
      ...node,
      from: retypeValue(node.from, to, shift),
      to: retypeValue(node.to, to, shift),
      type: to.type,
      bits: to.bits,
    };
  if (node.kind === 'prefix') return { ...node, expr: retypeValue(node.expr, to), type: to.type };
  return retypeSet(node, to);
};

/** `payload & mask == value`: a partial field, a prefix, flags, or what it says. */
function tidyMasked(
  state: State,
  node: RelationalNode,
  left: BinaryNode,
): RelationalNode | undefined {
  if (left.op !== '&' || left.right.kind !== 'value') return undefined;
  const partial = unmask(state, left);
  if (partial)
    return {
      ...node,
      left: partial.expr,
      right: retypeValue(node.right, partial.expr, partial.shift),
    };
  const inner = tidyExpression(state, left.left);
  const mask = left.right.value;
  if (node.right.kind !== 'value') return undefined;
  const value = node.right.value;
  const flagType = inner.type.base === 'bitmask' || inner.type.base === 'label';
  if (flagType && value === 0n && (node.op === '!=' || node.op === '=='))
    return {
      ...node,
      op:
        node.op === '!='
          ? inner.type.base === 'label'
            ? '=='
            : undefined
          : inner.type.base === 'label'
            ? '!='
            : '!',
      left: inner,
      right: { ...node.right, type: inner.type, value: mask, bits: inner.bits },
    };
  if (
    (inner.type.base === 'ip' || inner.type.base === 'ip6') &&
    (node.op === '==' || node.op === '!=')
  ) {
    const length = maskPrefix(be(mask, Math.ceil(left.bits / 8)));
    if (length !== undefined && (value & mask) === value)
      return {
        ...node,
        left: inner,
        right: {
          kind: 'prefix',
          expr: retypeValue(node.right, inner),
          length,
          loc: node.loc,
          type: inner.type,
          order: 'big',
          bits: inner.bits,
        },
      };
  }
  return undefined;
}

function tidyRelational(state: State, node: RelationalNode): RelationalNode {
  if (node.left.kind === 'binary') {
    const masked = tidyMasked(state, node, node.left);
    if (masked) return masked;
  }
  if (node.left.kind === 'payload' && !node.left.proto && node.right.kind === 'value') {
    const short = shortPrefix(state, node, node.left, node.right.value);
    if (short) return short;
  }
  const left = tidyExpression(state, node.left);
  if (left.kind === 'payload' && left.type === xintegerType && node.right.kind === 'value')
    return { ...node, left, right: { ...node.right, type: xintegerType } };
  const present = left.kind === 'exthdr' && left.present;
  const right =
    node.right.kind === 'value' && present
      ? { ...node.right, type: booleanType }
      : node.right.kind === 'setref'
        ? retypeSet(node.right, left)
        : left === node.left
          ? node.right
          : retypeValue(node.right, left);
  return { ...node, left, right };
}

/** Fewer bytes of an address than it has are a prefix. */
function shortPrefix(
  state: State,
  node: RelationalNode,
  payload: PayloadNode,
  value: bigint,
): RelationalNode | undefined {
  if (nameField(state, payload)) return undefined;
  const known = state.protocols.layers.get(payload.base)?.proto;
  const field = known?.fields.find(
    (f) =>
      f.offset === payload.offset &&
      f.bits > payload.bits &&
      (f.type.base === 'ip' || f.type.base === 'ip6' || f.type.base === 'ether'),
  );
  if (!known || !field) return undefined;
  use(state, known);
  const left: Expression = { ...payload, proto: known, field, type: field.type, bits: field.bits };
  const expr: Expression = {
    kind: 'value',
    value: value << BigInt(field.bits - payload.bits),
    loc: node.loc,
    type: field.type,
    order: 'big',
    bits: field.bits,
  };
  return {
    ...node,
    left,
    right: {
      kind: 'prefix',
      expr,
      length: payload.bits,
      loc: node.loc,
      type: field.type,
      order: 'big',
      bits: field.bits,
    },
  };
}

/** Remembers what a match tells about the packet, and that it may be implied by what follows. */
function note(state: State, statement: Statement & { kind: 'match' }): void {
  const { expr } = statement;
  if (expr.kind !== 'relational' || expr.op !== '==' || expr.right.kind !== 'value') return;
  const number = Number(expr.right.value);
  const { left } = expr;
  const learnLayer = (proto: Protocol | undefined): void => {
    if (!proto) return;
    state.protocols.layers.set(proto.base, { proto });
    state.pending.set(proto.base, statement);
  };
  if (left.kind === 'meta') {
    if (left.key === 'nfproto') learnLayer(nextProtocol(inetHeader, number));
    else if (left.key === 'l4proto') learnLayer(nextProtocol(serviceHeader, number));
    else if (left.key === 'protocol') learnLayer(nextProtocol(netdevHeader, number));
    else if (left.key === 'iiftype' && number === 1) learnLayer(protocol('ether'));
    return;
  }
  if (left.kind !== 'payload' || !left.proto || !left.field) return;
  if (left.field.name === left.proto.key) {
    const upper = nextProtocol(left.proto, number);
    if (upper?.name === 'vlan') {
      state.protocols.linkOffset = 112;
      state.pending.set('link', statement);
    } else learnLayer(upper);
  }
  if (left.field.name === 'type' && (left.proto.name === 'icmp' || left.proto.name === 'icmpv6'))
    rememberType(state, statement, number);
}

function rememberType(state: State, statement: Statement, number: number): void {
  state.protocols.icmpType = number;
  state.icmpType = statement;
}

function translateXt(
  { place, protocols }: State,
  expr: ExprOf<'match'> | ExprOf<'target'>,
): string | undefined {
  const { family, table, translate } = place;
  const known = protocols.layers.get('transport')?.proto.name;
  const proto = known === undefined ? undefined : protocolNumber(serviceHeader, known);
  return translate(expr, { family, table, proto: proto ?? 0 });
}

function tidyStatement(state: State, s: Statement): Statement {
  switch (s.kind) {
    case 'match':
      return s.expr.kind === 'relational' ? { ...s, expr: tidyRelational(state, s.expr) } : s;
    case 'xt':
      return { ...s, text: translateXt(state, s.expr) };
    case 'verdict':
      return { ...s, expr: tidyExpression(state, s.expr) };
    case 'reject':
      return tidyReject(state, s);
    case 'nat':
    case 'tproxy':
      return {
        ...s,
        ...(s.addr && { addr: tidyExpression(state, s.addr) }),
        ...(s.port && { port: tidyExpression(state, s.port) }),
      };
    case 'objref':
      return { ...s, expr: tidyExpression(state, s.expr) };
    case 'meta set':
    case 'ct set':
      return { ...s, expr: tidyExpression(state, s.expr) };
    case 'payload set':
      return tidyPayloadSet(state, s);
    case 'queue':
      return s.queue ? { ...s, queue: tidyExpression(state, s.queue) } : s;
    case 'set': {
      const key = { ...s.key, key: tidyExpression(state, s.key.key) };
      return {
        ...s,
        key,
        ...(s.data && { data: { ...s.data, key: tidyExpression(state, s.data.key) } }),
      };
    }
    case 'exthdr reset':
      kill(state, 'transport');
      return s;
    default:
      return s;
  }
}

function tidyReject(state: State, s: Statement & { kind: 'reject' }): Statement {
  const network = state.protocols.layers.get('network')?.proto.name;
  if (s.type === 'tcp-reset') {
    const transport = state.protocols.layers.get('transport')?.proto.name;
    if (transport === 'tcp' && (state.family === 'ip' || state.family === 'ip6'))
      kill(state, 'transport');
    return s;
  }
  if (s.type === 'icmp' || s.type === 'icmpv6') {
    const type = network === 'ip6' ? 'icmpv6' : 'icmp';
    if (state.family === 'ip' || state.family === 'ip6') return { ...s, type };
    kill(state, 'network');
    // The table's family does not say it: the code is always written.
    return {
      ...s,
      type,
      expr: {
        kind: 'symbol',
        name: '',
        set: false,
        loc: s.loc,
        type: xintegerType,
        order: undefined,
        bits: 0,
      },
    };
  }
  return s;
}

function tidyPayloadSet(state: State, s: Statement & { kind: 'payload set' }): Statement {
  const target = s.target;
  if (target.kind !== 'payload') {
    if (target.kind === 'exthdr') kill(state, 'transport');
    return { ...s, expr: tidyExpression(state, s.expr) };
  }
  const { expr } = s;
  if (expr.kind === 'value') {
    const named = complete(state, target);
    const raw = 'raw' in expr && expr.raw instanceof Uint8Array ? expr.raw : undefined;
    const value = raw ? raw.reduce((v, b) => (v << 8n) | BigInt(b), 0n) : expr.value;
    return {
      ...s,
      target: named,
      expr: { ...expr, type: named.type, order: 'big', bits: named.bits, value },
    };
  }
  const field = partialSet(state, target, expr);
  return field
    ? { ...s, ...field }
    : { ...s, target: complete(state, target), expr: tidyExpression(state, expr) };
}

/** `(payload & ~mask) ^ value` written back is a field of part of the bytes. */
function partialSet(
  state: State,
  target: PayloadNode,
  expr: Expression,
): { target: Expression; expr: Expression } | undefined {
  const total = target.bits;
  const all = (1n << BigInt(total)) - 1n;
  const or = expr.kind === 'binary' && expr.op === '|' ? expr : undefined;
  const and = or ? or.left : expr;
  const mask = and.kind === 'binary' && and.op === '&' ? and.right : undefined;
  // Without a mask all the bits of the field are set.
  const masked = mask?.kind === 'value' ? mask.value : and.kind === 'payload' ? all : undefined;
  if (masked === undefined) return undefined;
  const value = or?.right.kind === 'value' ? or.right.value : 0n;
  const known = state.protocols.layers.get(target.base)?.proto;
  // or-ed bits were added to the mask when the expression was read
  const kept = masked & (all ^ value);
  for (const field of known?.fields ?? []) {
    const shift = target.offset + total - field.offset - field.bits;
    if (shift < 0 || field.offset < target.offset) continue;
    const own = ((1n << BigInt(field.bits)) - 1n) << BigInt(shift);
    if ((all ^ kept) !== own && (all ^ kept ^ own) !== 0n && ((all ^ kept) & ~own) !== 0n) continue;
    if (((all ^ masked) | value) > own || (((all ^ kept) & own) !== own && kept !== (all ^ own)))
      continue;
    if (!known) continue;
    use(state, known);
    return {
      target: {
        ...target,
        proto: known,
        field,
        type: field.type,
        offset: field.offset,
        bits: field.bits,
      },
      expr: {
        kind: 'value',
        value: value >> BigInt(shift),
        loc: target.loc,
        type: field.type,
        order: 'big',
        bits: field.bits,
      },
    };
  }
  return undefined;
}

/** A constant compared with several fields at once: a match for each (payload_expr_expand). */
function split(state: State, statement: Statement): readonly Statement[] {
  if (statement.kind !== 'match' || statement.expr.kind !== 'relational') return [statement];
  const { expr } = statement;
  const { left, right } = expr;
  if (left.kind !== 'payload' || left.proto || right.kind !== 'value') return [statement];
  const known = state.protocols.layers.get(left.base)?.proto;
  if (!known || nameField(state, left)) return [statement];
  let { offset, bits } = left;
  const parts: Statement[] = [];
  const take = (length: number) => {
    bits -= length;
    const value = (right.value >> BigInt(bits)) & ((1n << BigInt(length)) - 1n);
    const part = { ...left, offset, bits: length };
    const same = { ...right, value, bits: length };
    parts.push({ ...statement, expr: { ...expr, left: part, right: same, bits: length } });
    offset += length;
  };
  for (const field of known.fields)
    if (field.offset === offset && field.bits <= bits && !fieldHidden(state, known, field))
      take(field.bits);
  if (parts.length === 0) return [statement];
  if (bits > 0) take(bits);
  return parts;
}

/** The statements of a rule as they are shown. */
export function tidy(statements: readonly Statement[], place: Place): Statement[] {
  const state: State = {
    family: place.family,
    place,
    protocols: freshProtocols(place.family),
    out: [],
    pending: new Map(),
  };
  if (place.family === 'inet' || place.family === 'netdev') state.protocols.layers.delete('link');
  for (const statement of statements)
    for (const s of split(state, statement)) {
      const done = tidyStatement(state, s);
      state.out.push(done);
      if (done.kind === 'match') note(state, done);
      else {
        state.pending.clear();
        state.icmpType = undefined;
      }
    }
  return state.out;
}
