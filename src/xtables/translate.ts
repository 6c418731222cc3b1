/** Rules in nft's words (iptables' nft-ipv4.c, nft-ipv6.c and xtables-translate.c). */
import { formatAddress, maskPrefix } from '../base/address.ts';
import type { Descriptor, RuleEnv, Translation } from './define.ts';
import { longProtocolName, protocolName } from './names.ts';
import type { AddressMatch, InterfaceMatch, Use, XtRule, XtTarget } from './rule.ts';
import { ruleEnv } from './rule.ts';

/** What translations need beside the rule: numbers for sets, and where warnings go. */
export type Outside = Required<Pick<RuleEnv, 'serial' | 'warn'>>;

export interface TranslatedRule {
  readonly text: string;
  /** Sets that have to be made before: `name { definition }`. */
  readonly sets: readonly string[];
}

/**
 * What follows `add rule FAMILY TABLE CHAIN`; undefined when a part of the rule has no translation.
 */
export function translateRule(rule: XtRule, outside: Outside): TranslatedRule | undefined {
  const sets: string[] = [];
  let comment: string | undefined;
  const header = [
    translateInterface('iifname', rule.in),
    translateInterface('oifname', rule.out),
    rule.fragment ? `ip frag-off & 0x1fff ${rule.fragment.invert ? '' : '!= '}0` : '',
    translateProtocol(rule),
    translateAddress(`${rule.family} saddr`, rule.src),
    translateAddress(`${rule.family} daddr`, rule.dst),
  ];
  let text = header.map((part) => (part === '' ? '' : `${part} `)).join('');
  // __xt_xlate_add: a blank goes between, unless one is there already.
  const add = (part: string) => {
    const apart = text === '' || text.endsWith(' ') || part.startsWith(' ');
    if (part !== '') text += apart ? part : ` ${part}`;
  };
  for (const use of rule.matches) {
    const done = translateUse(use, rule, outside);
    if (!done) return undefined;
    sets.push(...(done.sets ?? []));
    comment = done.comment ?? comment;
    add(done.text);
  }
  const action = translateTarget(rule.target, rule, outside);
  if (action === undefined) return undefined;
  add('counter');
  add(action);
  // Not by the rule above: where an extension leaves a blank behind, there are two.
  if (comment !== undefined) text += ` comment "${comment}"`;
  return { text: text.trimEnd(), sets };
}

/** An extension's own part; undefined when it has none. */
function translateUse(
  { extension, info }: Use<Descriptor>,
  rule: XtRule,
  outside: Outside,
): Translation | undefined {
  const done = extension.translate?.(info, { ...ruleEnv(rule), ...outside });
  return typeof done === 'string' ? { text: done } : done;
}

/** A plus sign at the end becomes an asterisk; an asterisk there is escaped. */
function translateInterface(key: string, match: InterfaceMatch | undefined): string {
  if (!match) return '';
  const { name, invert } = match;
  if (name === '+') return invert ? `${key} "INVAL/D"` : '';
  const shown = name.replace(/\*$/, '\\*').replace(/\+$/, '*');
  return `${key} ${invert ? '!= ' : ''}"${shown}"`;
}

/** Left out where the protocol's own match says it. */
function translateProtocol({ family, proto, protoInvert, matches }: XtRule): string {
  if (proto === 0) return '';
  const short = protocolName(proto);
  const own = short === 'mobility-header' ? 'mh' : short;
  if (own !== undefined && matches.some(({ extension }) => extension.name === own)) return '';
  const key = family === 'ip' ? 'ip protocol' : 'meta l4proto';
  return `${key} ${protoInvert ? '!= ' : ''}${short ?? longProtocolName(proto)}`;
}

function translateAddress(field: string, match: AddressMatch | undefined): string {
  if (!match) return '';
  const { address, mask, invert } = match;
  const text = formatAddress(address);
  const bits = maskPrefix(mask);
  if (bits === undefined)
    return `${field} & ${formatAddress(mask)} ${invert ? '!=' : '=='} ${text}`;
  const op = invert ? '!= ' : '';
  return `${field} ${op}${text}${bits === mask.length * 8 ? '' : `/${bits}`}`;
}

function translateTarget(target: XtTarget, rule: XtRule, outside: Outside): string | undefined {
  switch (target.kind) {
    case 'none':
      return '';
    case 'verdict':
      return target.verdict;
    case 'jump':
    case 'goto':
      return target.chain === 'QUEUE' ? undefined : `${target.kind} ${target.chain}`;
    case 'extension':
      return translateUse(target, rule, outside)?.text;
  }
}
