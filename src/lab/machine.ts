/** The machine: composition root of one lab's kernel. Puts packets in and says what became of them. */
import type { Clock, Rng } from '../base/ports.ts';
import { Fragments } from '../kernel/fragments.ts';
import { Hooks } from '../kernel/hooks.ts';
import { HostRoutes } from '../kernel/host/routes.ts';
import { sysctlValue } from '../kernel/host/sysctls.ts';
import type { Draft } from '../kernel/model.ts';
import type {
  BuiltinHook,
  ConntrackEngine,
  HookEnv,
  HookState,
  HookVerdict,
} from '../kernel/netfilter.ts';
import type { Effects } from '../kernel/nftables/context.ts';
import type { XtRuntime } from '../kernel/nftables/xt.ts';
import type { Route } from '../kernel/routing.ts';
import { readFrame } from '../packet/ethernet.ts';
import { type Device, Packet, type Socket } from '../packet/packet.ts';
import { ETHERTYPE } from '../packet/protocols.ts';
import { Answers } from './answer.ts';
import { defragHooks } from './defrag.ts';
import { localOut, reroute, sendCopy, sendRaw } from './output.ts';
import { receive } from './receive.ts';
import { type Outcome, Trace } from './trace.ts';

export interface MachineParts {
  readonly lab: Draft;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly conntrack: ConntrackEngine;
  readonly xt: XtRuntime;
  /** Built-in hooks beside those of conntrack, NAT and defragmentation: IPVS. */
  readonly hooks?: readonly BuiltinHook[];
  /** Fragments that wait from one packet to the next; a machine has its own unless given. */
  readonly fragments?: Fragments;
  /** The host answers what is delivered to it, as its sockets and ICMP do; else packets end there. */
  readonly answers?: boolean;
}

/** Who sends a locally made packet. */
export interface SendOptions {
  readonly uid?: number;
  readonly gid?: number;
  readonly mark?: number;
  /** Device the socket is bound to. */
  readonly oif?: string;
}

/** What the packet path works with; all of one machine. */
export interface Kernel {
  readonly env: HookEnv;
  readonly hooks: Hooks;
  readonly fragments: Fragments;
  readonly trace: Trace;
  readonly routing: HostRoutes;
  /** Undefined when the host answers nothing. */
  readonly answers: Answers | undefined;
  /** Runs a hook's list; undefined when the packet goes on, else how it ended. */
  pass(packet: Packet, state: HookState): Outcome | undefined;
  /** Sent to itself: it arrives at the loopback device once the packet in hand has gone its way. */
  loop(packet: Packet): void;
}

/** One machine serves any number of packets within one transaction, in which rules and host do not change otherwise. */
export class Machine implements Kernel {
  readonly env: HookEnv;
  readonly hooks: Hooks;
  readonly fragments: Fragments;
  readonly routing: HostRoutes;
  readonly answers: Answers | undefined;
  trace = new Trace();
  private backlog: Packet[] = [];

  constructor(parts: MachineParts) {
    const { lab, conntrack, xt } = parts;
    this.fragments = parts.fragments ?? new Fragments();
    this.answers = parts.answers ? new Answers() : undefined;
    this.routing = new HostRoutes(lab.host.get());
    this.env = this.makeEnv(parts);
    const builtin = [...defragHooks(this.fragments), ...conntrack.hooks, ...(parts.hooks ?? [])];
    this.hooks = new Hooks(lab, builtin, {
      env: this.env,
      conntrack,
      xt,
      trace: (event) => this.trace.event(event, lab.legacy),
    });
  }

  /** A frame arrives at a device. */
  inject(dev: string, frame: Uint8Array, options: { keepPackets?: boolean } = {}): Trace {
    const device = this.routing.device(dev);
    if (!device) throw new Error(`no interface "${dev}"`);
    const packet = readFrame(frame);
    packet.iif = device;
    return this.run(options, () => receive(packet, this));
  }

  /** A raw socket of this host sends a packet, headers included. */
  send(
    data: Uint8Array,
    { uid = 0, gid = 0, mark = 0, oif }: SendOptions = {},
    options: { keepPackets?: boolean } = {},
  ): Trace {
    const version = (data[0] ?? 0) >> 4;
    const packet = new Packet(data.slice(), version === 6 ? ETHERTYPE.ip6 : ETHERTYPE.ip);
    const socket: Socket = { uid, gid, mark };
    packet.socket = socket;
    packet.mark = mark;
    packet.local = true;
    return this.run(options, () => sendRaw(packet, oif, this));
  }

  pass(packet: Packet, state: HookState): Outcome | undefined {
    const verdict = this.hooks.run(packet, state);
    return verdict.code === 'accept' ? undefined : outcomeOf(verdict);
  }

  loop(packet: Packet): void {
    this.backlog.push(packet);
  }

  private run(options: { keepPackets?: boolean }, start: () => void): Trace {
    const trace = this.follow(options, start);
    for (let packet = this.answers?.next(); packet; packet = this.answers?.next()) {
      const asked = packet;
      const answer = this.follow(options, () => this.answers?.answer(asked, this.env));
      if (answer.groups.length > 0) trace.answers.push(answer);
    }
    return trace;
  }

  /** Until nothing that was caused is under way any more. */
  private follow(options: { keepPackets?: boolean }, start: () => void): Trace {
    this.trace = new Trace(options);
    start();
    for (let packet = this.backlog.shift(); packet; packet = this.backlog.shift())
      receive(packet, this);
    return this.trace;
  }

  private makeEnv({ lab, clock, rng, conntrack }: MachineParts): HookEnv {
    const machine = this;
    return {
      lab,
      clock,
      rng,
      get routing() {
        return machine.routing;
      },
      effects: this.makeEffects(),
      nat: {
        run: (packet, state, done) => this.hooks.runNat(packet, state, done),
      },
      sysctl: (name) => sysctlValue(lab.host.get(), name),
      reroute: (packet, state) => reroute(packet, state, this),
      localOut: (packet: Packet, route: Route) => localOut(packet, route, this),
      attach: (from, to) => conntrack.attach(from, to),
      rulesChanged: () => this.hooks.forget(),
    };
  }

  private makeEffects(): Effects {
    return {
      log: ({ group, prefix, level, flags, snaplen, packet, state }) =>
        this.trace.logs.push({
          group,
          prefix,
          level,
          flags,
          hook: state.hook,
          in: state.in,
          out: state.out,
          mark: packet.mark,
          uid: packet.socket?.uid,
          gid: packet.socket?.gid,
          etherType: packet.etherType,
          link: packet.link,
          data: packet.data.slice(0, snaplen || undefined),
        }),
      transmit: (packet: Packet, dev: Device) => sendCopy(packet, dev, this),
      note: (text) => this.trace.notes.push(text),
    };
  }
}

function outcomeOf(verdict: Exclude<HookVerdict, { code: 'accept' }>): Outcome {
  if (verdict.code === 'queue') return { kind: 'queued', num: verdict.num };
  const kind = verdict.code === 'drop' ? 'dropped' : 'stolen';
  return { kind, reason: verdict.reason ?? 'rules' };
}
