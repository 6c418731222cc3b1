/** What an xtables extension is: one descriptor serves its options, listings, saving, translation and packets. */
import type { Errno } from '../base/errors.ts';
import type { Hosts } from '../base/hosts.ts';
import type { EvalContext, ExprResult } from '../kernel/nftables/context.ts';
import type { ChainType, Expr, ExprOf, HookName, PlainRecord } from '../kernel/nftables/model.ts';
import type { XtFamily } from './names.ts';
import type { OptionReader, Options, OptionTable, ParseEnv } from './options.ts';

export type { XtFamily } from './names.ts';

/** How `-L` shows a rule. */
export interface PrintEnv {
  readonly family: XtFamily;
  /** `-n`: no names of hosts, services. */
  readonly numeric: boolean;
  /** What `-p` says; 0 for all. */
  readonly proto: number;
  readonly hosts: Hosts;
  /** A line for stderr. */
  readonly warn?: (text: string) => void;
}

/** What saving and translating may know of the rule around the extension. */
export interface RuleEnv {
  readonly family: XtFamily;
  /** What `-p` says; 0 for all. */
  readonly proto: number;
  readonly protoInvert: boolean;
  /** nft shows the rule, rather than iptables-translate; some translations differ. */
  readonly listing?: boolean;
  /** Numbers, from 0 on, for the names of sets that a translation makes; nft has none. */
  readonly serial?: () => number;
  /** A line for stderr. */
  readonly warn?: (text: string) => void;
}

/** A translation that is more than the text of its place in the rule. */
export interface Translation {
  readonly text: string;
  /** Becomes the comment of the nft rule. */
  readonly comment?: string;
  /** Sets the rule needs: `name { definition }`, without family and table. */
  readonly sets?: readonly string[];
}

/** Where a rule is to be put, for the kernel's checks. */
export interface Place extends RuleEnv {
  readonly table: string;
  readonly chain: string;
  /** The base chain's hook; undefined in a user chain. */
  readonly hook?: HookName | undefined;
  readonly chainType?: ChainType | undefined;
  /** All expressions of rules there are, of both rulesets. */
  readonly stored: () => Iterable<Expr>;
}

/** What the kernel module demands of the place (struct xt_match and xt_target); EINVAL otherwise. */
export interface Demands {
  readonly tables?: readonly string[];
  readonly hooks?: readonly HookName[];
  /** Protocols, not inverted, one of which the rule must match. */
  readonly protos?: readonly number[];
}

interface Spec<T extends OptionTable, I> {
  readonly name: string;
  /** Revision the kernel is asked for; default 0. */
  readonly revision?: number | { readonly [F in XtFamily]: number };
  /** Default: both. Two descriptors may share a name when they serve different families. */
  readonly families?: readonly XtFamily[];
  /**
   * The extension under which the kernel knows this one, when it is only another way to write it (state for conntrack,
   * NOTRACK for CT): then `parse` makes that one's Info, which also prints it.
   */
  readonly kernelName?: string;
  /**
   * The shared library of the extension, where it holds an entry for each family: of such a library nft sees only the
   * entries of the family that needs it first.
   */
  readonly library?: string;
  /** In the order of the tool's table: messages depend on it. */
  readonly options: T;
  /** One to a few lines for `-h`, in our own words. */
  readonly help: string;
  /** Runs before the engine's own final check, for messages that come first. */
  check?(given: Pick<OptionReader, 'has' | 'value'>, env: ParseEnv): void;
  /** The plain record the kernel module is configured with; every default filled in. Throws parameterProblem. */
  parse(options: Options<T>, env: ParseEnv): I;
  /** The name saved after -m or -j, where it depends on the Info. */
  alias?(info: I): string;
  /** The tool has no blank in front of what `-L` shows of it. */
  readonly unspaced?: boolean;
  /** What `-L` shows; '' for nothing. No blank in front, unless there are two. */
  print(info: I, env: PrintEnv): string;
  /** What follows `-m NAME` or `-j NAME` in -S and -save; '' for nothing. */
  save(info: I, env: RuleEnv): string;
  /** nft's words; undefined where this Info has no translation. Leave it out when the real tool has none at all. */
  translate?(info: I, env: RuleEnv): string | Translation | undefined;
  /** Expressions the tool writes instead of an xt one; undefined for the xt one. src/xtables/lift.ts reads them back. */
  lower?(info: I, env: RuleEnv): readonly Expr[] | undefined;
  readonly demands?: Demands;
  /** The module's further checks (checkentry): the errno it answers with. */
  refuse?(info: I, place: Place): Errno | undefined;
  /** The ipsets a rule with this Info holds. */
  ipsets?(info: I): readonly string[];
  /** Sysctls the module sets to 1 when a rule is made (nf_ct_set_acct). */
  readonly switchesOn?: readonly string[];
  /** The module needs connection tracking in the family's hooks. */
  readonly conntrack?: boolean | ((info: I) => boolean);
}

export interface MatchSpec<T extends OptionTable, I> extends Spec<T, I> {
  /** Whether the packet matches. State that packets change is in `self.live`; call `ctx.keep()` before changing it. */
  test?(info: I, ctx: EvalContext, self: ExprOf<'match'>): boolean;
}

export interface TargetSpec<T extends OptionTable, I> extends Spec<T, I> {
  /** CONTINUE, BREAK (counts, then goes on with the next rule), or a verdict. */
  apply?(info: I, ctx: EvalContext, self: ExprOf<'target'>): ExprResult;
}

/** A match as the rest of the program sees it: of any options and Info. */
export type MatchDescriptor = MatchSpec<OptionTable, PlainRecord>;
export type TargetDescriptor = TargetSpec<OptionTable, PlainRecord>;
export type Descriptor = MatchDescriptor | TargetDescriptor;

/**
 * Checks a match against its own option and Info types and forgets them. The casts are safe because the Info a
 * descriptor gets is only ever one its own `parse` (or the lift of its own `lower`) made.
 */
export function defineMatch<const T extends OptionTable, I>(
  spec: MatchSpec<T, I>,
): MatchDescriptor {
  return spec as unknown as MatchDescriptor;
}

/** As defineMatch, for targets. */
export function defineTarget<const T extends OptionTable, I>(
  spec: TargetSpec<T, I>,
): TargetDescriptor {
  return spec as unknown as TargetDescriptor;
}

/** The revision for a family. */
export function revisionOf({ revision = 0 }: Descriptor, family: XtFamily): number {
  return typeof revision === 'number' ? revision : revision[family];
}
