/** What the kernel's xtables modules demand of the place of a rule (xt_check_match, xt_check_target, nft_compat.c). */
import type { Errno } from '../../src/base/errors.ts';
import type { Ruleset } from '../../src/kernel/model.ts';
import type { Expr, HookSpec } from '../../src/kernel/nftables/model.ts';
import type { Demands, Descriptor, Place } from '../../src/xtables/define.ts';
import type { Use, XtRule } from '../../src/xtables/rule.ts';

export interface Spot {
  readonly table: string;
  readonly chain: string;
  readonly base: HookSpec | undefined;
  readonly stored: () => Iterable<Expr>;
  /** Extensions may be native expressions (nf_tables); default true. */
  readonly native?: boolean;
}

/** The errno the kernel answers a new rule with because of its extensions; undefined when it has none to complain of. */
export function refusal(
  rule: XtRule,
  { table, chain, base, stored, native = true }: Spot,
): Errno | undefined {
  const { family, proto, protoInvert } = rule;
  const place: Place = {
    family,
    proto,
    protoInvert,
    table,
    chain,
    hook: base?.hook,
    chainType: base?.type,
    stored,
  };
  // A comparison of no bytes at all, which `! -s 0/0` would be.
  if (
    native &&
    [rule.src, rule.dst].some((side) => side?.invert && side.mask.every((b) => b === 0))
  )
    return 'EINVAL';
  const uses = rule.target.kind === 'extension' ? [...rule.matches, rule.target] : rule.matches;
  for (const use of uses) {
    const errno = refuseUse(use, place, native);
    if (errno) return errno;
  }
  return undefined;
}

function refuseUse(
  { extension, info }: Use<Descriptor>,
  place: Place,
  native: boolean,
): Errno | undefined {
  // Native expressions have no module behind them.
  if (native && extension.lower?.(info, place)) return undefined;
  if (extension.demands && !isMet(extension.demands, place)) return 'EINVAL';
  return extension.refuse?.(info, place);
}

function isMet({ tables, hooks, protos }: Demands, place: Place): boolean {
  if (tables && !tables.includes(place.table)) return false;
  if (hooks && place.hook && !hooks.includes(place.hook)) return false;
  return !protos || (protos.includes(place.proto) && !place.protoInvert);
}

/** All expressions of the rules of a lab. */
export function* storedExprs(rulesets: readonly Ruleset[]): Generator<Expr> {
  for (const ruleset of rulesets)
    for (const [key] of ruleset.chains.entries())
      for (const { exprs } of ruleset.rules(key).values()) yield* exprs;
}
