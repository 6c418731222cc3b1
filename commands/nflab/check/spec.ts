/** What a check file says: a host, the commands that set it up, and packets with what must become of them. */

import type { Nanos } from '../../../src/base/ports.ts';
import {
  type CommandList,
  NeedsShell,
  parseCommandList,
  splitWords,
} from '../../../src/base/shell.ts';
import {
  buildHost,
  type HostSpec,
  HostSpecError,
  type InterfaceSpec,
  type ListenerSpec,
  ROUTER,
  type RouteSpec,
} from '../../../src/kernel/host/build.ts';
import type { HostRecord } from '../../../src/kernel/host/model.ts';
import { type PacketWords, PacketWordsError, parsePacketWords } from '../../../src/packet/words.ts';
import { parseDuration } from '../duration.ts';
import { readYaml, type Value } from './reader.ts';

export interface CheckSpec {
  /** Undefined for a bare one. */
  readonly host: HostRecord | undefined;
  /** A script of commands that is run first. */
  readonly script: Script | undefined;
  readonly setup: readonly CommandLine[];
  readonly cases: readonly Case[];
}

export interface Script {
  readonly line: number;
  readonly path: string;
}

export interface CommandLine {
  readonly line: number;
  readonly text: string;
  readonly commands: CommandList;
}

export const EXPECTED = [
  'delivered',
  'forwarded',
  'sent',
  'dropped',
  'rejected',
  'queued',
  'stolen',
] as const;
export type Expected = (typeof EXPECTED)[number];

export interface PacketCase {
  readonly kind: 'packet' | 'flow';
  readonly line: number;
  readonly name: string;
  readonly words: PacketWords;
  readonly wanted: Wanted;
  /** Complains about the words, with their place. */
  fail(message: string): never;
}

export type Case =
  | PacketCase
  | {
      readonly kind: 'run';
      readonly line: number;
      readonly name: string;
      readonly command: CommandLine;
    }
  | { readonly kind: 'advance'; readonly line: number; readonly nanos: Nanos };

/** What must be true of a packet in the end; what is left out may be anything. */
export interface Wanted {
  readonly outcome: Expected;
  /** Interface it leaves by. */
  readonly out?: string;
  /** Its addresses where it ends, `ADDRESS` or `ADDRESS:PORT`. */
  readonly src?: string;
  readonly dst?: string;
  /** A rule on its path as its tool lists it, or `policy TABLE CHAIN`; of a dropped packet the last one. */
  readonly rule?: string;
}

/** Reads a check file. Throws SpecError. */
export function parseSpec(text: string): CheckSpec {
  const top = readYaml(text);
  const keys = top.map(['host', 'script', 'setup', 'cases']);
  const cases = keys.get('cases') ?? top.fail('no cases');
  const script = keys.get('script');
  const setup = keys.get('setup');
  return {
    host: parseHost(keys.get('host')),
    script: script && { line: script.line, path: script.text() },
    setup: setup ? parseLines(setup) : [],
    cases: cases.list().map(parseCase),
  };
}

/** A list of command lines, or one text of several lines. */
function parseLines(value: Value): readonly CommandLine[] {
  return value.isList ? value.list().map(parseLine) : [parseLine(value)];
}

function parseLine(value: Value): CommandLine {
  const text = value.text();
  try {
    return { line: value.line, text, commands: parseCommandList(text) };
  } catch (error) {
    if (error instanceof NeedsShell)
      return value.fail(`only plain commands can be given here, not ${error.what}`);
    throw error;
  }
}

const CASE_KEYS = [
  'name',
  'packet',
  'flow',
  'expect',
  'out',
  'src',
  'dst',
  'rule',
  'run',
  'advance',
];

function parseCase(value: Value): Case {
  const keys = value.map(CASE_KEYS);
  const text = (key: string): string | undefined => keys.get(key)?.text();
  const line = value.line;
  const advance = keys.get('advance');
  if (advance)
    return {
      kind: 'advance',
      line,
      nanos: parseDuration(advance.text()) ?? advance.fail('expected a duration, such as 10s'),
    };
  const run = keys.get('run');
  if (run) {
    const command = parseLine(run);
    return { kind: 'run', line, name: text('name') ?? firstLine(command.text), command };
  }
  const kind = keys.has('flow') ? 'flow' : 'packet';
  const packet = keys.get(kind) ?? value.fail('a case needs packet, flow, run or advance');
  const expect = keys.get('expect') ?? value.fail('what is expected? give expect');
  return {
    kind,
    line,
    name: text('name') ?? packet.text(),
    words: parseWords(packet),
    wanted: {
      outcome: expect.oneOf(EXPECTED),
      ...optional('out', text('out')),
      ...optional('src', text('src')),
      ...optional('dst', text('dst')),
      ...optional('rule', text('rule')),
    },
    fail: (message) => packet.fail(message),
  };
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

function parseWords(value: Value): PacketWords {
  try {
    return parsePacketWords(splitWords(value.text().replaceAll('\n', ' ')));
  } catch (error) {
    if (error instanceof PacketWordsError) return value.fail(error.message);
    if (error instanceof NeedsShell)
      return value.fail(`packet words cannot have ${error.what}; put it in quotes`);
    throw error;
  }
}

const optional = <K extends string>(
  key: K,
  value: string | undefined,
): { readonly [P in K]?: string } =>
  // The compiler does not see that a computed key is that key.
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string };

function parseHost(value: Value | undefined): HostRecord | undefined {
  if (!value) return undefined;
  try {
    if (!value.isMap)
      return value.oneOf(['bare', 'router']) === 'router' ? buildHost(ROUTER) : undefined;
    return buildHost(parseHostSpec(value));
  } catch (error) {
    if (error instanceof HostSpecError) return value.fail(error.message);
    throw error;
  }
}

function parseHostSpec(value: Value): HostSpec {
  const keys = value.map(['interfaces', 'routes', 'sysctls', 'listeners', 'forwarding']);
  const list = (key: string): readonly Value[] => keys.get(key)?.list() ?? [];
  const forwarding = keys.get('forwarding')?.oneOf(['true', 'false']) === 'true';
  const sysctls = [...(keys.get('sysctls')?.map() ?? [])].map(
    ([name, each]) => [name, each.text()] as const,
  );
  return {
    interfaces: list('interfaces').map(parseInterface),
    routes: list('routes').map(parseRoute),
    listeners: list('listeners').map(parseListener),
    sysctls: Object.fromEntries([
      ...(forwarding
        ? [
            ['net.ipv4.ip_forward', '1'],
            ['net.ipv6.conf.all.forwarding', '1'],
          ]
        : []),
      ...sysctls,
    ]),
  };
}

function parseInterface(value: Value): InterfaceSpec {
  const keys = value.map(['name', 'addresses', 'mac', 'mtu', 'kind', 'master']);
  return {
    name: (keys.get('name') ?? value.fail('an interface needs a name')).text(),
    addresses: keys
      .get('addresses')
      ?.list()
      .map((each) => each.text()),
    mac: keys.get('mac')?.text(),
    mtu: keys.get('mtu')?.integer(),
    kind: keys.get('kind')?.text(),
    master: keys.get('master')?.text(),
  };
}

function parseRoute(value: Value): RouteSpec {
  const keys = value.map(['dst', 'via', 'dev']);
  return {
    dst: (keys.get('dst') ?? value.fail('a route needs dst')).text(),
    via: keys.get('via')?.text(),
    dev: keys.get('dev')?.text(),
  };
}

function parseListener(value: Value): ListenerSpec {
  const keys = value.map(['proto', 'port', 'address', 'process']);
  return {
    proto: keys.get('proto')?.oneOf(['tcp', 'udp', 'sctp']) ?? 'tcp',
    port: (keys.get('port') ?? value.fail('a listener needs a port')).integer(),
    address: keys.get('address')?.text(),
    process: keys.get('process')?.text(),
  };
}
