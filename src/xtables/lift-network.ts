/** Comparisons of IPv4 and IPv6 header fields as rule parts (nft-ruleparse-ipv4.c, nft-ruleparse-ipv6.c). */
import type { ExprOf } from '../kernel/nftables/model.ts';
import type { RegisterContent, RuleDraft } from './lift.ts';
import { addressLength } from './names.ts';
import type { AddressMatch } from './rule.ts';

type Payload = RegisterContent & { readonly type: 'payload' };

export function liftNetwork(draft: RuleDraft, content: Payload, expr: ExprOf<'cmp'>): void {
  if (draft.family === 'ip') liftIpv4(draft, content, expr);
  else liftIpv6(draft, content, expr);
}

function liftIpv4(draft: RuleDraft, content: Payload, expr: ExprOf<'cmp'>): void {
  const invert = expr.cmp === 'neq';
  switch (content.offset) {
    case 12:
      draft.src = liftAddress(draft, content, expr);
      return;
    case 16:
      draft.dst = liftAddress(draft, content, expr);
      return;
    case 9:
      draft.proto = expr.data[0] ?? 0;
      if (invert) draft.protoInvert = true;
      return;
    case 6:
      // The mask is taken to be that of the fragment offset.
      draft.fragment = { invert: content.mask !== undefined && expr.cmp === 'eq' };
      return;
    case 8:
      liftHopLimit(draft, 'ttl', expr);
      return;
    default:
      draft.errors.push('unknown payload offset');
  }
}

function liftIpv6(draft: RuleDraft, content: Payload, expr: ExprOf<'cmp'>): void {
  switch (content.offset) {
    case 8:
      draft.src = liftAddress(draft, content, expr);
      return;
    case 24:
      draft.dst = liftAddress(draft, content, expr);
      return;
    case 6:
      draft.proto = expr.data[0] ?? 0;
      if (expr.cmp === 'neq') draft.protoInvert = true;
      // The tool goes on into the case of the hop limit.
      liftHopLimit(draft, 'hl', expr);
      return;
    case 7:
      liftHopLimit(draft, 'hl', expr);
      return;
    default:
      draft.errors.push('unknown payload offset');
  }
}

/** Bytes that were not loaded do not count. */
function liftAddress(
  { family }: RuleDraft,
  content: Payload,
  { cmp, data }: ExprOf<'cmp'>,
): AddressMatch {
  const length = addressLength(family);
  const address = new Uint8Array(length);
  address.set(data.slice(0, length));
  const mask = new Uint8Array(length);
  if (content.mask) mask.set(content.mask.slice(0, length));
  else mask.fill(0xff, 0, Math.min(content.len, length));
  return { address, mask, invert: cmp === 'neq' };
}

function liftHopLimit(draft: RuleDraft, name: 'ttl' | 'hl', { cmp, data }: ExprOf<'cmp'>): void {
  const value = data[0] ?? 0;
  const add = (mode: string, n: number, invert = false) =>
    draft.addMatch(name, [[`${name}-${mode}`, `${n}`, invert]]);
  const bad = () =>
    draft.errors.push(name === 'ttl' ? 'invalid ttl field match' : 'invalid hl field match');
  switch (cmp) {
    case 'eq':
      add('eq', value);
      return;
    case 'neq':
      add('eq', value, true);
      return;
    case 'lt':
      add('lt', value);
      return;
    case 'gt':
      add('gt', value);
      return;
    case 'lte':
      if (value === 255) bad();
      else add('lt', value + 1);
      return;
    case 'gte':
      if (value === 0) bad();
      else add('gt', value - 1);
  }
}
