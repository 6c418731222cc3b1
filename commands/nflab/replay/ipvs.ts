/** Replays traffic scenarios: a director with point-to-point links, commands and packets, one after the other. */
import { NOT_EMULATED_EXIT, NotEmulated } from '../../../src/base/errors.ts';
import { FileError, type Files } from '../../../src/base/ports.ts';
import { parseCommandList } from '../../../src/base/shell.ts';
import { encodeUtf8 } from '../../../src/base/utf8.ts';
import { conntrackEngine } from '../../../src/kernel/conntrack/engine.ts';
import { Fragments } from '../../../src/kernel/fragments.ts';
import { addInterface } from '../../../src/kernel/host/interfaces.ts';
import { sendIcmpError } from '../../../src/kernel/icmp-error.ts';
import { ipvsHooks } from '../../../src/kernel/ipvs/hooks.ts';
import { ipvsStatsFile } from '../../../src/kernel/ipvs/proc.ts';
import type { Draft, Store } from '../../../src/kernel/model.ts';
import { rejectReset } from '../../../src/kernel/reject.ts';
import { labClock } from '../../../src/lab/clock.ts';
import { Machine } from '../../../src/lab/machine.ts';
import { labRng } from '../../../src/lab/rng.ts';
import type { Trace } from '../../../src/lab/trace.ts';
import { xtRuntime } from '../../../src/lab/xt-runtime.ts';
import { buildEthernet } from '../../../src/packet/ethernet.ts';
import { buildIpv4 } from '../../../src/packet/ipv4.ts';
import { Packet } from '../../../src/packet/packet.ts';
import { ETHERTYPE, PROTO } from '../../../src/packet/protocols.ts';
import { addresses, setTransportChecksum } from '../../../src/packet/transport.ts';
import type { Tools } from '../../dispatch.ts';
import { Gathered, runCommands, textInput } from '../../shell.ts';
import type { Tool } from '../../tool.ts';
import { BadCase } from './case.ts';
import type { ReplayPorts } from './replay.ts';
import { answerTo, buildPacket, type Fields, isFields, observe } from './scenario-packet.ts';

const SEED = 1;
const SECOND = 1_000_000_000n;
const NO_MAC = new Uint8Array(6);

/** Names a director knows. */
const HOSTS = `127.0.0.1 localhost
::1 localhost ip6-localhost
192.0.2.10 vip.example.test vip
192.0.2.21 rs1.example.test rs1
192.0.2.22 rs2.example.test rs2
2001:db8::10 vip6.example.test vip6
`;

/** What the director is set to before a scenario begins. */
const SYSCTLS = { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' };

/** sort(1) without options, in the C locale. */
const sort: Tool = ({ argv, stdin, stdout }) => {
  if (argv.length > 0) throw new NotEmulated('sort with arguments');
  const lines: string[] = [];
  for (let line = stdin.readLine(); line !== undefined; line = stdin.readLine()) lines.push(line);
  for (const line of lines.sort()) stdout.write(`${line}\n`);
  return 0;
};

/** A line of a batch that is a scenario. */
export const isScenario = (value: unknown): value is Fields =>
  isFields(value) && isFields(value.topology);

/** The answer to a scenario; what cannot be replayed is answered by its name and an error. */
export function replayScenario(scenario: Fields, outside: ReplayPorts): Fields {
  try {
    return new ScenarioReplay(scenario, outside).run();
  } catch (error) {
    if (error instanceof NotEmulated || error instanceof BadCase)
      return { name: scenario.name, error: error.message };
    throw error;
  }
}

interface Emitted extends Fields {
  readonly dev: string;
}

class ScenarioReplay {
  readonly #scenario: Fields;
  readonly #outside: ReplayPorts;
  readonly #store: Store;
  readonly #tools: Tools;
  readonly #fragments = new Fragments();
  /** By step: the first packet that left on another link than the step's own came in on. */
  readonly #emitted = new Map<unknown, Emitted>();

  constructor(scenario: Fields, outside: ReplayPorts) {
    this.#scenario = scenario;
    this.#outside = outside;
    this.#tools = new Map([...outside.tools, ['sort', sort]]);
    this.#store = outside.memory(SEED);
    const start = outside.ports.wall.now();
    const links = listOf(scenario.topology, 'links');
    this.#store.transact((lab) => {
      const host = lab.host.edit();
      for (const name of links)
        addInterface(host, {
          name: String(name),
          kind: 'tun',
          mac: NO_MAC,
          mtu: 1500,
          up: false,
          group: 0,
        });
      host.sysctls = { ...host.sysctls, ...SYSCTLS };
      lab.clock.set({ mode: 'frozen', nanos: start });
    });
  }

  run(): Fields {
    for (const line of listOf(this.#scenario.topology, 'commands')) {
      const { exit, stderr } = this.#command(String(line));
      if (exit !== undefined) throw new BadCase(`${String(line)}: ${String(stderr)}`);
    }
    const steps = listOf(this.#scenario, 'steps').map((step, i) => {
      if (!isFields(step)) throw new BadCase(`step ${i} is not an object`);
      return this.#step(step, i);
    });
    return { name: this.#scenario.name, steps };
  }

  #step(step: Fields, i: number): Fields {
    const { op } = step;
    switch (op) {
      case 'note':
        return { op };
      case 'sleep':
        this.#wait(step.seconds);
        return { op };
      case 'run':
        if (step.settle !== undefined) this.#wait(step.settle);
        return { op, ...this.#command(String(step.cmd)) };
      case 'send': {
        if (!isFields(step.packet)) throw new BadCase(`step ${i} has no packet`);
        return { op, ...this.#packet(step, i, String(step.dev), step.packet) };
      }
      case 'reply': {
        const received = this.#emitted.get(step.to);
        if (!received) return { op, no_output: true };
        const packet = answerTo(received, step);
        const dev = typeof step.via === 'string' ? step.via : received.dev;
        return { op, resolved: { dev, packet }, ...this.#packet(step, i, dev, packet) };
      }
      default:
        throw new BadCase(`step ${i}: ${String(op)}`);
    }
  }

  #wait(seconds: unknown): void {
    if (typeof seconds !== 'number') throw new BadCase('a time that is not a number');
    this.#store.transact((lab) => {
      labClock(lab, this.#outside.ports.wall).advance(
        (BigInt(Math.round(seconds * 1000)) * SECOND) / 1000n,
      );
    });
  }

  #packet(step: Fields, i: number, dev: string, fields: Fields): Fields {
    const data = buildPacket(fields);
    const copies = typeof step.repeat === 'number' ? step.repeat : 1;
    let before = 0;
    for (let n = 1; n < copies; n++) before += this.#arrive(dev, data).length;
    const out = this.#arrive(dev, data);
    const onward = out.find((packet) => packet.dev !== dev);
    if (onward) this.#emitted.set(step.id ?? i, onward);
    return { len: data.length, ...(copies > 1 && { repeat_out: before }), out };
  }

  #arrive(dev: string, data: Uint8Array): readonly Emitted[] {
    return this.#store.transact((lab) => {
      const machine = this.#machine(lab);
      const type = (data[0] ?? 0) >> 4 === 6 ? ETHERTYPE.ip6 : ETHERTYPE.ip;
      const frame = new Uint8Array([...buildEthernet(NO_MAC, NO_MAC, type), ...data]);
      const trace = machine.inject(dev, frame);
      answerDelivered(machine, trace);
      return trace.sent.map((sent) => ({ dev: sent.dev, ...observe(sent.data) }));
    });
  }

  #machine(lab: Draft): Machine {
    return new Machine({
      lab,
      clock: labClock(lab, this.#outside.ports.wall),
      rng: labRng(lab),
      conntrack: conntrackEngine,
      xt: xtRuntime,
      hooks: ipvsHooks,
      fragments: this.#fragments,
    });
  }

  #command(line: string): Fields {
    const stdout = new Gathered();
    const stderr = new Gathered();
    const ports = {
      ...this.#outside.ports,
      store: this.#store,
      files: this.#files(),
      hosts: HOSTS,
      stdin: textInput(''),
      stdout,
      stderr,
    };
    const exit = runCommands(parseCommandList(line), this.#tools, ports);
    if (exit === NOT_EMULATED_EXIT) throw new NotEmulated(`${line}: ${stderr.text().trim()}`);
    return {
      stdout: linesOf(stdout.text()),
      ...(stderr.text() !== '' && { stderr: linesOf(stderr.text()) }),
      ...(exit !== 0 && { exit }),
    };
  }

  #files(): Files {
    const store = this.#store;
    const none = (path: string): never => {
      throw new FileError('ENOENT', path);
    };
    return {
      read: (path) =>
        path === '/proc/net/ip_vs_stats' ? encodeUtf8(store.read(ipvsStatsFile)) : none(path),
      write: (path) => (path === '/dev/null' ? undefined : none(path)),
      exists: (path) => path === '/dev/null',
      isDirectory: () => false,
      list: none,
    };
  }
}

/** What the local stack, on which nothing listens, answers to packets that reached it. */
function answerDelivered(machine: Machine, trace: Trace): void {
  for (const { data } of [...trace.delivered]) {
    const version = (data[0] ?? 0) >> 4;
    const packet = new Packet(data, version === 6 ? ETHERTYPE.ip6 : ETHERTYPE.ip);
    const { src, dst } = addresses(packet);
    packet.dst = machine.routing.lookup({ dst, src, mark: 0, iif: undefined });
    if (packet.transport.proto === PROTO.tcp) rejectReset(packet, machine.env, conntrackEngine);
    else if (packet.transport.proto === PROTO.icmp) echo(packet, machine);
    else if (packet.transport.proto === PROTO.udp)
      sendIcmpError(
        packet,
        version === 6 ? { type: 1, code: 4 } : { type: 3, code: 3 },
        machine.env,
      );
  }
}

const ECHO_REQUEST = 8;

/** icmp_echo: the same message back. */
function echo(packet: Packet, machine: Machine): void {
  const message = packet.data.slice(packet.transport.offset);
  if (message[0] !== ECHO_REQUEST) return;
  message[0] = 0;
  const { src, dst } = addresses(packet);
  const reply = new Packet(
    buildIpv4({ src: dst.slice(), dst: src.slice(), proto: PROTO.icmp }, message),
    ETHERTYPE.ip,
  );
  setTransportChecksum(reply);
  reply.local = true;
  const route = machine.routing.lookup({ dst: src, src: dst, mark: 0, iif: undefined });
  if (route) machine.env.localOut(reply, route);
}

const linesOf = (text: string): readonly string[] =>
  text.endsWith('\n') ? text.slice(0, -1).split('\n') : text === '' ? [] : text.split('\n');

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = isFields(value) ? value[name] : undefined;
  if (!Array.isArray(list)) throw new BadCase(`${name} is not a list`);
  return list;
}
