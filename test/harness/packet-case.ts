/** Recorded packet cases: what a machine did with exact packets under exact rules, and how an answer compares. */
import { fromHex, toHex } from '../../src/base/bytes.ts';
import { ROUTER } from '../../src/kernel/host/build.ts';
import { packetFields } from '../../src/packet/fields.ts';
import {
  differences,
  isList,
  isObject,
  type Json,
  type JsonObject,
  type LeafRule,
  listOf,
  matches,
  objectOf,
  show,
  unorderedDifferences,
} from './json.ts';
import { buildFrame, buildPacket } from './packet-build.ts';

export interface RecordedCase {
  readonly case: JsonObject & { readonly name: string };
  readonly result: JsonObject;
}

/** Seconds a connection's timeout may differ. */
const TOLERANCE = 3;

/** `*` stands for anything; timeouts have a tolerance. */
const rule: LeafRule = (want, got, key) => {
  if (want === '*') return true;
  if (key === 'timeout' && typeof want === 'number' && typeof got === 'number')
    return Math.abs(want - got) <= TOLERANCE;
  return undefined;
};

/** Lines that say how the answer differs from the recording; none when it agrees. */
export function comparePacketCase({ result }: RecordedCase, answer: JsonObject): readonly string[] {
  if (answer.error !== undefined && answer.steps === undefined)
    return [`error: ${show(answer.error)}`];
  const steps = listOf(answer.steps);
  const found = listOf(result.steps).flatMap((want, i) =>
    compareStep(objectOf(want), objectOf(steps[i]), `step ${i}`),
  );
  const final = objectOf(answer.final);
  for (const [name, want] of Object.entries(objectOf(result.final)))
    found.push(...compareText(want, final[name], `final ${name}`));
  const trace = result.monitor_trace;
  if (trace !== undefined)
    found.push(...compareText(lines(trace), lines(answer.monitor_trace), 'monitor_trace'));
  return found;
}

const lines = (value: Json | undefined): string => listOf(value).join('\n');

function compareStep(want: JsonObject, got: JsonObject, at: string): string[] {
  if (want.kind === 'sleep') return [];
  if (Object.keys(got).length === 0) return [`${at}: no result`];
  const found: string[] = [];
  if (want.kind === 'run') {
    for (const key of ['rc', 'stdout', 'stderr'])
      if (want[key] !== got[key]) found.push(...compareText(want[key], got[key], `${at} ${key}`));
  } else {
    found.push(...comparePacketStep(want, got, at));
  }
  if (!isList(got.conntrack)) return [...found, `${at}: no conntrack list`];
  const tables = [want, got].map((side) => listOf(side.conntrack).map(canonicalConnection));
  found.push(...unorderedDifferences(tables[0] ?? [], tables[1] ?? [], rule, `${at} conntrack`));
  return found;
}

function comparePacketStep(want: JsonObject, got: JsonObject, at: string): readonly string[] {
  const found: string[] = [];
  if (want.outcome !== got.outcome)
    found.push(
      `${at}: outcome: expected ${show(want.outcome)} ${show(want.dropped_at)}, got ${show(got.outcome)}`,
    );
  if (want.errno !== undefined && got.errno !== undefined && want.errno !== got.errno)
    found.push(`${at}: errno: expected ${show(want.errno)}, got ${show(got.errno)}`);
  const lists = [
    ['out', (each: Json) => canonicalPacket(each, 'dev')],
    ['delivered', (each: Json) => canonicalPacket(each, 'in')],
    ['nflog', canonicalLog],
    ['log', (each: Json) => each],
  ] as const;
  for (const [key, canonical] of lists)
    found.push(
      ...unorderedDifferences(
        listOf(want[key]).map(canonical),
        listOf(got[key]).map(canonical),
        rule,
        `${at} ${key}`,
      ),
    );
  found.push(...compareTrace(listOf(want.trace), listOf(got.trace), at));
  if (!matches(want.counters ?? {}, got.counters, rule))
    found.push(...differences(want.counters, got.counters, rule, `${at} counters`));
  return found;
}

function packetOf(each: JsonObject): Json {
  const raw = each.raw;
  if (each.packet !== undefined) return each.packet;
  // What packetFields gives is plain data.
  if (typeof raw === 'string') return packetFields(fromHex(raw)) as JsonObject;
  return pick(each, ['ethertype', 'payload_hex']);
}

const pick = (each: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.filter((name) => name in each).map((name) => [name, each[name]]));

function canonicalPacket(value: Json, device: 'dev' | 'in'): JsonObject {
  const each = objectOf(value);
  return { [device]: each[device], mark: each.mark ?? 0, packet: packetOf(each) };
}

function canonicalLog(value: Json): JsonObject {
  const each = objectOf(value);
  const packet = each.packet ?? ('raw' in each ? packetOf(each) : each.payload_hex);
  return {
    ...Object.fromEntries(
      ['group', 'prefix', 'hook', 'in', 'out'].map((k) => [k, each[k] ?? null]),
    ),
    mark: each.mark ?? 0,
    ...('uid' in each && { uid: each.uid }),
    packet,
  };
}

function canonicalConnection(value: Json): JsonObject {
  const kept = Object.entries(objectOf(value)).filter(
    ([name, v]) => v !== null && v !== '' && name !== 'protonum',
  );
  const each = objectOf(Object.fromEntries(kept));
  return {
    ...each,
    mark: each.mark ?? 0,
    flags: [...listOf(each.flags)].sort(),
  };
}

const EVENT = ['family', 'table', 'chain', 'rule', 'policy', 'return', 'verdict', 'target'];

function traceText(value: Json | undefined): string {
  if (!isObject(value)) return '(none)';
  const events = listOf(value.events).map((event) =>
    EVENT.map((name) => objectOf(event)[name])
      .filter((v) => v !== undefined)
      .join(' '),
  );
  return `${String(value.start)}: ${events.join('; ') || '(no rule hit)'}`;
}

function compareTrace(want: readonly Json[], got: readonly Json[], at: string): readonly string[] {
  const found: string[] = [];
  for (let i = 0; i < Math.max(want.length, got.length); i++) {
    const [w, g] = [traceText(want[i]), traceText(got[i])];
    if (w !== g) found.push(`${at} trace of packet ${i}:`, `  - ${w}`, `  + ${g}`);
  }
  return found;
}

function compareText(
  want: Json | undefined,
  got: Json | undefined,
  name: string,
): readonly string[] {
  if (want === got) return [];
  if (typeof want !== 'string' || typeof got !== 'string')
    return [`${name}: expected ${show(want)}, got ${show(got)}`];
  const [a, b] = [want.split('\n'), got.split('\n')];
  const first = a.findIndex((line, i) => line !== b[i]);
  const from = first < 0 ? a.length : first;
  return [
    `${name}, line ${from + 1}:`,
    ...a.slice(from, from + 4).map((line) => `  - ${line}`),
    ...b.slice(from, from + 4).map((line) => `  + ${line}`),
  ];
}

/** As JSON would give it back. */
const plain = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** The case as a machine is given it: the host filled in, every packet also as hex. */
export function packetCaseInput({ case: recorded }: RecordedCase): JsonObject {
  // The standard host's forwarding is understood; a case lists only what differs.
  const standard: JsonObject = { ...plain(ROUTER), sysctls: {} };
  const host = { ...standard, ...objectOf(recorded.host) };
  const macs = new Map(
    listOf(host.interfaces).map((each) => [
      String(objectOf(each).name),
      String(objectOf(each).mac),
    ]),
  );
  const steps = listOf(recorded.steps).map((value): JsonObject => {
    const step = objectOf(value);
    if (step.inject !== undefined) {
      const inject = objectOf(step.inject);
      const frame = buildFrame(objectOf(inject.packet), macs.get(String(inject.dev)) ?? '');
      return { ...step, inject: { ...inject, frame: toHex(frame) } };
    }
    if (step.send === undefined) return step;
    const send = objectOf(step.send);
    return { ...step, send: { ...send, l3: toHex(buildPacket(objectOf(send.packet))) } };
  });
  return { ...recorded, host, steps };
}
