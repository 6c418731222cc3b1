/** Values as the bytes the kernel compares. */
import { be, concatBytes, le } from '../../base/bytes.ts';
import type { Expression, Order } from '../ast.ts';

export const byteLength = (bits: number): number => Math.ceil(bits / 8);

export const toBytes = (value: bigint, order: Order, length: number): Uint8Array =>
  order === 'big' ? be(value, length) : le(value, length);

/** `length` bytes, zeros behind. */
export function padTo(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length >= length) return bytes;
  const out = new Uint8Array(length);
  out.set(bytes);
  return out;
}

const roundUp4 = (n: number): number => Math.ceil(n / 4) * 4;

/** The bytes of a constant; parts of a concatenation are padded to four. */
export function dataOf(node: Expression, order: Order = node.order): Uint8Array {
  if (node.kind === 'value') return toBytes(node.value, order, byteLength(node.bits));
  if (node.kind === 'concat')
    return concatBytes(
      ...node.items.map((item) => padTo(dataOf(item), roundUp4(byteLength(item.bits)))),
    );
  if (node.kind === 'prefix' || node.kind === 'range') return bounds(node, order)[0];
  throw new Error(`${node.kind} has no constant value`);
}

const lastOf = (node: Expression & { kind: 'prefix' }): bigint => {
  if (node.expr.kind !== 'value') return 0n;
  return node.expr.value | ((1n << BigInt(node.bits - node.length)) - 1n);
};

/** First and last value of anything, as bytes; string prefixes are compared from their first byte on. */
export function bounds(
  node: Expression,
  order: Order = node.order,
): readonly [Uint8Array, Uint8Array] {
  const length = byteLength(node.bits);
  if (node.kind === 'range') return [dataOf(node.from, order), dataOf(node.to, order)];
  if (node.kind === 'prefix' && node.type.base === 'string') {
    const from = node.expr.kind === 'value' ? le(node.expr.value, length) : new Uint8Array(length);
    const to = from.map((byte, i) => (i < node.length / 8 ? byte : 0xff));
    return [from, to];
  }
  if (node.kind === 'prefix') {
    const from = node.expr.kind === 'value' ? node.expr.value : 0n;
    return [toBytes(from, order, length), toBytes(lastOf(node), order, length)];
  }
  if (node.kind === 'concat') {
    const parts = node.items.map((item) => bounds(item));
    const pad = (pick: 0 | 1): Uint8Array =>
      concatBytes(
        ...parts.map((p, i) => padTo(p[pick], roundUp4(byteLength(node.items[i]?.bits ?? 0)))),
      );
    return [pad(0), pad(1)];
  }
  const bytes = dataOf(node, order);
  return [bytes, bytes];
}
