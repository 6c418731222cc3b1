/** Tables and what is in them as JSON (libnftables-json(5)). */
import { type Json, type JsonObject, object } from '../../base/json.ts';
import { itemKey } from '../../kernel/model.ts';
import type {
  ChainRecord,
  ElementRecord,
  Family,
  FlowtableRecord,
  ObjectRecord,
  ObjectType,
  RuleRecord,
  SetRecord,
  TableRecord,
} from '../../kernel/nftables/model.ts';
import type { LimitNode } from '../ast.ts';
import { typeOfNumber } from '../datatypes/table.ts';
import type { DataType } from '../datatypes/types.ts';
import { parse } from '../grammar/parse.ts';
import { liftRule, liftStateful } from '../lift/rule.ts';
import { liftSetWithElements } from '../lift/sets.ts';
import type { PrintEnv } from '../print/expressions.ts';
import { type Listing, tableParts } from '../print/ruleset.ts';
import { expressionJson, itemJson, oneOrMore } from './expressions.ts';
import { jsonEnv, limitObjectMembers, statementJson } from './statements.ts';
import { integerJson } from './values.ts';

const one = (key: string, value: Json): JsonObject => object({ [key]: value });
const seconds = (milliseconds: number | undefined): bigint | undefined =>
  milliseconds === undefined ? undefined : BigInt(Math.floor(milliseconds / 1000));

/** What every answer begins with. */
export const METAINFO: Json = one(
  'metainfo',
  object({
    version: '1.1.3',
    release_name: 'Commodore Bullmoose #4',
    json_schema_version: 1n,
  }),
);

export const tableJson = (t: Readonly<TableRecord>): Json =>
  one(
    'table',
    object({
      family: t.family,
      name: t.name,
      handle: BigInt(t.handle),
      flags: oneOrMore(t.flags),
      comment: t.comment,
    }),
  );

export function chainJson(chain: Readonly<ChainRecord>): Json {
  const { base } = chain;
  return one(
    'chain',
    object({
      family: chain.family,
      table: chain.table,
      name: chain.name,
      handle: BigInt(chain.handle),
      comment: chain.comment,
      ...(base && {
        dev: oneOrMore(base.devices),
        type: base.type,
        hook: base.hook,
        prio: BigInt(base.priority),
        policy: chain.policy ?? 'accept',
      }),
    }),
  );
}

export function ruleJson(
  l: Listing,
  family: Family,
  table: string,
  chain: string,
  rule: Readonly<RuleRecord>,
): Json {
  const statements = liftRule(
    { ruleset: l.ruleset, family, table, now: l.now, translate: l.translate },
    rule.exprs,
  );
  return one(
    'rule',
    object({
      family,
      table,
      chain,
      handle: BigInt(rule.handle),
      comment: rule.comment,
      expr: statements.map((s) => statementJson(s, l)),
    }),
  );
}

export const rulesJson = (
  l: Listing,
  { family, table, name }: Readonly<ChainRecord>,
  wanted: (rule: Readonly<RuleRecord>) => boolean = () => true,
): readonly Json[] =>
  [...l.ruleset.rules(itemKey(family, table, name)).values()]
    .filter(wanted)
    .map((rule) => ruleJson(l, family, table, name, rule));

const typeJson = (type: DataType): Json =>
  type.parts && type.parts.length > 1 ? type.parts.map((part) => part.name) : type.name;

/** The key as `typeof` has it: its words are kept, they are read again. */
function typeofJson(words: string, env: PrintEnv): Json {
  const { commands } = parse(
    { kind: 'internal', text: `add set t s { typeof ${words}; }\n`, depth: 0 },
    { scope: { symbols: new Map() }, include: () => '' },
  );
  const key = commands[0]?.set?.key;
  if (!key) throw new Error(`a set with a key of type ${words}`);
  return one('typeof', expressionJson(key, jsonEnv(env)));
}

const SHOWN_FLAGS = ['constant', 'interval', 'timeout', 'dynamic'] as const;

function setFlags(set: Readonly<SetRecord>): readonly string[] | undefined {
  const flags = SHOWN_FLAGS.filter((flag) => set.flags.includes(flag));
  return flags.length > 0 ? flags : undefined;
}

/** A set or map; `only` lists just those elements. */
export function setJson(
  l: Listing,
  set: Readonly<SetRecord>,
  only?: readonly Readonly<ElementRecord>[],
): Json {
  const isMap = set.flags.includes('map') || set.flags.includes('object');
  const { keyTypeof } = set.userdata;
  const bare: PrintEnv = { ...l, options: { ...l.options, stateless: true } };
  const statements = liftStateful(set.exprs).map((s) => statementJson(s, bare));
  const elements = l.options.terse
    ? undefined
    : liftSetWithElements(l.ruleset, set, {
        now: l.now,
        statements: (e) => liftStateful(e),
        ...(only && { only }),
      }).init;
  return one(
    isMap ? 'map' : 'set',
    object({
      family: set.family,
      name: set.name,
      table: set.table,
      type:
        typeof keyTypeof === 'string'
          ? typeofJson(keyTypeof, l)
          : typeJson(typeOfNumber(set.keyType)),
      handle: BigInt(set.handle),
      comment: set.comment,
      map: set.dataType === undefined ? set.objectType : typeJson(typeOfNumber(set.dataType)),
      policy: set.policy === 'memory' ? 'memory' : undefined,
      size: set.size !== undefined && set.size > 0 ? BigInt(set.size) : undefined,
      flags: setFlags(set),
      timeout: seconds(set.timeout),
      'gc-interval': seconds(set.gcInterval),
      'auto-merge': set.userdata.autoMerge === true ? true : undefined,
      elem: elements?.items.map((item) => itemJson(item, jsonEnv(l))),
      stmt: statements.length > 0 ? statements : undefined,
    }),
  );
}

type Config = NonNullable<ObjectRecord['config']>;
const text = (config: Config, key: string): Json => String(config[key]);
const integer = (config: Config, key: string): Json => BigInt(Number(config[key] ?? 0));

/** What is particular to each type of object. */
function objectMembers(o: Readonly<ObjectRecord>): JsonObject {
  const { expr, config = {} } = o;
  switch (o.type) {
    case 'counter':
      return expr?.op === 'counter'
        ? object({ packets: integerJson(expr.packets), bytes: integerJson(expr.bytes) })
        : object({});
    case 'quota':
      return expr?.op === 'quota'
        ? object({
            bytes: integerJson(expr.bytes),
            used: integerJson(expr.consumed),
            inv: expr.over,
          })
        : object({});
    case 'limit':
      return expr?.op === 'limit'
        ? limitObjectMembers({ kind: 'limit', ...expr } as unknown as LimitNode) // the same fields under the same names
        : object({});
    case 'synproxy':
      return expr?.op === 'synproxy'
        ? object({
            mss: BigInt(expr.mss),
            wscale: BigInt(expr.wscale),
            flags: oneOrMore([
              ...(expr.flags & 8 ? ['timestamp'] : []),
              ...(expr.flags & 4 ? ['sack-perm'] : []),
            ]),
          })
        : object({});
    case 'ct helper':
      return object({
        type: text(config, 'helper'),
        protocol: text(config, 'protocol'),
        l3proto: text(config, 'l3proto'),
      });
    case 'ct timeout': {
      const policy = new Map<string, Json>();
      for (const entry of Array.isArray(config.policy) ? config.policy : [])
        if (Array.isArray(entry)) policy.set(String(entry[0]), BigInt(Number(entry[1])));
      return object({
        protocol: text(config, 'protocol'),
        l3proto: text(config, 'l3proto'),
        policy,
      });
    }
    case 'ct expectation':
      return object({
        protocol: text(config, 'protocol'),
        dport: integer(config, 'dport'),
        timeout: integer(config, 'timeout'),
        size: integer(config, 'size'),
        l3proto: text(config, 'l3proto'),
      });
    default:
      return object({});
  }
}

export const objectJson = (o: Readonly<ObjectRecord>): Json =>
  one(
    o.type,
    new Map([
      ...object({
        family: o.family,
        name: o.name,
        table: o.table,
        handle: BigInt(o.handle),
        comment: o.comment,
      }),
      ...objectMembers(o),
    ]),
  );

export const flowtableJson = (f: Readonly<FlowtableRecord>): Json =>
  one(
    'flowtable',
    object({
      family: f.family,
      name: f.name,
      table: f.table,
      handle: BigInt(f.handle),
      hook: 'ingress',
      prio: BigInt(f.priority),
      dev: oneOrMore(f.devices),
    }),
  );

export const namedSets = (l: Listing, table: Readonly<TableRecord>): Readonly<SetRecord>[] =>
  tableParts(l.ruleset.sets.values(), table).filter((s) => !s.flags.includes('anonymous'));

export const namedChains = (l: Listing, table: Readonly<TableRecord>): Readonly<ChainRecord>[] =>
  tableParts(l.ruleset.chains.values(), table).filter((c) => !c.anonymous);

export const objectsOf = (
  l: Listing,
  table: Readonly<TableRecord>,
  type: ObjectType,
): Readonly<ObjectRecord>[] =>
  tableParts(l.ruleset.objects.values(), table).filter((o) => o.type === type);

/** A whole table: chains first, as rules and maps may name them. `rules` says which rules of a chain, undefined leaves it out. */
export function fullTableJson(
  l: Listing,
  table: Readonly<TableRecord>,
  shown: (chain: Readonly<ChainRecord>) => boolean = () => true,
  rules?: (rule: Readonly<RuleRecord>) => boolean,
): readonly Json[] {
  const chains = namedChains(l, table).filter(shown);
  return [
    tableJson(table),
    ...chains.map(chainJson),
    ...tableParts(l.ruleset.objects.values(), table).map(objectJson),
    ...namedSets(l, table).map((set) => setJson(l, set)),
    ...tableParts(l.ruleset.flowtables.values(), table).map(flowtableJson),
    ...chains.flatMap((chain) => rulesJson(l, chain, rules)),
  ];
}
