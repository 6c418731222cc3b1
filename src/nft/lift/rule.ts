/** Kernel expressions back to statements (nftables' netlink_delinearize.c). */
import { fromBe, fromLe } from '../../base/bytes.ts';
import { NotEmulated } from '../../base/errors.ts';
import type { Ruleset } from '../../kernel/model.ts';
import { itemKey } from '../../kernel/model.ts';
import { quotaUsed } from '../../kernel/nftables/expressions/quota.ts';
import type { Expr, ExprOf, Family, Reg } from '../../kernel/nftables/model.ts';
import type {
  BinaryOp,
  Expression,
  ExthdrNode,
  NatNode,
  PayloadNode,
  RelationalNode,
  Statement,
} from '../ast.ts';
import * as t from '../datatypes/table.ts';
import type { DataType } from '../datatypes/types.ts';
import { stringValue } from '../datatypes/values.ts';
import { internalLocation as loc } from '../location.ts';
import { ctNode, metaNode, valueNode } from '../nodes.ts';
import {
  type Exthdr,
  ipOptions,
  ipv6Headers,
  sctpChunks,
  tcpOptions,
} from '../protocols/exthdrs.ts';
import { ctWord, metaWord, rtKeys, socketKeys } from '../protocols/keys.ts';
import type { Part } from './elements.ts';
import { dataParts, keyParts, liftSet, liftSetWithElements, partsOfNode } from './sets.ts';
import { type TranslateXt, tidy } from './tidy.ts';

export interface LiftEnv {
  readonly ruleset: Ruleset;
  readonly family: Family;
  readonly table: string;
  readonly now: bigint;
  readonly translate: TranslateXt;
}

const untyped = { loc, type: t.invalidType, order: undefined, bits: 0 } as const;

/** A register's value while the rule is read: register numbers of 4 and 16 bytes name the same memory. */
class RegisterFile {
  readonly #slots = new Map<number, Expression>();
  static slot(reg: Reg): number {
    return reg >= 8 ? reg - 8 : (reg - 1) * 4;
  }
  set(reg: Reg, node: Expression): void {
    this.#slots.set(RegisterFile.slot(reg), node);
  }
  /** What lies in so many bytes from a register on: one value, or a concatenation. */
  get(reg: Reg, bytes?: number): Expression {
    let slot = RegisterFile.slot(reg);
    const first = this.#slots.get(slot);
    if (!first) throw new NotEmulated('an nft rule that reads an unset register');
    if (bytes === undefined) return first;
    const words = Math.ceil(bytes / 4);
    const items: Expression[] = [];
    for (let left = words; left > 0; ) {
      const node = this.#slots.get(slot);
      if (!node) break;
      items.push(node);
      const size = Math.max(1, Math.ceil(node.bits / 32));
      slot += size;
      left -= size;
    }
    if (items.length <= 1) return first;
    return {
      kind: 'concat',
      items,
      loc,
      type: t.concatType(items.map((i) => i.type)),
      order: undefined,
      bits: words * 32,
    };
  }
}

class Lifting {
  readonly out: Statement[] = [];
  readonly regs = new RegisterFile();
  readonly env: LiftEnv;
  constructor(env: LiftEnv) {
    this.env = env;
  }

  run(exprs: readonly Expr[]): Statement[] {
    for (const expr of exprs) this.one(expr);
    return this.out;
  }

  one(e: Expr): void {
    const node = loadNode(e);
    if (node) {
      this.regs.set(node[0], node[1]);
      return;
    }
    const stateful = statefulStatement(e);
    if (stateful) {
      this.out.push(stateful);
      return;
    }
    this.#operate(e);
  }

  #match(left: Expression, op: RelationalNode['op'], right: Expression): void {
    this.out.push({
      kind: 'match',
      loc,
      expr: {
        kind: 'relational',
        op,
        left,
        right,
        loc,
        type: left.type,
        order: left.order,
        bits: left.bits,
      },
    });
  }

  #operate(e: Expr): void {
    switch (e.op) {
      case 'verdict': {
        const { verdict } = e;
        const chain: Expression | undefined =
          'chain' in verdict
            ? { kind: 'symbol', name: verdict.chain, set: false, ...untyped }
            : undefined;
        this.out.push({
          kind: 'verdict',
          loc,
          expr: {
            kind: 'verdict',
            code: verdict.code === 'break' ? 'continue' : verdict.code,
            chain,
            ...untyped,
            type: t.verdictType,
          },
        });
        return;
      }
      case 'cmp':
        this.#compare(e);
        return;
      case 'range': {
        const left = this.regs.get(e.sreg);
        const bits = e.from.length * 8;
        // Ranges are compared as numbers: host-order values were turned around before.
        const value = (b: Uint8Array): Expression =>
          valueNode(loc, left.type, bits, fromBe(b), left.order);
        this.#match(left, e.cmp === 'neq' ? '!=' : '==', {
          kind: 'range',
          from: value(e.from),
          to: value(e.to),
          loc,
          type: left.type,
          order: left.order,
          bits,
        });
        return;
      }
      case 'bitwise':
        this.#bitwise(e);
        return;
      case 'shift': {
        const left = this.regs.get(e.sreg);
        this.regs.set(e.dreg, {
          kind: 'binary',
          op: e.dir === 'left' ? '<<' : '>>',
          left,
          right: valueNode(loc, t.integerType, 32, BigInt(e.bits), 'host'),
          loc,
          type: left.type,
          order: left.order,
          bits: e.len * 8,
        });
        return;
      }
      case 'bitwise reg': {
        const op: BinaryOp = e.how === 'and' ? '&' : e.how === 'or' ? '|' : '^';
        const left = this.regs.get(e.sreg);
        this.regs.set(e.dreg, {
          kind: 'binary',
          op,
          left,
          right: this.regs.get(e.sreg2),
          loc,
          type: left.type,
          order: left.order,
          bits: e.len * 8,
        });
        return;
      }
      case 'byteorder':
        this.regs.set(e.dreg, { ...this.regs.get(e.sreg), order: 'big' });
        return;
      case 'lookup':
        this.#lookup(e);
        return;
      case 'dynset':
        this.#dynset(e);
        return;
      case 'meta set':
        this.out.push({
          kind: 'meta set',
          loc,
          key: metaWord(e.key),
          expr: retype(this.regs.get(e.sreg), metaNode(loc, metaWord(e.key))),
        });
        return;
      case 'ct set':
        this.out.push({
          kind: 'ct set',
          loc,
          key: ctWord(e.key),
          dir: e.dir,
          expr: retype(this.regs.get(e.sreg), ctNode(loc, ctWord(e.key))),
        });
        return;
      case 'payload set':
        this.out.push({
          kind: 'payload set',
          loc,
          target: payloadOf(e.base, e.offset * 8, e.len * 8),
          expr: this.regs.get(e.sreg),
        });
        return;
      case 'exthdr set':
        this.out.push({
          kind: 'payload set',
          loc,
          target: exthdrOf(e.kind, e.type, e.offset * 8, e.len * 8, false),
          expr: asBig(this.regs.get(e.sreg), t.integerType),
        });
        return;
      case 'exthdr reset':
        this.out.push({
          kind: 'exthdr reset',
          loc,
          target: exthdrOf('tcpopt', e.type, 0, 8, false),
        });
        return;
      case 'reject':
        this.out.push({
          kind: 'reject',
          loc,
          type: e.type === 'icmp' ? (this.env.family === 'ip6' ? 'icmpv6' : 'icmp') : e.type,
          code: e.code,
        });
        return;
      case 'nat':
      case 'masq':
      case 'redir':
        this.out.push(this.#nat(e));
        return;
      case 'tproxy':
        this.out.push({
          kind: 'tproxy',
          loc,
          // Only a table of both families has to say it.
          family: e.family === 'unspec' || this.env.family !== 'inet' ? undefined : e.family,
          addr:
            e.addr === undefined
              ? undefined
              : asBig(this.regs.get(e.addr), e.family === 'ip6' ? t.ip6Type : t.ipType),
          port: e.port === undefined ? undefined : asBig(this.regs.get(e.port), t.serviceType),
        });
        return;
      case 'objref':
        this.out.push({ kind: 'objref', loc, type: e.type, expr: textNode(e.name) });
        return;
      case 'objref map': {
        const key = this.regs.get(e.sreg, this.#set(e.set).keyLen);
        const set = this.#set(e.set);
        this.out.push({
          kind: 'objref',
          loc,
          type: set.objectType ?? 'counter',
          expr: {
            kind: 'map',
            key,
            mappings: this.#setref(e.set, key),
            ...untyped,
            type: t.stringType,
          },
        });
        return;
      }
      case 'queue': {
        const flags = new Set(e.flags);
        const num = (n: number): Expression => valueNode(loc, t.integerType, 16, BigInt(n), 'host');
        const total = e.total ?? 1;
        const queue =
          e.sreg !== undefined
            ? this.regs.get(e.sreg)
            : total > 1
              ? ({
                  kind: 'range',
                  from: num(e.num ?? 0),
                  to: num((e.num ?? 0) + total - 1),
                  ...untyped,
                } as const)
              : num(e.num ?? 0);
        this.out.push({ kind: 'queue', loc, flags, queue });
        return;
      }
      case 'dup':
        this.out.push(
          e.addr === undefined && e.dev !== undefined
            ? { kind: 'dup', loc, to: asHost(this.regs.get(e.dev), t.ifindexType) }
            : {
                kind: 'dup',
                loc,
                to: asBig(
                  this.regs.get(e.addr ?? 1),
                  this.env.family === 'ip6' ? t.ip6Type : t.ipType,
                ),
                dev: e.dev === undefined ? undefined : asHost(this.regs.get(e.dev), t.ifindexType),
              },
        );
        return;
      case 'fwd':
        this.out.push({
          kind: 'fwd',
          loc,
          dev: asHost(this.regs.get(e.dev), t.ifindexType),
          addr:
            e.addr === undefined
              ? undefined
              : asBig(this.regs.get(e.addr), e.family === 'ip6' ? t.ip6Type : t.ipType),
          family: e.family,
        });
        return;
      case 'synproxy':
        this.out.push({
          kind: 'synproxy',
          loc,
          ...((e.flags & 3) !== 0 && { mss: e.mss, wscale: e.wscale }),
          timestamp: (e.flags & 8) !== 0,
          sackPerm: (e.flags & 4) !== 0,
        });
        return;
      case 'notrack':
        this.out.push({ kind: 'notrack', loc });
        return;
      case 'flow':
        this.out.push({ kind: 'flow', loc, name: e.table });
        return;
      case 'match':
      case 'target':
        this.out.push({ kind: 'xt', loc, expr: e });
        return;
      default:
        throw new NotEmulated(`listing the nft expression ${e.op}`);
    }
  }

  #compare(e: ExprOf<'cmp'>): void {
    const ops = { eq: '==', neq: '!=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;
    const left = this.regs.get(e.sreg, e.data.length > 16 ? e.data.length : undefined);
    const op = ops[e.cmp];
    // A name that ends within the data is compared whole (iptables writes it so).
    if (left.type.base === 'string' && e.data.length * 8 < left.bits && e.data.at(-1) !== 0) {
      const expr = valueNode(loc, left.type, left.bits, fromLe(e.data), 'host');
      this.#match(left, op, {
        kind: 'prefix',
        expr,
        length: e.data.length * 8,
        loc,
        type: left.type,
        order: 'host',
        bits: left.bits,
      });
      return;
    }
    if (left.kind === 'ct' && isBig(left) && e.data.length * 8 < left.bits) {
      const length = e.data.length * 8;
      const first = fromBe(e.data) << BigInt(left.bits - length);
      const expr = valueNode(loc, left.type, left.bits, first, 'big');
      const { type, order, bits } = left;
      this.#match(left, op, { kind: 'prefix', expr, length, loc, type, order, bits });
      return;
    }
    const value = isBig(left) ? fromBe(e.data) : fromLe(e.data);
    const right = valueNode(
      loc,
      left.type,
      left.kind === 'payload' ? e.data.length * 8 : left.bits,
      value,
      left.order,
    );
    if (left.kind === 'fib' && left.type.base === 'boolean') right.type = t.booleanType;
    this.#match(left, op, right);
  }

  #bitwise(e: ExprOf<'bitwise'>): void {
    const left = this.regs.get(e.sreg);
    const read = (b: Uint8Array): bigint => (isBig(left) ? fromBe(b) : fromLe(b));
    const all = (1n << BigInt(e.len * 8)) - 1n;
    const mask = read(e.mask);
    const xor = read(e.xor);
    const or = xor & (all ^ mask);
    const rest = xor & mask;
    const both = mask | or;
    const node = (op: BinaryOp, inner: Expression, v: bigint): Expression => ({
      kind: 'binary',
      op,
      left: inner,
      right: valueNode(loc, left.type, e.len * 8, v, left.order),
      loc,
      type: left.type,
      order: left.order,
      bits: e.len * 8,
    });
    let result: Expression = left;
    if (both !== all || (rest === 0n && or === 0n)) result = node('&', result, both);
    if (rest !== 0n) result = node('^', result, rest);
    if (or !== 0n) result = node('|', result, or);
    this.regs.set(e.dreg, result);
  }

  #set(name: string): Readonly<NonNullable<ReturnType<Ruleset['sets']['get']>>> {
    const set = this.env.ruleset.sets.get(itemKey(this.env.family, this.env.table, name));
    if (!set) throw new Error(`rule uses unknown set ${name}`);
    return set;
  }

  #setref(name: string, key: Expression): Expression {
    const set = this.#set(name);
    const statements = (exprs: readonly Expr[]): Statement[] => liftStateful(exprs);
    if (!set.flags.includes('anonymous'))
      return {
        kind: 'setref',
        set: liftSet(set, statements),
        loc,
        type: key.type,
        order: key.order,
        bits: key.bits,
      };
    const stored = keyParts(set);
    // An anonymous set says only what is looked up: types and lengths are those of the key.
    const parts = partsOfNode(key).map((p, i) => ({
      ...p,
      order: stored[i]?.order ?? p.order,
      bits: stored[i]?.bits ?? p.bits,
    }));
    const declaration = liftSetWithElements(
      this.env.ruleset,
      set,
      { now: this.env.now, statements },
      parts,
      dataParts(set),
    );
    return {
      kind: 'setref',
      set: declaration,
      loc,
      type: key.type,
      order: key.order,
      bits: key.bits,
    };
  }

  #lookup(e: ExprOf<'lookup'>): void {
    const set = this.#set(e.set);
    const key = this.regs.get(
      e.sreg,
      set.keyLen > 4 && (set.keyType >= 64 || set.keyLen > 16) ? set.keyLen : undefined,
    );
    const mappings = this.#setref(e.set, key);
    if (e.dreg === undefined) {
      this.#match(key, e.invert ? '!=' : '==', mappings);
      return;
    }
    if (e.dreg === 0) {
      this.out.push({
        kind: 'verdict',
        loc,
        expr: { kind: 'map', key, mappings, ...untyped, type: t.verdictType },
      });
      return;
    }
    const type = set.dataType === undefined ? t.invalidType : t.typeOfNumber(set.dataType);
    const bits = (set.dataLen ?? 0) * 8;
    this.regs.set(e.dreg, { kind: 'map', key, mappings, loc, type, order: type.order, bits });
  }

  #dynset(e: ExprOf<'dynset'>): void {
    const set = this.#set(e.set);
    const key = typed(
      this.regs.get(e.sregKey, set.keyType >= 64 ? set.keyLen : undefined),
      keyParts(set),
    );
    const data = e.sregData === undefined ? undefined : this.regs.get(e.sregData);
    const element = (node: Expression): Expression & { kind: 'element' } => ({
      kind: 'element',
      key: node,
      statements: [],
      loc,
      type: node.type,
      order: node.order,
      bits: node.bits,
    });
    const own = element(key);
    if (e.timeout !== undefined) own.timeout = e.timeout;
    this.out.push({
      kind: 'set',
      loc,
      op: e.how,
      key: own,
      data: data && element(data),
      set: this.#setref(e.set, key),
      // What the set gives every element is not dumped again (nft_dynset_dump).
      statements: set.exprs.length > 0 ? [] : liftStateful(e.exprs),
    });
  }

  #nat(
    e: ExprOf<'nat'> | ExprOf<'masq'> | ExprOf<'redir'>,
  ): NatNode & { explicitFamily?: boolean } {
    const type = e.op === 'nat' ? e.type : e.op === 'masq' ? 'masquerade' : 'redirect';
    const node: NatNode & { explicitFamily?: boolean } = {
      kind: 'nat',
      loc,
      type,
      flags: e.flags & ~2,
    };
    if (e.op === 'nat') {
      node.family = e.family;
      node.explicitFamily = this.env.family === 'inet';
      if (e.flags & 64) node.prefix = true;
      if (e.addrMin !== undefined)
        node.addr = this.#span(e.addrMin, e.addrMax, e.family === 'ip' ? t.ipType : t.ip6Type);
    }
    const map = node.addr?.kind === 'map';
    if (
      map &&
      node.addr?.kind === 'map' &&
      node.addr.mappings.kind === 'setref' &&
      node.addr.mappings.set.data?.kind === 'range'
    )
      node.explicitFamily = true;
    if (e.protoMin !== undefined && !(map && e.op === 'nat' && node.addr?.type.base === 'concat'))
      node.port = this.#span(e.protoMin, e.protoMax, t.serviceType);
    return node;
  }

  #span(min: Reg, max: Reg | undefined, type: DataType): Expression {
    const from = this.regs.get(min);
    if (from.kind === 'map' || from.kind !== 'value') return from;
    const low = asBig(from, type);
    if (max === undefined || max === min) return low;
    const high = asBig(this.regs.get(max), type);
    if (low.kind === 'value' && high.kind === 'value') {
      if (low.value === high.value) return low;
      const size = high.value - low.value + 1n;
      if (type.base !== 'service' && (size & (size - 1n)) === 0n && low.value % size === 0n)
        return {
          kind: 'prefix',
          expr: low,
          length: type.bits - (size.toString(2).length - 1),
          loc,
          type,
          order: 'big',
          bits: type.bits,
        };
    }
    return { kind: 'range', from: low, to: high, loc, type, order: 'big', bits: type.bits };
  }
}

const isBig = (node: Expression): boolean => node.order === 'big';

/** Constants among the parts of a key are of the set's types. */
function typed(key: Expression, parts: readonly Part[]): Expression {
  if (key.kind !== 'concat') return key;
  const items = key.items.map((item, i) => {
    const part = parts[i];
    if (item.kind !== 'value' || !part) return item;
    return part.order === 'big' ? asBig(item, part.type) : asHost(item, part.type);
  });
  return { ...key, items };
}

function rawOf(node: Expression): Uint8Array | undefined {
  return node.kind === 'value' && 'raw' in node && node.raw instanceof Uint8Array
    ? node.raw
    : undefined;
}

function asBig(node: Expression, type: DataType): Expression {
  const raw = rawOf(node);
  return raw ? valueNode(loc, type, type.bits || raw.length * 8, fromBe(raw), 'big') : node;
}

function asHost(node: Expression, type: DataType): Expression {
  const raw = rawOf(node);
  return raw ? valueNode(loc, type, type.bits || raw.length * 8, fromLe(raw), 'host') : node;
}

function retype(node: Expression, target: Expression): Expression {
  if (rawOf(node))
    return target.order === 'big' ? asBig(node, target.type) : asHost(node, target.type);
  return node;
}

const textNode = (text: string): Expression => {
  const { value, bits } = stringValue(text);
  return valueNode(loc, t.stringType, bits, value, 'host');
};

export function payloadOf(base: string, offset: number, bits: number): PayloadNode {
  const own = base === 'link' || base === 'network' || base === 'transport' ? base : 'inner';
  return { kind: 'payload', base: own, offset, loc, type: t.xintegerType, order: 'big', bits };
}

const TEMPLATES: { readonly [K in ExthdrNode['family']]: readonly Exthdr[] } = {
  ipv6: ipv6Headers,
  tcpopt: tcpOptions,
  ipv4: ipOptions,
  sctp: sctpChunks,
  dccp: [],
};

export function exthdrOf(
  family: ExthdrNode['family'],
  number: number,
  offset: number,
  bits: number,
  present: boolean,
): ExthdrNode {
  const headers = TEMPLATES[family].filter((h) => h.number === number);
  const found = headers.flatMap((h) =>
    h.fields.filter((f) => f.offset === offset && f.bits === bits).map((f) => ({ h, f })),
  )[0];
  const header = present ? headers[0]?.name : found?.h.name;
  return {
    kind: 'exthdr',
    family,
    header: header ?? `${number}`,
    field: found?.f.name ?? `@${offset},${bits}`,
    number,
    offset,
    present,
    loc,
    type: present ? t.booleanType : (found?.f.type ?? t.integerType),
    order: 'big',
    bits,
    ...(!found && !present && { raw: true }),
  };
}

function loadNode(e: Expr): readonly [Reg, Expression] | undefined {
  switch (e.op) {
    case 'immediate':
      return [
        e.dreg,
        Object.assign(valueNode(loc, t.invalidType, e.data.length * 8, fromLe(e.data), 'host'), {
          raw: e.data,
        }),
      ];
    case 'payload':
      return [e.dreg, payloadOf(e.base, e.offset * 8, e.len * 8)];
    case 'exthdr':
      return [e.dreg, exthdrOf(e.kind, e.type, e.offset * 8, e.len * 8, e.present)];
    case 'meta':
      return [e.dreg, metaNode(loc, metaWord(e.key))];
    case 'ct':
      return [e.dreg, ctNode(loc, ctWord(e.key), e.dir)];
    case 'rt':
      return [
        e.dreg,
        {
          kind: 'rt',
          key: e.key,
          bare: false,
          loc,
          type: rtKeys[e.key].type,
          order: rtKeys[e.key].order,
          bits: rtKeys[e.key].bits,
        },
      ];
    case 'socket':
      return [
        e.dreg,
        {
          kind: 'socket',
          key: e.key,
          level: e.level ?? 0,
          loc,
          type: socketKeys[e.key].type,
          order: 'host',
          bits: socketKeys[e.key].bits,
        },
      ];
    case 'fib': {
      const present = e.flags.includes('present');
      const type = present
        ? t.booleanType
        : e.result === 'oif'
          ? t.ifindexType
          : e.result === 'oifname'
            ? t.ifnameType
            : t.fibAddrType;
      return [
        e.dreg,
        {
          kind: 'fib',
          flags: e.flags.filter((f) => f !== 'present'),
          result: e.result,
          loc,
          type,
          order: 'host',
          bits: type.bits,
        },
      ];
    }
    case 'osf':
      return [
        e.dreg,
        {
          kind: 'osf',
          ttl: e.ttl === 1 ? 'loose' : e.ttl === 2 ? 'skip' : 'strict',
          version: e.version,
          loc,
          type: t.stringType,
          order: 'host',
          bits: 128,
        },
      ];
    case 'numgen':
      return [
        e.dreg,
        {
          kind: 'numgen',
          how: e.how,
          modulus: e.modulus,
          offset: e.offset,
          loc,
          type: t.integerType,
          order: 'host',
          bits: 32,
        },
      ];
    case 'xfrm': {
      const type = e.key.endsWith('4') ? t.ipType : e.key.endsWith('6') ? t.ip6Type : t.integerType;
      return [
        e.dreg,
        {
          kind: 'xfrm',
          dir: e.dir,
          key: e.key,
          spnum: e.spnum,
          loc,
          type,
          order: e.key === 'reqid' ? 'host' : 'big',
          bits: type.bits || 32,
        },
      ];
    }
    default:
      return undefined;
  }
}

function statefulStatement(e: Expr): Statement | undefined {
  switch (e.op) {
    case 'counter':
      return { kind: 'counter', loc, packets: e.packets, bytes: e.bytes };
    case 'limit':
      return {
        kind: 'limit',
        loc,
        rate: e.rate,
        unit: e.unit,
        burst: e.burst,
        type: e.type,
        over: e.over,
      };
    case 'quota':
      return { kind: 'quota', loc, bytes: e.bytes, used: quotaUsed(e), over: e.over };
    case 'connlimit':
      return { kind: 'connlimit', loc, count: e.count, over: e.over };
    case 'last':
      return { kind: 'last', loc };
    case 'log':
      return {
        kind: 'log',
        loc,
        flags: e.logflags ?? 0,
        ...(e.prefix !== undefined && { prefix: e.prefix }),
        ...(e.level !== undefined && { level: e.level }),
        ...(e.group !== undefined && { group: e.group }),
        ...(e.snaplen !== undefined && { snaplen: e.snaplen }),
        ...(e.qthreshold !== undefined && { threshold: e.qthreshold }),
      };
    default:
      return undefined;
  }
}

/** Expressions that keep state, as statements. */
export const liftStateful = (exprs: readonly Expr[]): Statement[] =>
  exprs.flatMap((e) => statefulStatement(e) ?? []);

/** A rule's statements as nft shows them. */
export function liftRule(env: LiftEnv, exprs: readonly Expr[]): Statement[] {
  const lifting = new LiftingWithHash(env);
  return tidy(lifting.run(exprs), env);
}

class LiftingWithHash extends Lifting {
  override one(e: Expr): void {
    if (e.op !== 'hash') {
      super.one(e);
      return;
    }
    const expr =
      e.how === 'jhash' && e.sreg !== undefined
        ? this.regs.get(e.sreg, e.len !== undefined && e.len > 4 ? e.len : undefined)
        : undefined;
    this.regs.set(e.dreg, {
      kind: 'hash',
      how: e.how,
      expr,
      modulus: e.modulus,
      seed: e.seed,
      offset: e.offset,
      loc,
      type: t.integerType,
      order: 'host',
      bits: 32,
    });
  }
}
