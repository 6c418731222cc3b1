/** What a ruleset asks of the kernel beyond nf_tables itself: which families get conntrack, which NAT. */
import { type Collection, itemKey, type Ruleset } from '../model.ts';
import type { Expr, Family, RuleRecord } from './model.ts';
import type { XtRuntime } from './xt.ts';

const TRACKING = new Set<Expr['op']>([
  'ct',
  'ct set',
  'notrack',
  'nat',
  'masq',
  'redir',
  'connlimit',
  'synproxy',
  'flow',
]);
const TRACKING_OBJECTS = new Set(['ct helper', 'ct timeout', 'ct expectation', 'synproxy']);

/** An expression whose making calls nf_ct_netns_get. */
function tracks(expr: Expr, xt: XtRuntime): boolean {
  if (TRACKING.has(expr.op)) return true;
  switch (expr.op) {
    case 'match':
    case 'target':
      return xt.needsConntrack(expr);
    case 'objref':
      return TRACKING_OBJECTS.has(expr.type);
    case 'dynset':
      return expr.exprs.some((inner) => tracks(inner, xt));
    default:
      return false;
  }
}

const known = new WeakMap<object, { readonly version: number; readonly tracks: boolean }>();

function rulesTrack(rules: Collection<number, RuleRecord>, xt: XtRuntime): boolean {
  const before = known.get(rules);
  if (before?.version === rules.version) return before.tracks;
  let found = false;
  for (const { exprs } of rules.values()) {
    found = exprs.some((expr) => tracks(expr, xt));
    if (found) break;
  }
  known.set(rules, { version: rules.version, tracks: found });
  return found;
}

/** Families whose hooks have conntrack; a chain nothing jumps to counts as well. */
export function trackedFamilies(ruleset: Ruleset, xt: XtRuntime): ReadonlySet<Family> {
  const out = new Set<Family>();
  for (const { family, table, name } of ruleset.chains.values())
    if (!out.has(family) && rulesTrack(ruleset.rules(itemKey(family, table, name)), xt))
      out.add(family);
  for (const { family, type } of ruleset.objects.values())
    if (TRACKING_OBJECTS.has(type)) out.add(family);
  for (const { family, exprs } of ruleset.sets.values())
    if (exprs.some((expr) => tracks(expr, xt))) out.add(family);
  if (out.has('inet')) out.add('ip').add('ip6');
  return out;
}
