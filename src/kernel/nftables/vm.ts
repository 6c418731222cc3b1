/** The nf_tables virtual machine (nft_do_chain): walks one base chain for one packet. */
import { type Packet, packetLength } from '../../packet/packet.ts';
import { itemKey, type Ruleset } from '../model.ts';
import type { ConntrackEngine, HookEnv, HookState, HookVerdict } from '../netfilter.ts';
import { ACCEPT } from '../netfilter.ts';
import { type CompiledRule, compileChain } from './compile.ts';
import { BREAK, CONTINUE, type EvalContext, type ExprResult } from './context.ts';
import { evaluateExpr } from './expressions/table.ts';
import type { ChainRecord, Expr, RuleRecord } from './model.ts';
import { REGISTER_BYTES } from './registers.ts';
import type { XtRuntime } from './xt.ts';

/** A rule that matched or a policy that decided, as the trace shows it. */
export interface VmEvent {
  readonly packet: Packet;
  readonly state: HookState;
  readonly ruleset: Ruleset;
  readonly chain: Readonly<ChainRecord>;
  /** Absent for a policy. */
  readonly rule?: { readonly record: Readonly<RuleRecord>; readonly position: number };
  /** `continue` for a rule that matched and decided nothing. */
  readonly verdict: string;
  /** The chain jumped or gone to. */
  readonly target?: string;
}

export interface VmServices {
  readonly env: HookEnv;
  readonly conntrack: ConntrackEngine;
  readonly xt: XtRuntime;
  trace(event: VmEvent): void;
}

/** NFT_JUMP_STACK_SIZE. */
const MAX_JUMPS = 16;
const DROP: HookVerdict = { code: 'drop' };

class Context implements EvalContext {
  readonly registers = new Uint8Array(REGISTER_BYTES);
  readonly packet: Packet;
  readonly state: HookState;
  readonly ruleset: Ruleset;
  readonly env: HookEnv;
  readonly conntrack: ConntrackEngine;
  readonly xt: XtRuntime;
  readonly family;
  readonly table: string;
  chain: string;
  rule: RuleRecord;
  private owner: (() => unknown) | undefined;

  constructor(
    services: VmServices,
    base: Readonly<ChainRecord>,
    ruleset: Ruleset,
    packet: Packet,
    state: HookState,
  ) {
    this.packet = packet;
    this.state = state;
    this.ruleset = ruleset;
    this.env = services.env;
    this.conntrack = services.conntrack;
    this.xt = services.xt;
    this.family = base.family;
    this.table = base.table;
    this.chain = base.name;
    this.rule = { handle: 0, exprs: [] };
  }
  get lab() {
    return this.env.lab;
  }
  get clock() {
    return this.env.clock;
  }
  get rng() {
    return this.env.rng;
  }
  get effects() {
    return this.env.effects;
  }
  get hook() {
    return this.state.hook;
  }
  keep(): void {
    if (this.owner) this.owner();
    else this.ruleset.rules(itemKey(this.family, this.table, this.chain)).edit(this.rule.handle);
  }
  run(expr: Expr, owner: () => unknown): ExprResult {
    const outer = this.owner;
    this.owner = owner;
    try {
      return evaluateExpr(expr, this);
    } finally {
      this.owner = outer;
    }
  }
}

function evaluateRule(rule: CompiledRule, ctx: Context): ExprResult {
  ctx.rule = rule.record;
  for (const step of rule.steps) {
    const result = step(ctx);
    // A verdict of continue goes on with the next expression, not only with the next rule.
    if (result !== CONTINUE && (result === BREAK || result.code !== 'continue')) return result;
  }
  return CONTINUE;
}

interface Frame {
  readonly chain: Readonly<ChainRecord>;
  readonly rules: readonly CompiledRule[];
  next: number;
}

function frame(ruleset: Ruleset, key: string): Frame {
  const chain = ruleset.chains.get(key);
  if (!chain) throw new Error(`jump to missing chain "${key}"`);
  return { chain, rules: compileChain(ruleset.rules(key)), next: 0 };
}

/** Runs a base chain: its rules, what they jump to, and its policy where no rule decides. */
export function runChain(
  services: VmServices,
  ruleset: Ruleset,
  key: string,
  packet: Packet,
  state: HookState,
): HookVerdict {
  const base = frame(ruleset, key);
  const ctx = new Context(services, base.chain, ruleset, packet, state);
  const stack: Frame[] = [];
  let current: Frame | undefined = base;
  while (current) {
    const rule: CompiledRule | undefined = current.rules[current.next++];
    if (!rule) {
      current = stack.pop();
      continue;
    }
    ctx.chain = current.chain.name;
    const result = evaluateRule(rule, ctx);
    if (result === BREAK) continue;
    const code = result === CONTINUE ? 'continue' : result.code;
    if (code === 'break') continue;
    const target = result !== CONTINUE && 'chain' in result ? result.chain : undefined;
    services.trace({
      packet,
      state,
      ruleset,
      chain: current.chain,
      rule,
      verdict: code,
      ...(target !== undefined && { target }),
    });
    if (result === CONTINUE || code === 'continue') continue;
    switch (result.code) {
      case 'accept':
        return ACCEPT;
      case 'drop':
        return DROP;
      case 'stolen':
      case 'queue':
        return result;
      case 'return':
        current = stack.pop();
        continue;
      case 'jump':
        if (stack.length >= MAX_JUMPS) return DROP;
        stack.push(current);
        current = frame(ruleset, itemKey(base.chain.family, base.chain.table, result.chain));
        continue;
      case 'goto':
        current = frame(ruleset, itemKey(base.chain.family, base.chain.table, result.chain));
    }
  }
  return applyPolicy(services, ruleset, key, base.chain, packet, state);
}

function applyPolicy(
  services: VmServices,
  ruleset: Ruleset,
  key: string,
  chain: Readonly<ChainRecord>,
  packet: Packet,
  state: HookState,
): HookVerdict {
  const verdict = chain.policy ?? 'accept';
  services.trace({ packet, state, ruleset, chain, verdict });
  if (chain.counters) {
    const { counters } = ruleset.chains.edit(key);
    if (counters) {
      counters.packets += 1n;
      counters.bytes += BigInt(packetLength(packet));
    }
  }
  return verdict === 'drop' ? DROP : ACCEPT;
}
