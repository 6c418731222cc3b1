/** Rules as -S, -save and -restore write them (save_rule_details in iptables' xshared.c). */
import { formatAddress } from '../base/address.ts';
import type { RuleEnv } from './define.ts';
import { formatFullMask, protocolName } from './names.ts';
import type { AddressMatch, InterfaceMatch, XtRule, XtTarget } from './rule.ts';
import { ruleEnv } from './rule.ts';

const not = (invert: boolean): string => (invert ? ' !' : '');

function saveAddress(option: string, match: AddressMatch | undefined): string {
  if (!match) return '';
  const { address, mask, invert } = match;
  if (!invert && mask.every((byte) => byte === 0)) return '';
  return `${not(invert)} ${option} ${formatAddress(address)}${formatFullMask(mask)}`;
}

function saveInterface(option: string, match: InterfaceMatch | undefined): string {
  // iptables-legacy keeps `-i +`, and does not say so.
  if (!match || (match.name === '+' && !match.invert)) return '';
  return `${not(match.invert)} ${option} ${match.name}`;
}

function saveTarget(target: XtTarget, env: RuleEnv): string {
  switch (target.kind) {
    case 'none':
      return '';
    case 'verdict':
      return ` -j ${target.verdict.toUpperCase()}`;
    case 'jump':
      return ` -j ${target.chain}`;
    case 'goto':
      return ` -g ${target.chain}`;
    case 'extension': {
      const { extension, info } = target;
      const text = extension.save(info, env);
      return ` -j ${extension.alias?.(info) ?? extension.name}${text === '' ? '' : ` ${text}`}`;
    }
  }
}

/** The words after the chain's name, with a blank in front; `counters` puts `-c` before the target. */
export function saveRule(
  rule: XtRule,
  { counters = false, warn }: { counters?: boolean; warn?: RuleEnv['warn'] } = {},
): string {
  const env = { ...ruleEnv(rule), ...(warn && { warn }) };
  const { proto, protoInvert, fragment } = rule;
  let out = saveAddress('-s', rule.src) + saveAddress('-d', rule.dst);
  out += saveInterface('-i', rule.in) + saveInterface('-o', rule.out);
  if (proto !== 0) out += `${not(protoInvert)} -p ${protocolName(proto) ?? proto}`;
  if (fragment) out += `${not(fragment.invert)} -f`;
  for (const { extension, info } of rule.matches) {
    const text = extension.save(info, env);
    out += ` -m ${extension.alias?.(info) ?? extension.name}${text === '' ? '' : ` ${text}`}`;
  }
  if (counters) out += ` -c ${rule.counters.packets} ${rule.counters.bytes}`;
  return out + saveTarget(rule.target, env);
}
