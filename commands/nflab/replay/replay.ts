/** Replays packet cases: one case as JSON in, one result as JSON out, in a lab of its own in memory. */
import { NOT_EMULATED_EXIT, NotEmulated } from '../../../src/base/errors.ts';
import type { Clock } from '../../../src/base/ports.ts';
import { parseCommandList } from '../../../src/base/shell.ts';
import { Fragments } from '../../../src/kernel/fragments.ts';
import { buildHost } from '../../../src/kernel/host/build.ts';
import type { Store } from '../../../src/kernel/model.ts';
import { labClock } from '../../../src/lab/clock.ts';
import type { Machine } from '../../../src/lab/machine.ts';
import { openMachine } from '../../../src/lab/open.ts';
import type { Trace } from '../../../src/lab/trace.ts';
import type { Tools } from '../../dispatch.ts';
import { Gathered, runCommands, textInput } from '../../shell.ts';
import type { Ports } from '../../tool.ts';
import { BadCase, type CaseCommand, type CaseStep, type PacketCase, readCase } from './case.ts';
import { listConnections } from './connections.ts';
import { countersAdded, readCounters } from './counters.ts';
import { isScenario, replayScenario } from './ipvs.ts';
import { Monitor } from './monitor.ts';
import { packetResult } from './result.ts';

export interface ReplayPorts {
  /** Ports of the tools; their store is replaced by one of the case's own. */
  readonly ports: Ports;
  readonly tools: Tools;
  /** A lab in memory whose chance follows from `seed`. */
  memory(seed: number): Store;
}

type Json = { readonly [key: string]: unknown };

/** What cannot be run is answered `{"error": ...}`; errors that are our own bugs are thrown. */
export function replayCase(value: unknown, outside: ReplayPorts): Json {
  if (isScenario(value)) return replayScenario(value, outside);
  try {
    return new Replay(readCase(value), outside).run();
  } catch (error) {
    if (error instanceof NotEmulated || error instanceof BadCase) return { error: error.message };
    throw error;
  }
}

interface CommandResult {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SEED = 1;
/** What a step takes: no time at all would show timeouts nobody ever saw. */
const STEP_MS = 1;
const NANOS_PER_MS = 1_000_000n;

class Replay {
  private readonly store: Store;
  private readonly wall: Clock;
  private readonly packetCase: PacketCase;
  private readonly outside: ReplayPorts;
  private readonly fragments = new Fragments();
  private readonly monitorTrace: string[] = [];
  private monitor: Monitor | undefined;

  constructor(packetCase: PacketCase, outside: ReplayPorts) {
    this.packetCase = packetCase;
    this.outside = outside;
    this.store = outside.memory(SEED);
    this.wall = outside.ports.wall;
    const start = this.wall.now();
    this.store.transact((lab) => {
      lab.host.set(buildHost(packetCase.host));
      lab.clock.set({ mode: 'frozen', nanos: start });
    });
  }

  run(): Json {
    for (const command of this.packetCase.setup) this.command(command);
    if (this.packetCase.monitor)
      this.monitor = this.store.read((lab) => new Monitor(lab, this.outside.ports.hosts));
    const steps = this.packetCase.steps.map((step, i) => {
      const result = { step: i, ...this.step(step) };
      this.advance(STEP_MS);
      return result;
    });
    const monitored = this.monitor && { monitor_trace: this.monitorTrace };
    return { steps, final: this.final(), ...monitored };
  }

  private step(step: CaseStep): Json {
    switch (step.kind) {
      case 'sleep':
        this.advance(step.ms);
        return { kind: 'sleep' };
      case 'run':
        return { kind: 'run', ...this.command(step.command), conntrack: this.connections() };
      case 'inject':
        return this.packet('inject', (machine, keep) => machine.inject(step.dev, step.frame, keep));
      case 'send':
        return this.packet('send', (machine, keep) => machine.send(step.l3, step.options, keep));
    }
  }

  private advance(ms: number): void {
    this.store.transact((lab) => labClock(lab, this.wall).advance(BigInt(ms) * NANOS_PER_MS));
  }

  private packet(
    kind: 'inject' | 'send',
    put: (machine: Machine, keep: { keepPackets: boolean }) => Trace,
  ): Json {
    return this.store.transact((lab) => {
      const before = readCounters(lab.nft);
      this.monitor?.learn(lab);
      const machine = openMachine(lab, this.wall, { fragments: this.fragments });
      const trace = put(machine, { keepPackets: this.monitor !== undefined });
      if (this.monitor) this.monitorTrace.push(...this.monitor.lines(trace));
      return {
        kind,
        ...packetResult(kind, trace),
        counters: countersAdded(before, readCounters(lab.nft)),
        conntrack: listConnections(lab, labClock(lab, this.wall).now()),
      };
    });
  }

  private connections(): readonly unknown[] {
    return this.store.read((lab) => listConnections(lab, labClock(lab, this.wall).now()));
  }

  private command({ line, stdin }: CaseCommand): CommandResult {
    const stdout = new Gathered();
    const stderr = new Gathered();
    const ports = {
      ...this.outside.ports,
      store: this.store,
      stdin: textInput(stdin),
      stdout,
      stderr,
    };
    const rc = runCommands(parseCommandList(line), this.outside.tools, ports);
    if (rc === NOT_EMULATED_EXIT) throw new NotEmulated(`${line}: ${stderr.text().trim()}`);
    return { rc, stdout: stdout.text(), stderr: stderr.text() };
  }

  /** The listings at the end; one that cannot be made is left out. */
  private final(): Json {
    const lines = this.packetCase.setup.map(({ line }) => line);
    const uses = (word: string): boolean => lines.some((line) => line.includes(word));
    const nft = this.listing('nft -s list ruleset');
    const v4 = lines.some((line) => /\biptables/.test(line)) && this.listing('iptables-save -c');
    const v6 = uses('ip6tables') && this.listing('ip6tables-save -c');
    const ipset = uses('ipset') && this.listing('ipset -sorted save');
    return {
      ...(nft !== undefined && { nft }),
      ...(v4 && { iptables_save: withoutComments(v4) }),
      ...(v6 && { ip6tables_save: withoutComments(v6) }),
      ...(ipset && { ipset: withoutChance(ipset) }),
    };
  }

  private listing(line: string): string | undefined {
    try {
      return this.command({ line, stdin: '' }).stdout;
    } catch (error) {
      if (error instanceof NotEmulated) return undefined;
      throw error;
    }
  }
}

function withoutComments(text: string): string {
  const lines = text
    .split('\n')
    .filter((line, i, all) => !line.startsWith('#') && !(line === '' && i === all.length - 1));
  return `${lines.join('\n')}\n`;
}

/** The hash's starting value and the seconds left differ from run to run. */
const withoutChance = (text: string): string =>
  text.replace(/ initval 0x[0-9a-f]+/g, '').replace(/^(add .* timeout) \d+/gm, '$1 T');
