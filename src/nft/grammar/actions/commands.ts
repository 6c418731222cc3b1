/** Actions of the command and block grammar. */

import type { Family, HookName, ObjectType, SetRecord } from '../../../kernel/nftables/model.ts';
import type {
  ChainBlock,
  Command,
  Expression,
  FlowtableBlock,
  Identifier,
  ObjectBlock,
  Priority,
  RuleNode,
  SetBlock,
  Spec,
  Statement,
  TableBlock,
  Verb,
} from '../../ast.ts';
import * as t from '../../datatypes/table.ts';
import { typeByName } from '../../datatypes/table.ts';
import type { Location } from '../../location.ts';
import { type Action, Finished, type Reduction } from '../parser.ts';
import type { Token } from '../scanner.ts';
import { timeMs, valueNode, word } from './expressions.ts';
import { closeScope, openScope, type ParseState } from './state.ts';
import { setLimit, unitFactor } from './statements.ts';

const HOOKS = new Map<string, HookName>(
  (['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress', 'egress'] as const).map(
    (h) => [h, h],
  ),
);
const OBJECT_TYPES = new Map<string, ObjectType>([
  ['COUNTER', 'counter'],
  ['QUOTA', 'quota'],
  ['LIMIT', 'limit'],
  ['SECMARK', 'secmark'],
  ['SYNPROXY', 'synproxy'],
  ['HELPER', 'ct helper'],
  ['TIMEOUT', 'ct timeout'],
  ['EXPECTATION', 'ct expectation'],
]);

const identifier = (token: Token): Identifier => ({ name: token.text, loc: token.loc });
const family = (token: Token | undefined): Family => {
  switch (token?.token) {
    case 'IP6':
      return 'ip6';
    case 'INET':
      return 'inet';
    case 'ARP':
      return 'arp';
    case 'BRIDGE':
      return 'bridge';
    case 'NETDEV':
      return 'netdev';
    default:
      return 'ip';
  }
};

const once = (r: Reduction, set: unknown, at: Location): void => {
  if (set !== undefined)
    r.fail(at, 'You can only specify this once. This statement is duplicated.');
};

const openObject = (type?: ObjectType) => (): ObjectBlock => ({
  block: 'object',
  ...(type && { type }),
  counter: { packets: 0n, bytes: 0n },
  quota: { bytes: 0n, used: 0n, over: false },
  synproxy: { mss: 0, wscale: 0, timestamp: false, sackPerm: false },
  policy: [],
});

/** Commands that only name something: verb and object by action name. */
const PLAIN: readonly (readonly [string, Verb, string])[] = [
  ['addTable', 'add', 'table'],
  ['createTable', 'create', 'table'],
  ['addChain', 'add', 'chain'],
  ['createChain', 'create', 'chain'],
  ['addCounter', 'add', 'counter'],
  ['createCounter', 'create', 'counter'],
  ...(
    [
      'Table',
      'Chain',
      'Rule',
      'Set',
      'Flowtable',
      'Counter',
      'Quota',
      'Limit',
      'Secmark',
      'Synproxy',
    ] as const
  ).flatMap(
    (o) =>
      [
        [`delete${o}`, 'delete', o.toLowerCase()],
        [`destroy${o}`, 'destroy', o.toLowerCase()],
      ] as const,
  ),
  ...(
    [
      'Table',
      'Tables',
      'Chain',
      'Chains',
      'Sets',
      'Set',
      'Counters',
      'Counter',
      'Quotas',
      'Quota',
      'Limits',
      'Limit',
      'Secmarks',
      'Secmark',
      'Synproxys',
      'Synproxy',
      'Ruleset',
      'Meters',
      'Meter',
      'Flowtables',
      'Flowtable',
      'Maps',
      'Map',
      'Hooks',
    ] as const
  ).map((o) => [`list${o}`, 'list', o.toLowerCase()] as const),
  ['resetCounters', 'reset', 'counters'],
  ['resetCounter', 'reset', 'counter'],
  ['resetQuotas', 'reset', 'quotas'],
  ['resetQuota', 'reset', 'quota'],
  ['resetRules', 'reset', 'rules'],
  ['resetTableRules', 'reset', 'table'],
  ['resetChainRules', 'reset', 'chain'],
  ['resetRule', 'reset', 'rule'],
  ['resetSet', 'reset', 'set'],
  ['resetMap', 'reset', 'map'],
  ['flushTable', 'flush', 'table'],
  ['flushChain', 'flush', 'chain'],
  ['flushSet', 'flush', 'set'],
  ['flushMap', 'flush', 'map'],
  ['flushMeter', 'flush', 'meter'],
  ['flushRuleset', 'flush', 'ruleset'],
];

const objectCommand =
  (verb: Verb, type?: ObjectType): Action =>
  (r, spec: Spec, item: ObjectBlock): Command => {
    if (type) item.type = type;
    return { verb, object: item.type ?? 'counter', spec, item, loc: r.loc };
  };

function commandActions(): { [name: string]: Action } {
  const out: { [name: string]: Action } = {};
  for (const [name, verb, object] of PLAIN)
    out[name] = (r, spec: Spec): Command => ({ verb, object, spec, loc: r.loc });
  for (const verb of ['add', 'create'] as const) {
    out[`${verb}Object`] = objectCommand(verb);
    out[`${verb}CtHelper`] = objectCommand(verb, 'ct helper');
    out[`${verb}CtTimeout`] = objectCommand(verb, 'ct timeout');
    out[`${verb}CtExpect`] = objectCommand(verb, 'ct expectation');
    out[`${verb}Set`] = (r, spec: Spec, set: SetBlock): Command => {
      set.loc = r.at(5);
      return { verb, object: 'set', spec, set, loc: r.loc };
    };
    out[`${verb}Flowtable`] = (r, spec: Spec, flowtable: FlowtableBlock): Command => ({
      verb,
      object: 'flowtable',
      spec,
      flowtable,
      loc: r.loc,
    });
  }
  for (const verb of ['add', 'insert', 'replace'] as const)
    out[`${verb}Rule`] = (r, spec: Spec, rule: RuleNode): Command => ({
      verb,
      object: 'rule',
      spec,
      rule,
      loc: r.loc,
    });
  for (const verb of ['add', 'create', 'delete', 'destroy', 'get', 'reset'] as const)
    out[`${verb}Elements`] = (r, spec: Spec, elements: Expression): Command => ({
      verb,
      object: 'elements',
      spec,
      elements,
      loc: r.loc,
    });
  for (const verb of ['delete', 'destroy', 'list'] as const)
    out[`${verb}CtObject`] = (r, type: Token, spec: Spec): Command => ({
      verb,
      object: OBJECT_TYPES.get(type.token) ?? 'ct helper',
      spec,
      loc: r.loc,
    });
  out.listCtObjects = (r, type: Token, spec: Spec): Command => ({
    verb: 'list',
    object: `${type.token === 'HELPERS' ? 'ct helper' : type.token === 'TIMEOUT' ? 'ct timeout' : 'ct expectation'}s`,
    spec,
    loc: r.loc,
  });
  out.deleteFlowtableBlock = (r, spec: Spec, flowtable: FlowtableBlock): Command => ({
    verb: 'delete',
    object: 'flowtable',
    spec,
    flowtable,
    loc: r.loc,
  });
  out.renameChain = (r, spec: Spec, name: Token): Command => ({
    verb: 'rename',
    object: 'chain',
    spec,
    name: identifier(name),
    loc: r.loc,
  });
  out.importRuleset = (r): Command => ({
    verb: 'import',
    object: 'ruleset',
    spec: { family: undefined },
    loc: r.loc,
  });
  out.exportRuleset = (r): Command => ({
    verb: 'export',
    object: 'ruleset',
    spec: { family: undefined },
    loc: r.loc,
  });
  out.monitor = (r, event: Token | undefined, object: Token | undefined): Command => ({
    verb: 'monitor',
    object: object ? word(object) : 'any',
    spec: { family: undefined },
    ...(event && { name: identifier(event) }),
    loc: r.loc,
  });
  out.describe = (r, expr: Expression): Command => ({
    verb: 'describe',
    object: 'expr',
    spec: { family: undefined },
    expr,
    loc: r.loc,
  });
  return out;
}

function specActions(): { [name: string]: Action } {
  const item = (r: Reduction, spec: Spec, token: Token): Spec => ({
    ...spec,
    item: { name: token.text, loc: r.at(2) },
  });
  const id = (token: Token): { id: bigint; loc: Location } => ({ id: token.value, loc: token.loc });
  return {
    familyIp: () => undefined,
    familyAny: (): Spec => ({ family: undefined }),
    familyOnly: (_r, token: Token): Spec => ({ family: family(token) }),
    tableSpec: (r, fam: Token | undefined, name: Token): Spec => ({
      family: family(fam),
      table: { name: name.text, loc: r.at(2) },
    }),
    tableIdSpec: (_r, fam: Token | undefined, n: Token): Spec => ({
      family: family(fam),
      handle: id(n),
    }),
    itemSpec: (r, spec: Spec, token: Token) => item(r, spec, token),
    itemIdSpec: (_r, spec: Spec, n: Token): Spec => ({ ...spec, handle: id(n) }),
    positionSpec: (r, n: Token) => ({ id: n.value, loc: r.loc }),
    indexSpec: (r, n: Token) => ({ id: n.value, loc: r.loc }),
    rulePosition: (_r, spec: Spec, position: NonNullable<Spec['position']>): Spec => ({
      ...spec,
      position,
    }),
    ruleHandlePosition: (_r, spec: Spec, n: Token): Spec => ({ ...spec, position: id(n) }),
    ruleIndex: (_r, spec: Spec, index: NonNullable<Spec['index']>): Spec => ({ ...spec, index }),
    ruleId: (_r, spec: Spec, n: Token): Spec => ({ ...spec, handle: id(n) }),
    comment: (r, text: Token) =>
      text.text.length > 128
        ? r.fail(r.at(2), 'comment too long, 128 characters maximum allowed')
        : text.text,
    rule: (r, statements: Statement[]): RuleNode => ({ statements, loc: r.loc }),
    ruleComment: (_r, rule: RuleNode, comment: string): RuleNode =>
      Object.assign(rule, { comment }),
    timeSpec: (r, token: Token) => timeMs(r, token, r.at(1)),
    seconds: (_r, ms: number) => BigInt(Math.floor(ms / 1000)),
    number: (_r, token: Token) => token.value,
    negative: (_r, token: Token) => -token.value,
    blockComment: (r, block: { comment?: string } | undefined, comment: string) => {
      if (!block) return undefined;
      once(r, block.comment, r.at(1));
      block.comment = comment;
      return block;
    },
  };
}

function chainActions(state: ParseState): { [name: string]: Action } {
  const prio = (r: Reduction, name: Token, offset: bigint): Priority => ({
    loc: r.loc,
    name: name.token === 'OUT' ? 'out' : name.text,
    value: Number(offset),
  });
  const close =
    (verb: Verb): Action =>
    (r, spec: Spec, chain: ChainBlock): Command => {
      closeScope(state);
      chain.loc = r.at(5);
      return { verb, object: 'chain', spec, chain, loc: r.loc };
    };
  return {
    addChainBlock: close('add'),
    createChainBlock: close('create'),
    deleteChainBlock: close('delete'),
    openChain: (): ChainBlock => ({
      block: 'chain',
      offload: false,
      rules: [],
      scope: openScope(state),
    }),
    chainRule: (_r, chain: ChainBlock, rule: RuleNode) => {
      chain.rules.push(rule);
      return chain;
    },
    chainDevices: (_r, chain: ChainBlock, devices: Identifier[]) => {
      chain.devices = [...(chain.devices ?? []), ...devices];
      return chain;
    },
    hookSpec: (
      r,
      chain: ChainBlock,
      type: Token,
      hook: Token,
      devices: Identifier[] | undefined,
      priority: Priority,
    ) => {
      if (!['filter', 'nat', 'route'].includes(type.text)) r.fail(r.at(3), 'unknown chain type');
      const name = HOOKS.get(hook.text);
      if (!name) return r.fail(r.at(5), 'unknown chain hook');
      chain.base = {
        type: type.text,
        typeLoc: r.at(3),
        hook: name,
        hookLoc: r.at(5),
        priority,
        loc: r.loc,
      };
      if (devices) chain.devices = devices;
      return undefined;
    },
    prioSpec: (r, priority: Priority): Priority => ({ ...priority, loc: r.loc }),
    prioNumber: (r, n: bigint): Priority => ({ loc: r.loc, value: Number(BigInt.asIntN(32, n)) }),
    prioVariable: (r, expr: Expression): Priority => {
      if (expr.kind === 'value')
        return { loc: r.loc, value: Number(BigInt.asIntN(32, expr.value)) };
      if (expr.kind !== 'symbol') return { loc: r.loc, value: 0, bad: true };
      return /^-?[0-9]+$/.test(expr.name)
        ? { loc: r.loc, value: Number(expr.name) }
        : { loc: r.loc, name: expr.name, value: 0 };
    },
    prioName: (r, name: Token) => prio(r, name, 0n),
    prioPlus: (r, name: Token, n: Token) => prio(r, name, n.value),
    prioMinus: (r, name: Token, n: Token) => prio(r, name, -n.value),
    device: (r, name: Token): Identifier => {
      if (name.text.length === 0) r.fail(r.loc, 'empty interface name');
      if (name.text.length >= 16) r.fail(r.loc, 'interface name too long');
      return { name: name.text, loc: r.loc };
    },
    deviceList: (r, name: Token): Identifier[] => {
      if (name.text.length === 0) r.fail(r.loc, 'empty interface name');
      if (name.text.length >= 16) r.fail(r.loc, 'interface name too long');
      return [{ name: name.text, loc: r.loc }];
    },
    deviceVariable: (r, expr: Expression): Identifier[] => {
      const items = expr.kind === 'set' || expr.kind === 'list' ? expr.items : [expr];
      return items.flatMap((e) => {
        const inner = e.kind === 'element' ? e.key : e;
        return inner.kind === 'symbol' ? [{ name: inner.name, loc: r.loc }] : [];
      });
    },
    chainOffload: (_r, chain: ChainBlock) => {
      chain.offload = true;
    },
    chainPolicy: (r, chain: ChainBlock, policy: Token | { text: string }) => {
      if (chain.policy) r.fail(r.loc, 'you cannot set chain policy twice');
      chain.policy = { verdict: policy.text, loc: r.loc };
    },
    policyVariable: (_r, expr: Expression) => ({
      text: expr.kind === 'symbol' ? expr.name : expr.kind === 'verdict' ? expr.code : '',
    }),
  };
}

function tableActions(state: ParseState): { [name: string]: Action } {
  const object =
    (type: ObjectType): Action =>
    (_r, table: TableBlock, id: Token, block: ObjectBlock) => {
      block.type = type;
      table.objects.push({ id: identifier(id), block });
      return table;
    };
  const close =
    (verb: Verb): Action =>
    (r, spec: Spec, table: TableBlock): Command => {
      closeScope(state);
      return { verb, object: 'table', spec, table, loc: r.loc };
    };
  return {
    addTableBlock: close('add'),
    createTableBlock: close('create'),
    openTable: (): TableBlock => ({
      block: 'table',
      flags: new Set(),
      chains: [],
      sets: [],
      objects: [],
      flowtables: [],
      scope: openScope(state),
    }),
    tableFlags: (_r, table: TableBlock, flags: readonly ('dormant' | 'owner' | 'persist')[]) => {
      for (const flag of flags) table.flags.add(flag);
    },
    tableFlag: (r, token: Token) =>
      ['dormant', 'owner', 'persist'].includes(token.text)
        ? token.text
        : r.fail(r.at(1), `unknown table option ${token.text}`),
    tableChain: (r, table: TableBlock, id: Token, block: ChainBlock) => {
      closeScope(state);
      block.loc = r.at(3);
      table.chains.push({ id: identifier(id), block });
      return table;
    },
    tableSet: (r, table: TableBlock, id: Token, block: SetBlock) => {
      block.loc = r.at(3);
      table.sets.push({ id: identifier(id), block });
      return table;
    },
    tableFlowtable: (_r, table: TableBlock, id: Token, block: FlowtableBlock) => {
      table.flowtables.push({ id: identifier(id), block });
      return table;
    },
    tableCounter: object('counter'),
    tableQuota: object('quota'),
    tableCtHelper: object('ct helper'),
    tableCtTimeout: object('ct timeout'),
    tableCtExpect: object('ct expectation'),
    tableLimit: object('limit'),
    tableSecmark: object('secmark'),
    tableSynproxy: object('synproxy'),
  };
}

const SERIALIZED = new Set([
  'payload',
  'exthdr',
  'meta',
  'ct',
  'socket',
  'rt',
  'numgen',
  'hash',
  'fib',
  'osf',
  'xfrm',
]);

function setActions(): { [name: string]: Action } {
  const open = (map: boolean) => (): SetBlock => ({
    block: 'set',
    map,
    typeOf: false,
    dataInterval: false,
    flags: new Set(),
    autoMerge: false,
    statements: [],
  });
  const flagNames = (tokens: readonly Token[]): SetRecord['flags'] =>
    tokens.map((f) => word(f) as 'constant'); // the grammar takes these four words
  const typeofError = (r: Reduction, expr: Expression, what: string): Expression => {
    const name = expr.kind === 'symbol' ? expr.name : expr.kind;
    return SERIALIZED.has(expr.kind)
      ? expr
      : r.fail(r.at(1), `${what} '${name}' lacks typeof serialization`);
  };
  return {
    openSet: open(false),
    openMap: open(true),
    typeofKey: (r, expr: Expression) => typeofError(r, expr, 'primary expression type'),
    typeofData: (r, expr: Expression) => {
      if (expr.kind === 'symbol' && expr.name === 'verdict')
        return {
          kind: 'verdict',
          code: 'accept',
          loc: r.loc,
          type: t.verdictType,
          order: undefined,
          bits: 0,
        };
      return typeofError(r, expr, 'map data type');
    },
    typeofQueue: (r) => valueNode(r.loc, t.integerType, 16, 0n, 'host'),
    intervalData: (_r, expr: Expression) => Object.assign(expr, { interval: true }),
    typeofSpec: (_r, expr: Expression) => ({ expr, typeOf: true }),
    typeSpec: (_r, expr: Expression) => ({ expr, typeOf: false }),
    setKey: (r, set: SetBlock, { expr, typeOf }: { expr: Expression; typeOf: boolean }) => {
      once(r, set.key, r.at(2));
      set.key = expr;
      set.typeOf = typeOf;
      return set;
    },
    setFlags: (_r, set: SetBlock, flags: readonly Token[]) =>
      Object.assign(set, { flags: new Set(flagNames(flags)) }),
    mapFlags: (_r, set: SetBlock, flags: readonly Token[]) => {
      for (const flag of flagNames(flags)) set.flags.add(flag);
      return set;
    },
    setTimeout: (_r, set: SetBlock, timeout: number) => Object.assign(set, { timeout }),
    setGcInterval: (_r, set: SetBlock, gcInterval: number) => Object.assign(set, { gcInterval }),
    setStatements: (_r, set: SetBlock, statements: Statement[]) => {
      set.statements.push(...statements);
      return set;
    },
    setElements: (r, set: SetBlock, init: Expression) => {
      if (!set.map) once(r, set.init, r.at(2));
      return Object.assign(set, { init });
    },
    setAutoMerge: (_r, set: SetBlock) => Object.assign(set, { autoMerge: true }),
    setPolicy: (_r, set: SetBlock, token: Token) => {
      set.policy = token.token === 'MEMORY' ? 'memory' : 'performance';
    },
    setSize: (_r, set: SetBlock, n: Token) => {
      set.size = Number(n.value);
    },
    mapTypes: (
      r,
      set: SetBlock,
      key: Expression,
      interval: Token | undefined,
      data: Expression,
    ) => {
      once(r, set.key, r.at(2));
      return Object.assign(set, { key, data, dataInterval: interval !== undefined });
    },
    mapTypeof: (r, set: SetBlock, key: Expression, data: Expression & { interval?: boolean }) => {
      once(r, set.key, r.at(2));
      if (data.kind === 'ct' && data.key === 'helper')
        return Object.assign(set, { key, typeOf: true, objectType: 'ct helper' });
      return Object.assign(set, { key, data, typeOf: true, dataInterval: data.interval === true });
    },
    mapObject: (r, set: SetBlock, key: Expression, type: Token) => {
      once(r, set.key, r.at(2));
      return Object.assign(set, { key, objectType: OBJECT_TYPES.get(type.token) });
    },
    mapTypeofObject: (_r, set: SetBlock, key: Expression, type: Token | ObjectType) =>
      Object.assign(set, {
        key,
        typeOf: true,
        objectType: typeof type === 'string' ? type : OBJECT_TYPES.get(type.token),
      }),
    ctObjectType: (_r, type: Token) => OBJECT_TYPES.get(type.token),
    dataType: (r, token: Token): Expression => {
      const name = token.token === 'TIME' ? 'time' : word(token);
      const type = name === 'time' && token.token !== 'TIME' ? undefined : typeByName(name);
      if (!type) return r.fail(r.at(1), `unknown datatype ${name}`);
      return valueNode(r.at(1), type, type.bits, 0n);
    },
    openFlowtable: (): FlowtableBlock => ({
      block: 'flowtable',
      devices: [],
      counter: false,
      offload: false,
    }),
    flowtableHook: (r, block: FlowtableBlock, hook: Token, priority: Priority) => {
      if (!HOOKS.has(hook.text)) r.fail(r.at(3), 'unknown chain hook');
      return Object.assign(block, { hook: hook.text, priority });
    },
    flowtableDevices: (_r, block: FlowtableBlock, devices: Identifier[]) =>
      Object.assign(block, { devices }),
    flowtableCounter: (_r, block: FlowtableBlock) => Object.assign(block, { counter: true }),
    flowtableOffload: (_r, block: FlowtableBlock) => Object.assign(block, { offload: true }),
  };
}

function objectActions(): { [name: string]: Action } {
  return {
    openObject: openObject(),
    counterObject: openObject('counter'),
    quotaObject: openObject('quota'),
    limitObject: openObject('limit'),
    secmarkObject: openObject('secmark'),
    synproxyObject: openObject('synproxy'),
    counterConfig: (_r, o: ObjectBlock, packets: Token, bytes: Token) => {
      o.counter = { packets: packets.value, bytes: bytes.value };
      return o;
    },
    quotaConfig: (
      r,
      o: ObjectBlock,
      mode: Token | undefined,
      n: Token,
      unit: Token,
      used: bigint | undefined,
    ) => {
      o.quota = {
        bytes: n.value * unitFactor(r, unit.text),
        used: used ?? 0n,
        over: mode?.token === 'OVER',
      };
      return o;
    },
    secmarkConfig: (_r, o: ObjectBlock, text: Token) => {
      o.helper = text.text;
      return o;
    },
    ctHelperType: (r, o: ObjectBlock, name: Token, proto: Token) => {
      if (o.protocol)
        r.fail(
          r.at(2),
          `You can only specify this once. This statement is already set for ${o.helper}.`,
        );
      if (name.text.length === 0 || name.text.length >= 16)
        r.fail(r.at(2), `invalid name '${name.text}', max length is 16\n`);
      o.helper = name.text;
      o.protocol = proto.token === 'TCP' ? 'tcp' : 'udp';
      return o;
    },
    ctL3proto: (_r, o: ObjectBlock, token: Token) => {
      o.l3proto = family(token);
      return o;
    },
    ctProtocol: (_r, o: ObjectBlock, token: Token) => {
      o.protocol = token.token === 'TCP' ? 'tcp' : 'udp';
      return o;
    },
    timeoutState: (_r, state: Token, seconds: bigint) => ({
      state: state.text,
      seconds: Number(seconds),
      loc: state.loc,
    }),
    ctTimeoutPolicy: (_r, o: ObjectBlock, policy: ObjectBlock['policy']) => {
      o.policy.push(...policy);
      return o;
    },
    ctExpectDport: (_r, o: ObjectBlock, n: Token) =>
      Object.assign(o, { dport: Number(n.value & 0xffffn) }),
    ctExpectTimeout: (_r, o: ObjectBlock, timeout: number) => Object.assign(o, { timeout }),
    ctExpectSize: (_r, o: ObjectBlock, n: Token) =>
      Object.assign(o, { size: Number(n.value & 0xffn) }),
    limitConfigPackets: (
      r,
      o: ObjectBlock,
      mode: Token | undefined,
      rate: Parameters<typeof setLimit>[2],
      burst: bigint | undefined,
    ) => limitConfig(r, o, mode, rate, burst ?? 5n, 'packets'),
    limitConfigBytes: (
      r,
      o: ObjectBlock,
      mode: Token | undefined,
      rate: Parameters<typeof setLimit>[2],
      burst: bigint | undefined,
    ) => limitConfig(r, o, mode, rate, burst ?? 0n, 'bytes'),
    synproxyConfig: (
      _r,
      o: ObjectBlock,
      mss: Token,
      wscale: Token,
      ts: Token | undefined,
      sack: Token | undefined,
    ) => {
      o.synproxy = {
        mss: Number(mss.value & 0xffffn),
        wscale: Number(wscale.value & 0xffn),
        timestamp: ts !== undefined,
        sackPerm: sack !== undefined,
      };
      return o;
    },
  };
}

function limitConfig(
  r: Reduction,
  o: ObjectBlock,
  mode: Token | undefined,
  rate: Parameters<typeof setLimit>[2],
  burst: bigint,
  type: 'packets' | 'bytes',
): ObjectBlock {
  o.limit = { kind: 'limit', rate: 0n, unit: 'second', burst: 0, type, over: false, loc: r.loc };
  setLimit(o.limit, mode, rate, burst, type);
  return o;
}

function commonActions(state: ParseState): { [name: string]: Action } {
  return {
    none: () => undefined,
    pass: (_r, value: unknown) => value,
    inherit: (_r, value: unknown) => value,
    listOf: (_r, item: unknown) => [item],
    append: (_r, list: unknown[], item: unknown) => {
      list.push(item);
      return list;
    },
    prepend: (_r, item: unknown, list: readonly unknown[]) => [item, ...list],
    line: (r, command: Command | undefined) => {
      if (command) state.commands.push(Object.assign(command, { loc: r.at(2) }));
    },
    accept: (r, command: Command | undefined) => {
      if (command) state.commands.push(Object.assign(command, { loc: r.at(1) }));
      throw new Finished();
    },
    recovered: (r) => {
      state.errors += 1;
      if (state.errors === 10) throw new Finished();
      r.errorOk();
    },
    include: (r, name: Token) => {
      const from = r.scanner.source ?? r.loc.source;
      const found = state.include(name.text, r.loc, from);
      if (typeof found === 'string') r.fail(r.loc, found);
      else for (const source of [...found].reverse()) r.scanner.push(source);
    },
    define: (r, name: Token, value: Expression) => {
      if (state.scope.symbols.has(name.text))
        r.fail(r.at(2), `redefinition of symbol '${name.text}'`);
      state.scope.symbols.set(name.text, value);
    },
    redefine: (_r, name: Token, value: Expression) => {
      state.scope.symbols.set(name.text, value);
    },
    // A name that is not defined is no mistake to nft.
    undefine: (_r, name: Token) => {
      state.scope.symbols.delete(name.text);
    },
  };
}

/** All actions of commands and blocks, by name. */
export function blockActions(state: ParseState): readonly (readonly [string, Action])[] {
  return Object.entries({
    ...commonActions(state),
    ...commandActions(),
    ...specActions(),
    ...chainActions(state),
    ...tableActions(state),
    ...setActions(),
    ...objectActions(),
  });
}
