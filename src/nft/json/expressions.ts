/** Expressions as JSON (libnftables-json(5)). */
import { type Json, type JsonObject, object } from '../../base/json.ts';
import type { Expression, Statement } from '../ast.ts';
import { stringText } from '../datatypes/values.ts';
import type { PrintEnv } from '../print/expressions.ts';
import { bitsJson, integerJson, valueJson } from './values.ts';

/** What writing needs; the statements of elements are written by their own module, which uses this one. */
export interface JsonEnv extends PrintEnv {
  readonly statement: (statement: Statement, env: JsonEnv) => JsonObject;
}

type Of<K extends Expression['kind']> = Expression & { readonly kind: K };
type Writers = {
  readonly [K in Expression['kind']]: (node: Of<K>, env: JsonEnv) => Json;
};

const one = (key: string, value: Json): Json => object({ [key]: value });
/** One word by itself, several as a list, none left out. */
export const oneOrMore = (words: readonly string[]): Json | undefined =>
  words.length > 1 ? words : words[0];

const RAW_BASES = { link: 'll', network: 'nh', transport: 'th', inner: 'ih' } as const;

function payloadJson(node: Of<'payload'>): Json {
  const { proto, field, inner } = node;
  if (!proto || !field)
    return one(
      'payload',
      object({ base: RAW_BASES[node.base], offset: BigInt(node.offset), len: BigInt(node.bits) }),
    );
  return one('payload', object({ tunnel: inner?.name, protocol: proto.name, field: field.name }));
}

const EXTHDR_WORDS = {
  ipv6: 'exthdr',
  tcpopt: 'tcp option',
  ipv4: 'ip option',
  sctp: 'sctp chunk',
  dccp: 'dccp option',
} as const;

export function exthdrJson(node: Of<'exthdr'>): Json {
  const word = EXTHDR_WORDS[node.family];
  if (node.family === 'dccp') return one(word, object({ type: BigInt(node.number) }));
  if (node.family === 'tcpopt' && (node.raw || /^[0-9]+$/.test(node.header)))
    return one(
      word,
      object({
        base: BigInt(node.number),
        offset: BigInt(node.offset),
        len: BigInt(node.present ? 0 : node.bits),
      }),
    );
  const name = node.header === 'sack-permitted' ? 'sack-perm' : node.header;
  return one(word, object({ name, field: node.present ? undefined : node.field }));
}

const RT_KEYS: { readonly [K in Of<'rt'>['key']]: Json } = {
  classid: object({ key: 'classid' }),
  nexthop4: object({ key: 'nexthop', family: 'ip' }),
  nexthop6: object({ key: 'nexthop', family: 'ip6' }),
  tcpmss: object({ key: 'mtu' }),
  ipsec: object({ key: 'ipsec' }),
};

function elementJson(node: Of<'element'>, env: JsonEnv): Json {
  const { timeout, expires, comment, statements } = node;
  const key = maskJson(node.key, env);
  const left = env.options.stateless ? undefined : expires;
  if (
    timeout === undefined &&
    left === undefined &&
    comment === undefined &&
    statements.length === 0
  )
    return key;
  const members = new Map<string, Json>([['val', key]]);
  if (timeout !== undefined)
    members.set('timeout', BigInt(timeout === 'never' ? 0 : Math.floor(timeout / 1000)));
  if (left !== undefined) members.set('expires', BigInt(Math.floor(left / 1000)));
  if (comment !== undefined) members.set('comment', comment);
  for (const statement of statements)
    for (const [name, value] of env.statement(statement, env))
      if (!members.has(name)) members.set(name, value);
  return one('elem', members);
}

function binaryJson(node: Of<'binary'>, env: JsonEnv): Json {
  const { left, right } = node;
  // What is shifted is no longer of its field's type.
  const shifted = left.kind === 'binary' && (left.op === '<<' || left.op === '>>');
  return one(node.op, [
    expressionJson(left, env),
    shifted && right.kind === 'value' ? integerJson(right.value) : maskJson(right, env),
  ]);
}

/** Flags next to a mask are joined by `|`. */
function maskJson(node: Expression, env: JsonEnv): Json {
  if (node.kind !== 'value' || node.type.base !== 'bitmask') return expressionJson(node, env);
  const bits = bitsJson(node, env);
  return bits.length > 1 ? one('|', bits) : expressionJson(node, env);
}

/** Flags that are set, or searched for: a list. */
export function flagsJson(node: Expression, env: JsonEnv): Json {
  if (node.kind !== 'value' || node.type.base !== 'bitmask') return expressionJson(node, env);
  const bits = bitsJson(node, env);
  return bits.length > 1 ? bits : expressionJson(node, env);
}

/** Flags compared with no operator written are searched `in` the value. */
function matchOp(node: Of<'relational'>): string {
  return node.op ?? (node.right.type.base === 'bitmask' || isLabel(node.right) ? 'in' : '==');
}
const isLabel = (node: Expression): boolean => node.type.base === 'label';

export function matchJson(node: Of<'relational'>, env: JsonEnv): Json {
  const op = matchOp(node);
  const { left, right } = node;
  const masked = left.kind === 'binary' && left.op !== '<<' && left.op !== '>>';
  return one(
    'match',
    object({
      op,
      left: expressionJson(left, env),
      right:
        op === 'in'
          ? flagsJson(right, env)
          : masked
            ? maskJson(right, env)
            : expressionJson(right, env),
    }),
  );
}

function setJson(node: Of<'set'>, env: JsonEnv): Json {
  return one(
    'set',
    node.items.map((item) => itemJson(item, env)),
  );
}

/** An element of a set; flags in it are joined by `|`. */
export function itemJson(item: Expression, env: JsonEnv): Json {
  if (item.kind === 'mapping') return [itemJson(item.left, env), maskJson(item.right, env)];
  return item.kind === 'element' ? elementJson(item, env) : maskJson(item, env);
}

/** The ends of a range are numbers. */
const plain = (env: JsonEnv): JsonEnv => ({
  ...env,
  options: { ...env.options, service: false, numericProtocol: true },
});

const XFRM_KEYS = {
  reqid: { key: 'reqid' },
  spi: { key: 'spi' },
  saddr4: { key: 'saddr', family: 'ip' },
  daddr4: { key: 'daddr', family: 'ip' },
  saddr6: { key: 'saddr', family: 'ip6' },
  daddr6: { key: 'daddr', family: 'ip6' },
} as const;

const WRITERS: Writers = {
  symbol: ({ name, set }) => (set ? `@${name}` : name),
  value: valueJson,
  verdict: ({ code, chain }, env) =>
    one(code, chain ? object({ target: expressionJson(chain, env) }) : null),
  prefix: ({ expr, length, type }, env) =>
    type.base === 'string' && expr.kind === 'value'
      ? `${stringText(expr.value, length)}*`
      : one('prefix', object({ addr: expressionJson(expr, env), len: BigInt(length) })),
  range: ({ from, to }, env) =>
    one('range', [expressionJson(from, plain(env)), expressionJson(to, plain(env))]),
  list: ({ items }, env) => items.map((item) => expressionJson(item, env)),
  concat: ({ items }, env) =>
    one(
      'concat',
      items.map((item) => expressionJson(item, env)),
    ),
  set: setJson,
  element: elementJson,
  mapping: (node, env) => itemJson(node, env),
  map: ({ key, mappings, type }, env) =>
    one(
      type.base === 'verdict' ? 'vmap' : 'map',
      object({ key: expressionJson(key, env), data: expressionJson(mappings, env) }),
    ),
  binary: binaryJson,
  relational: matchJson,
  payload: payloadJson,
  exthdr: exthdrJson,
  meta: ({ key }) => one('meta', object({ key })),
  ct: ({ key, dir }) => one('ct', object({ key, dir })),
  socket: ({ key }) => one('socket', object({ key })),
  rt: ({ key }) => one('rt', RT_KEYS[key]),
  fib: ({ result, flags }) => one('fib', object({ result, flags })),
  osf: ({ ttl, version }) =>
    one(
      'osf',
      object({ key: version ? 'version' : 'name', ttl: ttl === 'strict' ? undefined : ttl }),
    ),
  numgen: ({ how, modulus, offset }) =>
    one('numgen', object({ mode: how, mod: BigInt(modulus), offset: BigInt(offset) })),
  hash: ({ how, expr, modulus, seed, offset }, env) =>
    one(
      how,
      object({
        mod: BigInt(modulus),
        seed: seed === undefined ? undefined : integerJson(BigInt(seed)),
        offset: offset > 0 ? BigInt(offset) : undefined,
        expr: expr && expressionJson(expr, env),
      }),
    ),
  xfrm: ({ key, dir, spnum }) =>
    one('ipsec', object({ ...XFRM_KEYS[key], dir, spnum: BigInt(spnum) })),
  setref: ({ set }, env) =>
    set.flags.has('anonymous') && set.init ? setJson(set.init, env) : `@${set.name}`,
  catchall: () => '*',
};

export function expressionJson(node: Expression, env: JsonEnv): Json {
  // The table has a writer for each kind; TypeScript does not see that this one is for this node's.
  return (WRITERS[node.kind] as (node: Expression, env: JsonEnv) => Json)(node, env);
}
