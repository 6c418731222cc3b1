/** Constants as JSON: numbers where the type says so, words else. */
import { be, fromLe } from '../../base/bytes.ts';
import type { Json } from '../../base/json.ts';
import * as netdb from '../../base/netdb.ts';
import type { ValueNode } from '../ast.ts';
import type { Base, DataType } from '../datatypes/types.ts';
import { printValue, stringText } from '../datatypes/values.ts';
import type { PrintEnv } from '../print/expressions.ts';

/** As C prints an unsigned long for JSON: the upper half of 64 bits is negative; longer ones are hexadecimal text. */
export function integerJson(value: bigint): Json {
  return value >> 64n === 0n ? BigInt.asIntN(64, value) : `0x${value.toString(16)}`;
}

function symbolJson(type: DataType, node: ValueNode, env: PrintEnv): Json {
  const symbol = type.readOnlySymbols
    ? undefined
    : type.symbols?.find(([, v]) => BigInt(v) === node.value);
  if (!symbol) return integerJson(node.value);
  if (!env.options.numericSymbols) return symbol[0];
  // The number is read from the value's bytes as this machine would.
  const bytes = Math.ceil(node.bits / 8);
  return integerJson(node.order === 'big' ? fromLe(be(node.value, bytes)) : node.value);
}

const unquoted = (text: string): string => text.replace(/^"(.*)"$/, '$1');

function asPrinted({ type, value, bits }: ValueNode, env: PrintEnv): Json {
  return unquoted(printValue(type, value, bits, env.options, env.values));
}

type Write = (node: ValueNode, env: PrintEnv) => Json;
const asNumber: Write = ({ value }) => integerJson(value);
const asSymbol: Write = (node, env) => symbolJson(node.type, node, env);
/** A name where one is wanted and known, else a number. */
const asName: Write = (node, env) => {
  const text = asPrinted(node, env);
  return text === `${node.value}` ? node.value : text;
};

const labels: Write = ({ value }) => {
  const bits: bigint[] = [];
  for (let bit = 0n; bit < 128n; bit++) if ((value >> bit) & 1n) bits.push(bit);
  return bits.length === 1 ? (bits[0] ?? 0n) : bits;
};

const BY_BASE: { readonly [base in Base]: Write } = {
  integer: asSymbol,
  hex: asSymbol,
  bitmask: asSymbol,
  string: ({ value, bits }) => stringText(value, bits),
  ether: asPrinted,
  ll: asPrinted,
  ip: asPrinted,
  ip6: asPrinted,
  service: (node, env) => {
    const name = env.options.service ? netdb.serviceByPort(Number(node.value))?.name : undefined;
    return name ?? node.value;
  },
  protocol: asName,
  mark: asNumber,
  boolean: ({ value }) => value !== 0n,
  time: ({ value }) => value / 1000n,
  date: asPrinted,
  hour: asPrinted,
  ifindex: asPrinted,
  uid: asName,
  gid: asName,
  handle: asPrinted,
  label: labels,
  verdict: asNumber,
  concat: asNumber,
  invalid: asNumber,
};

export function valueJson(node: ValueNode, env: PrintEnv): Json {
  if (node.type.name === 'realm') return asPrinted(node, env);
  return BY_BASE[node.type.base](node, env);
}

/** The single bits of a bitmask. */
export function bitsJson(node: ValueNode, env: PrintEnv): readonly Json[] {
  const out: Json[] = [];
  for (let bit = 1n; bit <= node.value; bit <<= 1n)
    if ((node.value & bit) !== 0n) out.push(symbolJson(node.type, { ...node, value: bit }, env));
  return out;
}
