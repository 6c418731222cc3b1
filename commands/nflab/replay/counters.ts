/** What a step added to the counters of rules and named objects. */
import { itemKey, type Ruleset } from '../../../src/kernel/model.ts';
import type { Expr, ExprOf } from '../../../src/kernel/nftables/model.ts';

/** By `FAMILY TABLE CHAIN POSITION`, `counter FAMILY TABLE NAME` or `quota FAMILY TABLE NAME`. */
export type Counters = ReadonlyMap<string, readonly bigint[]>;

const countOf = (expr: Expr | undefined): readonly bigint[] | undefined =>
  expr?.op === 'counter' ? [expr.packets, expr.bytes] : undefined;

/** A chain that `jump { ... }` made: listings do not show it as one. */
export const isAnonymous = (chain: string): boolean => /^__chain\d+$/.test(chain);

/** The kernel counts on past the quota but never shows more than it (nft_quota_do_dump). */
const used = ({ consumed, bytes }: ExprOf<'quota'>): bigint =>
  consumed < bytes ? consumed : bytes;

/** A rule's last counter stands for it. */
export function readCounters(ruleset: Ruleset): Counters {
  const out = new Map<string, readonly bigint[]>();
  for (const { family, table, name } of ruleset.chains.values()) {
    if (isAnonymous(name)) continue;
    let position = 0;
    for (const { exprs } of ruleset.rules(itemKey(family, table, name)).values()) {
      position += 1;
      const count = countOf(exprs.findLast((expr) => expr.op === 'counter'));
      if (count) out.set(`${family} ${table} ${name} ${position}`, count);
    }
  }
  for (const { family, table, name, type, expr } of ruleset.objects.values()) {
    const value = expr?.op === 'quota' ? [used(expr)] : countOf(expr);
    if (value) out.set(`${type} ${family} ${table} ${name}`, value);
  }
  return out;
}

/** Only what changed. */
export function countersAdded(
  before: Counters,
  after: Counters,
): { readonly [name: string]: readonly number[] } {
  const changed: [string, number[]][] = [];
  for (const [name, now] of after) {
    const was = before.get(name);
    const added = now.map((value, i) => Number(value - (was?.[i] ?? 0n)));
    if (added.some((value) => value !== 0)) changed.push([name, added]);
  }
  return Object.fromEntries(changed);
}
