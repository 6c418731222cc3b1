/** Statements to kernel expressions. */
import { be } from '../../base/bytes.ts';
import { NotEmulated } from '../../base/errors.ts';
import type { Expr, Reg, Verdict } from '../../kernel/nftables/model.ts';
import type {
  Expression,
  LimitNode,
  NatNode,
  PayloadNode,
  SetStatementNode,
  Statement,
} from '../ast.ts';
import { stringText } from '../datatypes/values.ts';
import { ctKeys, metaKeys } from '../protocols/keys.ts';
import { bounds, byteLength, toBytes } from './data.ts';
import {
  byteorderForSet,
  type Lowering,
  lowerInto,
  lowerRelational,
  payloadSpan,
} from './expressions.ts';
import { partRegister } from './registers.ts';

export const limitExpr = (s: LimitNode): Expr => ({
  op: 'limit',
  rate: s.rate,
  unit: s.unit,
  burst: s.burst,
  type: s.type,
  over: s.over,
});

export function verdictOf(node: Expression): Verdict {
  if (node.kind !== 'verdict') throw new Error('not a verdict');
  if (node.code === 'jump' || node.code === 'goto')
    return { code: node.code, chain: node.chain?.kind === 'symbol' ? node.chain.name : '' };
  return { code: node.code };
}

/** Expressions that keep state: in rules, in set declarations and elements. */
export function statefulExpr(s: Statement): Expr | undefined {
  switch (s.kind) {
    case 'counter':
      return { op: 'counter', packets: s.packets, bytes: s.bytes };
    case 'limit':
      return limitExpr(s);
    case 'quota':
      return { op: 'quota', bytes: s.bytes, over: s.over, consumed: s.used };
    case 'connlimit':
      return { op: 'connlimit', count: s.count, over: s.over };
    case 'last':
      return { op: 'last' };
    default:
      return undefined;
  }
}

function lowerNat(l: Lowering, s: NatNode): void {
  const isMap = s.addr?.kind === 'map';
  const single =
    s.addr !== undefined &&
    !isMap &&
    s.addr.kind !== 'value' &&
    s.addr.kind !== 'range' &&
    s.addr.kind !== 'prefix';
  let next: Reg = 1;
  let addrMin: Reg | undefined;
  let addrMax: Reg | undefined;
  let protoMin: Reg | undefined;
  let protoMax: Reg | undefined;
  if (s.addr && (isMap || single)) {
    addrMin = next;
    lowerInto(l, s.addr, next);
    const data =
      s.addr.kind === 'map' && s.addr.mappings.kind === 'setref'
        ? s.addr.mappings.set.data
        : undefined;
    if (data?.kind === 'range') addrMax = partRegister(next, 1);
    if (s.concat || data?.type.base === 'concat') protoMin = partRegister(next, 1);
    next += 1;
  } else if (s.addr) {
    const [from, to] = bounds(s.addr);
    addrMin = next++;
    l.emit({ op: 'immediate', dreg: addrMin, data: from });
    if (s.addr.kind !== 'value') {
      addrMax = next++;
      l.emit({ op: 'immediate', dreg: addrMax, data: to });
    }
  }
  let flags = s.flags;
  if (s.port) {
    flags |= 2;
    protoMin = next++;
    if (s.port.kind === 'map' || (s.port.kind !== 'value' && s.port.kind !== 'range')) {
      lowerInto(l, s.port, protoMin);
    } else {
      const [from, to] = bounds(s.port);
      l.emit({ op: 'immediate', dreg: protoMin, data: from });
      if (s.port.kind === 'range') {
        protoMax = next++;
        l.emit({ op: 'immediate', dreg: protoMax, data: to });
      }
    }
  }
  const ports = {
    ...(protoMin !== undefined && { protoMin }),
    ...(protoMax !== undefined && { protoMax }),
  };
  const addrs = {
    ...(addrMin !== undefined && { addrMin }),
    ...(addrMax !== undefined && { addrMax }),
  };
  if (s.type === 'masquerade') l.emit({ op: 'masq', ...ports, flags });
  else if (s.type === 'redirect') l.emit({ op: 'redir', ...ports, flags });
  else l.emit({ op: 'nat', type: s.type, family: s.family ?? 'ip', ...addrs, ...ports, flags });
}

function lowerSetStatement(l: Lowering, s: SetStatementNode): void {
  if (s.set.kind !== 'setref') throw new Error('a set statement without its set');
  const sregKey = l.registers.take(s.key.key.bits);
  lowerInto(l, s.key.key, sregKey);
  byteorderForSet(l, s.key.key, s.set.set, sregKey);
  let sregData: Reg | undefined;
  if (s.data) {
    sregData = l.registers.take(s.data.key.bits);
    lowerInto(l, s.data.key, sregData);
    l.registers.free(s.data.key.bits);
  }
  l.registers.free(s.key.key.bits);
  const exprs = s.statements.flatMap((inner) => statefulExpr(inner) ?? []);
  const timeout = typeof s.key.timeout === 'number' ? s.key.timeout : undefined;
  l.emit({
    op: 'dynset',
    how: s.op,
    set: l.setName(s.set.set),
    sregKey,
    ...(sregData !== undefined && { sregData }),
    ...(timeout !== undefined && { timeout }),
    exprs,
  });
}

/** What the kernel has to mend after a write (payload_needs_l4csum_update_pseudohdr, proto_desc's checksum). */
function checksumOf({ base, proto, field }: PayloadNode): {
  csumType: number;
  csumOffset: number;
  csumFlags: number;
} {
  const pseudo =
    base === 'network' && proto && (field?.name === 'saddr' || field?.name === 'daddr');
  // A UDP checksum of zero stays: the kernel knows how.
  if (proto?.name === 'udp') return { csumType: 0, csumOffset: 0, csumFlags: 1 };
  const csumType = proto?.name === 'sctp' ? 2 : proto?.checksum ? 1 : 0;
  return {
    csumType,
    csumOffset: csumType === 2 ? 8 : (proto?.checksum?.offset ?? 0),
    csumFlags: pseudo ? 1 : 0,
  };
}

/** A value that is read while the rule runs, in the byte order of what it is written to. */
function lowerArgument(l: Lowering, expr: Expression, order: 'host' | 'big'): void {
  lowerInto(l, expr, 1);
  const size = byteLength(expr.bits);
  const constant =
    expr.kind === 'value' ||
    expr.kind === 'list' ||
    expr.kind === 'map' ||
    expr.kind === 'hash' ||
    expr.kind === 'numgen';
  if (
    constant ||
    size < 2 ||
    size > 8 ||
    expr.type.base === 'string' ||
    (expr.order === 'big') === (order === 'big')
  )
    return;
  l.emit({
    op: 'byteorder',
    how: order === 'host' ? 'ntoh' : 'hton',
    sreg: 1,
    dreg: 1,
    len: size,
    size,
  });
}

function lowerPayloadSet(l: Lowering, target: PayloadNode, value: Expression): void {
  let span = payloadSpan(target.offset, target.bits);
  const sum = target.proto?.checksum;
  const partial = target.offset % 8 !== 0 || target.bits % 8 !== 0;
  let shift = span.shift;
  if ((partial || span.len % 2 === 1) && sum && target.bits < 16) {
    // The checksum is over 16-bit words.
    const odd = span.offset % 2;
    const end = span.offset + span.len;
    const grow = end % 2;
    shift += grow * 8;
    span = {
      offset: span.offset - odd,
      len: span.len + odd + grow,
      shift,
      mask: ((1n << BigInt(target.bits)) - 1n) << BigInt(shift),
    };
  }
  const whole = !partial && span.len === byteLength(target.bits);
  const csum = checksumOf(target);
  const write = {
    op: 'payload set',
    base: target.base,
    offset: span.offset,
    len: span.len,
    sreg: 1,
    ...csum,
  } as const;
  if (whole) {
    lowerArgument(l, value, 'big');
    l.emit(write);
    return;
  }
  if (value.kind !== 'value') throw new NotEmulated('nft payload set from a register');
  const all = (1n << BigInt(span.len * 8)) - 1n;
  l.emit({ op: 'payload', base: target.base, offset: span.offset, len: span.len, dreg: 1 });
  l.emit({
    op: 'bitwise',
    sreg: 1,
    dreg: 1,
    len: span.len,
    mask: be(all ^ span.mask, span.len),
    xor: be(value.value << BigInt(shift), span.len),
  });
  l.emit(write);
}

function lowerQueue(l: Lowering, s: Statement & { kind: 'queue' }): void {
  const flags = [...s.flags];
  const q = s.queue;
  if (!q) l.emit({ op: 'queue', num: 0, total: 1, flags });
  else if (q.kind === 'value') l.emit({ op: 'queue', num: Number(q.value), total: 1, flags });
  else if (q.kind === 'range' && q.from.kind === 'value' && q.to.kind === 'value')
    l.emit({
      op: 'queue',
      num: Number(q.from.value),
      total: Number(q.to.value - q.from.value) + 1,
      flags,
    });
  else {
    lowerInto(l, q, 1);
    l.emit({ op: 'queue', sreg: 1, flags });
  }
}

function lowerObjref(l: Lowering, s: Statement & { kind: 'objref' }): void {
  if (s.expr.kind === 'map' && s.expr.mappings.kind === 'setref') {
    lowerInto(l, s.expr.key, 1);
    l.emit({ op: 'objref map', sreg: 1, set: l.setName(s.expr.mappings.set) });
    return;
  }
  const name = s.expr.kind === 'value' ? stringText(s.expr.value, s.expr.bits) : '';
  l.emit({ op: 'objref', type: s.type, name });
}

const REJECT = { icmp: 'icmp', icmpv6: 'icmp', icmpx: 'icmpx', 'tcp-reset': 'tcp-reset' } as const;

/** One statement. */
export function lowerStatement(l: Lowering, s: Statement): void {
  const stateful = statefulExpr(s);
  if (stateful) {
    l.emit(stateful);
    return;
  }
  switch (s.kind) {
    case 'match':
      if (s.expr.kind === 'relational') lowerRelational(l, s.expr);
      return;
    case 'verdict':
      if (s.expr.kind === 'map') {
        if (s.expr.mappings.kind !== 'setref') throw new Error('a verdict map without its set');
        const reg = l.registers.take(s.expr.key.bits);
        lowerInto(l, s.expr.key, reg);
        byteorderForSet(l, s.expr.key, s.expr.mappings.set, reg);
        l.registers.free(s.expr.key.bits);
        l.emit({
          op: 'lookup',
          sreg: reg,
          set: l.setName(s.expr.mappings.set),
          invert: false,
          dreg: 0,
        });
        return;
      }
      l.emit({ op: 'verdict', verdict: verdictOf(s.expr) });
      return;
    case 'log':
      l.emit({
        op: 'log',
        ...(s.prefix !== undefined && { prefix: s.prefix }),
        ...(s.level !== undefined && { level: s.level }),
        ...(s.flags !== 0 && { logflags: s.flags }),
        ...(s.group !== undefined && { group: s.group }),
        ...(s.snaplen !== undefined && { snaplen: s.snaplen }),
        ...(s.threshold !== undefined && { qthreshold: s.threshold }),
      });
      return;
    case 'reject':
      l.emit({ op: 'reject', type: REJECT[s.type ?? 'icmpx'], code: s.code ?? 0 });
      return;
    case 'nat':
      lowerNat(l, s);
      return;
    case 'tproxy': {
      let next = 1;
      const addr = s.addr ? next++ : undefined;
      if (s.addr && addr !== undefined) lowerInto(l, s.addr, addr);
      const port = s.port ? next++ : undefined;
      if (s.port && port !== undefined) lowerInto(l, s.port, port);
      l.emit({
        op: 'tproxy',
        family: s.family ?? 'unspec',
        ...(addr !== undefined && { addr }),
        ...(port !== undefined && { port }),
      });
      return;
    }
    case 'synproxy':
      l.emit({
        op: 'synproxy',
        mss: s.mss ?? 0,
        wscale: s.wscale ?? 0,
        flags:
          (s.mss !== undefined ? 1 : 0) |
          (s.wscale !== undefined ? 2 : 0) |
          (s.sackPerm ? 4 : 0) |
          (s.timestamp ? 8 : 0),
      });
      return;
    case 'queue':
      lowerQueue(l, s);
      return;
    case 'objref':
      lowerObjref(l, s);
      return;
    case 'set':
      lowerSetStatement(l, s);
      return;
    case 'meta set': {
      const key = metaKeys[s.key]?.key;
      lowerArgument(l, s.expr, 'host');
      if (key) l.emit({ op: 'meta set', key, sreg: 1 });
      return;
    }
    case 'ct set': {
      const key = ctKeys[s.key]?.key;
      if (s.expr.kind === 'list')
        l.emit({
          op: 'immediate',
          dreg: 1,
          data: toBytes(
            s.expr.items.reduce((v, i) => v | (i.kind === 'value' ? i.value : 0n), 0n),
            'host',
            byteLength(s.expr.bits),
          ),
        });
      else lowerArgument(l, s.expr, ctKeys[s.key]?.order === 'big' ? 'big' : 'host');
      if (key) l.emit({ op: 'ct set', key, ...(s.dir && { dir: s.dir }), sreg: 1 });
      return;
    }
    case 'payload set':
      if (s.target.kind === 'payload') {
        lowerPayloadSet(l, s.target, s.expr);
        return;
      }
      if (s.target.kind === 'exthdr') {
        lowerArgument(l, s.expr, 'big');
        l.emit({
          op: 'exthdr set',
          kind: 'tcpopt',
          type: s.target.number,
          offset: s.target.offset / 8,
          len: byteLength(s.target.bits),
          sreg: 1,
        });
        return;
      }
      throw new NotEmulated('nft payload set of this expression');
    case 'exthdr reset':
      l.emit({ op: 'exthdr reset', type: s.target.number });
      return;
    case 'notrack':
      l.emit({ op: 'notrack' });
      return;
    case 'flow':
      l.emit({ op: 'flow', table: s.name });
      return;
    case 'chain':
      l.emit({ op: 'verdict', verdict: { code: s.jump, chain: s.name ?? '' } });
      return;
    case 'dup': {
      if (!s.to) return;
      const device = s.to.type.base === 'ifindex';
      lowerInto(l, s.to, 1);
      if (s.dev) lowerInto(l, s.dev, 2);
      l.emit(device ? { op: 'dup', dev: 1 } : { op: 'dup', addr: 1, ...(s.dev && { dev: 2 }) });
      return;
    }
    case 'fwd':
      lowerInto(l, s.dev, 1);
      if (s.addr) lowerInto(l, s.addr, 2);
      l.emit({
        op: 'fwd',
        dev: 1,
        ...(s.addr && { addr: 2 }),
        ...(s.family && { family: s.family }),
      });
      return;
    default:
      throw new NotEmulated(`nft statement ${s.kind}`);
  }
}
