/** A rule as iptables understands it, between the words of the command line and the kernel's expressions. */
import type { CounterState, Expr, PlainRecord } from '../kernel/nftables/model.ts';
import type { Descriptor, MatchDescriptor, RuleEnv, TargetDescriptor, XtFamily } from './define.ts';

/** `-s` or `-d`. */
export interface AddressMatch {
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
  readonly invert: boolean;
}

/** `-i` or `-o`; a name that ends with `+` stands for all that begin so. */
export interface InterfaceMatch {
  readonly name: string;
  readonly invert: boolean;
}

/** An extension in use. */
export interface Use<D extends Descriptor> {
  /** Under the kernel's name. */
  readonly extension: D;
  readonly info: PlainRecord;
}

export type XtTarget =
  | { readonly kind: 'none' }
  | { readonly kind: 'verdict'; readonly verdict: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | ({ readonly kind: 'extension' } & Use<TargetDescriptor>);

export interface XtRule {
  readonly family: XtFamily;
  readonly src?: AddressMatch;
  readonly dst?: AddressMatch;
  readonly in?: InterfaceMatch;
  readonly out?: InterfaceMatch;
  /** 0 for every protocol. */
  readonly proto: number;
  readonly protoInvert: boolean;
  /** `-f`, and whether it is inverted; IPv4 only. */
  readonly fragment?: { readonly invert: boolean };
  readonly matches: readonly Use<MatchDescriptor>[];
  readonly target: XtTarget;
  readonly counters: CounterState;
}

/** What extensions may know of a rule. */
export function ruleEnv({ family, proto, protoInvert }: XtRule): RuleEnv {
  return { family, proto, protoInvert };
}

/** Expressions and comment of a stored rule. */
export interface StoredRule {
  readonly exprs: readonly Expr[];
  readonly comment?: string | undefined;
}
