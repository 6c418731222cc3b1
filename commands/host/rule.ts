/** `ip rule`. */
import { compareBytes } from '../../src/base/bytes.ts';
import type { RoutingRule } from '../../src/kernel/host/model.ts';
import { fail, matchWord, notHere, parseInteger, refused, type Words } from './arguments.ts';
import { familyOf, formatPrefix, type Prefix, parsePrefix } from './prefix.ts';
import { parseTable, tableName } from './route.ts';
import type { IpSession } from './session.ts';

const MAIN = 254;

interface Asked {
  family: 'ip' | 'ip6';
  priority: number | undefined;
  from?: Prefix;
  to?: Prefix;
  iif?: string;
  oif?: string;
  mark?: number;
  mask?: number;
  invert: boolean;
  action?: RoutingRule['action'];
}

function readRule(session: IpSession, words: Words): Asked {
  const asked: Asked = { family: session.family ?? 'ip', priority: undefined, invert: false };
  const prefix = (text: string): Prefix => {
    const found = parsePrefix(text, session.family);
    if (found.prefix > 0) asked.family = familyOf(found.address);
    return found;
  };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    switch (word) {
      case 'not':
        asked.invert = true;
        break;
      case 'from':
        asked.from = prefix(words.value());
        break;
      case 'to':
        asked.to = prefix(words.value());
        break;
      case 'iif':
      case 'dev':
        asked.iif = words.value();
        break;
      case 'oif':
        asked.oif = words.value();
        break;
      case 'priority':
      case 'preference':
      case 'pref':
      case 'prio':
      case 'order':
        asked.priority = parseInteger(words.value(), 'preference value is invalid');
        break;
      case 'fwmark': {
        const [mark = '', mask] = words.value().split('/');
        asked.mark = parseInteger(mark, 'fwmark value is invalid');
        if (mask !== undefined) asked.mask = parseInteger(mask, 'fwmask value is invalid');
        break;
      }
      case 'table':
      case 'lookup':
        asked.action = { table: parseTable(words.value()) };
        break;
      case 'blackhole':
      case 'unreachable':
      case 'prohibit':
        asked.action = word;
        break;
      default:
        notHere(`rule ${word}`);
    }
  }
  return asked;
}

/** Without one given, one less than the lowest but the first (fib_default_rule_pref). */
function nextPriority(rules: readonly RoutingRule[], family: 'ip' | 'ip6'): number {
  const [, second] = rules
    .filter((rule) => rule.family === family)
    .map(({ priority }) => priority)
    .sort((a, b) => a - b);
  return second === undefined ? 0 : Math.max(0, second - 1);
}

function add(session: IpSession, words: Words) {
  const { priority, action = { table: MAIN }, ...asked } = readRule(session, words);
  const host = session.lab.host.edit();
  const rule: RoutingRule = {
    ...withoutAny(asked),
    action,
    priority: priority ?? nextPriority(host.rules, asked.family),
  };
  if (priority !== undefined && host.rules.some((other) => sameRule(other, rule)))
    refused('File exists');
  host.rules = [...host.rules, rule];
}

/** `from all` is no condition. */
function withoutAny({ from, to, ...rest }: Omit<Asked, 'priority' | 'action'>) {
  return {
    ...rest,
    ...(from && from.prefix > 0 && { from }),
    ...(to && to.prefix > 0 && { to }),
  };
}

const samePrefixes = (a: Prefix | undefined, b: Prefix | undefined): boolean =>
  a && b ? a.prefix === b.prefix && compareBytes(a.address, b.address) === 0 : a === b;

const sameAction = (a: RoutingRule['action'], b: RoutingRule['action']): boolean =>
  typeof a === 'string' || typeof b === 'string' ? a === b : a.table === b.table;

const sameRule = (a: RoutingRule, b: RoutingRule): boolean =>
  a.family === b.family &&
  a.priority === b.priority &&
  a.iif === b.iif &&
  a.oif === b.oif &&
  a.mark === b.mark &&
  a.mask === b.mask &&
  a.invert === b.invert &&
  samePrefixes(a.from, b.from) &&
  samePrefixes(a.to, b.to) &&
  sameAction(a.action, b.action);

function remove(session: IpSession, words: Words) {
  const asked = readRule(session, words);
  const { from, to } = withoutAny(asked);
  const host = session.lab.host.edit();
  const fits = (rule: RoutingRule) =>
    rule.family === asked.family &&
    (asked.priority === undefined || rule.priority === asked.priority) &&
    (asked.mark === undefined || rule.mark === asked.mark) &&
    (asked.mask === undefined || rule.mask === asked.mask) &&
    (asked.iif === undefined || rule.iif === asked.iif) &&
    (asked.oif === undefined || rule.oif === asked.oif) &&
    (!from || samePrefixes(rule.from, from)) &&
    (!to || samePrefixes(rule.to, to)) &&
    (asked.action === undefined || sameAction(rule.action, asked.action));
  const gone = [...host.rules].sort((a, b) => a.priority - b.priority).find(fits);
  if (!gone) refused('No such file or directory');
  host.rules = host.rules.filter((rule) => rule !== gone);
}

function ruleText(rule: RoutingRule, devices: ReadonlySet<string>): string {
  const device = (name: string) => (devices.has(name) ? name : `${name} [detached]`);
  const hex = (n: number) => `0x${n.toString(16)}`;
  let text = `${rule.priority}:\t${rule.invert ? 'not ' : ''}`;
  text += `from ${rule.from ? formatPrefix(rule.from) : 'all'}`;
  if (rule.to) text += ` to ${formatPrefix(rule.to)}`;
  if (rule.mark !== undefined)
    text += ` fwmark ${hex(rule.mark)}${rule.mask === undefined ? '' : `/${hex(rule.mask)}`}`;
  if (rule.iif !== undefined) text += ` iif ${device(rule.iif)}`;
  if (rule.oif !== undefined) text += ` oif ${device(rule.oif)}`;
  return typeof rule.action === 'string'
    ? `${text} ${rule.action}`
    : `${text} lookup ${tableName(rule.action.table)}`;
}

export function rule(session: IpSession, words: Words) {
  const command = words.next() ?? 'show';
  const { family = 'ip', lab } = session;
  switch (matchWord(command, ['list', 'show', 'lst', 'add', 'delete', 'flush'])) {
    case 'list':
    case 'show':
    case 'lst': {
      if (words.peek() !== undefined) notHere(`rule show ${words.peek()}`);
      const host = lab.host.get();
      const devices = new Set(host.interfaces.map(({ name }) => name));
      const rules = host.rules.filter((each) => each.family === family);
      for (const each of [...rules].sort((a, b) => a.priority - b.priority))
        session.print(`${ruleText(each, devices)}\n`);
      return;
    }
    case 'add':
      return add(session, words);
    case 'delete':
      return remove(session, words);
    case 'flush': {
      const host = lab.host.edit();
      host.rules = host.rules.filter((each) => each.family !== family || each.priority === 0);
      return;
    }
    default:
      return fail(`Command "${command}" is unknown, try "ip rule help".`, 255);
  }
}
