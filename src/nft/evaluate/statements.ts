/** Evaluation of statements: what they imply, what their expressions must be (nftables' evaluate.c). */
import type {
  Expression,
  NatNode,
  QueueNode,
  RejectNode,
  RelationalNode,
  RuleNode,
  SetDeclaration,
  SetNode,
  SetStatementNode,
  Statement,
  TproxyNode,
} from '../ast.ts';
import {
  icmp6CodeType,
  icmpCodeType,
  icmpxCodeType,
  ifindexType,
  integerType,
  ip6Type,
  ipType,
  serviceType,
  stringType,
  verdictType,
} from '../datatypes/table.ts';
import { type Location, NftError } from '../location.ts';
import { metaNode } from '../nodes.ts';
import { ctKeys, metaKeys } from '../protocols/keys.ts';
import { ANY, type EvalState, freshProtocols, type Wanted } from './context.ts';
import { anonymousSet, evaluate, evaluateMap, evaluateSetItems, findSet } from './expressions.ts';
import { implied, learn } from './payload.ts';

const VERDICT: Wanted = { type: verdictType, order: undefined, bits: 0 };

const wantedBy = (left: Expression): Wanted => ({
  type: left.type,
  order: left.order,
  bits: left.bits,
  key: left,
});

function mismatch(
  left: Expression,
  right: Expression,
  text = 'datatype mismatch, expected',
): never {
  const shown =
    right.type.name === 'integer' && right.bits
      ? `${right.type.description}`
      : right.type.description;
  throw new NftError(
    `${text} ${left.type.description}, expression has type ${shown}`,
    right.loc,
    left.loc,
  );
}

function compatible(left: Expression, right: Expression): boolean {
  const a = left.type;
  const b = right.type;
  if (a.name === b.name || a.base === 'invalid' || b.base === 'invalid') return true;
  if (a.base === 'concat' && b.base === 'concat') return a.description === b.description;
  return (
    (a.base === 'integer' && !a.symbols && b.base !== 'concat') ||
    (b.base === 'integer' && !b.symbols && a.base !== 'concat')
  );
}

function evaluateRelational(state: EvalState, node: RelationalNode): Expression {
  const left = evaluate(state, node.left, ANY);
  const wanted = wantedBy(left);
  let right: Expression;
  let single: Expression | undefined;
  if (node.right.kind === 'set') {
    const items = evaluateSetItems(state, node.right, wanted);
    for (const item of items.items) {
      if (item.kind === 'mapping') throw new NftError('mapping outside of map context', item.loc);
      const key = item.kind === 'element' ? item.key : item;
      if (key.kind !== 'catchall' && !compatible(left, key))
        mismatch(left, key, 'datatype mismatch, expected');
    }
    single = onlyValue(items);
    right = single ?? referTo(state, items, left);
  } else {
    right = evaluate(state, node.right, wanted);
  }
  if (left.kind === 'fib' && right.type.base === 'boolean') left.type = right.type;
  if (!compatible(left, right)) mismatch(left, right);
  const ordered = node.op === '<' || node.op === '>' || node.op === '<=' || node.op === '>=';
  if (ordered && ORDERLESS.has(right.kind))
    throw new NftError(
      `Relational expression (${node.op}) is undefined for ${ORDERLESS.get(right.kind)} expressions`,
      right.loc,
      node.loc,
    );
  const exact = single && left.type.base === 'bitmask' && left.type.name !== 'ct_state';
  const op = node.op ?? (exact ? '==' : impliedOp(left, right));
  if (op === '!' && (right.kind === 'setref' || right.kind === 'range'))
    throw new NftError(
      'negation can only be used with singleton bitmask values.  Did you mean "!="?',
      node.loc,
    );
  const relational: RelationalNode = {
    ...node,
    op,
    ...transferShift(left, right),
    type: left.type,
    order: left.order,
    bits: left.bits,
  };
  if (node.op === undefined || node.op === '==') learn(state, { ...relational, op: '==' });
  return {
    ...relational,
    op:
      node.op === undefined && relational.op === '=='
        ? !exact &&
          left.type.base === 'bitmask' &&
          (right.kind === 'value' || right.kind === 'list') &&
          left.kind !== 'binary'
          ? undefined
          : '=='
        : relational.op,
  };
}

/** optimize_singleton_set: a set of one value without statements is that value; of flags, but for ct state, the very value. */
function onlyValue({ items: [item, ...more] }: SetNode): Expression | undefined {
  if (item?.kind !== 'element' || more.length > 0 || item.statements.length > 0) return undefined;
  const { key } = item;
  return key.kind === 'value' || key.kind === 'range' || key.kind === 'prefix' ? key : undefined;
}

/** A new anonymous set with these elements, for what is on the left. */
function referTo(state: EvalState, items: SetNode, left: Expression): Expression {
  const set = anonymousSet(state, items, left);
  state.addAnonymous(set);
  const { type, order, bits } = left;
  return { kind: 'setref', set, loc: items.loc, type, order, bits };
}

/** binop_transfer: what a constant does to the left side is undone on a constant right side. */
function transferShift(
  left: Expression,
  right: Expression,
): { left: Expression; right: Expression } {
  if (left.kind !== 'binary' || left.right.kind !== 'value' || right.kind !== 'value')
    return { left, right };
  const { op, right: by } = left;
  if (op === '^') return { left: left.left, right: { ...right, value: right.value ^ by.value } };
  if (op !== '<<') return { left, right };
  if ((right.value & ((1n << by.value) - 1n)) !== 0n)
    throw new NftError('Comparison is always false', right.loc, left.loc);
  return { left: left.left, right: { ...right, value: right.value >> by.value } };
}

const ORDERLESS = new Map([
  ['range', 'range'],
  ['setref', 'set'],
  ['prefix', 'prefix'],
  ['list', 'list'],
]);

const impliedOp = (_left: Expression, _right: Expression): '==' => '==';

/** Booleans that came from `exists` and `missing` against flags. */
function evaluateMatch(state: EvalState, node: Expression): Expression {
  if (node.kind !== 'relational') return evaluate(state, node, ANY);
  return evaluateRelational(state, node);
}

const REJECT_CONFLICT = 'conflicting protocols specified: ip vs ip6';

/** What a reject implies is looked at first, before what the rule does on the way to it. */
function toFront(state: EvalState): void {
  const last = state.out.pop();
  if (last) state.out.unshift(last);
}

const layerLocation = (state: EvalState, layer: 'network' | 'transport'): readonly Location[] => {
  const loc = state.protocols.layers.get(layer)?.loc;
  return loc ? [loc] : [];
};

function evaluateReject(state: EvalState, node: RejectNode): void {
  const { family } = state;
  const network = state.protocols.layers.get('network')?.proto.name;
  if (family === 'arp') throw new NftError('cannot use reject with arp', node.loc);
  if (node.type === 'tcp-reset') {
    const transport = state.protocols.layers.get('transport')?.proto;
    if (transport && transport.name !== 'tcp')
      throw new NftError(
        'you cannot use tcp reset with this protocol',
        node.loc,
        ...layerLocation(state, 'transport'),
      );
    if (!transport) {
      implied(state, node.loc, metaNode(node.loc, 'l4proto'), 6n);
      toFront(state);
    }
    node.code = 0;
    return;
  }
  if (node.type === undefined) {
    if (family === 'ip' || family === 'ip6') {
      node.type = family === 'ip' ? 'icmp' : 'icmpv6';
      node.code = family === 'ip' ? 3 : 4;
    } else if (network === 'ip' || network === 'ip6') {
      node.type = network === 'ip' ? 'icmp' : 'icmpv6';
      node.code = network === 'ip' ? 3 : 4;
    } else {
      node.type = 'icmpx';
      node.code = 1;
    }
    return;
  }
  if (node.expr) {
    const type =
      node.type === 'icmp' ? icmpCodeType : node.type === 'icmpv6' ? icmp6CodeType : icmpxCodeType;
    if (node.expr.kind === 'symbol') {
      const value = evaluate(state, node.expr, {
        type: { ...type, description: 'reject icmp code' },
        order: 'host',
        bits: 8,
      });
      node.code = value.kind === 'value' ? Number(value.value) : 0;
    }
  }
  const place = node.expr?.loc ?? node.loc;
  const single = family === 'ip' || family === 'ip6';
  if (node.type === 'icmpx') {
    if (single) throw new NftError('abstracted ICMP unreachable not supported', place, node.loc);
    return;
  }
  const needs = node.type === 'icmp' ? 'ip' : 'ip6';
  if (single) {
    if (family !== needs) throw new NftError(REJECT_CONFLICT, place, node.loc);
    return;
  }
  if (network === undefined) {
    if (family === 'inet')
      implied(state, node.loc, metaNode(node.loc, 'nfproto'), needs === 'ip' ? 2n : 10n);
    else
      implied(state, node.loc, metaNode(node.loc, 'protocol'), needs === 'ip' ? 0x800n : 0x86ddn);
    toFront(state);
  } else if (network !== needs) {
    throw new NftError(
      REJECT_CONFLICT,
      place,
      state.protocols.layers.get('network')?.loc ?? node.loc,
    );
  }
}

function natFamily(
  state: EvalState,
  node: NatNode | TproxyNode,
  word: string,
): 'ip' | 'ip6' | undefined {
  const { family } = state;
  if (family !== 'ip' && family !== 'ip6' && family !== 'inet')
    throw new NftError(`${word} is only supported for IPv4/IPv6`, node.loc);
  const network = state.protocols.layers.get('network')?.proto.name;
  const known = network === 'ip' || network === 'ip6' ? network : undefined;
  if (node.kind === 'nat' && known && node.family && node.family !== known)
    throw new NftError(
      `conflicting protocols specified: ${known} vs. ${node.family}. You must specify ip or ip6 family in ${node.type} statement`,
      node.loc,
      ...layerLocation(state, 'network'),
    );
  if (family !== 'inet') {
    if (node.family && node.family !== family)
      throw new NftError('conflicting protocols specified', node.loc);
    return family;
  }
  return node.family ?? known;
}

function evaluateAddress(state: EvalState, expr: Expression, family: 'ip' | 'ip6'): Expression {
  const type = family === 'ip' ? ipType : ip6Type;
  const wanted: Wanted = { type, order: 'big', bits: type.bits };
  if (expr.kind === 'map') return evaluateMap(state, expr, wanted);
  const value = evaluate(state, expr, wanted);
  if (
    value.type.base !== 'invalid' &&
    value.type.base !== type.base &&
    value.type.base !== 'concat'
  )
    throw new NftError(
      `datatype mismatch: expected ${type.description}, expression has type ${value.type.description}`,
      expr.loc,
    );
  return value;
}

function requireTransport(state: EvalState, port: Location, statement: Location): void {
  if (!state.protocols.layers.has('transport') && !state.out.some(matchesTransport))
    throw new NftError(
      'transport protocol mapping is only valid after transport protocol match',
      port,
      statement,
    );
}

const matchesTransport = (s: Statement): boolean =>
  s.kind === 'match' &&
  s.expr.kind === 'relational' &&
  ((s.expr.left.kind === 'meta' && s.expr.left.key === 'l4proto') ||
    (s.expr.left.kind === 'payload' &&
      (s.expr.left.field?.name === 'protocol' || s.expr.left.field?.name === 'nexthdr')));

function evaluateNat(state: EvalState, node: NatNode): void {
  if (node.addr) {
    const family = natFamily(state, node, 'NAT');
    if (!family)
      throw new NftError(
        `specify \`${node.type} ip' or '${node.type} ip6' in inet table to disambiguate`,
        node.loc,
      );
    node.family = family;
    node.addr = evaluateAddress(state, node.addr, family);
    if (node.addr.type.base === 'concat') node.concat = true;
    if (
      node.addr.kind === 'map' &&
      node.addr.mappings.kind === 'setref' &&
      node.addr.mappings.set.data?.kind === 'range' &&
      node.prefix
    )
      node.addr.type = family === 'ip' ? ipType : ip6Type;
  } else if (node.type === 'snat' || node.type === 'dnat') {
    const family = natFamily(state, node, 'NAT');
    if (family) node.family = family;
  }
  if (!node.port) return;
  const wanted: Wanted = { type: serviceType, order: 'big', bits: 16 };
  node.port =
    node.port.kind === 'map'
      ? evaluateMap(state, node.port, wanted)
      : evaluate(state, node.port, wanted);
  if (node.port.type.base !== 'service' && node.port.type.base !== 'integer')
    throw new NftError(
      `datatype mismatch: expected internet network service, expression has type ${node.port.type.description}`,
      node.port.loc,
    );
  requireTransport(state, node.port.loc, node.loc);
}

function evaluateTproxy(state: EvalState, node: TproxyNode): void {
  if (!state.protocols.layers.has('transport') && !state.out.some(matchesTransport))
    throw new NftError('Transparent proxy support requires transport protocol match', node.loc);
  if (node.addr) {
    const family = natFamily(state, node, 'tproxy');
    if (!family)
      throw new NftError(
        "specify `tproxy ip' or 'tproxy ip6' in inet table to disambiguate",
        node.loc,
      );
    node.family = family;
    if (node.addr.kind === 'range')
      throw new NftError('Address ranges are not supported for tproxy.', node.addr.loc);
    node.addr = evaluateAddress(state, node.addr, family);
  } else if (state.family === 'ip' || state.family === 'ip6') {
    if (node.family && node.family !== state.family)
      throw new NftError('family mismatch', node.loc);
    node.family = state.family;
  }
  if (node.port)
    node.port = evaluate(state, node.port, { type: serviceType, order: 'big', bits: 16 });
}

function evaluateQueue(state: EvalState, node: QueueNode): void {
  if (!node.queue) return;
  const simple = node.queue.kind === 'symbol' || node.queue.kind === 'range';
  const value = evaluate(state, node.queue, { type: integerType, order: 'host', bits: 16 });
  if (node.flags.has('fanout') && value.kind === 'value')
    throw new NftError('fanout requires a range to be specified', node.loc);
  node.queue = value;
  if (
    !simple &&
    (value.kind === 'numgen' || value.kind === 'hash') &&
    value.modulus + value.offset > 65536
  )
    throw new NftError('queue expression max value exceeds 65535', value.loc);
}

function setRef(state: EvalState, node: Expression): Expression & { kind: 'setref' } {
  const ref = node.kind === 'symbol' ? findSet(state, node) : node;
  if (ref.kind !== 'setref') throw new NftError('Expression does not refer to a set', node.loc);
  return ref;
}

function evaluateSetStatement(state: EvalState, node: SetStatementNode): void {
  const ref = setRef(state, node.set);
  node.set = ref;
  const key = evaluate(state, node.key.key, {
    type: ref.set.key.type,
    order: ref.set.key.order,
    bits: ref.set.key.bits,
  });
  if (!compatible(ref.set.key, key)) mismatch(ref.set.key, key, 'datatype mismatch: expected');
  if (key.kind === 'value') throw new NftError('Key expression comes from constant', node.key.loc);
  node.key.key = key;
  for (const s of node.statements) evaluateStatement(state, s, []);
  if (node.data) {
    if (!ref.set.data) throw new NftError(`${ref.set.name} is not a map`, node.set.loc);
    const data = ref.set.data;
    node.data.key = evaluate(state, node.data.key, {
      type: data.type,
      order: data.order,
      bits: data.bits,
    });
  }
}

function evaluateMeter(state: EvalState, node: Statement & { kind: 'meter' }): Statement {
  const key = evaluate(state, node.key.key, ANY);
  const existing = state.findSet(node.name);
  const flags: SetDeclaration['flags'] = new Set(['dynamic']);
  if (node.key.timeout !== undefined) flags.add('timeout');
  const set: SetDeclaration = existing ?? {
    family: state.family,
    table: state.table,
    name: node.name,
    flags,
    key,
    autoMerge: false,
    statements: [],
    typeOf: false,
    loc: node.loc,
    size: node.size || 65535,
  };
  if (!existing) state.addMeter(set);
  else if (!existing.flags.has('dynamic') || existing.data)
    throw new NftError(
      `File exists; meter '${node.name}' overlaps an existing ${existing.data ? 'map' : 'set'} '${node.name}' in family ${state.family}`,
      node.loc,
    );
  evaluateStatement(state, node.statement, []);
  const ref: Expression = {
    kind: 'setref',
    set,
    loc: node.loc,
    type: key.type,
    order: key.order,
    bits: key.bits,
  };
  return {
    kind: 'set',
    op: node.key.timeout === undefined ? 'add' : 'update',
    key: { ...node.key, key },
    set: ref,
    statements: [node.statement],
    loc: node.loc,
  };
}

function evaluateLog(node: Statement & { kind: 'log' }): void {
  if (
    node.level === 8 &&
    (node.prefix !== undefined || node.group !== undefined || node.flags !== 0)
  )
    throw new NftError("log level audit doesn't support any further options", node.loc);
  if (node.level !== undefined && node.group !== undefined)
    throw new NftError('level and group are mutually exclusive', node.loc);
  if (node.flags !== 0 && node.group !== undefined)
    throw new NftError('flags and group are mutually exclusive', node.loc);
}

/** __stmt_evaluate_arg: a mark takes whatever is a number, other fields their own type. */
function evaluateArgument(
  state: EvalState,
  expr: Expression,
  wanted: Wanted,
  statement: Location,
): Expression {
  const value =
    expr.kind === 'map' ? evaluateMap(state, expr, wanted) : evaluate(state, expr, wanted);
  const a = wanted.type;
  const b = value.type;
  const number = b.base !== 'concat' && b.base !== 'string' && b.base !== 'verdict';
  const loose =
    b.base !== 'mark' &&
    !['ip', 'ip6', 'bitmask', 'protocol', 'service'].includes(b.base) &&
    (a.base === 'integer' || b.base === 'integer');
  const ok = b.base === 'invalid' || a.name === b.name || (number && (a.base === 'mark' || loose));
  if (!ok)
    throw new NftError(
      `datatype mismatch: expected ${a.description}, expression has type ${b.description}`,
      expr.loc,
      statement,
    );
  if (value.kind === 'range') throw new NftError('meta: range argument not supported', expr.loc);
  return value;
}

/** Evaluates one statement; the result goes to `out` unless it is part of another. */
function evaluateStatement(state: EvalState, s: Statement, out: Statement[]): void {
  switch (s.kind) {
    case 'match':
      s.expr = evaluateMatch(state, s.expr);
      break;
    case 'verdict':
      s.expr =
        s.expr.kind === 'map'
          ? evaluateMap(state, s.expr, VERDICT)
          : evaluate(state, s.expr, VERDICT);
      break;
    case 'reject':
      evaluateReject(state, s);
      break;
    case 'nat':
      evaluateNat(state, s);
      break;
    case 'tproxy':
      evaluateTproxy(state, s);
      break;
    case 'queue':
      evaluateQueue(state, s);
      break;
    case 'log':
      evaluateLog(s);
      break;
    case 'meta set': {
      const key = metaKeys[s.key];
      if (key)
        s.expr = evaluateArgument(
          state,
          s.expr,
          key.key === 'nftrace' || key.key === 'bri_broute'
            ? { type: key.type, order: 'host', bits: 8, max: 255n }
            : { type: key.type, order: key.order, bits: key.bits },
          s.loc,
        );
      break;
    }
    case 'ct set': {
      const key = ctKeys[s.key];
      if (key)
        s.expr = evaluateArgument(
          state,
          s.expr,
          { type: key.type, order: key.order, bits: key.bits },
          s.loc,
        );
      break;
    }
    case 'payload set':
      // A TCP option to write implies no protocol (stmt_evaluate_exthdr).
      if (s.target.kind !== 'exthdr') s.target = evaluate(state, s.target, ANY);
      s.expr = evaluateArgument(
        state,
        s.expr,
        { type: s.target.type, order: s.target.order, bits: s.target.bits },
        s.loc,
      );
      break;
    case 'exthdr reset':
      evaluate(state, s.target, ANY);
      break;
    case 'objref':
      s.expr =
        s.expr.kind === 'map'
          ? evaluateMap(state, s.expr, ANY, s.type)
          : evaluate(state, s.expr, { type: stringType, order: 'host', bits: 1024 });
      break;
    case 'set':
      evaluateSetStatement(state, s);
      break;
    case 'meter':
      out.push(evaluateMeter(state, s));
      return;
    case 'chain':
      state.addChain(s);
      break;
    case 'dup':
      evaluateDup(state, s);
      break;
    case 'fwd':
      if (state.family !== 'netdev') throw new NftError('unsupported family', s.loc);
      s.dev = evaluate(state, s.dev, { type: ifindexType, order: 'host', bits: 32 });
      if (s.addr && s.family) s.addr = evaluateAddress(state, s.addr, s.family);
      break;
    default:
  }
  out.push(s);
}

function evaluateDup(state: EvalState, s: Statement & { kind: 'dup' }): void {
  const device: Wanted = { type: ifindexType, order: 'host', bits: 32 };
  if (!s.to) return;
  if (state.family === 'ip' || state.family === 'ip6') {
    s.to = evaluateAddress(state, s.to, state.family);
    if (s.dev) s.dev = evaluate(state, s.dev, device);
    return;
  }
  if (state.family !== 'netdev') throw new NftError('unsupported family', s.loc);
  if (s.dev) throw new NftError('cannot specify device', s.dev.loc);
  s.to = evaluate(state, s.to, device);
}

const isTerminal = (s: Statement): boolean =>
  (s.kind === 'verdict' && s.expr.kind === 'verdict' && s.expr.code !== 'continue') ||
  s.kind === 'reject' ||
  s.kind === 'nat' ||
  s.kind === 'queue';

/** A rule's statements with all that they imply. */
export function evaluateRule(state: EvalState, rule: RuleNode): Statement[] {
  state.protocols = freshProtocols(state.family);
  state.out = [];
  let terminal: Statement | undefined;
  for (const s of rule.statements) {
    if (terminal)
      throw new NftError('Statement after terminal statement has no effect', s.loc, terminal.loc);
    const own: Statement[] = [];
    evaluateStatement(state, s, own);
    state.out.push(...own);
    if (isTerminal(s)) terminal = s;
  }
  return state.out;
}

export function evaluateStatefulStatements(
  state: EvalState,
  statements: readonly Statement[],
): void {
  for (const s of statements) evaluateStatement(state, s, []);
}
