/** Statements as text. */
import type { LimitNode, NatNode, Statement } from '../ast.ts';
import { icmp6CodeType, icmpCodeType, icmpxCodeType } from '../datatypes/table.ts';
import { formatTime } from '../datatypes/time.ts';
import { printValue } from '../datatypes/values.ts';
import { type PrintEnv, printElement, printExpression } from './expressions.ts';

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug', 'audit'];

/** Bytes in the largest unit that divides them. */
export function printBytes(n: bigint): string {
  if (n > 0n && n % 1048576n === 0n) return `${n / 1048576n} mbytes`;
  if (n > 0n && n % 1024n === 0n) return `${n / 1024n} kbytes`;
  return `${n} bytes`;
}

export function printLimit(s: LimitNode): string {
  const over = s.over ? 'over ' : '';
  if (s.type === 'packets') return `rate ${over}${s.rate}/${s.unit} burst ${s.burst} packets`;
  return `rate ${over}${printBytes(s.rate)}/${s.unit}${s.burst > 0 ? ` burst ${printBytes(BigInt(s.burst))}` : ''}`;
}

function printLog(s: Statement & { kind: 'log' }): string {
  let out = 'log';
  if (s.prefix !== undefined) out += ` prefix "${s.prefix}"`;
  if (s.group !== undefined) out += ` group ${s.group}`;
  if (s.snaplen !== undefined) out += ` snaplen ${s.snaplen}`;
  if (s.threshold !== undefined) out += ` queue-threshold ${s.threshold}`;
  if (s.level !== undefined && s.level !== 4) out += ` level ${LEVELS[s.level]}`;
  if (s.flags === 47) return `${out} flags all`;
  if (s.flags & 3)
    out += ` flags tcp ${[s.flags & 1 ? 'sequence' : '', s.flags & 2 ? 'options' : ''].filter((x) => x !== '').join(',')}`;
  if (s.flags & 4) out += ' flags ip options';
  if (s.flags & 8) out += ' flags skuid';
  if (s.flags & 32) out += ' flags ether';
  return out;
}

const NAT_FLAGS: readonly (readonly [number, string])[] = [
  [4, 'random'],
  [16, 'fully-random'],
  [8, 'persistent'],
];

function printNat(s: NatNode, env: PrintEnv): string {
  let out: string = s.type;
  if (s.addr || s.port) {
    const map = s.addr?.kind === 'map';
    const bothOfMap = map && s.addr?.type.base === 'concat';
    if (s.family && (s.type === 'snat' || s.type === 'dnat') && (showFamily(s) || bothOfMap))
      out += ` ${s.family}`;
    if (s.prefix) out += ' prefix';
    out += ' to';
    if (s.addr) out += ` ${printAddress(s, env)}`;
    if (s.port)
      out += `${s.addr ? '' : ' '}:${printExpression(s.port, { ...env, options: { ...env.options, service: false } })}`;
  }
  const flags = NAT_FLAGS.filter(([bit]) => s.flags & bit).map(([, name]) => name);
  return flags.length > 0 ? `${out} ${flags.join(',')}` : out;
}

/** The family is written where the table does not say it. */
const showFamily = (s: NatNode & { explicitFamily?: boolean }): boolean =>
  s.explicitFamily === true;

function printAddress(s: NatNode, env: PrintEnv): string {
  if (!s.addr) return '';
  const text = printExpression(s.addr, env);
  const six = s.addr.type.base === 'ip6' && s.port !== undefined;
  if (six && s.addr.kind === 'value') return `[${text}]`;
  if (six && s.addr.kind === 'range')
    return text
      .split('-')
      .map((t) => `[${t}]`)
      .join('-');
  return text;
}

function printReject(s: Statement & { kind: 'reject' }, env: PrintEnv): string {
  const code = BigInt(s.code ?? 0);
  if (s.type === 'tcp-reset') return 'reject with tcp reset';
  if (s.type === 'icmpx')
    return code === 1n
      ? 'reject'
      : `reject with icmpx ${printValue(icmpxCodeType, code, 8, env.options, env.values)}`;
  const [type, usual] = s.type === 'icmp' ? [icmpCodeType, 3n] : [icmp6CodeType, 4n];
  if (code === usual && !s.expr) return 'reject';
  return `reject with ${s.type} ${printValue({ ...type, readOnlySymbols: false }, code, 8, env.options, env.values)}`;
}

function printSynproxy(s: Statement & { kind: 'synproxy' }): string {
  let out = 'synproxy';
  if (s.mss !== undefined) out += ` mss ${s.mss}`;
  if (s.wscale !== undefined) out += ` wscale ${s.wscale}`;
  if (s.timestamp) out += ' timestamp';
  if (s.sackPerm) out += ' sack-perm';
  return out;
}

const OBJECT_WORDS = {
  counter: 'counter name',
  quota: 'quota name',
  limit: 'limit name',
  synproxy: 'synproxy name',
  'ct helper': 'ct helper set',
  'ct timeout': 'ct timeout set',
  'ct expectation': 'ct expectation set',
  secmark: 'meta secmark set',
  tunnel: 'tunnel name',
} as const;

function printTproxy(s: Statement & { kind: 'tproxy' }, env: PrintEnv): string {
  let out = `tproxy${s.family && s.addr ? ` ${s.family}` : ''} to`;
  if (s.addr) {
    const text = printExpression(s.addr, env);
    out += ` ${s.addr.type.base === 'ip6' && s.port ? `[${text}]` : text}`;
  }
  if (s.port) out += `${s.addr ? '' : ' '}:${printExpression(s.port, env)}`;
  return out;
}

function printSetStatement(s: Statement & { kind: 'set' }, env: PrintEnv): string {
  const stateful = s.statements.map((i) => ` ${printStatement(i, env)}`).join('');
  const data = s.data ? ` : ${printElement(s.data, env, '')}` : '';
  return `${s.op} ${printExpression(s.set, env)} { ${printElement(s.key, env, '')}${stateful}${data} }`;
}

/** A statement as nft writes it. */
export function printStatement(s: Statement, env: PrintEnv): string {
  const { stateless } = env.options;
  switch (s.kind) {
    case 'match':
    case 'verdict':
      return printExpression(s.expr, env);
    case 'counter':
      return stateless ? 'counter' : `counter packets ${s.packets} bytes ${s.bytes}`;
    case 'last':
      if (stateless) return 'last';
      return s.used === undefined ? 'last used never' : `last used ${formatTime(Number(s.used))}`;
    case 'quota':
      return `quota ${s.over ? 'over ' : ''}${printBytes(s.bytes)}${!stateless && s.used > 0n ? ` used ${printBytes(s.used)}` : ''}`;
    case 'connlimit':
      return `ct count ${s.over ? 'over ' : ''}${s.count}`;
    case 'limit':
      return `limit ${printLimit(s)}`;
    case 'log':
      return printLog(s);
    case 'reject':
      return printReject(s, env);
    case 'nat':
      return printNat(s, env);
    case 'tproxy':
      return printTproxy(s, env);
    case 'synproxy':
      return printSynproxy(s);
    case 'queue': {
      const flags = [...s.flags].join(',');
      return `queue${flags === '' ? '' : ` flags ${flags}`}${s.queue ? ` to ${printExpression(s.queue, env)}` : ''}`;
    }
    case 'objref':
      return `${OBJECT_WORDS[s.type]} ${printExpression(s.expr, env)}`;
    case 'set':
      return printSetStatement(s, env);
    case 'meter':
      return `meter ${s.name} { ${printElement(s.key, env, '')} ${printStatement(s.statement, env)} }`;
    case 'dup':
      return s.to
        ? `dup to ${printExpression(s.to, env)}${s.dev ? ` device ${printExpression(s.dev, env)}` : ''}`
        : 'dup';
    case 'fwd':
      return s.addr
        ? `fwd ${s.family} to ${printExpression(s.addr, env)} device ${printExpression(s.dev, env)}`
        : `fwd to ${printExpression(s.dev, env)}`;
    case 'meta set':
      return `meta ${s.key} set ${printExpression(s.expr, env)}`;
    case 'ct set':
      return `ct ${s.dir ? `${s.dir} ` : ''}${s.key} set ${printExpression(s.expr, env)}`;
    case 'payload set':
      return `${printExpression(s.target, env)} set ${printExpression(s.expr, env)}`;
    case 'exthdr reset':
      return `reset tcp option ${s.target.header}`;
    case 'notrack':
      return 'notrack';
    case 'flow':
      return `flow add @${s.name}`;
    case 'chain':
      return `${s.jump} ${s.name ?? ''}`;
    case 'xt':
      return s.text ?? `xt ${s.expr.op} "${s.expr.name}"`;
  }
}
