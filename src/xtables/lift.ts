/**
 * Expressions to rules, as iptables-nft 1.8.11 reads them (iptables/nft-ruleparse*.c): its own, and those nft wrote. What it does
 * not understand it leaves out silently, or reports; both are kept here.
 */
import type { CounterState, Expr, ExprOf } from '../kernel/nftables/model.ts';
import type { MatchDescriptor, XtFamily } from './define.ts';
import { liftMeta, liftMetaSet } from './lift-meta.ts';
import { liftNetwork } from './lift-network.ts';
import { liftTransport, liftTransportRange } from './lift-transport.ts';
import type { LimitInfo } from './matches/limit.ts';
import type { AddressMatch, InterfaceMatch, StoredRule, Use, XtRule, XtTarget } from './rule.ts';
import { findMatch, findTarget } from './table.ts';
import { type OptionWord, useMatch, useTarget } from './words.ts';

/** What a register holds, as far as it is understood. */
export type RegisterContent =
  | {
      readonly type: 'payload';
      readonly base: ExprOf<'payload'>['base'];
      readonly offset: number;
      readonly len: number;
      mask?: Uint8Array;
    }
  | { readonly type: 'meta'; readonly key: ExprOf<'meta'>['key']; mask?: Uint8Array }
  | { readonly type: 'immediate'; readonly data: Uint8Array };

/** A rule in the making. */
export class RuleDraft {
  readonly family: XtFamily;
  readonly errors: string[] = [];
  readonly matches: Use<MatchDescriptor>[] = [];
  /** Interface names by index, for `iif` and `oif`. */
  readonly interfaceName: (index: number) => string | undefined;
  src: AddressMatch | undefined;
  dst: AddressMatch | undefined;
  in: InterfaceMatch | undefined;
  out: InterfaceMatch | undefined;
  proto = 0;
  protoInvert = false;
  fragment: { readonly invert: boolean } | undefined;
  target: XtTarget = { kind: 'none' };
  counters: CounterState = { packets: 0n, bytes: 0n };

  constructor(family: XtFamily, interfaceName: (index: number) => string | undefined) {
    this.family = family;
    this.interfaceName = interfaceName;
  }

  addMatch(name: string, words: readonly OptionWord[]): void {
    const made = useMatch(name, this.family, this.proto, words);
    if (made) this.matches.push(made);
  }

  setTarget(name: string, words: readonly OptionWord[]): void {
    const made = useTarget(name, this.family, words);
    if (made) this.target = { kind: 'extension', ...made };
  }

  finish(): XtRule {
    return {
      family: this.family,
      ...(this.src && { src: this.src }),
      ...(this.dst && { dst: this.dst }),
      ...(this.in && { in: this.in }),
      ...(this.out && { out: this.out }),
      proto: this.proto,
      protoInvert: this.protoInvert,
      ...(this.fragment && { fragment: this.fragment }),
      matches: this.matches,
      target: this.target,
      counters: this.counters,
    };
  }
}

/** What lifting gives: the rule as far as it was understood, and complaints, after which the tool stops. */
export interface Lifted {
  readonly rule: XtRule;
  readonly errors: readonly string[];
}

/** Reads a stored rule. */
export function liftRule(
  family: XtFamily,
  { exprs, comment }: StoredRule,
  interfaceName: (index: number) => string | undefined,
): Lifted {
  const draft = new RuleDraft(family, interfaceName);
  const registers = new Map<number, RegisterContent>();
  for (const expr of exprs) liftExpr(draft, registers, expr);
  if (comment !== undefined) draft.addMatch('comment', [['comment', comment]]);
  return { rule: draft.finish(), errors: draft.errors };
}

/** Registers 1 to 4 are 8, 12, 16 and 20. */
const slot = (reg: number): number => (reg <= 4 ? 4 + 4 * reg : reg);

function liftExpr(draft: RuleDraft, registers: Map<number, RegisterContent>, expr: Expr): void {
  switch (expr.op) {
    case 'counter':
      draft.counters = { packets: expr.packets, bytes: expr.bytes };
      return;
    case 'payload': {
      const { base, offset, len } = expr;
      registers.set(slot(expr.dreg), { type: 'payload', base, offset, len });
      return;
    }
    case 'meta':
      registers.set(slot(expr.dreg), { type: 'meta', key: expr.key });
      return;
    case 'meta set':
      liftMetaSet(draft, expr.key, registers.get(slot(expr.sreg)));
      return;
    case 'immediate':
      registers.set(slot(expr.dreg), { type: 'immediate', data: expr.data });
      return;
    case 'bitwise': {
      const content = registers.get(slot(expr.sreg));
      if (!content || content.type === 'immediate') {
        draft.errors.push('bitwise sreg undef');
        return;
      }
      registers.set(slot(expr.dreg), { ...content, mask: expr.mask });
      return;
    }
    case 'cmp':
      liftCompare(draft, registers.get(slot(expr.sreg)), expr);
      return;
    case 'range':
      liftRange(draft, registers.get(slot(expr.sreg)), expr);
      return;
    case 'limit':
      liftLimit(draft, expr);
      return;
    case 'log':
      liftLog(draft, expr);
      return;
    case 'match':
    case 'target':
      liftXt(draft, expr);
      return;
    case 'verdict':
      liftVerdict(draft, expr);
      return;
    default:
  }
}

function liftCompare(
  draft: RuleDraft,
  content: RegisterContent | undefined,
  expr: ExprOf<'cmp'>,
): void {
  if (!content) draft.errors.push('cmp sreg undef');
  else if (content.type === 'meta') liftMeta(draft, content, expr);
  else if (content.type === 'payload' && content.base === 'network')
    liftNetwork(draft, content, expr);
  else if (content.type === 'payload' && content.base === 'transport')
    liftTransport(draft, content, expr);
}

function liftRange(
  draft: RuleDraft,
  content: RegisterContent | undefined,
  expr: ExprOf<'range'>,
): void {
  if (!content) draft.errors.push('range sreg undef');
  else if (content.type !== 'payload') draft.errors.push('range sreg type unsupported');
  else if (content.base !== 'transport') draft.errors.push('range with unknown payload base');
  else liftTransportRange(draft, content.offset, expr);
}

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const;

function liftLimit(draft: RuleDraft, { rate, unit, burst }: ExprOf<'limit'>): void {
  const extension = findMatch('limit', draft.family);
  const info: LimitInfo = { avg: Number(BigInt(10_000 * SECONDS[unit]) / rate), burst };
  if (extension) draft.matches.push({ extension, info: { ...info } });
}

function liftLog(draft: RuleDraft, { prefix, group, snaplen, qthreshold }: ExprOf<'log'>): void {
  draft.setTarget('NFLOG', [
    ...(group ? [['nflog-group', `${group}`] as const] : []),
    ...(prefix ? [['nflog-prefix', prefix] as const] : []),
    ...(snaplen !== undefined ? [['nflog-size', `${snaplen}`] as const] : []),
    ...(qthreshold ? [['nflog-threshold', `${qthreshold}`] as const] : []),
  ]);
}

function liftXt(draft: RuleDraft, { op, name, info }: ExprOf<'match'> | ExprOf<'target'>): void {
  if (op === 'match') {
    const extension = findMatch(name, draft.family);
    if (!extension) throw new Error(`rule holds unknown xt match "${name}"`);
    draft.matches.push({ extension, info });
    return;
  }
  const extension = findTarget(name, draft.family);
  if (!extension) throw new Error(`rule holds unknown xt target "${name}"`);
  draft.target = { kind: 'extension', extension, info };
}

function liftVerdict(draft: RuleDraft, { verdict }: ExprOf<'verdict'>): void {
  switch (verdict.code) {
    case 'accept':
    case 'drop':
    case 'return':
      draft.target = { kind: 'verdict', verdict: verdict.code };
      return;
    case 'jump':
    case 'goto':
      draft.target = { kind: verdict.code, chain: verdict.chain };
      return;
    default:
  }
}
