/** Actions of the statement grammar. */

import type { ObjectType } from '../../../kernel/nftables/model.ts';
import type {
  ChainBlock,
  ElementNode,
  Expression,
  ExthdrNode,
  LimitNode,
  LogNode,
  NatNode,
  QueueNode,
  RejectNode,
  Statement,
  SynproxyNode,
} from '../../ast.ts';
import * as t from '../../datatypes/table.ts';
import { tcpOptions } from '../../protocols/exthdrs.ts';
import type { Action, Reduction } from '../parser.ts';
import type { Token } from '../scanner.ts';
import { metaKeyName, word } from './expressions.ts';
import { closeScope, lookupVariable, type ParseState } from './state.ts';

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug', 'audit'];
const UNITS: readonly (readonly [string, bigint])[] = [
  ['bytes', 1n],
  ['kbytes', 1024n],
  ['mbytes', 1048576n],
];
const TIME_UNITS = ['second', 'minute', 'hour', 'day', 'week'] as const;

export function unitFactor(r: Reduction, text: string, at = r.loc): bigint {
  const unit = UNITS.find(([name]) => name === text);
  return unit ? unit[1] : r.fail(at, 'Wrong unit format, expecting bytes, kbytes or mbytes');
}

interface Rate {
  readonly rate: bigint;
  readonly unit: LimitNode['unit'];
}

const timeUnit = (token: Token): LimitNode['unit'] =>
  TIME_UNITS.find((u) => u === word(token)) ?? 'second';

export function setLimit(
  target: LimitNode,
  mode: Token | undefined,
  rate: Rate,
  burst: bigint,
  type: LimitNode['type'],
): void {
  target.over = mode?.token === 'OVER';
  target.rate = rate.rate;
  target.unit = rate.unit;
  target.burst = Number(burst);
  target.type = type;
}

function byteRateText(r: Reduction, n: Token, text: Token): Rate {
  const [unit = '', per, ...more] = text.text.split('/');
  const found = TIME_UNITS.find((u) => u === per);
  if (!found || more.length > 0)
    return r.fail(r.loc, 'Wrong rate format, expecting bytes, kbytes or mbytes');
  return { rate: n.value * unitFactor(r, unit), unit: found };
}

/** `$name` in a log prefix. */
function expandPrefix(state: ParseState, r: Reduction, text: string): string {
  return text.replace(/\$([A-Za-z0-9_]*)/g, (_all, name: string) => {
    const found = lookupVariable(state.scope, name);
    if (!found) return r.fail(r.at(2), `unknown identifier '${name}'`);
    return found.kind === 'symbol' ? found.name : '';
  });
}

const nat =
  (type: NatNode['type']): Action =>
  (r): NatNode => ({ kind: 'nat', type, flags: 0, loc: r.loc });
const objref =
  (type: ObjectType): Action =>
  (r, expr: Expression): Statement => ({ kind: 'objref', type, expr, loc: r.loc });

/** Statement actions by name. */
export function statementActions(state: ParseState): readonly (readonly [string, Action])[] {
  const reject =
    (type: RejectNode['type']): Action =>
    (_r, stmt: RejectNode, expr?: Expression) => {
      if (type) stmt.type = type;
      if (expr)
        expr.type =
          type === 'icmp' ? t.icmpCodeType : type === 'icmpv6' ? t.icmp6CodeType : t.icmpxCodeType;
      stmt.expr = expr;
      return stmt;
    };
  const actions: { readonly [name: string]: Action } = {
    objrefCounter: objref('counter'),
    objrefLimit: objref('limit'),
    objrefQuota: objref('quota'),
    objrefSynproxy: objref('synproxy'),
    objrefCtTimeout: objref('ct timeout'),
    objrefCtExpect: objref('ct expectation'),
    xt: (r) =>
      r.fail(r.loc, 'unsupported xtables compat expression, use iptables-nft with this ruleset'),
    chainStatement: (r, jump: Token, chain: ChainBlock): Statement => {
      closeScope(state);
      chain.loc = r.at(4);
      return { kind: 'chain', jump: jump.token === 'JUMP' ? 'jump' : 'goto', chain, loc: r.loc };
    },
    verdictStatement: (r, expr: Expression): Statement => ({ kind: 'verdict', expr, loc: r.loc }),
    match: (r, expr: Expression): Statement => ({ kind: 'match', expr, loc: r.loc }),
    openConnlimit: (r): Statement => ({ kind: 'connlimit', count: 0, over: false, loc: r.loc }),
    connlimit: (_r, stmt: { count: number }, n: Token) => {
      stmt.count = Number(n.value);
    },
    connlimitOver: (_r, stmt: { count: number; over: boolean }, n: Token) => {
      stmt.count = Number(n.value);
      stmt.over = true;
    },
    openCounter: (r): Statement => ({ kind: 'counter', packets: 0n, bytes: 0n, loc: r.loc }),
    counterPackets: (_r, stmt: { packets: bigint }, n: Token) => {
      stmt.packets = n.value;
    },
    counterBytes: (_r, stmt: { bytes: bigint }, n: Token) => {
      stmt.bytes = n.value;
    },
    openLast: (r): Statement => ({ kind: 'last', loc: r.loc }),
    lastUsed: (_r, stmt: { used?: bigint }, ms: number) => {
      stmt.used = BigInt(ms);
    },
    openLog: (r): LogNode => ({ kind: 'log', flags: 0, loc: r.loc }),
    logPrefix: (r, stmt: LogNode, text: Token) => {
      stmt.prefix = expandPrefix(state, r, text.text);
    },
    logGroup: (_r, stmt: LogNode, n: Token) => {
      stmt.group = Number(n.value);
    },
    logSnaplen: (_r, stmt: LogNode, n: Token) => {
      stmt.snaplen = Number(n.value);
    },
    logThreshold: (_r, stmt: LogNode, n: Token) => {
      stmt.threshold = Number(n.value);
    },
    logLevel: (_r, stmt: LogNode, level: number) => {
      stmt.level = level;
    },
    logFlags: (_r, stmt: LogNode, flags: number) => {
      stmt.flags |= flags;
    },
    logLevelName: (r, token: Token) => {
      const level = LEVELS.indexOf(token.text);
      return level < 0 ? r.fail(r.at(1), 'invalid log level') : level;
    },
    logFlagSequence: () => 1,
    logFlagOptions: () => 2,
    logFlagIpOptions: () => 4,
    logFlagSkuid: () => 8,
    logFlagEther: () => 32,
    logFlagAll: () => 47,
    orNumbers: (_r, a: number, b: number) => a | b,
    openLimit: (r): LimitNode => ({
      kind: 'limit',
      rate: 0n,
      unit: 'second',
      burst: 5,
      type: 'packets',
      over: false,
      loc: r.loc,
    }),
    limitPackets: (
      r,
      stmt: LimitNode,
      mode: Token | undefined,
      rate: Rate,
      burst: bigint | undefined,
    ) => {
      if (burst === 0n) r.fail(r.at(3), 'packet limit burst must be > 0');
      setLimit(stmt, mode, rate, burst ?? 5n, 'packets');
    },
    limitBytes: (
      _r,
      stmt: LimitNode,
      mode: Token | undefined,
      rate: Rate,
      burst: bigint | undefined,
    ) => setLimit(stmt, mode, rate, burst ?? 0n, 'bytes'),
    packetRate: (_r, n: Token, unit: Token): Rate => ({ rate: n.value, unit: timeUnit(unit) }),
    byteRate: (_r, n: bigint, unit: Token): Rate => ({ rate: n, unit: timeUnit(unit) }),
    byteRateText: (r, n: Token, text: Token) => byteRateText(r, n, text),
    limitBytesUnit: (r, n: Token, unit: Token) => n.value * unitFactor(r, unit.text),
    quotaUsed: (r, n: Token, unit: Token) => n.value * unitFactor(r, unit.text),
    openQuota: (r): Statement => ({ kind: 'quota', bytes: 0n, used: 0n, over: false, loc: r.loc }),
    quotaArgs: (
      r,
      stmt: { bytes: bigint; used: bigint; over: boolean },
      mode: Token | undefined,
      n: Token,
      unit: Token,
      used: bigint | undefined,
    ) => {
      stmt.bytes = n.value * unitFactor(r, unit.text);
      stmt.used = used ?? 0n;
      stmt.over = mode?.token === 'OVER';
    },
    openReject: (r): RejectNode => ({ kind: 'reject', loc: r.loc }),
    rejectDefault: reject(undefined),
    rejectIcmp: reject('icmp'),
    rejectIcmpv6: reject('icmpv6'),
    rejectIcmpx: reject('icmpx'),
    rejectTcp: reject('tcp-reset'),
    openSnat: nat('snat'),
    openDnat: nat('dnat'),
    openMasq: nat('masquerade'),
    openRedirect: nat('redirect'),
    natAddr: (_r, stmt: NatNode, addr: Expression) => Object.assign(stmt, { addr }),
    natFamilyAddr: (_r, stmt: NatNode, family: Token, addr: Expression) =>
      Object.assign(stmt, { family: word(family), addr }),
    natBoth: (_r, stmt: NatNode, addr: Expression, port: Expression) =>
      Object.assign(stmt, { addr, port }),
    natFamilyBoth: (_r, stmt: NatNode, family: Token, addr: Expression, port: Expression) =>
      Object.assign(stmt, { family: word(family), addr, port }),
    natPort: (_r, stmt: NatNode, port: Expression) => Object.assign(stmt, { port }),
    natPortFlags: (_r, stmt: NatNode, port: Expression, flags: number) =>
      Object.assign(stmt, { port, flags }),
    natFlags: (_r, stmt: NatNode, flags: number) =>
      Object.assign(stmt, { flags: (stmt.flags & 64) | flags }),
    natConcat: (_r, stmt: NatNode, family: Token, addr: Expression) =>
      Object.assign(stmt, { family: word(family), addr, concat: true }),
    natFamilyPrefix: (_r, stmt: NatNode, family: Token, addr: Expression) =>
      Object.assign(stmt, { family: word(family), addr, prefix: true, flags: stmt.flags | 64 }),
    natPrefix: (_r, stmt: NatNode, addr: Expression) =>
      Object.assign(stmt, { addr, prefix: true, flags: stmt.flags | 64 }),
    natRandom: () => 4,
    natPersistent: () => 8,
    natFullyRandom: () => 16,
    tproxyAddr: (r, addr: Expression): Statement => ({ kind: 'tproxy', addr, loc: r.loc }),
    tproxyFamilyAddr: (r, family: Token, addr: Expression): Statement => ({
      kind: 'tproxy',
      family: ipWord(family),
      addr,
      loc: r.loc,
    }),
    tproxyPort: (r, port: Expression): Statement => ({ kind: 'tproxy', port, loc: r.loc }),
    tproxyBoth: (r, addr: Expression, port: Expression): Statement => ({
      kind: 'tproxy',
      addr,
      port,
      loc: r.loc,
    }),
    tproxyFamilyBoth: (r, family: Token, addr: Expression, port: Expression): Statement => ({
      kind: 'tproxy',
      family: ipWord(family),
      addr,
      port,
      loc: r.loc,
    }),
    tproxyFamilyPort: (r, family: Token, port: Expression): Statement => ({
      kind: 'tproxy',
      family: ipWord(family),
      port,
      loc: r.loc,
    }),
    openSynproxy: (r): SynproxyNode => ({
      kind: 'synproxy',
      timestamp: false,
      sackPerm: false,
      loc: r.loc,
    }),
    synproxyMss: (_r, stmt: SynproxyNode, n: Token) => {
      stmt.mss = Number(n.value & 0xffffn);
    },
    synproxyWscale: (_r, stmt: SynproxyNode, n: Token) => {
      stmt.wscale = Number(n.value & 0xffn);
    },
    synproxyTimestamp: (_r, stmt: SynproxyNode) => {
      stmt.timestamp = true;
    },
    synproxySackPerm: (_r, stmt: SynproxyNode) => {
      stmt.sackPerm = true;
    },
    dup: (r, to: Expression): Statement => ({ kind: 'dup', to, loc: r.loc }),
    dupDevice: (r, to: Expression, dev: Expression): Statement => ({
      kind: 'dup',
      to,
      dev,
      loc: r.loc,
    }),
    fwd: (r, dev: Expression): Statement => ({ kind: 'fwd', dev, loc: r.loc }),
    fwdFamily: (r, family: Token, addr: Expression, dev: Expression): Statement => ({
      kind: 'fwd',
      family: ipWord(family),
      addr,
      dev,
      loc: r.loc,
    }),
    openQueue: (r): QueueNode => ({ kind: 'queue', flags: new Set(), loc: r.loc }),
    queueTo: (r, queue: Expression): QueueNode => ({
      kind: 'queue',
      queue,
      flags: new Set(),
      loc: r.loc,
    }),
    queueFlagsTo: (r, flags: readonly Token[], queue: Expression): QueueNode => ({
      kind: 'queue',
      queue,
      flags: queueFlagSet(flags),
      loc: r.loc,
    }),
    queueNum: (r, stmt: QueueNode, queue: Expression) => {
      queue.loc = r.loc;
      stmt.queue = queue;
    },
    queueFlags: (_r, stmt: QueueNode, flags: readonly Token[]) => {
      for (const flag of queueFlagSet(flags)) stmt.flags.add(flag);
    },
    setStatement: (r, op: Token, key: ElementNode, set: Expression): Statement => ({
      kind: 'set',
      op: setOp(op),
      key,
      set,
      statements: [],
      loc: r.loc,
    }),
    setStatementWith: (
      r,
      op: Token,
      key: ElementNode,
      set: Expression,
      statements: Statement[],
    ): Statement => ({ kind: 'set', op: setOp(op), key, set, statements, loc: r.loc }),
    mapStatement: (
      r,
      op: Token,
      set: Expression,
      key: ElementNode,
      data: ElementNode,
    ): Statement => ({ kind: 'set', op: setOp(op), key, data, set, statements: [], loc: r.loc }),
    mapStatementWith: (
      r,
      op: Token,
      set: Expression,
      key: ElementNode,
      statements: Statement[],
      data: ElementNode,
    ): Statement => ({ kind: 'set', op: setOp(op), key, data, set, statements, loc: r.loc }),
    meter: (r, name: Token, key: ElementNode, statement: Statement): Statement => ({
      kind: 'meter',
      name: name.text,
      size: 0,
      key,
      statement,
      loc: r.loc,
    }),
    meterSize: (
      r,
      name: Token,
      size: Token,
      key: ElementNode,
      statement: Statement,
    ): Statement => ({
      kind: 'meter',
      name: name.text,
      size: Number(size.value),
      key,
      statement,
      loc: r.loc,
    }),
    metaSet: (r, key: Token, expr: Expression): Statement =>
      key.token === 'SECMARK' && expr.kind !== 'ct'
        ? { kind: 'objref', type: 'secmark', expr, loc: r.loc }
        : { kind: 'meta set', key: word(key), expr, loc: r.loc },
    metaSetNamed: (r, key: Token, expr: Expression): Statement => ({
      kind: 'meta set',
      key: metaKeyName(r, r.loc, key.text),
      expr,
      loc: r.loc,
    }),
    notrack: (r): Statement => ({ kind: 'notrack', loc: r.loc }),
    flowOffload: (r, name: Token): Statement => ({ kind: 'flow', name: name.text, loc: r.loc }),
    ctSet: (r, key: Token, expr: Expression): Statement =>
      key.token === 'HELPER'
        ? { kind: 'objref', type: 'ct helper', expr, loc: r.loc }
        : { kind: 'ct set', key: word(key), expr, loc: r.loc },
    ctSetDir: (r, dir: Token, key: Token, expr: Expression): Statement => ({
      kind: 'ct set',
      key: word(key),
      dir: dir.token === 'ORIGINAL' ? 'original' : 'reply',
      expr,
      loc: r.loc,
    }),
    payloadSet: (r, target: Expression, expr: Expression): Statement => ({
      kind: 'payload set',
      target,
      expr,
      loc: r.loc,
    }),
    optstrip: (r, type: Token): Statement => {
      const number =
        type.token === 'NUM'
          ? Number(type.value)
          : (tcpOptions.find((o) => o.name === word(type))?.number ?? 0);
      const target: ExthdrNode = {
        kind: 'exthdr',
        family: 'tcpopt',
        header: type.token === 'NUM' ? `${number}` : word(type),
        field: 'kind',
        number,
        offset: 0,
        present: false,
        loc: r.loc,
        type: t.integerType,
        order: 'big',
        bits: 8,
      };
      return { kind: 'exthdr reset', target, loc: r.loc };
    },
  };
  return Object.entries(actions);
}

const ipWord = (token: Token): 'ip' | 'ip6' => (token.token === 'IP' ? 'ip' : 'ip6');
const setOp = (token: Token): 'add' | 'update' | 'delete' =>
  token.token === 'ADD' ? 'add' : token.token === 'UPDATE' ? 'update' : 'delete';
const queueFlagSet = (flags: readonly Token[]): Set<'bypass' | 'fanout'> =>
  new Set(flags.map((f) => (f.token === 'BYPASS' ? 'bypass' : 'fanout')));
