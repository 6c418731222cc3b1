/** Actions of the expression grammar. */
import type {
  BinaryOp,
  CtNode,
  ElementNode,
  Expression,
  ExthdrNode,
  ListNode,
  MappingNode,
  PayloadNode,
  RelationalOp,
  SetNode,
  Statement,
  SymbolNode,
  ValueNode,
  VerdictNode,
} from '../../ast.ts';
import * as t from '../../datatypes/table.ts';
import { parseTime } from '../../datatypes/time.ts';
import type { DataType } from '../../datatypes/types.ts';
import type { Location } from '../../location.ts';
import {
  type Exthdr,
  ipOptions,
  ipv6Headers,
  sctpChunks,
  tcpOptions,
} from '../../protocols/exthdrs.ts';
import { ctKeys, metaKeys, rtKeys, socketKeys } from '../../protocols/keys.ts';
import { fieldOf, protocol } from '../../protocols/table.ts';
import { closestName } from '../../suggest.ts';
import type { Action, Reduction } from '../parser.ts';
import type { Token } from '../scanner.ts';
import { cloneExpression, lookupVariable, type ParseState } from './state.ts';

const untyped = (loc: Location) =>
  ({ loc, type: t.invalidType, order: undefined, bits: 0 }) as const;

export const symbolNode = (loc: Location, name: string, set = false): SymbolNode => ({
  kind: 'symbol',
  name,
  set,
  ...untyped(loc),
});

export const valueNode = (
  loc: Location,
  type: DataType,
  bits: number,
  value: bigint,
  order = type.order,
): ValueNode => ({
  kind: 'value',
  loc,
  type,
  order,
  bits,
  value,
});

export const elementNode = (
  loc: Location,
  key: Expression,
  statements: Statement[] = [],
): ElementNode => ({
  kind: 'element',
  key,
  statements,
  ...untyped(loc),
});

const setNode = (loc: Location, items: Expression[]): SetNode => ({
  kind: 'set',
  items,
  ...untyped(loc),
});

function binary(op: BinaryOp): Action {
  return (r, left: Expression, right: Expression): Expression => ({
    kind: 'binary',
    op,
    left,
    right,
    ...untyped(r.loc),
  });
}

const protocolConstant =
  (number: number): Action =>
  (r): ValueNode =>
    valueNode(r.loc, t.protocolType, 8, BigInt(number), 'host');

/** The canonical word of a keyword token: aliases have the name of their terminal. */
export const word = (token: Token): string =>
  token.token === 'STRING'
    ? token.text
    : (WORDS.get(token.token) ?? token.token.toLowerCase().replaceAll('_', '-'));
const WORDS = new Map([
  ['MSS', 'maxseg'],
  ['SACK0', 'sack'],
  ['SEQ', 'sequence'],
  ['PARAM_PROBLEM', 'parameter-problem'],
  ['IBRIPORT', 'ibrname'],
  ['OBRIPORT', 'obrname'],
]);

function exthdrNode(
  loc: Location,
  family: ExthdrNode['family'],
  hdr: Exthdr,
  field: string,
  present: boolean,
): ExthdrNode | undefined {
  const template = hdr.fields.find((f) => f.name === field);
  if (!template) return undefined;
  return {
    kind: 'exthdr',
    family,
    header: hdr.name,
    field,
    number: hdr.number,
    offset: template.offset,
    present,
    loc,
    type: present ? t.booleanType : template.type,
    order: 'big',
    bits: present ? (family === 'ipv6' || family === 'ipv4' ? 8 : 8) : template.bits,
  };
}

function findHeader(list: readonly Exthdr[], name: string): Exthdr {
  const found = list.find((h) => h.name === name);
  if (!found) throw new Error(`unknown header ${name}`);
  return found;
}

export function metaNode(loc: Location, key: string): Expression {
  const entry = metaKeys[key];
  if (!entry) throw new Error(`unknown meta key ${key}`);
  return { kind: 'meta', key, loc, type: entry.type, order: entry.order, bits: entry.bits };
}

const META_ORDER =
  'length, protocol, priority, mark, iif, oif, iifname, oifname, iiftype, oiftype, skuid, skgid, nftrace, rtclassid, secmark, nfproto, l4proto, ibrname, obrname, pkttype, cpu, iifgroup, oifgroup, cgroup, random, ipsec, iifkind, oifkind, ibrpvid, ibrvproto, time, day, hour, sdif, sdifname, broute';

export function metaKeyName(r: Reduction, at: Location, name: string): string {
  if (Object.hasOwn(metaKeys, name)) return name;
  if (name === 'ibriport') return 'ibrname';
  if (name === 'obriport') return 'obrname';
  return r.fail(at, `syntax error, unexpected ${name}, known keys are ${META_ORDER}`);
}

function ctNode(loc: Location, key: string, dir?: CtNode['dir']): CtNode {
  const entry = ctKeys[key];
  if (!entry) throw new Error(`unknown ct key ${key}`);
  return {
    kind: 'ct',
    key,
    dir,
    l3: key.startsWith('ip6 ') ? 'ip6' : key.startsWith('ip ') ? 'ip' : undefined,
    loc,
    type: entry.type,
    order: entry.order,
    bits: entry.bits,
  };
}

export function payloadNode(loc: Location, protoName: string, fieldName: string): PayloadNode {
  const proto = protocol(protoName);
  const field = fieldOf(proto, fieldName);
  if (!field) throw new Error(`unknown field ${protoName} ${fieldName}`);
  return {
    kind: 'payload',
    proto,
    field,
    base: proto.base,
    offset: field.offset,
    loc,
    type: field.type,
    order: 'big',
    bits: field.bits,
  };
}

function fibNode(r: Reduction, flags: readonly Token[], result: Token): Expression {
  const names = new Set(flags.map(word));
  const at = r.at(2);
  const both = (a: string, b: string): boolean => names.has(a) && names.has(b);
  if (!names.has('saddr') && !names.has('daddr')) r.fail(at, 'fib: need either saddr or daddr');
  if (both('saddr', 'daddr')) r.fail(at, 'fib: saddr and daddr are mutually exclusive');
  if (both('iif', 'oif')) r.fail(at, 'fib: iif and oif are mutually exclusive');
  const kind = word(result);
  const type = kind === 'oif' ? t.ifindexType : kind === 'oifname' ? t.ifnameType : t.fibAddrType;
  return {
    kind: 'fib',
    flags: ['saddr', 'daddr', 'mark', 'iif', 'oif'].filter((f) => names.has(f)),
    result: kind === 'oif' || kind === 'oifname' ? kind : 'type',
    loc: r.loc,
    type,
    order: 'host',
    bits: type.bits,
  };
}

function innerNode(r: Reduction, header: Token, node: Expression): Expression {
  if (node.kind === 'payload') {
    node.inner = protocol(word(header));
    if (header.token !== 'GRE' && header.token !== 'GRETAP') node.loc = r.loc;
  }
  return node;
}

function concatNode(r: Reduction, left: Expression, right: Expression): Expression {
  if (left.kind === 'concat') {
    left.items.push(right);
    left.loc = r.loc;
    return left;
  }
  return { kind: 'concat', items: [left, right], ...untyped(r.loc) };
}

function variable(state: ParseState): Action {
  return (r, id: Token): Expression => {
    const found = lookupVariable(state.scope, id.text);
    if (found) return { ...cloneExpression(found), loc: r.loc };
    const names: string[] = [];
    for (let at: typeof state.scope | undefined = state.scope; at; at = at.parent)
      names.push(...at.symbols.keys());
    const like = closestName(id.text, names);
    return r.fail(
      r.at(2),
      like === undefined
        ? `unknown identifier '${id.text}'`
        : `unknown identifier '${id.text}'; did you mean identifier '${like}\u2019?`,
    );
  };
}

const relational = (
  r: Reduction,
  op: RelationalOp,
  left: Expression,
  right: Expression,
  loc = r.loc,
): Expression => ({
  kind: 'relational',
  op,
  left,
  right,
  ...untyped(loc),
});
const OPS = new Map<string, RelationalOp>([
  ['EQ', '=='],
  ['NEQ', '!='],
  ['LT', '<'],
  ['GT', '>'],
  ['GTE', '>='],
  ['LTE', '<='],
  ['NOT', '!'],
]);

/** `a / b` lists are masks: their items are or-ed. */
function orList(node: Expression): Expression {
  if (node.kind !== 'list') return node;
  return node.items.reduce(
    (left, right): Expression => ({ kind: 'binary', op: '|', left, right, ...untyped(node.loc) }),
  );
}

function flagcmp(
  r: Reduction,
  op: RelationalOp,
  left: Expression,
  value: Expression,
  mask: Expression,
): Expression {
  const masked: Expression = {
    kind: 'binary',
    op: '&',
    left,
    right: orList(mask),
    ...untyped(r.loc),
  };
  return relational(r, op, masked, orList(value));
}

export function timeMs(r: Reduction, token: Token, at: Location): number {
  const ms = parseTime(token.text);
  return ms === undefined ? r.fail(at, 'wrong time format') : ms;
}

/** Expression actions by name. */
export function expressionActions(state: ParseState): readonly (readonly [string, Action])[] {
  const actions: { readonly [name: string]: Action } = {
    variable: variable(state),
    symbol: (r, token: Token) =>
      symbolNode(
        r.loc,
        token.token === 'STRING' || token.token.endsWith('STRING') ? token.text : word(token),
      ),
    setRef: (r, token: Token) => symbolNode(r.loc, token.text, true),
    integer: (r, token: Token) => symbolNode(r.loc, token.value.toString()),
    fib: (r, flags: readonly Token[], result: Token) => fibNode(r, flags, result),
    osfVersion: (r, ttl: 'strict' | undefined) => ({
      kind: 'osf',
      ttl: ttl ?? 'strict',
      version: true,
      loc: r.loc,
      type: t.stringType,
      order: 'host',
      bits: 128,
    }),
    osfName: (r, ttl: 'strict' | undefined) => ({
      kind: 'osf',
      ttl: ttl ?? 'strict',
      version: false,
      loc: r.loc,
      type: t.stringType,
      order: 'host',
      bits: 128,
    }),
    osfTtl: (r, token: Token) =>
      token.text === 'loose' || token.text === 'skip'
        ? token.text
        : r.fail(r.at(2), 'invalid ttl option'),
    lshift: binary('<<'),
    rshift: binary('>>'),
    and: binary('&'),
    xor: binary('^'),
    or: binary('|'),
    concat: (r, left: Expression, right: Expression) => concatNode(r, left, right),
    prefix: (r, expr: Expression, n: Token) => ({
      kind: 'prefix',
      expr,
      length: Number(n.value),
      ...untyped(r.loc),
    }),
    range: (r, from: Expression, to: Expression) => ({
      kind: 'range',
      from,
      to,
      ...untyped(r.loc),
    }),
    map: (r, key: Expression, mappings: Expression) => ({
      kind: 'map',
      key,
      mappings,
      ...untyped(r.loc),
    }),
    relocate: (r, node: Expression) => Object.assign(node, { loc: r.loc }),
    setOf: (r, item: Expression) => setNode(r.loc, [item]),
    setAdd: (_r, set: SetNode, item: Expression) => {
      set.items.push(item);
      return set;
    },
    emptySet: (r) => setNode(r.loc, []),
    mapping: (r, left: Expression, right: Expression): MappingNode => ({
      kind: 'mapping',
      left,
      right,
      ...untyped(r.at(2)),
    }),
    element: (r, key: Expression) => elementNode(r.at(1), key),
    elementWith: (r, key: Expression, statements: Statement[]) =>
      elementNode(r.at(1), key, statements),
    elementStatements: (_r, element: ElementNode, statements: Statement[]) => {
      element.statements.push(...statements);
      return element;
    },
    elementTime: (r, token: Token) =>
      token.text === 'never' ? 'never' : timeMs(r, token, r.at(1)),
    elementTimeout: (_r, element: ElementNode, ms: number) => {
      element.timeout = ms;
    },
    elementExpires: (_r, element: ElementNode, ms: number) => {
      element.expires = ms;
    },
    catchall: (r) => ({ kind: 'catchall', ...untyped(r.loc) }),
    negativeConstant: (r, n: Token) =>
      valueNode(r.loc, t.integerType, 32, BigInt.asUintN(32, -n.value), 'host'),
    implicit: (r, left: Expression, right: Expression) => relational(r, undefined, left, right),
    relational: (r, left: Expression, op: Token, right: Expression) =>
      relational(r, OPS.get(op.token), left, right, r.at(2)),
    flagcmp: (r, left: Expression, value: Expression, mask: Expression) =>
      flagcmp(r, undefined, left, value, mask),
    flagcmpOp: (r, left: Expression, op: Token, value: Expression, mask: Expression) =>
      flagcmp(r, OPS.get(op.token), left, value, mask),
    list: (r, a: Expression, b: Expression): ListNode => ({
      kind: 'list',
      items: [a, b],
      ...untyped(r.loc),
    }),
    listAdd: (r, list: ListNode, item: Expression) => {
      list.items.push(item);
      list.loc = r.loc;
      return list;
    },
    boolean: (r, token: Token) =>
      valueNode(r.loc, t.booleanType, 8, token.token === 'EXISTS' ? 1n : 0n, 'host'),
    protocolTcp: protocolConstant(6),
    protocolUdp: protocolConstant(17),
    protocolUdplite: protocolConstant(136),
    protocolEsp: protocolConstant(50),
    protocolAh: protocolConstant(51),
    protocolIcmp: protocolConstant(1),
    protocolIgmp: protocolConstant(2),
    protocolIcmpv6: protocolConstant(58),
    protocolGre: protocolConstant(47),
    protocolComp: protocolConstant(108),
    protocolDccp: protocolConstant(33),
    protocolSctp: protocolConstant(132),
    icmpRedirect: (r) => valueNode(r.loc, t.icmpTypeType, 8, 5n, 'host'),
    verdict: (r, token: Token): VerdictNode => ({
      kind: 'verdict',
      code: verdictCode(token),
      ...untyped(r.loc),
      type: t.verdictType,
    }),
    verdictChain: (r, token: Token, chain: Expression): VerdictNode => ({
      kind: 'verdict',
      code: verdictCode(token),
      chain,
      ...untyped(r.loc),
      type: t.verdictType,
    }),
    chainName: (r, token: Token) => symbolNode(r.loc, token.text),
    meta: (r, key: Token) => metaNode(r.loc, word(key)),
    metaNamed: (r, token: Token) => metaNode(r.loc, metaKeyName(r, r.loc, token.text)),
    socket: (r, key: Token) => ({
      kind: 'socket',
      key: word(key),
      level: 0,
      loc: r.loc,
      type: socketKeys[word(key) as 'mark'].type,
      order: 'host',
      bits: socketKeys[word(key) as 'mark'].bits,
    }),
    socketCgroup: (r, n: Token) => ({
      kind: 'socket',
      key: 'cgroupv2',
      level: Number(n.value),
      loc: r.loc,
      type: t.cgroupv2Type,
      order: 'host',
      bits: 64,
    }),
    numgen: (r, how: Token, mod: Token, offset: bigint | undefined) => ({
      kind: 'numgen',
      how: how.token === 'INC' ? 'inc' : 'random',
      modulus: Number(mod.value),
      offset: Number(offset ?? 0n),
      loc: r.loc,
      type: t.integerType,
      order: 'host',
      bits: 32,
    }),
    xfrm: (r, dir: Token, spnum: Token | undefined, key: Token) =>
      xfrmNode(r, dir, spnum, key.token === 'SPI' ? 'spi' : 'reqid'),
    xfrmAddress: (r, dir: Token, spnum: Token | undefined, family: Token, key: Token) =>
      xfrmNode(
        r,
        dir,
        spnum,
        `${key.token === 'SADDR' ? 'saddr' : 'daddr'}${family.token === 'IP' ? '4' : '6'}`,
      ),
    jhashSeed: (r, expr: Expression, mod: Token, seed: Token, offset: bigint | undefined) =>
      hashNode(r, 'jhash', expr, mod, Number(seed.value), offset),
    jhash: (r, expr: Expression, mod: Token, offset: bigint | undefined) =>
      hashNode(r, 'jhash', expr, mod, undefined, offset),
    symhash: (r, mod: Token, offset: bigint | undefined) =>
      hashNode(r, 'symhash', undefined, mod, undefined, offset),
    rt: (r, key: Token) => rtNode(r, key, true, false),
    rtFamily: (r, family: Token, key: Token) => rtNode(r, key, false, family.token === 'IP6'),
    ct: (r, key: Token) => ctNode(r.loc, word(key)),
    ctDir: (r, dir: Token, key: Token | string) =>
      ctNode(
        r.loc,
        typeof key === 'string' ? key : word(key),
        dir.token === 'ORIGINAL' ? 'original' : 'reply',
      ),
    ctIpSaddr: () => 'ip saddr',
    ctIpDaddr: () => 'ip daddr',
    ctIp6Saddr: () => 'ip6 saddr',
    ctIp6Daddr: () => 'ip6 daddr',
    rawLength: (r, n: Token) => {
      if (n.value > 512n)
        r.fail(r.at(1), `raw payload length ${n.value} exceeds upper limit of 512`);
      if (n.value === 0n) r.fail(r.at(1), 'raw payload length cannot be 0');
      return n;
    },
    payloadRaw: (r, base: Token, offset: Token, bits: Token): PayloadNode => ({
      kind: 'payload',
      base: BASES.get(base.token) ?? 'inner',
      offset: Number(offset.value),
      loc: r.loc,
      type: t.xintegerType,
      order: 'big',
      bits: Number(bits.value),
    }),
    payloadBase: (r, token: Token) =>
      token.text === 'ih' ? token : r.fail(r.at(1), 'unknown raw payload base'),
    payload: (r, header: Token, field: Token | string) =>
      payloadNode(r.loc, word(header), typeof field === 'string' ? field : word(field)),
    twoWords: (_r, a: Token, b: Token) => `${word(a)} ${word(b)}`,
    ipOption: (r, type: Token, field: Token) =>
      exthdrNode(r.loc, 'ipv4', findHeader(ipOptions, word(type)), word(field), false) ??
      r.fail(r.at(1), 'unknown ip option type/field'),
    ipOptionExists: (r, type: Token) =>
      exthdrNode(r.loc, 'ipv4', findHeader(ipOptions, word(type)), 'type', true),
    tcpOptionExists: (r, type: Token | ExthdrNode) => tcpOption(r, type, undefined),
    tcpOption: (r, type: Token, field: Token) => tcpOption(r, type, word(field)),
    tcpOptionNumber: (r, n: Token) => (n.value > 255n ? r.fail(r.at(1), 'value too large') : n),
    tcpOptionRaw: (r, type: Token, offset: Token, bits: Token): ExthdrNode => ({
      kind: 'exthdr',
      family: 'tcpopt',
      header: optionName(type),
      field: `@${offset.value},${bits.value}`,
      number: optionNumber(type),
      offset: Number(offset.value),
      present: false,
      raw: true,
      loc: r.loc,
      type: t.integerType,
      order: 'big',
      bits: Number(bits.value),
    }),
    inner: (r, header: Token, node: Expression) => innerNode(r, header, node),
    innerHeader: (r, header: Token, field: Token) => {
      const node = payloadNode(r.loc, word(header), word(field));
      node.inner = protocol(word(header));
      return node;
    },
    dccpOption: (r, n: Token): ExthdrNode => {
      if (n.value > 255n) r.fail(r.at(1), 'value too large');
      return {
        kind: 'exthdr',
        family: 'dccp',
        header: n.value.toString(),
        field: 'type',
        number: Number(n.value),
        offset: 0,
        present: true,
        loc: r.loc,
        type: t.booleanType,
        order: 'big',
        bits: 8,
      };
    },
    sctpChunkExists: (r, type: Token) =>
      exthdrNode(r.loc, 'sctp', findHeader(sctpChunks, word(type)), 'type', true),
    sctpChunk: (r, type: Token, field: Token) =>
      exthdrNode(r.loc, 'sctp', findHeader(sctpChunks, word(type)), word(field), false),
    exthdr: (r, header: Token, field: Token | string) => {
      const hdr = findHeader(ipv6Headers, word(header));
      return (
        exthdrNode(r.loc, 'ipv6', hdr, typeof field === 'string' ? field : word(field), false) ??
        r.fail(r.loc, 'unknown extension header field')
      );
    },
    indexed: (_r, name: Token, n: Token) => `${word(name)}[${n.value}]`,
    exthdrExists: (r, key: Token) =>
      exthdrNode(
        r.loc,
        'ipv6',
        findHeader(ipv6Headers, word(key)),
        word(key) === 'rt' ? 'nexthdr' : 'nexthdr',
        true,
      ),
  };
  return Object.entries(actions);
}

const BASES = new Map<string, PayloadNode['base']>([
  ['LL', 'link'],
  ['NH', 'network'],
  ['TH', 'transport'],
]);

function verdictCode(token: Token): VerdictNode['code'] {
  const code = word(token);
  switch (code) {
    case 'accept':
    case 'drop':
    case 'continue':
    case 'jump':
    case 'goto':
      return code;
    default:
      return 'return';
  }
}

function xfrmNode(r: Reduction, dir: Token, spnum: Token | undefined, key: string): Expression {
  const n = spnum?.value ?? 0n;
  if (n > 255n) r.fail(r.at(3), 'value too large');
  const type = key.endsWith('4') ? t.ipType : key.endsWith('6') ? t.ip6Type : t.integerType;
  return {
    kind: 'xfrm',
    dir: dir.token === 'IN' ? 'in' : 'out',
    spnum: Number(n),
    key: key as 'spi', // one of the six words made above
    loc: r.loc,
    type,
    order: key === 'reqid' ? 'host' : 'big',
    bits: type.bits || 32,
  };
}

function hashNode(
  r: Reduction,
  how: 'jhash' | 'symhash',
  expr: Expression | undefined,
  mod: Token,
  seed: number | undefined,
  offset: bigint | undefined,
): Expression {
  return {
    kind: 'hash',
    how,
    expr,
    modulus: Number(mod.value),
    seed,
    offset: Number(offset ?? 0n),
    loc: r.loc,
    type: t.integerType,
    order: 'host',
    bits: 32,
  };
}

function rtNode(r: Reduction, token: Token, bare: boolean, six: boolean): Expression {
  const key =
    token.token === 'CLASSID'
      ? 'classid'
      : token.token === 'MTU'
        ? 'tcpmss'
        : token.token === 'IPSEC'
          ? 'ipsec'
          : six
            ? 'nexthop6'
            : 'nexthop4';
  const entry = rtKeys[key];
  return {
    kind: 'rt',
    key,
    bare,
    loc: r.loc,
    type: entry.type,
    order: entry.order,
    bits: entry.bits,
  };
}

const optionNumber = (token: Token): number =>
  token.token === 'NUM' ? Number(token.value) : findHeader(tcpOptions, word(token)).number;
const optionName = (token: Token): string =>
  token.token === 'NUM' ? token.value.toString() : word(token);

function tcpOption(r: Reduction, type: Token | ExthdrNode, field: string | undefined): ExthdrNode {
  if ('kind' in type) return type;
  if (type.token === 'NUM' || field === undefined) {
    return {
      kind: 'exthdr',
      family: 'tcpopt',
      header: optionName(type),
      field: field ?? 'kind',
      number: optionNumber(type),
      offset: field === 'length' ? 8 : 0,
      present: field === undefined,
      loc: r.loc,
      type: field === undefined ? t.booleanType : t.integerType,
      order: 'big',
      bits: 8,
    };
  }
  const node = exthdrNode(r.loc, 'tcpopt', findHeader(tcpOptions, word(type)), field, false);
  return node ?? r.fail(r.at(1), 'Could not find a tcp option template');
}
