/** Expressions to kernel expressions (nftables' netlink_linearize.c). */
import { be, le } from '../../base/bytes.ts';
import { NotEmulated } from '../../base/errors.ts';
import type { Expr, PayloadBase, Reg } from '../../kernel/nftables/model.ts';
import type {
  BinaryNode,
  Expression,
  ExthdrNode,
  PayloadNode,
  RelationalNode,
  SetDeclaration,
} from '../ast.ts';
import { ctKeys, metaKeys } from '../protocols/keys.ts';
import { bounds, byteLength, dataOf, toBytes } from './data.ts';
import { partRegister, Registers } from './registers.ts';

/** Collects the kernel expressions of a rule, each with the place it comes from. */
export class Lowering {
  readonly exprs: Expr[] = [];
  readonly registers = new Registers();
  readonly #nameOf: (set: SetDeclaration) => string;

  constructor(nameOf: (set: SetDeclaration) => string) {
    this.#nameOf = nameOf;
  }

  emit(expr: Expr): void {
    this.exprs.push(expr);
  }

  setName(set: SetDeclaration): string {
    return this.#nameOf(set);
  }
}

/** Fields that are not whole bytes: the bytes around them, and how far the value is from the right end. */
export function payloadSpan(
  offset: number,
  bits: number,
): { offset: number; len: number; shift: number; mask: bigint } {
  const first = Math.floor(offset / 8);
  const end = Math.ceil((offset + bits) / 8);
  const shift = end * 8 - (offset + bits);
  return {
    offset: first,
    len: end - first,
    shift,
    mask: ((1n << BigInt(bits)) - 1n) << BigInt(shift),
  };
}

function lowerPayload(
  l: Lowering,
  node: PayloadNode,
  dreg: Reg,
  len = byteLength(node.bits),
): void {
  const span = payloadSpan(node.offset, node.bits);
  const expr: Expr = {
    op: 'payload',
    base: node.base as PayloadBase,
    offset: span.offset,
    len: span.shift > 0 || node.offset % 8 > 0 ? span.len : len,
    dreg,
  };
  if (!node.inner) {
    l.emit(expr);
    return;
  }
  throw new NotEmulated(`nft ${node.inner.name} inner headers`);
}

const isWholeBytes = (node: Expression): boolean =>
  (node.kind !== 'payload' && node.kind !== 'exthdr') ||
  (node.offset % 8 === 0 && node.bits % 8 === 0);

function lowerExthdr(l: Lowering, node: ExthdrNode, dreg: Reg): void {
  const span = payloadSpan(node.offset, node.bits);
  l.emit({
    op: 'exthdr',
    kind: node.family,
    type: node.number,
    offset: span.offset,
    len: span.len,
    dreg,
    present: node.present,
  });
}

/** Loads a value into a register; sub-byte fields are shifted to the right end when `align` says so. */
export function lowerInto(l: Lowering, node: Expression, dreg: Reg): void {
  switch (node.kind) {
    case 'value':
    case 'range':
    case 'prefix':
      l.emit({ op: 'immediate', dreg, data: dataOf(node) });
      return;
    case 'payload':
      lowerPayload(l, node, dreg);
      if (!isWholeBytes(node)) alignRight(l, node, dreg);
      return;
    case 'exthdr':
      lowerExthdr(l, node, dreg);
      if (!isWholeBytes(node)) alignRight(l, node, dreg);
      return;
    case 'meta': {
      const key = metaKeys[node.key]?.key;
      if (key) l.emit({ op: 'meta', key, dreg });
      return;
    }
    case 'ct': {
      const key = ctKeys[node.key]?.key;
      if (key) l.emit({ op: 'ct', key, ...(node.dir && { dir: node.dir }), dreg });
      return;
    }
    case 'rt':
      l.emit({ op: 'rt', key: node.key, dreg });
      return;
    case 'socket':
      l.emit({
        op: 'socket',
        key: node.key,
        ...(node.key === 'cgroupv2' && { level: node.level }),
        dreg,
      });
      return;
    case 'fib':
      l.emit({ op: 'fib', result: node.result, flags: node.flags as ('saddr' | 'daddr')[], dreg }); // the grammar takes only these words
      return;
    case 'osf':
      l.emit({
        op: 'osf',
        dreg,
        ttl: node.ttl === 'loose' ? 1 : node.ttl === 'skip' ? 2 : 0,
        version: node.version,
      });
      return;
    case 'numgen':
      l.emit({ op: 'numgen', how: node.how, modulus: node.modulus, offset: node.offset, dreg });
      return;
    case 'hash':
      lowerHash(l, node, dreg);
      return;
    case 'xfrm':
      l.emit({ op: 'xfrm', dir: node.dir, key: node.key, spnum: node.spnum, dreg });
      return;
    case 'binary':
      lowerBinary(l, node, dreg);
      return;
    case 'concat':
      lowerConcat(l, node.items, dreg);
      return;
    case 'map': {
      lowerInto(l, node.key, dreg);
      if (node.mappings.kind !== 'setref') throw new Error('a map without its set');
      byteorderForSet(l, node.key, node.mappings.set, dreg);
      l.emit({ op: 'lookup', sreg: dreg, set: l.setName(node.mappings.set), invert: false, dreg });
      return;
    }
    default:
      throw new Error(`${node.kind} cannot be loaded`);
  }
}

function alignRight(l: Lowering, node: PayloadNode | ExthdrNode, dreg: Reg): void {
  const span = payloadSpan(node.offset, node.bits);
  l.emit({
    op: 'bitwise',
    sreg: dreg,
    dreg,
    len: span.len,
    mask: be(span.mask, span.len),
    xor: new Uint8Array(span.len),
  });
  if (span.shift > 0)
    l.emit({ op: 'shift', dir: 'right', sreg: dreg, dreg, len: span.len, bits: span.shift });
}

function lowerHash(l: Lowering, node: Expression & { kind: 'hash' }, dreg: Reg): void {
  if (node.how === 'symhash' || !node.expr) {
    l.emit({ op: 'hash', how: 'symhash', modulus: node.modulus, offset: node.offset, dreg });
    return;
  }
  l.registers.take(32);
  const sreg = l.registers.take(node.expr.bits);
  lowerInto(l, node.expr, sreg);
  l.registers.free(node.expr.bits);
  l.registers.free(32);
  l.emit({
    op: 'hash',
    how: 'jhash',
    sreg,
    len: byteLength(node.expr.bits),
    modulus: node.modulus,
    ...(node.seed !== undefined && { seed: node.seed }),
    offset: node.offset,
    dreg,
  });
}

function lowerConcat(l: Lowering, items: readonly Expression[], dreg: Reg): void {
  let words = 0;
  for (const item of items) {
    lowerInto(l, item, partRegister(dreg, words));
    words += Math.ceil(item.bits / 32);
  }
}

/** A chain of & | ^ with constants is one `(reg & mask) ^ xor`. */
function foldMasks(
  node: Expression,
  bits: number,
): { base: Expression; mask: bigint; xor: bigint } {
  const all = (1n << BigInt(bits)) - 1n;
  if (node.kind !== 'binary' || node.op === '<<' || node.op === '>>' || node.right.kind !== 'value')
    return { base: node, mask: all, xor: 0n };
  const inner = foldMasks(node.left, bits);
  const value = node.right.value;
  if (node.op === '&')
    return { base: inner.base, mask: inner.mask & value, xor: inner.xor & value };
  if (node.op === '|')
    return {
      base: inner.base,
      mask: inner.mask & (all ^ value),
      xor: (inner.xor & (all ^ value)) ^ value,
    };
  return { base: inner.base, mask: inner.mask, xor: inner.xor ^ value };
}

function lowerBinary(l: Lowering, node: BinaryNode, dreg: Reg): void {
  const length = byteLength(node.bits);
  if (node.op === '<<' || node.op === '>>') {
    lowerInto(l, node.left, dreg);
    if (node.right.kind !== 'value') throw new NotEmulated('nft shift by a register');
    l.emit({
      op: 'shift',
      dir: node.op === '<<' ? 'left' : 'right',
      sreg: dreg,
      dreg,
      len: length,
      bits: Number(node.right.value),
    });
    return;
  }
  if (node.right.kind !== 'value') {
    lowerInto(l, node.left, dreg);
    l.registers.take(node.bits);
    const other = l.registers.take(node.bits);
    lowerInto(l, node.right, other);
    l.registers.free(node.bits);
    l.registers.free(node.bits);
    l.emit({
      op: 'bitwise reg',
      how: node.op === '&' ? 'and' : node.op === '|' ? 'or' : 'xor',
      sreg: dreg,
      sreg2: other,
      dreg,
      len: length,
    });
    return;
  }
  const { base, mask, xor } = foldMasks(node, length * 8);
  lowerInto(l, base, dreg);
  l.emit({
    op: 'bitwise',
    sreg: dreg,
    dreg,
    len: length,
    mask: toBytes(mask, node.order, length),
    xor: toBytes(xor, node.order, length),
  });
}

/** Interval sets order their keys as numbers: host-order keys are turned around. */
export function byteorderForSet(l: Lowering, key: Expression, set: SetDeclaration, reg: Reg): void {
  if (
    !set.flags.has('interval') ||
    key.kind === 'concat' ||
    key.order === 'big' ||
    key.type.base === 'string'
  )
    return;
  const size = byteLength(key.bits);
  if (size > 1)
    l.emit({
      op: 'byteorder',
      how: 'hton',
      sreg: reg,
      dreg: reg,
      len: size,
      size: size === 8 ? 8 : size,
    });
}

const COMPARE = {
  '==': 'eq',
  '!=': 'neq',
  '<': 'lt',
  '>': 'gt',
  '<=': 'lte',
  '>=': 'gte',
} as const;

function comparison(op: RelationalNode['op']): (typeof COMPARE)[keyof typeof COMPARE] {
  return op === undefined || op === '!' ? 'eq' : COMPARE[op];
}

function lowerRange(
  l: Lowering,
  left: Expression,
  right: Expression & { kind: 'range' },
  negate: boolean,
  reg: Reg,
): void {
  lowerInto(l, left, reg);
  const host = left.order !== 'big' && left.type.base !== 'string';
  const size = byteLength(left.bits);
  if (host && size > 1)
    l.emit({ op: 'byteorder', how: 'hton', sreg: reg, dreg: reg, len: size, size });
  const [from, to] = bounds(right, host ? 'big' : left.order);
  // A range that ends before it starts goes over midnight.
  const turned =
    right.from.kind === 'value' && right.to.kind === 'value' && right.from.value > right.to.value;
  if (turned) {
    const one = (v: Expression, d: bigint): Uint8Array =>
      v.kind === 'value' ? be(v.value + d, size) : from;
    l.emit({
      op: 'range',
      cmp: negate ? 'eq' : 'neq',
      sreg: reg,
      from: one(right.to, 0n),
      to: one(right.from, 0n),
    });
    return;
  }
  l.emit({ op: 'range', cmp: negate ? 'neq' : 'eq', sreg: reg, from, to });
}

function lowerPrefix(
  l: Lowering,
  left: Expression,
  right: Expression & { kind: 'prefix' },
  negate: boolean,
  reg: Reg,
): void {
  const cmp = negate ? 'neq' : 'eq';
  const length = byteLength(left.bits);
  const [first] = bounds(right);
  if (right.length === 0) {
    lowerInto(l, left, reg);
    l.emit({
      op: 'bitwise',
      sreg: reg,
      dreg: reg,
      len: length,
      mask: new Uint8Array(length),
      xor: new Uint8Array(length),
    });
    l.emit({ op: 'cmp', cmp, sreg: reg, data: new Uint8Array(length) });
    return;
  }
  if (right.length % 8 === 0 && (right.order === 'big' || right.type.base === 'string')) {
    const len = right.length / 8;
    if (left.kind === 'payload') lowerPayload(l, left, reg, len);
    else lowerInto(l, left, reg);
    l.emit({ op: 'cmp', cmp, sreg: reg, data: first.slice(0, len) });
    return;
  }
  lowerInto(l, left, reg);
  const all = (1n << BigInt(left.bits)) - 1n;
  const mask = all ^ ((1n << BigInt(left.bits - right.length)) - 1n);
  l.emit({
    op: 'bitwise',
    sreg: reg,
    dreg: reg,
    len: length,
    mask: toBytes(mask, left.order, length),
    xor: new Uint8Array(length),
  });
  l.emit({ op: 'cmp', cmp, sreg: reg, data: first });
}

const listValue = (node: Expression): bigint =>
  node.kind === 'list'
    ? node.items.reduce((v, i) => v | (i.kind === 'value' ? i.value : 0n), 0n)
    : node.kind === 'value'
      ? node.value
      : 0n;

/** A payload field that is not whole bytes is masked where it is; the value is shifted to it. */
function lowerPartial(
  l: Lowering,
  left: PayloadNode | ExthdrNode,
  node: RelationalNode,
  reg: Reg,
): void {
  const span = payloadSpan(left.offset, left.bits);
  if (left.kind === 'payload') lowerPayload(l, left, reg);
  else lowerExthdr(l, left, reg);
  l.emit({
    op: 'bitwise',
    sreg: reg,
    dreg: reg,
    len: span.len,
    mask: be(span.mask, span.len),
    xor: new Uint8Array(span.len),
  });
  const shifted = (v: bigint): Uint8Array => be(v << BigInt(span.shift), span.len);
  const right = node.right;
  if (right.kind === 'range' && right.from.kind === 'value' && right.to.kind === 'value') {
    l.emit({
      op: 'range',
      cmp: node.op === '!=' ? 'neq' : 'eq',
      sreg: reg,
      from: shifted(right.from.value),
      to: shifted(right.to.value),
    });
    return;
  }
  l.emit({ op: 'cmp', cmp: comparison(node.op), sreg: reg, data: shifted(listValue(right)) });
}

/** Masks on a field that is not whole bytes: `ip dscp & 3 == 1`. */
function lowerMaskedPartial(
  l: Lowering,
  left: BinaryNode,
  base: PayloadNode,
  node: RelationalNode,
  reg: Reg,
): boolean {
  const span = payloadSpan(base.offset, base.bits);
  const { mask, xor } = foldMasks(left, base.bits);
  if (node.right.kind !== 'value') return false;
  lowerPayload(l, base, reg);
  l.emit({
    op: 'bitwise',
    sreg: reg,
    dreg: reg,
    len: span.len,
    mask: be(mask << BigInt(span.shift), span.len),
    xor: be(xor << BigInt(span.shift), span.len),
  });
  l.emit({
    op: 'cmp',
    cmp: comparison(node.op),
    sreg: reg,
    data: be(node.right.value << BigInt(span.shift), span.len),
  });
  return true;
}

/** A match. */
export function lowerRelational(l: Lowering, node: RelationalNode): void {
  const { left, right } = node;
  const reg = l.registers.take(left.bits);
  lowerCompare(l, node, left, right, reg);
  l.registers.free(left.bits);
}

function lowerCompare(
  l: Lowering,
  node: RelationalNode,
  left: Expression,
  right: Expression,
  reg: Reg,
): void {
  if (right.kind === 'setref') {
    lowerInto(l, left, reg);
    byteorderForSet(l, left, right.set, reg);
    l.emit({ op: 'lookup', sreg: reg, set: l.setName(right.set), invert: node.op === '!=' });
    return;
  }
  if (left.type.base === 'bitmask' || left.type.base === 'label') {
    const flags =
      node.op === undefined ||
      node.op === '!' ||
      (left.type.base === 'label' && (node.op === '==' || node.op === '!='));
    if (flags && (right.kind === 'value' || right.kind === 'list') && left.kind !== 'binary') {
      const length = byteLength(left.bits);
      lowerInto(l, left, reg);
      l.emit({
        op: 'bitwise',
        sreg: reg,
        dreg: reg,
        len: length,
        mask: toBytes(listValue(right), left.order, length),
        xor: new Uint8Array(length),
      });
      l.emit({
        op: 'cmp',
        cmp: node.op === '!' || node.op === '!=' ? 'eq' : 'neq',
        sreg: reg,
        data: new Uint8Array(length),
      });
      return;
    }
  }
  if (
    (left.kind === 'payload' || left.kind === 'exthdr') &&
    !isWholeBytes(left) &&
    !(left.kind === 'exthdr' && left.present)
  ) {
    lowerPartial(l, left, node, reg);
    return;
  }
  if (left.kind === 'binary' && left.op !== '<<' && left.op !== '>>') {
    const { base } = foldMasks(left, left.bits);
    if (
      base.kind === 'payload' &&
      !isWholeBytes(base) &&
      lowerMaskedPartial(l, left, base, node, reg)
    )
      return;
  }
  if (right.kind === 'range') {
    lowerRange(l, left, right, node.op === '!=', reg);
    return;
  }
  if (right.kind === 'prefix') {
    lowerPrefix(l, left, right, node.op === '!=', reg);
    return;
  }
  if (left.kind === 'fib' && node.right.kind === 'value' && node.right.type.base === 'boolean') {
    l.emit({
      op: 'fib',
      result: left.result,
      flags: [...(left.flags as ('saddr' | 'daddr')[]), 'present'],
      dreg: reg,
    });
    l.emit({ op: 'cmp', cmp: comparison(node.op), sreg: reg, data: le(node.right.value, 1) });
    return;
  }
  lowerInto(l, left, reg);
  const ordered = node.op === '<' || node.op === '>' || node.op === '<=' || node.op === '>=';
  const size = byteLength(left.bits);
  const host = left.order !== 'big' && left.type.base !== 'string';
  if (ordered && host && size > 1)
    l.emit({ op: 'byteorder', how: 'hton', sreg: reg, dreg: reg, len: size, size });
  if (right.kind === 'list') {
    l.emit({
      op: 'cmp',
      cmp: comparison(node.op),
      sreg: reg,
      data: toBytes(listValue(right), left.order, size),
    });
    return;
  }
  if (right.kind !== 'value' && right.kind !== 'concat') {
    l.registers.take(left.bits);
    throw new NotEmulated('nft comparison of two registers');
  }
  l.emit({
    op: 'cmp',
    cmp: comparison(node.op),
    sreg: reg,
    data:
      right.kind === 'value'
        ? toBytes(right.value, ordered && host ? 'big' : left.order, size)
        : dataOf(right),
  });
}
