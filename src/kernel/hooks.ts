/** The hook lists: base chains and built-in hooks of a family, sorted by priority. */
import { equalBytes } from '../base/bytes.ts';
import type { Packet } from '../packet/packet.ts';
import { addresses } from '../packet/transport.ts';
import { type Draft, type Ruleset, tableKey } from './model.ts';
import {
  ACCEPT,
  type BuiltinHook,
  type HookEnv,
  type HookFamily,
  type HookState,
  type HookVerdict,
} from './netfilter.ts';
import type { ChainRecord, Family } from './nftables/model.ts';
import { trackedFamilies } from './nftables/needs.ts';
import { runChain, type VmServices } from './nftables/vm.ts';

interface Entry {
  readonly priority: number;
  readonly name: string;
  run(packet: Packet, state: HookState): HookVerdict;
}

interface BaseChain {
  readonly ruleset: Ruleset;
  readonly key: string;
  readonly chain: Readonly<ChainRecord>;
}

const inFamily = (chain: Family, family: HookFamily): boolean =>
  chain === family || (chain === 'inet' && (family === 'ip' || family === 'ip6'));

/** All hook lists of a lab, made anew when a ruleset's chains or rules have changed. */
export class Hooks {
  private readonly lab: Draft;
  private readonly builtin: readonly BuiltinHook[];
  private readonly services: VmServices;
  private readonly lists = new Map<string, readonly Entry[]>();
  private tracked: ReadonlySet<Family> | undefined;

  constructor(lab: Draft, builtin: readonly BuiltinHook[], services: VmServices) {
    this.lab = lab;
    this.builtin = builtin;
    this.services = services;
  }

  /** To be called when the ruleset may have changed. */
  forget(): void {
    this.lists.clear();
    this.tracked = undefined;
  }

  /** Conntrack sees packets of that family. */
  tracks(family: HookFamily): boolean {
    this.tracked ??= new Set([
      ...trackedFamilies(this.lab.nft, this.services.xt),
      ...trackedFamilies(this.lab.legacy, this.services.xt),
    ]);
    return (family === 'ip' || family === 'ip6') && this.tracked.has(family);
  }

  /** Walks the list of a hook until one entry does not accept. */
  run(packet: Packet, state: HookState): HookVerdict {
    for (const entry of this.list(state)) {
      const verdict = entry.run(packet, state);
      if (verdict.code === 'accept') continue;
      if (verdict.code === 'queue' && verdict.bypass) continue;
      return verdict;
    }
    return ACCEPT;
  }

  /** The nat chains of a hook, for the NAT hook. */
  runNat(packet: Packet, state: HookState, done: () => boolean): HookVerdict {
    for (const { ruleset, key } of this.chains(state, 'nat')) {
      const verdict = runChain(this.services, ruleset, key, packet, state);
      if (verdict.code !== 'accept' || done()) return verdict;
    }
    return ACCEPT;
  }

  private list(state: HookState): readonly Entry[] {
    const device = state.hook === 'egress' ? state.out?.name : state.in?.name;
    const key = `${state.family} ${state.hook} ${state.family === 'netdev' ? device : ''}`;
    const known = this.lists.get(key);
    if (known) return known;
    const made = this.make(state);
    this.lists.set(key, made);
    return made;
  }

  private make(state: HookState): readonly Entry[] {
    const { services } = this;
    const entries: Entry[] = this.builtin
      .filter((hook) => this.isThere(hook, state))
      .map((hook) => ({
        priority: hook.priority,
        name: hook.name,
        run: (packet, at) => hook.run(packet, at, services.env),
      }));
    for (const { ruleset, key, chain } of this.chains(state, 'other')) {
      const run = (packet: Packet, at: HookState): HookVerdict => {
        const seen = chain.family === 'inet' ? asInet(packet, at) : at;
        return seen ? runChain(services, ruleset, key, packet, seen) : ACCEPT;
      };
      entries.push({
        priority: chain.base?.priority ?? 0,
        name: key,
        run: chain.base?.type === 'route' ? rerouting(run, services.env) : run,
      });
    }
    return entries.sort((a, b) => a.priority - b.priority);
  }

  private isThere(
    { families, hook, needs }: BuiltinHook,
    { family, hook: at }: HookState,
  ): boolean {
    if (hook !== at || !families.includes(family)) return false;
    if (needs === 'nothing') return true;
    return this.tracks(family) && (needs === 'conntrack' || this.hasNat(family));
  }

  private hasNat(family: HookFamily): boolean {
    return [...this.baseChains()].some(
      ({ chain }) => chain.base?.type === 'nat' && inFamily(chain.family, family),
    );
  }

  /** Chains of a hook by priority; of two with the same one, the newer comes first (nf_hook_entries_grow). */
  private chains(state: HookState, which: 'nat' | 'other'): readonly BaseChain[] {
    const found: BaseChain[] = [];
    for (const entry of this.baseChains()) {
      const { base } = entry.chain;
      if (!base || (base.type === 'nat') !== (which === 'nat')) continue;
      if (base.hook === state.hook && this.hangsAt(entry.chain, state)) found.unshift(entry);
    }
    return found.sort(
      (a, b) => (a.chain.base?.priority ?? 0) - (b.chain.base?.priority ?? 0) || this.age(a, b),
    );
  }

  /** Between the two rulesets; within one the order is that of the collection. */
  private age(a: BaseChain, b: BaseChain): number {
    const { nft, legacy } = this.lab;
    if (a.ruleset === b.ruleset) return 0;
    if (a.ruleset !== legacy) return -this.age(b, a);
    return a.chain.older?.includes(registration(nft, b.chain)) ? -1 : 1;
  }

  private hangsAt(chain: Readonly<ChainRecord>, state: HookState): boolean {
    if (state.family !== 'netdev') return inFamily(chain.family, state.family);
    const device = state.hook === 'egress' ? state.out : state.in;
    return (
      (chain.family === 'netdev' || chain.family === 'inet') &&
      (chain.base?.devices.some((name) => matchesDevice(name, device?.name ?? '')) ?? false)
    );
  }

  private *baseChains(): Generator<BaseChain> {
    for (const ruleset of [this.lab.legacy, this.lab.nft])
      for (const [key, chain] of ruleset.chains.entries()) {
        const table = ruleset.tables.get(tableKey(chain.family, chain.table));
        if (chain.base && !table?.flags.includes('dormant')) yield { ruleset, key, chain };
      }
  }
}

/** Tells a base chain from one that is made under its name later. */
export function registration(
  { tables }: Ruleset,
  { family, table, name, handle }: Readonly<ChainRecord>,
): string {
  return `${family} ${table} ${tables.get(tableKey(family, table))?.handle} ${name} ${handle}`;
}

/** An inet chain at a device sees IP packets only, and those as of their own family (nft_do_chain_inet_ingress). */
function asInet({ family }: Packet, state: HookState): HookState | undefined {
  if (state.family !== 'netdev') return state;
  return family && { ...state, family };
}

/** A device name of a base chain; `*` at its end stands for any rest. */
const matchesDevice = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

/** nf_route_table_hook: a `type route` chain that changed what routing depends on has the packet routed again. */
function rerouting(run: Entry['run'], env: HookEnv): Entry['run'] {
  return (packet, state) => {
    const before = routingKey(packet);
    const verdict = run(packet, state);
    if (verdict.code !== 'accept' || sameKey(before, routingKey(packet))) return verdict;
    return env.reroute(packet, state)
      ? verdict
      : { code: 'drop', reason: 'no route after the rules' };
  };
}

interface RoutingKey {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly mark: number;
  readonly tos: number;
}

function routingKey(packet: Packet): RoutingKey {
  const { src, dst } = addresses(packet);
  const { data } = packet;
  const tos = packet.family === 'ip' ? (data[1] ?? 0) : ((data[0] ?? 0) << 8) | (data[1] ?? 0);
  return { src: src.slice(), dst: dst.slice(), mark: packet.mark, tos };
}

const sameKey = (a: RoutingKey, b: RoutingKey): boolean =>
  a.mark === b.mark && a.tos === b.tos && equalBytes(a.src, b.src) && equalBytes(a.dst, b.dst);
