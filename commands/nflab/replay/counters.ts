/** What a step added to the counters of rules and named objects. */
import { itemKey, type Ruleset } from '../../../src/kernel/model.ts';
import type { Expr } from '../../../src/kernel/nftables/model.ts';

/** By `FAMILY TABLE CHAIN POSITION`, `counter FAMILY TABLE NAME` or `quota FAMILY TABLE NAME`. */
export type Counters = ReadonlyMap<string, readonly bigint[]>;

const countOf = (expr: Expr | undefined): readonly bigint[] | undefined =>
  expr?.op === 'counter' ? [expr.packets, expr.bytes] : undefined;

/** A rule's last counter stands for it. */
export function readCounters(ruleset: Ruleset): Counters {
  const out = new Map<string, readonly bigint[]>();
  for (const { family, table, name } of ruleset.chains.values()) {
    let position = 0;
    for (const { exprs } of ruleset.rules(itemKey(family, table, name)).values()) {
      position += 1;
      const count = countOf(exprs.findLast((expr) => expr.op === 'counter'));
      if (count) out.set(`${family} ${table} ${name} ${position}`, count);
    }
  }
  for (const { family, table, name, type, expr } of ruleset.objects.values()) {
    const value = expr?.op === 'quota' ? [expr.consumed] : countOf(expr);
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
