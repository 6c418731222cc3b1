/** Rules to expressions, exactly those that iptables-nft 1.8.11 writes (iptables/nft.c, nft-ipv4.c, nft-ipv6.c). */
import { maskPrefix } from '../base/address.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import type { Expr, MetaKey } from '../kernel/nftables/model.ts';
import { type Descriptor, revisionOf } from './define.ts';
import type { AddressMatch, InterfaceMatch, Use, XtRule, XtTarget } from './rule.ts';
import { ruleEnv } from './rule.ts';

const ADDRESS = {
  ip: { src: 12, dst: 16, length: 4 },
  ip6: { src: 8, dst: 24, length: 16 },
} as const;

/**
 * The expressions of a rule, in the tool's order: addresses, interfaces, protocol, fragments, matches, counter, target. Without
 * `native`, for iptables-legacy, every extension stays one, and nothing that was written is left out.
 */
export function lowerRule(rule: XtRule, { native = true } = {}): Expr[] {
  const at = ADDRESS[rule.family];
  const env = ruleEnv(rule);
  const exprs: Expr[] = [];
  if (rule.src) exprs.push(...lowerAddress(rule.src, at.src));
  if (rule.dst) exprs.push(...lowerAddress(rule.dst, at.dst));
  if (rule.in) exprs.push(...lowerInterface('iifname', rule.in, native));
  if (rule.out) exprs.push(...lowerInterface('oifname', rule.out, native));
  if (rule.proto !== 0) exprs.push(...lowerProtocol(rule));
  if (rule.fragment) exprs.push(...lowerFragment(rule.fragment.invert));
  for (const use of rule.matches)
    exprs.push(
      ...((native && use.extension.lower?.(use.info, env)) || [xtExpr('match', use, rule)]),
    );
  exprs.push({ op: 'counter', ...rule.counters });
  return [...exprs, ...lowerTarget(rule.target, rule, native)];
}

function xtExpr(op: 'match' | 'target', { extension, info }: Use<Descriptor>, rule: XtRule): Expr {
  return { op, name: extension.name, rev: revisionOf(extension, rule.family), info };
}

/** A mask of whole bytes shortens the load; any other one takes a bitwise. No mask at all asks for nothing. */
function lowerAddress({ address, mask, invert }: AddressMatch, offset: number): Expr[] {
  const bits = maskPrefix(mask);
  const cmp = invert ? 'neq' : 'eq';
  if (bits === 0 && !invert) return [];
  const whole = bits !== undefined && bits % 8 === 0;
  const len = whole ? bits / 8 : mask.length;
  const load: Expr = { op: 'payload', base: 'network', offset, len, dreg: 1 };
  const xor = new Uint8Array(len);
  return [
    load,
    ...(whole ? [] : [{ op: 'bitwise', sreg: 1, dreg: 1, len, mask, xor } as const]),
    { op: 'cmp', cmp, sreg: 1, data: address.slice(0, len) },
  ];
}

/** What `! -i +` becomes: a name no interface can have. */
const NEVER = 'INVAL/D';

/** A wildcard compares the letters before the plus sign, a name its closing zero, too. */
export function lowerInterface(
  key: MetaKey,
  { name, invert }: InterfaceMatch,
  native = true,
): Expr[] {
  if (name === '+' && !invert && native) return [];
  const compare = (text: string, cmp: 'eq' | 'neq'): Expr[] => [
    { op: 'meta', key, dreg: 1 },
    { op: 'cmp', cmp, sreg: 1, data: encodeUtf8(text) },
  ];
  if (name === '+' && native) return compare(`${NEVER}\0`, 'eq');
  const wildcard = name.endsWith('+');
  return compare(wildcard ? name.slice(0, -1) : `${name}\0`, invert ? 'neq' : 'eq');
}

function lowerProtocol({ family, proto, protoInvert }: XtRule): Expr[] {
  const load: Expr =
    family === 'ip'
      ? { op: 'payload', base: 'network', offset: 9, len: 1, dreg: 1 }
      : { op: 'meta', key: 'l4proto', dreg: 1 };
  const cmp = protoInvert ? 'neq' : 'eq';
  return [load, { op: 'cmp', cmp, sreg: 1, data: Uint8Array.of(proto) }];
}

function lowerFragment(invert: boolean): Expr[] {
  const [mask, xor] = [Uint8Array.of(0x1f, 0xff), new Uint8Array(2)];
  return [
    { op: 'payload', base: 'network', offset: 6, len: 2, dreg: 1 },
    { op: 'bitwise', sreg: 1, dreg: 1, len: 2, mask, xor },
    { op: 'cmp', cmp: invert ? 'eq' : 'neq', sreg: 1, data: new Uint8Array(2) },
  ];
}

function lowerTarget(target: XtTarget, rule: XtRule, native: boolean): readonly Expr[] {
  switch (target.kind) {
    case 'none':
      return [];
    case 'verdict':
      return [{ op: 'verdict', verdict: { code: target.verdict } }];
    case 'jump':
    case 'goto':
      return [{ op: 'verdict', verdict: { code: target.kind, chain: target.chain } }];
    case 'extension':
      return (
        (native && target.extension.lower?.(target.info, ruleEnv(rule))) || [
          xtExpr('target', target, rule),
        ]
      );
  }
}
