/** Changes: one parsed command against the ruleset, evaluated and applied. */
import { KernelError, NotEmulated } from '../../src/base/errors.ts';
import { itemKey, tableKey } from '../../src/kernel/model.ts';
import type {
  ChainRecord,
  Expr,
  Family,
  HookSpec,
  ObjectType,
} from '../../src/kernel/nftables/model.ts';
import * as kernel from '../../src/kernel/nftables/ruleset.ts';
import * as sets from '../../src/kernel/nftables/sets.ts';
import type {
  ChainBlock,
  Command,
  Expression,
  ObjectBlock,
  RuleNode,
  SetBlock,
  SetDeclaration,
  SetNode,
  Spec,
  TableBlock,
} from '../../src/nft/ast.ts';
import { concatType, stringType, verdictType } from '../../src/nft/datatypes/table.ts';
import {
  ANY,
  type EvalState,
  freshProtocols,
  type Wanted,
} from '../../src/nft/evaluate/context.ts';
import { evaluate, evaluateSetItems } from '../../src/nft/evaluate/expressions.ts';
import { evaluateRule, evaluateStatefulStatements } from '../../src/nft/evaluate/statements.ts';
import { liftStateful } from '../../src/nft/lift/rule.ts';
import { liftSet } from '../../src/nft/lift/sets.ts';
import { type Location, NftError } from '../../src/nft/location.ts';
import { Lowering } from '../../src/nft/lower/expressions.ts';
import { joinPayloads } from '../../src/nft/lower/join.ts';
import {
  firstSegment,
  lowerElements,
  type PlacedElement,
  setSpec,
} from '../../src/nft/lower/sets.ts';
import { limitExpr, lowerStatement } from '../../src/nft/lower/statements.ts';
import { priorityValue } from '../../src/nft/priority.ts';
import { checkOverlap, mergeIntervals, subtractIntervals } from './intervals.ts';
import type { Session } from './session.ts';
import { Suggestions } from './suggestions.ts';

/** What of a request an errno is about, as places in the input. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly text: string;
  readonly loc: Location;
  constructor(text: string, loc: Location) {
    super(text);
    this.text = text;
    this.loc = loc;
  }
}

const familyOf = (spec: Spec): Family => spec.family ?? 'ip';
const tableOf = (spec: Spec): string => spec.table?.name ?? '';
const nameOf = (spec: Spec): string => spec.item?.name ?? '';

function evalState(
  s: Session,
  family: Family,
  table: string,
): EvalState & {
  readonly anonymous: SetDeclaration[];
  readonly meters: SetDeclaration[];
  readonly chains: (ChainBlock & { key?: string })[];
} {
  const anonymous: SetDeclaration[] = [];
  const meters: SetDeclaration[] = [];
  const chains: ChainBlock[] = [];
  return {
    family,
    table,
    env: s.values,
    protocols: freshProtocols(family),
    out: [],
    anonymous,
    meters,
    chains,
    findSet: (name) => {
      const made = meters.find((m) => m.name === name);
      if (made) return made;
      const record = s.kernel.ruleset.sets.get(itemKey(family, table, name));
      return record && liftSet(record, (exprs: readonly Expr[]) => liftStateful(exprs));
    },
    addAnonymous: (set) => anonymous.push(set),
    addMeter: (set) => meters.push(set),
    addChain: (statement) => {
      statement.name = `__chain${chains.length}`;
      chains.push(statement.chain);
    },
    suggestSet: (name) => new Suggestions(s.kernel.ruleset).set(name),
  };
}

function addDeclaredSet(s: Session, set: SetDeclaration, create: boolean): void {
  const before = s.kernel.ruleset.sets.size;
  set.name = sets.addSet(s.kernel, setSpec(set), { create });
  if (s.kernel.ruleset.sets.size > before) s.fresh.add(itemKey(set.family, set.table, set.name));
}

function addElements(s: Session, set: SetDeclaration, items: SetNode, create: boolean): void {
  const ref = { family: set.family, table: set.table, name: set.name };
  let placed = lowerElements(set, items, s.now);
  if (set.flags.has('interval') && set.key.kind !== 'concat') {
    const existing = [
      ...s.kernel.ruleset.elements(itemKey(set.family, set.table, set.name)).values(),
    ];
    if (set.autoMerge) placed = mergeIntervals(s.kernel, ref, existing, placed);
    else checkOverlap(existing, placed, set.flags.has('anonymous'));
    const first = existing.length === 0 && firstSegment(placed);
    if (first) sets.addElement(s.kernel, ref, first);
  }
  for (const { element, loc } of placed)
    sets.addElement(s.kernel, ref, element, { create, at: loc });
}

/** Adds a rule with the sets and chains it brings along. */
function addRule(
  s: Session,
  family: Family,
  table: string,
  chain: string,
  rule: RuleNode,
  place: kernel.RulePlace,
  spec?: Spec,
): number {
  const state = evalState(s, family, table);
  const statements = evaluateRule(state, rule);
  if (!s.kernel.ruleset.tables.has(tableKey(family, table)))
    throw new KernelError('ENOENT', 'table');
  if (!s.kernel.ruleset.chains.has(itemKey(family, table, chain)))
    throw new KernelError('ENOENT', 'chain');
  for (const block of state.chains) {
    const name = freeChainName(s, family, table);
    for (const st of statements) if (st.kind === 'chain' && st.chain === block) st.name = name;
    kernel.addChain(s.kernel, { family, table, name, anonymous: true });
    for (const inner of block.rules) addRule(s, family, table, name, inner, { where: 'append' });
  }
  for (const set of state.meters) addDeclaredSet(s, set, false);
  for (const set of state.anonymous) {
    addDeclaredSet(s, set, false);
    if (set.init) addElements(s, set, set.init, false);
  }
  const lowering = new Lowering((set) => set.name);
  const places: Location[] = [];
  for (const statement of joinPayloads(statements)) {
    const before = lowering.exprs.length;
    lowerStatement(lowering, statement);
    const loc =
      statement.kind === 'objref'
        ? statement.expr.loc
        : statement.kind === 'verdict' && statement.expr.kind === 'verdict' && statement.expr.chain
          ? statement.expr.chain.loc
          : statement.loc;
    for (let i = before; i < lowering.exprs.length; i++) places.push(loc);
  }
  for (const expr of lowering.exprs)
    if (expr.op === 'dynset' && s.fresh.has(itemKey(family, table, expr.set)))
      sets.makeDynamic(s.kernel, { family, table, name: expr.set });
  s.sent({ family, table, name: chain }, lowering.exprs);
  try {
    return kernel.addRule(
      s.kernel,
      { family, table, name: chain },
      { exprs: lowering.exprs, comment: rule.comment },
      place,
    );
  } catch (error) {
    if (error instanceof KernelError && typeof error.at === 'number')
      throw new KernelError(error.errno, places[error.at] ?? spec?.item?.loc);
    throw error;
  }
}

function freeChainName(s: Session, family: Family, table: string): string {
  for (let n = 0; ; n++)
    if (!s.kernel.ruleset.chains.has(itemKey(family, table, `__chain${n}`))) return `__chain${n}`;
}

function rulePlace(s: Session, spec: Spec, verb: string): kernel.RulePlace {
  const key = itemKey(familyOf(spec), tableOf(spec), nameOf(spec));
  if (verb === 'replace') return { where: 'replace', handle: Number(spec.handle?.id ?? 0n) };
  const side = verb === 'insert' ? 'before' : 'after';
  if (spec.index) {
    const handles = [...s.kernel.ruleset.rules(key).entries()].map(([h]) => h);
    const handle = handles[Number(spec.index.id)];
    if (handle === undefined) throw new KernelError('ENOENT', spec.index.loc);
    return { where: side, handle };
  }
  if (spec.position) return { where: side, handle: Number(spec.position.id) };
  return { where: verb === 'insert' ? 'insert' : 'append' };
}

function hookSpec(family: Family, block: ChainBlock): HookSpec | undefined {
  const { base } = block;
  if (!base) return undefined;
  const { priority } = base;
  let value = priority.value;
  if (priority.name !== undefined) {
    const known = priorityValue(family, base.hook, priority.name);
    if (known === undefined)
      throw new NftError(`invalid priority expression value in this context.`, priority.loc);
    value += known;
  }
  if (base.type === 'nat' && value <= -200)
    throw new NftError('Chains of type "nat" must have a priority value above -200', priority.loc);
  const hooks: { readonly [F in Family]: readonly string[] } = {
    ip: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
    ip6: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
    inet: ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress'],
    arp: ['input', 'forward', 'output'],
    bridge: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
    netdev: ['ingress', 'egress'],
  };
  if (!hooks[family].includes(base.hook))
    throw new NftError(`The ${family} family does not support this hook`, base.hookLoc);
  const type = base.type === 'nat' ? 'nat' : base.type === 'route' ? 'route' : 'filter';
  return {
    type,
    hook: base.hook,
    priority: value,
    devices: (block.devices ?? []).map((d) => d.name),
  };
}

function addChain(
  s: Session,
  family: Family,
  table: string,
  id: { name: string; loc: Location },
  block: ChainBlock | undefined,
  create: boolean,
): void {
  if (!s.kernel.ruleset.tables.has(tableKey(family, table)))
    throw new KernelError('ENOENT', 'table');
  const base = block && hookSpec(family, block);
  const old = s.kernel.ruleset.chains.get(itemKey(family, table, id.name));
  try {
    const policy =
      block?.policy?.verdict === 'drop'
        ? 'drop'
        : block?.policy?.verdict === 'accept'
          ? 'accept'
          : undefined;
    kernel.addChain(
      s.kernel,
      {
        family,
        table,
        name: id.name,
        base,
        policy,
        comment: block?.comment,
        offload: block?.offload ?? false,
      },
      { create },
    );
  } catch (error) {
    if (!(error instanceof KernelError) || !block?.base) throw error;
    if (error.at === 'chain type' && error.errno === 'EOPNOTSUPP')
      throw new Refused(
        `Chain of type "${block.base.type}" is not supported, perhaps kernel support is missing?`,
        block.base.loc,
      );
    if (error.errno === 'EEXIST' && old?.base && base && sameKind(old, base))
      throw new Refused(
        `Chain "${id.name}" already exists in table ${family} '${table}' with different declaration`,
        block.base.loc,
      );
    throw error;
  }
}

const sameKind = (old: Readonly<ChainRecord>, base: HookSpec): boolean =>
  old.base?.type === base.type && old.base.hook === base.hook;

/** A set block as a declaration. */
function declareSet(
  s: Session,
  family: Family,
  table: string,
  id: { name: string; loc: Location },
  block: SetBlock,
): SetDeclaration {
  const state = evalState(s, family, table);
  if (!block.key)
    throw new NftError(
      `${block.map ? 'map' : 'set'} definition does not specify key`.replace(
        'map definition',
        'set definition',
      ),
      block.loc ?? id.loc,
    );
  const key = typedKey(state, block.key);
  const flags: SetDeclaration['flags'] = new Set(block.flags);
  if (block.map && block.data) flags.add('map');
  if (block.objectType) flags.add('object');
  if (block.timeout !== undefined) flags.add('timeout');
  if (block.map && !block.data && !block.objectType)
    throw new NftError('map definition does not specify mapping data type', block.loc ?? id.loc);
  const init = block.init;
  if (init?.kind === 'set' && init.items.some(hasTimeout)) flags.add('timeout');
  if (key.kind === 'concat' && flags.has('interval')) flags.add('concat');
  if (block.typeOf === false)
    for (const part of key.kind === 'concat' ? key.items : [key])
      if (part.bits === 0 && part.type.base !== 'concat')
        throw new NftError(
          `unqualified type ${part.type.name} specified in set definition. Try "typeof expression" instead of "type datatype".`,
          block.loc ?? block.key.loc,
        );
  const data = block.data && typedKey(state, block.data);
  evaluateStatefulStatements(state, block.statements);
  return {
    family,
    table,
    name: id.name,
    flags,
    key,
    data:
      data && block.dataInterval
        ? {
            kind: 'range',
            from: data,
            to: data,
            loc: data.loc,
            type: data.type,
            order: data.order,
            bits: data.bits,
          }
        : data,
    objectType: block.objectType,
    timeout: block.timeout,
    gcInterval: block.gcInterval,
    size: block.size,
    policy: block.policy,
    autoMerge: block.autoMerge,
    statements: block.statements,
    comment: block.comment,
    typeOf: block.typeOf,
    loc: id.loc,
  };
}

const hasTimeout = (_item: Expression): boolean => false;

function typedKey(state: EvalState, node: Expression): Expression {
  if (node.kind !== 'concat') return evaluateBare(state, node);
  const items = node.items.map((i) => evaluateBare(state, i));
  return {
    ...node,
    items,
    type: concatType(items.map((i) => i.type)),
    bits: items.reduce((n, i) => n + Math.ceil(i.bits / 32) * 32, 0),
  };
}

/** A selector of `typeof`: no rule, so nothing is implied by it. */
function evaluateBare(state: EvalState, node: Expression): Expression {
  if (node.kind === 'verdict') return { ...node, type: verdictType };
  if (node.kind === 'payload' || node.kind === 'value' || node.kind === 'exthdr') return node;
  return evaluate({ ...state, out: [] }, node, ANY);
}

function dataWanted(set: SetDeclaration): Wanted | undefined {
  if (set.objectType) return { type: stringType, order: 'host', bits: 1024 };
  if (!set.data) return undefined;
  const node = set.data.kind === 'range' ? set.data.from : set.data;
  return {
    type: node.type,
    order: node.order,
    bits: node.bits,
    ...(node.kind === 'concat' && { key: node }),
  };
}

/** Elements as the set wants them. */
export function evaluateElements(s: Session, set: SetDeclaration, node: Expression): SetNode {
  if (node.kind !== 'set') throw new NftError('Set elements are not a list', node.loc);
  const state = evalState(s, set.family, set.table);
  const key: Wanted = {
    type: set.key.type,
    order: set.key.order,
    bits: set.key.bits,
    key: set.key,
  };
  const items = evaluateSetItems(state, node, key, dataWanted(set));
  if (!set.flags.has('interval'))
    for (const item of items.items) {
      const left = item.kind === 'mapping' ? item.left : item;
      const inner = left.kind === 'element' ? left.key : left;
      const kind =
        inner.kind === 'range' || inner.kind === 'prefix'
          ? inner.kind
          : inner.kind === 'concat'
            ? inner.items.find((i) => i.kind === 'range' || i.kind === 'prefix')?.kind
            : undefined;
      if (kind === 'range' || kind === 'prefix')
        throw new NftError(
          `You must add 'flags interval' to your ${set.data || set.objectType ? 'map' : 'set'} declaration if you want to add ${kind} elements`,
          inner.loc,
        );
    }
  return items;
}

function storedSet(s: Session, spec: Spec): SetDeclaration {
  const record = s.kernel.ruleset.sets.get(itemKey(familyOf(spec), tableOf(spec), nameOf(spec)));
  requireTable(s, spec);
  if (!record)
    throw new NftError(
      `No such file or directory${new Suggestions(s.kernel.ruleset).set(nameOf(spec)) ?? ''}`,
      spec.item?.loc as Location,
    );
  return liftSet(record, (exprs) => liftStateful(exprs));
}

function objectSpec(
  family: Family,
  table: string,
  name: string,
  type: ObjectType,
  block: ObjectBlock | undefined,
): sets.ObjectSpec {
  const own = {
    family,
    table,
    name,
    type,
    ...(block?.comment !== undefined && { comment: block.comment }),
  };
  switch (type) {
    case 'counter':
      return { ...own, expr: { op: 'counter', ...(block?.counter ?? { packets: 0n, bytes: 0n }) } };
    case 'quota':
      return {
        ...own,
        expr: {
          op: 'quota',
          bytes: block?.quota.bytes ?? 0n,
          over: block?.quota.over ?? false,
          consumed: block?.quota.used ?? 0n,
        },
      };
    case 'limit':
      if (!block?.limit) throw new NotEmulated('nft limit object without a rate');
      return { ...own, expr: limitExpr(block.limit) };
    case 'synproxy': {
      const p = block?.synproxy ?? { mss: 0, wscale: 0, timestamp: false, sackPerm: false };
      return {
        ...own,
        expr: {
          op: 'synproxy',
          mss: p.mss,
          wscale: p.wscale,
          flags: 3 | (p.sackPerm ? 4 : 0) | (p.timestamp ? 8 : 0),
        },
      };
    }
    case 'ct helper':
      if (
        ![
          'ftp',
          'sip',
          'tftp',
          'amanda',
          'h323',
          'Q.931',
          'RAS',
          'irc',
          'netbios-ns',
          'pptp',
          'sane',
          'snmp',
        ].includes(block?.helper ?? '')
      )
        throw new KernelError('ENOENT');
      return {
        ...own,
        config: {
          helper: block?.helper ?? '',
          protocol: block?.protocol ?? 'tcp',
          l3proto: block?.l3proto ?? family,
        },
      };
    case 'ct timeout':
      return {
        ...own,
        config: {
          protocol: block?.protocol ?? 'tcp',
          l3proto: block?.l3proto ?? family,
          policy: (block?.policy ?? []).map((p) => [p.state, p.seconds]),
        },
      };
    case 'ct expectation':
      return {
        ...own,
        config: {
          protocol: block?.protocol ?? 'tcp',
          dport: block?.dport ?? 0,
          timeout: block?.timeout ?? 0,
          size: block?.size ?? 0,
          l3proto: block?.l3proto ?? family,
        },
      };
    default:
      throw new NotEmulated(`nft ${type} objects`);
  }
}

const OBJECT_TYPES = new Set<string>([
  'counter',
  'quota',
  'limit',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'secmark',
  'synproxy',
]);

function addTable(s: Session, spec: Spec, block: TableBlock | undefined, create: boolean): void {
  const family = familyOf(spec);
  const name = tableOf(spec);
  const flags = [...(block?.flags ?? [])];
  kernel.addTable(s.kernel, { family, name, flags, comment: block?.comment }, { create });
  if (block?.flags.has('owner')) s.owned.push([family, name]);
}

/** What is added needs its table when it is evaluated, before the kernel is asked. */
function requireTable(s: Session, spec: Spec): void {
  if (s.kernel.ruleset.tables.has(tableKey(familyOf(spec), tableOf(spec)))) return;
  const hint = new Suggestions(s.kernel.ruleset).table(tableOf(spec)) ?? '';
  throw new NftError(
    `No such file or directory${hint}`,
    spec.table?.loc ?? (spec.item?.loc as Location), // one of them was written
  );
}

/** Adds one thing; blocks were taken apart before (expand.ts). */
function add(s: Session, c: Command): void {
  const create = c.verb === 'create';
  const { spec } = c;
  const family = familyOf(spec);
  const table = tableOf(spec);
  switch (c.object) {
    case 'table':
      addTable(s, spec, c.table, create);
      return;
    case 'chain':
      requireTable(s, spec);
      if (spec.item) addChain(s, family, table, spec.item, c.chain, create);
      return;
    case 'rule': {
      if (!c.rule) return;
      const place = rulePlace(s, spec, c.verb);
      s.echoRule(c, addRule(s, family, table, nameOf(spec), c.rule, place, spec));
      return;
    }
    case 'set':
      if (c.set && spec.item) {
        const set = declareSet(s, family, table, spec.item, c.set);
        requireTable(s, spec);
        addDeclaredSet(s, set, create);
      }
      return;
    case 'set elements':
      if (c.set?.init && spec.item) {
        const set = declareSet(s, family, table, spec.item, c.set);
        addElements(s, set, evaluateElements(s, set, c.set.init), false);
      }
      return;
    case 'elements': {
      const set = storedSet(s, spec);
      if (c.elements) addElements(s, set, evaluateElements(s, set, c.elements), create);
      return;
    }
    default: {
      if (!OBJECT_TYPES.has(c.object)) throw new NotEmulated(`nft ${c.verb} ${c.object}`);
      requireTable(s, spec);
      const object = objectSpec(family, table, nameOf(spec), c.object as ObjectType, c.item);
      sets.addObject(s.kernel, object, { create });
    }
  }
}

function byHandle<
  R extends {
    readonly handle: number;
    readonly family: Family;
    readonly table?: string;
    readonly name: string;
  },
>(values: Iterable<R>, spec: Spec): string {
  for (const r of values)
    if (
      r.family === familyOf(spec) &&
      BigInt(r.handle) === spec.handle?.id &&
      (r.table === undefined || r.table === tableOf(spec))
    )
      return r.name;
  throw new KernelError('ENOENT', spec.handle?.loc);
}

function remove(s: Session, c: Command): void {
  const family = familyOf(c.spec);
  const { ruleset } = s.kernel;
  switch (c.object) {
    case 'table':
      kernel.deleteTable(
        s.kernel,
        family,
        c.spec.handle ? byHandle(ruleset.tables.values(), c.spec) : tableOf(c.spec),
      );
      return;
    case 'chain':
      kernel.deleteChain(s.kernel, {
        family,
        table: tableOf(c.spec),
        name: c.spec.handle ? byHandle(ruleset.chains.values(), c.spec) : nameOf(c.spec),
      });
      return;
    case 'rule':
      kernel.deleteRule(
        s.kernel,
        { family, table: tableOf(c.spec), name: nameOf(c.spec) },
        Number(c.spec.handle?.id ?? 0n),
      );
      return;
    case 'set':
      sets.deleteSet(s.kernel, {
        family,
        table: tableOf(c.spec),
        name: c.spec.handle ? byHandle(ruleset.sets.values(), c.spec) : nameOf(c.spec),
      });
      return;
    case 'elements': {
      const set = storedSet(s, c.spec);
      if (!c.elements) return;
      removeElements(s, set, evaluateElements(s, set, c.elements), c.verb === 'destroy');
      return;
    }
    default: {
      if (!OBJECT_TYPES.has(c.object)) throw new NotEmulated(`nft ${c.verb} ${c.object}`);
      const type = c.object as ObjectType;
      const name = c.spec.handle
        ? byHandle(
            [...ruleset.objects.values()].filter((o) => o.type === type),
            c.spec,
          )
        : nameOf(c.spec);
      sets.deleteObject(s.kernel, { family, table: tableOf(c.spec), name }, type);
      return;
    }
  }
}

function removeElements(s: Session, set: SetDeclaration, items: SetNode, quiet: boolean): void {
  const ref = { family: set.family, table: set.table, name: set.name };
  let placed: readonly PlacedElement[] = lowerElements(set, items, s.now);
  if (set.flags.has('interval') && set.key.kind !== 'concat') {
    const existing = [
      ...s.kernel.ruleset.elements(itemKey(set.family, set.table, set.name)).values(),
    ];
    placed = subtractIntervals(s.kernel, ref, existing, placed, set.autoMerge);
  }
  for (const { element, loc } of placed)
    try {
      sets.deleteElement(s.kernel, ref, element, loc);
    } catch (error) {
      if (!(quiet && error instanceof KernelError && error.errno === 'ENOENT')) throw error;
    }
}

function flush(s: Session, c: Command): void {
  const family = familyOf(c.spec);
  switch (c.object) {
    case 'ruleset':
      kernel.flushRuleset(s.kernel, c.spec.family);
      return;
    case 'table':
      kernel.flushTable(s.kernel, family, tableOf(c.spec));
      return;
    case 'chain':
      kernel.flushChain(s.kernel, { family, table: tableOf(c.spec), name: nameOf(c.spec) });
      return;
    default:
      storedSet(s, c.spec);
      sets.flushSet(s.kernel, { family, table: tableOf(c.spec), name: nameOf(c.spec) });
      return;
  }
}

/** Applies one command; false when there was nothing to do. Throws NftError (evaluation), KernelError or Refused. */
export function execute(s: Session, c: Command): boolean {
  checkNames(c);
  switch (c.verb) {
    case 'add':
    case 'create':
    case 'insert':
    case 'replace':
      add(s, c);
      return true;
    case 'delete':
      remove(s, c);
      return true;
    case 'destroy':
      try {
        remove(s, c);
        return true;
      } catch (error) {
        // The table has to be there all the same.
        const missing = error instanceof KernelError && error.errno === 'ENOENT';
        if (missing && (error.at !== 'table' || c.object === 'table')) return false;
        throw error;
      }
    case 'flush':
      flush(s, c);
      return true;
    case 'rename':
      kernel.renameChain(
        s.kernel,
        { family: familyOf(c.spec), table: tableOf(c.spec), name: nameOf(c.spec) },
        c.name?.name ?? '',
      );
      return true;
    default:
      throw new NotEmulated(`nft ${c.verb} ${c.object}`);
  }
}

function checkNames(c: Command): void {
  for (const id of [c.spec.table, c.spec.item, c.name])
    if (id && id.name.length > 255)
      throw new NftError('name too long, 256 characters maximum allowed', id.loc);
}
