/** Statements as JSON (libnftables-json(5)). */
import { NotEmulated } from '../../base/errors.ts';
import { type Json, type JsonObject, object } from '../../base/json.ts';
import type { LimitNode, NatNode, Statement } from '../ast.ts';
import { icmp6CodeType, icmpCodeType, icmpxCodeType } from '../datatypes/table.ts';
import { ctNode, metaNode, valueNode } from '../nodes.ts';
import type { PrintEnv } from '../print/expressions.ts';
import { expressionJson, exthdrJson, flagsJson, type JsonEnv, oneOrMore } from './expressions.ts';
import { integerJson } from './values.ts';

type Of<K extends Statement['kind']> = Statement & { readonly kind: K };
type Writers = {
  readonly [K in Statement['kind']]: (s: Of<K>, env: JsonEnv) => JsonObject;
};

const one = (key: string, value: Json): JsonObject => object({ [key]: value });
const when = (condition: boolean): true | undefined => (condition ? true : undefined);

/** Bytes in the largest unit that divides them. */
function inUnit(n: bigint): readonly [bigint, string] {
  if (n > 0n && n % 1048576n === 0n) return [n / 1048576n, 'mbytes'];
  if (n > 0n && n % 1024n === 0n) return [n / 1024n, 'kbytes'];
  return [n, 'bytes'];
}

/** Units of bytes; packets are counted without. */
function limitParts(s: LimitNode) {
  if (s.type === 'packets') return { rate: s.rate, burst: BigInt(s.burst) };
  const [rate, rateUnit] = inUnit(s.rate);
  const [burst, burstUnit] = inUnit(BigInt(s.burst));
  return { rate, rateUnit, burst, burstUnit };
}

export function limitMembers(s: LimitNode): JsonObject {
  const { rate, burst, rateUnit, burstUnit } = limitParts(s);
  return object({
    rate,
    burst,
    per: s.unit,
    inv: when(s.over),
    rate_unit: rateUnit,
    burst_unit: burstUnit,
  });
}

/** A named limit gives the same in another order, and only a burst that is not the usual. */
export function limitObjectMembers(s: LimitNode): JsonObject {
  const { rate, burst, rateUnit, burstUnit } = limitParts(s);
  const bursts = s.type === 'packets' || burst > 0n;
  return object({
    rate,
    per: s.unit,
    inv: when(s.over),
    rate_unit: rateUnit,
    burst: bursts ? burst : undefined,
    burst_unit: bursts ? burstUnit : undefined,
  });
}

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug', 'audit'];
const LOG_FLAGS: readonly (readonly [number, string])[] = [
  [1, 'tcp sequence'],
  [2, 'tcp options'],
  [4, 'ip options'],
  [8, 'skuid'],
  [32, 'ether'],
];

const flagWords = (
  flags: number,
  words: readonly (readonly [number, string])[],
): Json | undefined => oneOrMore(words.filter(([bit]) => flags & bit).map(([, word]) => word));

const orNull = (members: JsonObject): Json => (members.size > 0 ? members : null);
const number = (n: number | undefined): bigint | undefined => (n === undefined ? n : BigInt(n));

function logJson(s: Of<'log'>): JsonObject {
  const level = s.level !== undefined && s.level !== 4 ? LEVELS[s.level] : undefined;
  const members = object({
    prefix: s.prefix,
    group: number(s.group),
    snaplen: number(s.snaplen),
    'queue-threshold': number(s.threshold),
    level,
    flags: s.flags === 47 ? 'all' : flagWords(s.flags, LOG_FLAGS),
  });
  return one('log', orNull(members));
}

const NAT_FLAGS: readonly (readonly [number, string])[] = [
  [4, 'random'],
  [16, 'fully-random'],
  [8, 'persistent'],
  [64, 'netmap'],
];

function natJson(s: NatNode & { explicitFamily?: boolean }, env: JsonEnv): JsonObject {
  const translates = s.type === 'snat' || s.type === 'dnat';
  const both = s.addr?.kind === 'map' && s.addr.type.base === 'concat';
  const members = object({
    family: translates && (s.explicitFamily || both) ? s.family : undefined,
    addr: s.addr && expressionJson(s.addr, env),
    port: s.port && expressionJson(s.port, portEnv(env)),
    flags: flagWords(s.flags, NAT_FLAGS),
    type_flags: s.prefix ? 'prefix' : undefined,
  });
  return one(s.type, orNull(members));
}

const portEnv = (env: JsonEnv): JsonEnv => ({
  ...env,
  options: { ...env.options, service: false },
});

const REJECT_CODES = { icmp: icmpCodeType, icmpv6: icmp6CodeType, icmpx: icmpxCodeType } as const;

function rejectJson(s: Of<'reject'>, env: JsonEnv): JsonObject {
  if (s.type === 'tcp-reset') return one('reject', object({ type: 'tcp reset' }));
  if (s.type === undefined) return one('reject', null);
  const type = { ...REJECT_CODES[s.type], readOnlySymbols: false };
  const expr = expressionJson(valueNode(s.loc, type, 8, BigInt(s.code ?? 0)), env);
  return one('reject', object({ type: s.type, expr }));
}

const mangle = (key: Json, value: Json): JsonObject => one('mangle', object({ key, value }));

const quotaJson = (s: Of<'quota'>, env: JsonEnv): JsonObject => {
  const [val, unit] = inUnit(s.bytes);
  const used = !env.options.stateless && s.used > 0n ? inUnit(s.used) : undefined;
  return one(
    'quota',
    object({
      val,
      val_unit: unit,
      inv: when(s.over),
      used: used?.[0],
      used_unit: used?.[1],
    }),
  );
};

function setJson(s: Of<'set'>, env: JsonEnv): JsonObject {
  const stmt =
    s.statements.length > 0 ? s.statements.map((inner) => statementJson(inner, env)) : undefined;
  const elem = expressionJson(s.key, env);
  const set = expressionJson(s.set, env);
  return s.data
    ? one('map', object({ op: s.op, elem, data: expressionJson(s.data, env), map: set, stmt }))
    : one('set', object({ op: s.op, elem, set, stmt }));
}

const WRITERS: Writers = {
  match: ({ expr }, env) => expressionJson(expr, env) as JsonObject,
  verdict: ({ expr }, env) => expressionJson(expr, env) as JsonObject,
  counter: ({ packets, bytes }, env) =>
    one(
      'counter',
      env.options.stateless
        ? null
        : object({ packets: integerJson(packets), bytes: integerJson(bytes) }),
    ),
  last: ({ used }, env) =>
    one('last', used === undefined || env.options.stateless ? null : object({ used })),
  quota: quotaJson,
  connlimit: ({ count, over }) => one('ct count', object({ val: BigInt(count), inv: when(over) })),
  limit: (s) => one('limit', limitMembers(s)),
  log: logJson,
  reject: rejectJson,
  nat: natJson,
  tproxy: ({ family, addr, port }, env) =>
    one(
      'tproxy',
      object({
        family: addr ? family : undefined,
        addr: addr && expressionJson(addr, env),
        port: port && expressionJson(port, env),
      }),
    ),
  synproxy: ({ mss, wscale, timestamp, sackPerm }) =>
    one(
      'synproxy',
      orNull(
        object({
          mss: number(mss),
          wscale: number(wscale),
          flags: oneOrMore([
            ...(timestamp ? ['timestamp'] : []),
            ...(sackPerm ? ['sack-perm'] : []),
          ]),
        }),
      ),
    ),
  queue: ({ queue, flags }, env) =>
    one(
      'queue',
      orNull(object({ num: queue && expressionJson(queue, env), flags: oneOrMore([...flags]) })),
    ),
  objref: ({ type, expr }, env) => one(type, expressionJson(expr, env)),
  set: setJson,
  meter: ({ name }) => {
    throw new NotEmulated(`meter ${name} as JSON`);
  },
  dup: ({ to, dev }, env) =>
    one(
      'dup',
      orNull(object({ addr: to && expressionJson(to, env), dev: dev && expressionJson(dev, env) })),
    ),
  fwd: ({ dev, family, addr }, env) =>
    one(
      'fwd',
      object({
        dev: expressionJson(dev, env),
        family: addr && family,
        addr: addr && expressionJson(addr, env),
      }),
    ),
  'meta set': ({ loc, key, expr }, env) =>
    mangle(expressionJson(metaNode(loc, key), env), flagsJson(expr, env)),
  'ct set': ({ loc, key, dir, expr }, env) =>
    mangle(expressionJson(ctNode(loc, key, dir), env), flagsJson(expr, env)),
  'payload set': ({ target, expr }, env) =>
    mangle(expressionJson(target, env), flagsJson(expr, env)),
  'exthdr reset': ({ target }) => one('reset', exthdrJson({ ...target, present: true })),
  notrack: () => one('notrack', null),
  flow: ({ name }) => one('flow', object({ op: 'add', flowtable: `@${name}` })),
  chain: () => {
    throw new NotEmulated('a chain within a rule as JSON');
  },
  xt: ({ expr }) => one('xt', object({ type: expr.op, name: expr.name })),
};

/** A statement's members: mostly one, named after it. */
function statementMembers(s: Statement, env: JsonEnv): JsonObject {
  // The table has a writer for each kind; TypeScript does not see that this one is for this statement's.
  return (WRITERS[s.kind] as (s: Statement, env: JsonEnv) => JsonObject)(s, env);
}

/** What a listing has, and how statements are written. */
export const jsonEnv = (env: PrintEnv): JsonEnv => ({ ...env, statement: statementMembers });

export const statementJson = (s: Statement, env: PrintEnv): Json =>
  statementMembers(s, jsonEnv(env));
