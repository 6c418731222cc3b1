/**
 * The seam between the machine and what hangs on its hooks. nf_tables base chains and built-in hooks (defrag,
 * conntrack, NAT, IPVS) are one list per family and hook, sorted by priority, which the machine makes explicitly.
 */
import type { Device, Packet } from '../packet/packet.ts';
import type { ConntrackEntry } from './conntrack/model.ts';
import type { KernelContext } from './context.ts';
import type { Draft } from './model.ts';
import type { Effects } from './nftables/context.ts';
import type { HookName } from './nftables/model.ts';
import type { Route, Routing } from './routing.ts';

/** Protocol family of a hook list (NFPROTO_*); inet chains are in the lists of ip and ip6. */
export type HookFamily = 'ip' | 'ip6' | 'arp' | 'bridge' | 'netdev';

/** Where a packet is (struct nf_hook_state). */
export interface HookState {
  readonly family: HookFamily;
  readonly hook: HookName;
  readonly in: Device | undefined;
  readonly out: Device | undefined;
}

/** What one hook function answers; `stolen` means that it keeps the packet or has sent it on by itself. */
export type HookVerdict =
  | typeof ACCEPT
  | { readonly code: 'drop'; readonly reason?: string }
  | { readonly code: 'stolen'; readonly reason?: string }
  | { readonly code: 'queue'; readonly num: number; readonly bypass: boolean };
export const ACCEPT = { code: 'accept' } as const;

/** What a hook function may use. One for the whole life of a machine. */
export interface HookEnv extends KernelContext {
  readonly lab: Draft;
  readonly routing: Routing;
  readonly effects: Effects;
  readonly nat: NatChains;
  /** Sysctl by its dotted name: the host's value, else the kernel's default; a number where it is one. */
  sysctl(name: string): number;
  /** As ip_route_me_harder: looks up the route of a local packet again; false when there is none now. */
  reroute(packet: Packet, state: HookState): boolean;
  /** Sends a packet on by a route from local output on (LOCAL_OUT hooks, then postrouting), before this returns. */
  localOut(packet: Packet, route: Route): void;
  /** ConntrackEngine.attach, for what answers a packet. */
  attach(from: Packet, to: Packet): void;
  /** Drops what the per-packet cache of hook lists knows, after a ruleset change in the middle of a packet. */
  rulesChanged(): void;
}

/** A function at a hook (struct nf_hook_ops). */
export interface BuiltinHook {
  readonly name: string;
  readonly families: readonly HookFamily[];
  readonly hook: HookName;
  readonly priority: number;
  /** When it is there: always, once a rule brings conntrack into the family, or once the family has a nat chain. */
  readonly needs: 'nothing' | 'conntrack' | 'nat';
  run(packet: Packet, state: HookState, env: HookEnv): HookVerdict;
}

/** NF_IP_PRI_*. */
export const PRIORITY = {
  first: -2147483648,
  rawBeforeDefrag: -450,
  defrag: -400,
  raw: -300,
  conntrack: -200,
  mangle: -150,
  natDst: -100,
  filter: 0,
  security: 50,
  natSrc: 100,
  helper: 300,
  confirm: 2147483647,
} as const;

/**
 * The `type nat` chains of a hook. NAT's own built-in hook (-100 and 100, whatever the chains' priorities, as
 * nf_nat_register_fn) calls them for the first packet of a connection.
 */
export interface NatChains {
  /** In order of priority, until one does not accept or `done` holds after it (nf_nat_initialized). */
  run(packet: Packet, state: HookState, done: () => boolean): HookVerdict;
}

/** enum ip_conntrack_info, by name. */
export type ConntrackInfo =
  | 'established'
  | 'related'
  | 'new'
  | 'established reply'
  | 'related reply';

/** What conntrack attached to a packet (skb->_nfct); in `packet.ct`, where `'untracked'` is NOTRACK and undefined is invalid or not seen. */
export interface PacketConntrack {
  readonly info: ConntrackInfo;
  /** False until the first packet passed confirm: the entry is not in the store yet. */
  readonly confirmed: boolean;
  /** A template set by `ct zone set`, CT target: not a connection. */
  readonly template: boolean;
  readonly entry: Readonly<ConntrackEntry>;
  /** The entry for changing, whether stored already or not. */
  edit(): ConntrackEntry;
}

/** nf_nat_range2. Addresses and ports are inclusive; absent is not asked for. */
export interface NatRange {
  readonly minAddr?: Uint8Array;
  readonly maxAddr?: Uint8Array;
  readonly minPort?: number;
  readonly maxPort?: number;
  /** For NF_NAT_RANGE_PROTO_OFFSET. */
  readonly basePort?: number;
  /** NF_NAT_RANGE_* bits: 1 map ips, 2 proto specified, 4 proto random, 8 persistent, 16 proto random fully, 32 proto offset, 64 netmap. */
  readonly flags: number;
}

/** What nat, masq and redir expressions and the xt NAT targets ask of the NAT engine (nf_nat_setup_info). */
export interface NatEngine {
  /** `manip` names what is rewritten. */
  setup(packet: Packet, range: NatRange, manip: 'src' | 'dst', env: HookEnv): HookVerdict;
  masquerade(packet: Packet, range: NatRange, state: HookState, env: HookEnv): HookVerdict;
  redirect(packet: Packet, range: NatRange, state: HookState, env: HookEnv): HookVerdict;
}

/** What ct statements other than reading and marks ask of conntrack; conntrack implements it. */
export interface ConntrackEngine {
  /** All built-in hooks of conntrack and NAT, defrag excluded. */
  readonly hooks: readonly BuiltinHook[];
  readonly nat: NatEngine;
  /** nf_conntrack_attach: `to`, an answer to `from`, belongs to its connection, in the other direction. */
  attach(from: Packet, to: Packet): void;
  /** `ct zone set`, CT target: attaches a template before tracking. */
  setTemplate(
    packet: Packet,
    template: {
      readonly zone?: { readonly id: number; readonly dir: 'both' | 'original' | 'reply' };
      readonly helper?: string;
      readonly timeout?: string;
      readonly events?: number;
    },
    env: HookEnv,
  ): void;
  /** `ct helper set "name"` on an unconfirmed connection; the nft object's own helper name. */
  assignHelper(packet: Packet, helper: string, env: HookEnv): void;
  /** Named nft ct timeout object: state name to seconds. */
  assignTimeout(
    packet: Packet,
    name: string,
    policy: { readonly [state: string]: number },
    env: HookEnv,
  ): void;
  /** ct expectation object. */
  expect(
    packet: Packet,
    expectation: {
      readonly proto: number;
      readonly dport: number;
      readonly timeoutMs: number;
      readonly size: number;
    },
    env: HookEnv,
  ): HookVerdict;
  /** connlimit: connections counted against `key` in the list `live`, which is updated; returns how many there are. */
  countConnections(packet: Packet, live: number[], env: HookEnv): number;
  /** SYNPROXY. */
  synproxy(
    packet: Packet,
    options: {
      readonly mss: number;
      readonly wscale: number;
      readonly flags: number;
      readonly ecn?: boolean;
    },
    state: HookState,
    env: HookEnv,
  ): HookVerdict;
}

/** The connection of a packet, unless it has none (invalid, untracked) or only a template. */
export function conntrackOf(packet: Packet): PacketConntrack | undefined {
  // The packet does not know its owner's type; conntrack alone assigns it.
  const ct = packet.ct as PacketConntrack | 'untracked' | undefined;
  return ct === undefined || ct === 'untracked' || ct.template ? undefined : ct;
}

/** The direction a packet travels its connection in. */
export const conntrackDirection = (ct: PacketConntrack): 'original' | 'reply' =>
  ct.info.endsWith('reply') ? 'reply' : 'original';
