/** What an expression or an xtables extension sees while it judges one packet (nft_pktinfo and xt_action_param). */
import type { Device, Packet } from '../../packet/packet.ts';
import type { KernelContext } from '../context.ts';
import type { Draft, Ruleset } from '../model.ts';
import type { ConntrackEngine, HookEnv, HookState } from '../netfilter.ts';
import type { Expr, Family, HookName, PlainRecord, RuleRecord, Verdict } from './model.ts';
import type { XtRuntime } from './xt.ts';

export interface EvalContext extends KernelContext {
  readonly packet: Packet;
  readonly lab: Draft;
  readonly ruleset: Ruleset;
  /** Family of the table the chain is in. */
  readonly family: Family;
  readonly table: string;
  readonly chain: string;
  readonly hook: HookName;
  /** Devices and protocol family of this hook traversal. */
  readonly state: HookState;
  readonly env: HookEnv;
  readonly conntrack: ConntrackEngine;
  readonly xt: XtRuntime;
  /** The rule being judged; what an expression changes in itself is kept by `keep`. */
  readonly rule: RuleRecord;
  /** Registers: 80 bytes, 16-byte registers 1-4 from offset 16 on (offset 0 is the verdict's place). */
  readonly registers: Uint8Array;
  /** Called before an expression changes its own state (counter, bucket, live), so that the change is stored. */
  keep(): void;
  /** Runs an expression kept by an element or object; `owner` opens that record for changing. */
  run(expr: Expr, owner: () => unknown): ExprResult;
  /** Effects beyond the verdict: log lines, packets to send, NAT set up. Implemented by the machine. */
  readonly effects: Effects;
}

/** What rules cause beside their verdict. */
export interface Effects {
  log(line: {
    readonly group?: number;
    readonly prefix: string;
    readonly level: number;
    readonly flags: number;
    readonly snaplen?: number;
    readonly packet: Packet;
    readonly state: HookState;
  }): void;
  /** A copy leaves by a device at once, without routing (fwd and dup of netdev chains); what the host itself makes goes by `env.localOut`. */
  transmit(packet: Packet, dev: Device): void;
  /** An event for the trace and the explanation that is not a rule's verdict. */
  note(text: string): void;
  /** An entry for the commit's event log, which the monitors follow (conntrack/events.ts). */
  event?(event: PlainRecord): void;
}

/** Result of one expression: go on, the rule does not match, or a verdict that ends the rule. */
export type ExprResult =
  | typeof CONTINUE
  | typeof BREAK
  | Verdict
  | { readonly code: 'stolen' }
  | { readonly code: 'queue'; readonly num: number; readonly bypass: boolean };
export const CONTINUE = 0;
export const BREAK = 1;
