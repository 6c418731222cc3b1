/** One run of nft: what its commands share. */
import type { Expr, Family } from '../../src/kernel/nftables/model.ts';
import type { ItemRef, RulesetContext } from '../../src/kernel/nftables/ruleset.ts';
import type { Command } from '../../src/nft/ast.ts';
import type { PrintOptions, ValueEnv } from '../../src/nft/datatypes/values.ts';

export interface Session {
  readonly kernel: RulesetContext;
  readonly values: ValueEnv;
  readonly now: bigint;
  readonly options: PrintOptions;
  /** Tables that go when the process ends. */
  readonly owned: [Family, string][];
  /** Keys of the sets this run made: a rule of the same run that fills one makes it dynamic. */
  readonly fresh: Set<string>;
  /** Notes a rule that goes to the kernel, for `--debug=netlink`. */
  sent(chain: ItemRef, exprs: readonly Expr[]): void;
  /** Notes a rule for `--echo`. */
  echoRule(command: Command, handle: number): void;
}
