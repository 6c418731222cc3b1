/** What rules hold outside of the ruleset: ipsets that are in use cannot be destroyed. */
import { switchOn } from '../kernel/host/sysctls.ts';
import { holdIpset, releaseIpset } from '../kernel/ipset/lookup.ts';
import type { Draft } from '../kernel/model.ts';
import type { ExprOf } from '../kernel/nftables/model.ts';
import type { Descriptor } from './define.ts';
import { findMatch, findTarget } from './table.ts';

/** For RulesetContext.countXt. */
export function countXt(lab: Draft) {
  const context = { lab };
  return ({ op, name, info }: ExprOf<'match'> | ExprOf<'target'>, delta: number): void => {
    const find: (name: string, family: 'ip' | 'ip6') => Descriptor | undefined =
      op === 'match' ? findMatch : findTarget;
    const extension = find(name, 'ip') ?? find(name, 'ip6');
    if (delta > 0) for (const sysctl of extension?.switchesOn ?? []) switchOn(lab, sysctl);
    for (const set of extension?.ipsets?.(info) ?? [])
      if (delta > 0) holdIpset(context, set);
      else releaseIpset(context, set);
  };
}
