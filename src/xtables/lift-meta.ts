/** Comparisons of packet properties, and those that are set, as rule parts (parse_meta in nft-ruleparse.c). */
import { fromLe } from '../base/bytes.ts';
import { decodeUtf8 } from '../base/utf8.ts';
import type { ExprOf, MetaKey } from '../kernel/nftables/model.ts';
import type { RegisterContent, RuleDraft } from './lift.ts';
import type { InterfaceMatch } from './rule.ts';

const hex = (n: bigint): string => `0x${n.toString(16)}`;

const PACKET_TYPES = ['unicast', 'broadcast', 'multicast'];

export function liftMeta(
  draft: RuleDraft,
  { key, mask }: RegisterContent & { readonly type: 'meta' },
  { cmp, data }: ExprOf<'cmp'>,
): void {
  const invert = cmp === 'neq';
  switch (key) {
    case 'l4proto':
      draft.proto = data[0] ?? 0;
      if (invert) draft.protoInvert = true;
      return;
    case 'iifname':
      draft.in = liftName(data, invert);
      return;
    case 'oifname':
      draft.out = liftName(data, invert);
      return;
    case 'iif':
      draft.in = { name: draft.interfaceName(Number(fromLe(data))) ?? '', invert };
      return;
    case 'oif':
      draft.out = { name: draft.interfaceName(Number(fromLe(data))) ?? '', invert };
      return;
    case 'mark': {
      const bits = mask ? `/${hex(fromLe(mask))}` : '';
      draft.addMatch('mark', [['mark', hex(fromLe(data)) + bits, invert]]);
      return;
    }
    case 'pkttype': {
      const type = PACKET_TYPES[data[0] ?? 0] ?? `${data[0]}`;
      draft.addMatch('pkttype', [['pkt-type', type, invert]]);
      return;
    }
    default:
      draft.errors.push(draft.family === 'ip' ? 'unknown ipv4 meta key' : 'unknown ipv6 meta key');
  }
}

/** A name without its closing zero is the beginning of names; one that cannot be is `! -i +`. */
function liftName(data: Uint8Array, invert: boolean): InterfaceMatch {
  const end = data.indexOf(0);
  const name = decodeUtf8(end < 0 ? data : data.subarray(0, end));
  if (end < 0) return { name: `${name}+`, invert };
  if (name === 'INVAL/D' && !invert) return { name: '+', invert: true };
  return { name, invert };
}

/** `meta mark set` and `meta nftrace set` of a constant. */
export function liftMetaSet(
  draft: RuleDraft,
  key: MetaKey,
  content: RegisterContent | undefined,
): void {
  if (!content) return;
  if (key !== 'mark' && key !== 'nftrace') {
    draft.errors.push('meta sreg key not supported');
    return;
  }
  if (content.type !== 'immediate') {
    draft.errors.push('meta sreg is not an immediate');
    return;
  }
  if (key === 'mark') draft.setTarget('MARK', [['set-xmark', hex(fromLe(content.data))]]);
  else if (content.data[0] === 0) draft.errors.push('trace is cleared');
  else draft.setTarget('TRACE', []);
}
