/** The one record of what happened to a packet and to those it caused: for listings, explanations and checks. */

import type { HookName } from '../kernel/nftables/model.ts';
import type { VmEvent } from '../kernel/nftables/vm.ts';
import type { Device, Packet } from '../packet/packet.ts';

/** A rule whose matches all held, or the policy of a base chain. */
export interface TraceEvent {
  readonly hook: HookName;
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** True for the iptables-legacy ruleset. */
  readonly legacy: boolean;
  /** Position in its chain from 1, and handle; absent for a policy. */
  readonly rule?: { readonly position: number; readonly handle: number };
  readonly verdict: string;
  readonly target?: string;
  /** nftrace was on: `nft monitor trace` shows the event. */
  readonly traced: boolean;
  readonly in: string | undefined;
  readonly out: string | undefined;
  readonly mark: number;
  /** The packet as it was then, where the trace was asked to keep that. */
  readonly packet?: { readonly link: Uint8Array; readonly data: Uint8Array };
}

export type Outcome =
  | { readonly kind: 'delivered'; readonly dev: string }
  | { readonly kind: 'forwarded'; readonly dev: string }
  | { readonly kind: 'sent'; readonly dev: string }
  | { readonly kind: 'dropped'; readonly reason: string }
  | { readonly kind: 'stolen'; readonly reason: string }
  | { readonly kind: 'queued'; readonly num: number };

export const dropped = (reason: string): Outcome => ({ kind: 'dropped', reason });

/** One packet's life; its second life on the loopback device is a group of its own. */
export interface TraceGroup {
  readonly start: 'received' | 'local';
  readonly dev: string | undefined;
  /** As it began. */
  readonly data: Uint8Array;
  readonly events: TraceEvent[];
  /** How it ended; set when the packet has gone its way. */
  outcome: Outcome | undefined;
}

export interface SentPacket {
  readonly dev: string;
  readonly mark: number;
  readonly data: Uint8Array;
  readonly group: TraceGroup | undefined;
}

export interface DeliveredPacket {
  readonly in: string;
  readonly mark: number;
  readonly data: Uint8Array;
  readonly group: TraceGroup | undefined;
}

/** A log statement's message, for a group of listeners or the kernel log. */
export interface LogRecord {
  readonly group: number | undefined;
  readonly prefix: string;
  readonly level: number;
  readonly flags: number;
  readonly hook: HookName;
  readonly in: Device | undefined;
  readonly out: Device | undefined;
  readonly mark: number;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly etherType: number;
  readonly link: Uint8Array;
  readonly data: Uint8Array;
}

/** Everything that came of one packet put in. */
export class Trace {
  /** The packet itself first, then those it caused, in the order they appeared. */
  readonly groups: TraceGroup[] = [];
  readonly sent: SentPacket[] = [];
  readonly delivered: DeliveredPacket[] = [];
  readonly logs: LogRecord[] = [];
  readonly notes: string[] = [];
  /** What the host said to packets delivered to it, each with what it caused; where the machine has its host answer. */
  readonly answers: Trace[] = [];
  /** Why the socket could not even send it. */
  refusal: string | undefined;
  private readonly keepPackets: boolean;
  private readonly byPacket = new WeakMap<Packet, TraceGroup>();
  private readonly outer = new WeakMap<TraceGroup, TraceGroup>();

  constructor({ keepPackets = false } = {}) {
    this.keepPackets = keepPackets;
  }

  begin(packet: Packet, start: TraceGroup['start']): void {
    const group: TraceGroup = {
      start,
      dev: packet.iif?.name,
      data: packet.data.slice(),
      events: [],
      outcome: undefined,
    };
    this.groups.push(group);
    const outer = this.byPacket.get(packet);
    if (outer) this.outer.set(group, outer);
    this.byPacket.set(packet, group);
  }

  groupOf(packet: Packet): TraceGroup | undefined {
    return this.byPacket.get(packet);
  }

  end(packet: Packet, outcome: Outcome): void {
    const group = this.byPacket.get(packet);
    if (!group) return;
    group.outcome = outcome;
    // A hook may send the packet itself on (IPVS): that life of it lies within the one the hook belongs to.
    const outer = this.outer.get(group);
    if (outer && !outer.outcome) this.byPacket.set(packet, outer);
  }

  event({ packet, state, ruleset, chain, rule, verdict, target }: VmEvent, legacy: object): void {
    this.byPacket.get(packet)?.events.push({
      hook: state.hook,
      family: chain.family,
      table: chain.table,
      chain: chain.name,
      legacy: ruleset === legacy,
      ...(rule && { rule: { position: rule.position, handle: rule.record.handle } }),
      verdict,
      ...(target !== undefined && { target }),
      traced: packet.traced,
      in: state.in?.name,
      out: state.out?.name,
      mark: packet.mark,
      ...(this.keepPackets && {
        packet: { link: packet.link, data: packet.data.slice() },
      }),
    });
  }

  send(packet: Packet, dev: Device): void {
    const group = this.byPacket.get(packet);
    this.sent.push({ dev: dev.name, mark: packet.mark, data: packet.data.slice(), group });
  }

  deliver(packet: Packet, dev: string): void {
    const group = this.byPacket.get(packet);
    this.delivered.push({ in: dev, mark: packet.mark, data: packet.data.slice(), group });
  }

  /** What became of the packet that was put in. */
  get outcome(): Outcome {
    return this.groups[0]?.outcome ?? dropped(this.refusal ?? 'it never reached a hook');
  }
}
