/** The kernel's checks of a whole table (translate_table in net/ipv4/netfilter/ip_tables.c). */
import type { Errno } from '../../src/base/errors.ts';
import { itemKey, type Ruleset } from '../../src/kernel/model.ts';
import type { Expr, HookSpec, RuleRecord } from '../../src/kernel/nftables/model.ts';
import type { XtFamily } from '../../src/xtables/names.ts';
import type { XtRule } from '../../src/xtables/rule.ts';
import { refusal } from './kernel-checks.ts';
import { builtinChains } from './tables.ts';

interface Reading {
  lift(rule: Readonly<RuleRecord>): XtRule;
  /** All expressions of rules there are. */
  stored(): Iterable<Expr>;
}

/** Undefined when the table is as it should be. */
export function checkTable(
  ruleset: Ruleset,
  family: XtFamily,
  table: string,
  { lift, stored }: Reading,
): Errno | undefined {
  const rulesOf = (chain: string) => [...ruleset.rules(itemKey(family, table, chain)).values()];
  const reached = hooksOf(rulesOf, table);
  if (!reached) return 'ELOOP';
  for (const { family: of, table: at, name } of ruleset.chains.values()) {
    if (of !== family || at !== table) continue;
    const bases = reached.get(name);
    for (const record of rulesOf(name)) {
      const rule = lift(record);
      for (const base of bases ?? [undefined]) {
        const errno = refusal(rule, { table, chain: name, base, stored, native: false });
        if (errno) return errno;
      }
    }
  }
  return undefined;
}

/** The hooks each chain is reached from (mark_source_chains); undefined when one comes back to itself. */
function hooksOf(
  rulesOf: (chain: string) => readonly Readonly<RuleRecord>[],
  table: string,
): ReadonlyMap<string, readonly HookSpec[]> | undefined {
  const reached = new Map<string, HookSpec[]>();
  const walk = (name: string, base: HookSpec, path: ReadonlySet<string>): boolean => {
    if (path.has(name)) return false;
    const bases = reached.get(name) ?? [];
    if (bases.includes(base)) return true;
    reached.set(name, [...bases, base]);
    const below = new Set([...path, name]);
    return jumps(rulesOf(name)).every((to) => walk(to, base, below));
  };
  const whole = (builtinChains(table) ?? []).every(({ name, base }) => walk(name, base, new Set()));
  return whole ? reached : undefined;
}

function jumps(rules: readonly Readonly<RuleRecord>[]): readonly string[] {
  const to: string[] = [];
  for (const { exprs } of rules)
    for (const expr of exprs)
      if (expr.op === 'verdict' && 'chain' in expr.verdict) to.push(expr.verdict.chain);
  return to;
}
