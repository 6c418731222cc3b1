/** Tables and what is in them as text (nftables' rule.c). */
import type { Ruleset } from '../../kernel/model.ts';
import { itemKey } from '../../kernel/model.ts';
import { quotaUsed } from '../../kernel/nftables/expressions/quota.ts';
import type {
  ChainRecord,
  ElementRecord,
  Family,
  FlowtableRecord,
  ObjectRecord,
  RuleRecord,
  SetRecord,
  TableRecord,
} from '../../kernel/nftables/model.ts';
import type { Expression, LimitNode, SetDeclaration } from '../ast.ts';
import { typeOfNumber } from '../datatypes/table.ts';
import { formatTime } from '../datatypes/time.ts';
import { liftRule, liftStateful } from '../lift/rule.ts';
import { liftSetWithElements } from '../lift/sets.ts';
import type { TranslateXt } from '../lift/tidy.ts';
import { priorityText } from '../priority.ts';
import { type PrintEnv, printElement, printExpression } from './expressions.ts';
import { printBytes, printLimit, printStatement } from './statements.ts';

export interface Listing extends PrintEnv {
  readonly ruleset: Ruleset;
  readonly translate: TranslateXt;
}

const handle = (l: Listing, record: { readonly handle: number }): string =>
  l.options.handles ? ` # handle ${record.handle}` : '';

export function printRule(
  l: Listing,
  family: Family,
  table: string,
  rule: Readonly<RuleRecord>,
): string {
  const statements = liftRule(
    { ruleset: l.ruleset, family, table, now: l.now, translate: l.translate },
    rule.exprs,
  );
  const texts = statements.map((s) => printStatement(s, l));
  const comment = rule.comment === undefined ? '' : ` comment "${rule.comment}"`;
  return `${texts.join(' ')}${comment}${handle(l, rule)}`;
}

function printChainHead(l: Listing, chain: Readonly<ChainRecord>): string {
  const { base } = chain;
  if (!base) return '';
  const devices =
    base.devices.length === 1
      ? ` device "${base.devices[0]}"`
      : base.devices.length > 1
        ? ` devices = { ${base.devices.map((d) => `"${d}"`).join(', ')} }`
        : '';
  const flags = chain.flags.includes('offload') ? '\t\tflags offload\n' : '';
  return `\t\ttype ${base.type} hook ${base.hook}${devices} priority ${priorityText(chain.family, base.hook, base.priority, l.options.numericPriority)}; policy ${chain.policy ?? 'accept'};\n${flags}`;
}

/** A chain; `rules: false` for `list chains`. */
export function printChain(
  l: Listing,
  chain: Readonly<ChainRecord>,
  rules: boolean | readonly Readonly<RuleRecord>[],
): string {
  let out = `\tchain ${chain.name} {${handle(l, chain)}\n`;
  if (chain.comment !== undefined) out += `\t\tcomment "${chain.comment}"\n`;
  out += printChainHead(l, chain);
  const list =
    rules === true
      ? l.ruleset.rules(itemKey(chain.family, chain.table, chain.name)).values()
      : rules === false
        ? []
        : rules;
  for (const rule of list) out += `${withBlocks(l, chain, rule, 2)}\n`;
  return `${out}\t}\n`;
}

/** A rule on lines of its own; the anonymous chain it jumps to follows as a block. */
function withBlocks(
  l: Listing,
  chain: Readonly<ChainRecord>,
  rule: Readonly<RuleRecord>,
  depth: number,
): string {
  const { family, table } = chain;
  const tabs = '\t'.repeat(depth);
  const text = printRule(l, family, table, rule);
  for (const expr of rule.exprs) {
    if (expr.op !== 'verdict' || !('chain' in expr.verdict)) continue;
    const target = l.ruleset.chains.get(itemKey(family, table, expr.verdict.chain));
    if (!target?.anonymous) continue;
    const inner = [...l.ruleset.rules(itemKey(family, table, target.name)).values()]
      .map((each) => `${withBlocks(l, target, each, depth + 1)}\n`)
      .join('');
    const { code } = expr.verdict;
    return tabs + text.replace(`${code} ${target.name}`, () => `${code} {\n${inner}${tabs}}`);
  }
  return tabs + text;
}

/** Types of which several fit on a line of elements. */
const PER_LINE = new Map([
  ['ip', 2],
  ['service', 5],
  ['protocol', 5],
  ['mark', 5],
  ['uid', 5],
  ['gid', 5],
  ['ifindex', 5],
  ['handle', 5],
  ['integer', 5],
]);

function printElements(l: Listing, set: SetDeclaration): string {
  if (!set.init) return '';
  const items = set.init.items;
  const base = set.key.kind === 'concat' ? 'concat' : set.key.type.base;
  const room = PER_LINE.get(base) ?? 1;
  const long = set.statements.length > 0 || items.some(isLong);
  let count = 0;
  let out = '';
  for (const [i, item] of items.entries()) {
    if (i > 0) {
      count += 1;
      if (long || count >= room) {
        out += ',\n\t\t\t     ';
        count = 0;
      } else out += ', ';
    }
    out += printItem(l, item);
  }
  return `\t\telements = { ${out} }\n`;
}

/** One such element puts all on lines of their own; statements do where the set declares them. */
function isLong(item: Expression): boolean {
  if (item.kind === 'mapping') return true;
  if (item.kind !== 'element') return false;
  return item.timeout !== undefined || item.expires !== undefined || item.comment !== undefined;
}

function printItem(l: Listing, item: Expression): string {
  if (item.kind === 'mapping')
    return `${printItem(l, item.left)} : ${printExpression(item.right, l)}`;
  if (item.kind !== 'element') return printExpression(item, l);
  return printElement(item, l, item.statements.map((s) => ` ${printStatement(s, l)}`).join(''));
}

const SHOWN_FLAGS = ['constant', 'dynamic', 'interval', 'timeout'] as const;

function printSetType(set: Readonly<SetRecord>): string {
  const { keyTypeof, dataTypeof } = set.userdata;
  const interval = set.userdata.dataInterval === true ? 'interval ' : '';
  if (typeof keyTypeof === 'string') {
    const data =
      typeof dataTypeof === 'string'
        ? ` : ${interval}${set.dataType === 1 ? 'verdict' : dataTypeof}`
        : set.objectType
          ? ` : ${set.objectType}`
          : '';
    return `typeof ${keyTypeof}${data}`;
  }
  const data =
    set.dataType !== undefined
      ? ` : ${interval}${typeOfNumber(set.dataType).name}`
      : set.objectType
        ? ` : ${set.objectType}`
        : '';
  return `type ${typeOfNumber(set.keyType).name}${data}`;
}

/** A set or map; `only` lists just those elements. */
export function printSet(
  l: Listing,
  set: Readonly<SetRecord>,
  only?: readonly Readonly<ElementRecord>[],
): string {
  const isMap = set.flags.includes('map') || set.flags.includes('object');
  let out = `\t${isMap ? 'map' : 'set'} ${set.name} {${handle(l, set)}\n\t\t${printSetType(set)}\n`;
  if (set.policy === 'memory') out += '\t\tpolicy memory\n';
  if (set.size !== undefined && set.size > 0) out += `\t\tsize ${set.size}\n`;
  const flags = SHOWN_FLAGS.filter(
    (f) =>
      set.flags.includes(f) &&
      !(
        f === 'timeout' &&
        set.timeout !== undefined &&
        !set.flags.includes('dynamic') &&
        set.userdata.timeoutFlag !== true
      ),
  );
  if (flags.length > 0) out += `\t\tflags ${flags.join(',')}\n`;
  if (set.timeout !== undefined) out += `\t\ttimeout ${formatTime(set.timeout)}\n`;
  if (set.gcInterval !== undefined) out += `\t\tgc-interval ${formatTime(set.gcInterval)}\n`;
  if (set.userdata.autoMerge === true) out += '\t\tauto-merge\n';
  if (set.comment !== undefined) out += `\t\tcomment "${set.comment}"\n`;
  const bare: PrintEnv = { ...l, options: { ...l.options, stateless: true } };
  for (const s of liftStateful(set.exprs)) out += `\t\t${printStatement(s, bare)}\n`;
  if (!l.options.terse) {
    const declaration = liftSetWithElements(l.ruleset, set, {
      now: l.now,
      statements: (e) => liftStateful(e),
      ...(only && { only }),
    });
    out += printElements(l, declaration);
  }
  return `${out}\t}\n`;
}

function objectLines(l: Listing, o: Readonly<ObjectRecord>): readonly string[] {
  const { expr, config = {} } = o;
  switch (o.type) {
    case 'counter':
      return expr?.op === 'counter' && !l.options.stateless
        ? [`packets ${expr.packets} bytes ${expr.bytes}`]
        : [];
    case 'quota':
      if (expr?.op !== 'quota') return [];
      return [
        `${expr.over ? 'over ' : ''}${printBytes(expr.bytes)}${!l.options.stateless && expr.consumed > 0n ? ` used ${printBytes(quotaUsed(expr))}` : ''}`,
      ];
    case 'limit': {
      if (expr?.op !== 'limit') return [];
      const text = printLimit({ kind: 'limit', ...expr } as unknown as LimitNode); // the same fields under the same names
      return [text.replace(/ burst 5 packets$/, '')];
    }
    case 'synproxy': {
      if (expr?.op !== 'synproxy') return [];
      const words = [expr.flags & 8 ? 'timestamp' : '', expr.flags & 4 ? 'sack-perm' : ''].filter(
        (w) => w !== '',
      );
      return [
        `mss ${expr.mss}`,
        `wscale ${expr.wscale}`,
        ...(words.length > 0 ? [words.join(' ')] : []),
      ];
    }
    case 'ct helper':
      return [
        `type "${String(config.helper)}" protocol ${String(config.protocol)}`,
        `l3proto ${String(config.l3proto)}`,
      ];
    case 'ct timeout': {
      const policy = Array.isArray(config.policy) ? config.policy : [];
      const states = policy.flatMap((p) =>
        Array.isArray(p) ? [`${String(p[0])} : ${formatTime(Number(p[1]) * 1000)}`] : [],
      );
      return [
        `protocol ${String(config.protocol)}`,
        `l3proto ${String(config.l3proto)}`,
        `policy = { ${states.join(', ')} }`,
      ];
    }
    case 'ct expectation':
      return [
        `protocol ${String(config.protocol)}`,
        `dport ${String(config.dport)}`,
        `timeout ${formatTime(Number(config.timeout))}`,
        `size ${String(config.size)}`,
        `l3proto ${String(config.l3proto)}`,
      ];
    default:
      return [];
  }
}

export function printObject(l: Listing, o: Readonly<ObjectRecord>): string {
  const lines = objectLines(l, o).map((line) => `\t\t${line}\n`);
  const comment = o.comment === undefined ? '' : `\t\tcomment "${o.comment}"\n`;
  return `\t${o.type} ${o.name} {${handle(l, o)}\n${comment}${lines.join('')}\t}\n`;
}

export function printFlowtable(l: Listing, f: Readonly<FlowtableRecord>): string {
  const devices =
    f.devices.length > 0 ? `\t\tdevices = { ${f.devices.map((d) => `"${d}"`).join(', ')} }\n` : '';
  const flags = f.flags.includes('offload') ? '\t\tflags offload\n' : '';
  return `\tflowtable ${f.name} {${handle(l, f)}\n\t\thook ingress priority ${priorityText(f.family, 'ingress', f.priority, l.options.numericPriority)}\n${devices}${flags}${f.flags.includes('counter') ? '\t\tcounter\n' : ''}\t}\n`;
}

/** What belongs to one table, in the kernel's order. */
export function tableParts<R extends { readonly family: Family; readonly table: string }>(
  values: Iterable<R>,
  table: Readonly<TableRecord>,
): R[] {
  return [...values].filter((r) => r.family === table.family && r.table === table.name);
}

/** `show` words a chain, undefined for one that is left out. */
export function printTable(
  l: Listing,
  table: Readonly<TableRecord>,
  show: (chain: Readonly<ChainRecord>) => string | undefined = (chain) =>
    printChain(l, chain, true),
): string {
  const { ruleset } = l;
  const objects = tableParts(ruleset.objects.values(), table);
  const sets = tableParts(ruleset.sets.values(), table).filter(
    (s) => !s.flags.includes('anonymous'),
  );
  const blocks = [
    ...objects.map((o) => printObject(l, o)),
    ...sets.map((s) => printSet(l, s)),
    ...tableParts(ruleset.flowtables.values(), table).map((f) => printFlowtable(l, f)),
    ...tableParts(ruleset.chains.values(), table)
      .filter((c) => !c.anonymous)
      .flatMap((c) => show(c) ?? []),
  ];
  return `${tableHead(l, table)}${blocks.join('\n')}}\n`;
}

export function tableHead(l: Listing, table: Readonly<TableRecord>, bare = false): string {
  let out = `table ${table.family} ${table.name} {${bare ? '' : handle(l, table)}\n`;
  if (bare) return out;
  if (table.comment !== undefined) out += `\tcomment "${table.comment}"\n`;
  if (table.flags.length > 0) out += `\tflags ${table.flags.join(',')}\n`;
  return out;
}
