/** Expressions as text. */
import type { Expression } from '../ast.ts';
import { formatTime } from '../datatypes/time.ts';
import {
  bitmaskWords,
  type PrintOptions,
  printValue,
  stringText,
  type ValueEnv,
} from '../datatypes/values.ts';
import { BARE_META } from '../protocols/keys.ts';

export interface PrintEnv {
  readonly options: PrintOptions;
  readonly values: ValueEnv;
  /** Now, for what is left of a timeout; nanoseconds. */
  readonly now: bigint;
}

/** Nothing that an option of nft changes. */
export const NO_OPTIONS: PrintOptions = {
  service: false,
  numericProtocol: false,
  numericIds: false,
  numericPriority: false,
  numericTime: false,
  numericSymbols: false,
  reverseDns: false,
  stateless: false,
  handles: false,
  terse: false,
};
const PLAIN: PrintEnv = { options: NO_OPTIONS, values: { hosts: '', interfaces: [] }, now: 0n };

/** Words of a selector: what `typeof` keeps. */
export const printTypeof = (node: Expression): string => printExpression(node, PLAIN);

function printPayload(node: Expression & { kind: 'payload' }): string {
  const inner = node.inner && node.inner.name !== node.proto?.name ? `${node.inner.name} ` : '';
  if (node.proto && node.field) return `${inner}${node.proto.name} ${node.field.name}`;
  const base = { link: 'll', network: 'nh', transport: 'th', inner: 'ih' }[node.base];
  return `${inner}@${base},${node.offset},${node.bits}`;
}

function printExthdr(node: Expression & { kind: 'exthdr' }): string {
  switch (node.family) {
    case 'tcpopt': {
      if (node.raw)
        return `tcp option ${node.field.startsWith('@') ? `@${node.header},${node.field.slice(1)}` : node.header}`;
      const header = node.header === 'sack-permitted' ? 'sack-perm' : node.header;
      return node.present ? `tcp option ${header}` : `tcp option ${header} ${node.field}`;
    }
    case 'ipv4':
      return node.present ? `ip option ${node.header}` : `ip option ${node.header} ${node.field}`;
    case 'sctp':
      return node.present ? `sctp chunk ${node.header}` : `sctp chunk ${node.header} ${node.field}`;
    case 'dccp':
      return `dccp option ${node.header}`;
    default:
      return node.present ? `exthdr ${node.header}` : `${node.header} ${node.field}`;
  }
}

function printSetItems(node: Expression & { kind: 'set' }, env: PrintEnv): string {
  return `{ ${node.items.map((item) => printExpression(item, env)).join(', ')} }`;
}

function printElement(
  node: Expression & { kind: 'element' },
  env: PrintEnv,
  stateful: string,
): string {
  let out = printExpression(node.key, env) + stateful;
  if (node.timeout !== undefined)
    out += ` timeout ${node.timeout === 'never' || node.timeout === 0 ? 'never' : formatTime(node.timeout)}`;
  if (node.expires !== undefined && !env.options.stateless)
    out += ` expires ${formatTime(node.expires)}`;
  if (node.comment !== undefined) out += ` comment "${node.comment}"`;
  return out;
}

function printRange(node: Expression & { kind: 'range' }, env: PrintEnv): string {
  const plain = { ...env, options: { ...env.options, service: false } };
  return `${printExpression(node.from, plain)}-${printExpression(node.to, plain)}`;
}

function printConcatPart(node: Expression, env: PrintEnv): string {
  return printExpression(node, env);
}

function printHash(node: Expression & { kind: 'hash' }, env: PrintEnv): string {
  const head =
    node.how === 'jhash' && node.expr
      ? `jhash ${printExpression(node.expr, env)} mod ${node.modulus}`
      : `symhash mod ${node.modulus}`;
  return `${head}${node.seed !== undefined ? ` seed 0x${node.seed.toString(16)}` : ''}${node.offset > 0 ? ` offset ${node.offset}` : ''}`;
}

const RT_WORDS = {
  classid: 'classid',
  nexthop4: 'ip nexthop',
  nexthop6: 'ip6 nexthop',
  tcpmss: 'mtu',
  ipsec: 'ipsec',
};

function printXfrm(node: Expression & { kind: 'xfrm' }): string {
  const key =
    node.key === 'reqid' || node.key === 'spi'
      ? node.key
      : `${node.key.endsWith('4') ? 'ip' : 'ip6'} ${node.key.slice(0, 5)}`;
  return `ipsec ${node.dir}${node.spnum > 0 ? ` spnum ${node.spnum}` : ''} ${key}`;
}

/** Flags are joined by `|`. */
function printMaskValue(node: Expression, env: PrintEnv, parentheses: boolean): string {
  if (node.kind !== 'value') return printExpression(node, env);
  if (node.type.base === 'bitmask') {
    const words = bitmaskWords(node.type, node.value, env.options);
    const text = words.join(' | ');
    return parentheses && words.length > 1 ? `(${text})` : text;
  }
  return printExpression(node, env);
}

function printBinary(node: Expression & { kind: 'binary' }, env: PrintEnv): string {
  const left = printExpression(node.left, env);
  const shift = node.op === '<<' || node.op === '>>';
  const wrapped =
    node.left.kind === 'binary' && node.left.op !== node.op && !(node.op === '|' || node.op === '^')
      ? `(${left})`
      : left;
  return `${wrapped} ${node.op} ${shift ? printExpression(node.right, env) : printMaskValue(node.right, env, true)}`;
}

function printRelational(node: Expression & { kind: 'relational' }, env: PrintEnv): string {
  const left = printExpression(node.left, env);
  const masked = node.left.kind === 'binary' && node.left.op !== '<<' && node.left.op !== '>>';
  const right = masked ? printMaskValue(node.right, env, false) : printExpression(node.right, env);
  const explicit =
    node.op !== undefined &&
    (node.op !== '==' ||
      node.left.kind === 'binary' ||
      (node.left.type.base === 'bitmask' && node.right.kind === 'value'));
  return explicit ? `${left} ${node.op} ${right}` : `${left} ${right}`;
}

/** An expression as nft writes it. */
export function printExpression(node: Expression, env: PrintEnv): string {
  switch (node.kind) {
    case 'symbol':
      return node.set ? `@${node.name}` : node.name;
    case 'value':
      return printValue(node.type, node.value, node.bits, env.options, env.values);
    case 'verdict':
      return node.chain ? `${node.code} ${printExpression(node.chain, env)}` : node.code;
    case 'prefix':
      if (node.type.base === 'string' && node.expr.kind === 'value')
        return `"${stringText(node.expr.value, node.length)}*"`;
      return `${printExpression(node.expr, env)}/${node.length}`;
    case 'range':
      return printRange(node, env);
    case 'list':
      return node.items.map((i) => printExpression(i, env)).join(',');
    case 'concat':
      return node.items.map((i) => printConcatPart(i, env)).join(' . ');
    case 'set':
      return printSetItems(node, env);
    case 'element':
      return printElement(node, env, '');
    case 'mapping':
      return `${printExpression(node.left, env)} : ${printExpression(node.right, env)}`;
    case 'map':
      return `${printExpression(node.key, env)} ${node.type.base === 'verdict' ? 'vmap' : 'map'} ${printExpression(node.mappings, env)}`;
    case 'binary':
      return printBinary(node, env);
    case 'relational':
      return printRelational(node, env);
    case 'payload':
      return printPayload(node);
    case 'exthdr':
      return printExthdr(node);
    case 'meta':
      return BARE_META.has(node.key) ? node.key : `meta ${node.key}`;
    case 'ct':
      return `ct ${node.dir ? `${node.dir} ` : ''}${node.key}`;
    case 'socket':
      return node.key === 'cgroupv2' ? `socket cgroupv2 level ${node.level}` : `socket ${node.key}`;
    case 'rt':
      return `rt ${RT_WORDS[node.key]}`;
    case 'fib':
      return `fib ${node.flags.join(' . ')} ${node.result}`;
    case 'osf':
      return `osf ${node.ttl === 'strict' ? '' : `ttl ${node.ttl} `}${node.version ? 'version' : 'name'}`;
    case 'numgen':
      return `numgen ${node.how} mod ${node.modulus}${node.offset > 0 ? ` offset ${node.offset}` : ''}`;
    case 'hash':
      return printHash(node, env);
    case 'xfrm':
      return printXfrm(node);
    case 'setref':
      return node.set.flags.has('anonymous') && node.set.init
        ? printSetItems(node.set.init, env)
        : `@${node.set.name}`;
    case 'catchall':
      return '*';
  }
}

export { printElement };
