/** `nflab send`: a packet through the lab, and the reason for its fate. */
import type { ChalkInstance } from 'chalk';
import { type Command, InvalidArgumentError } from 'commander';
import { PACKET_WORDS, type PacketWords } from '../../src/packet/words.ts';
import type { Context } from './context.ts';
import { describeOutcome, describePacket, formatTrace } from './explain.ts';
import { type LabChanges, watchChanges } from './lab-changes.ts';
import { type Passage, readPacket, sendWords } from './packet.ts';
import type { NflabPorts } from './ports.ts';
import { formatTable, paintFor } from './report.ts';
import { RuleFacts } from './rule-facts.ts';
import { type TraceView, viewTrace } from './trace-view.ts';

interface SendOptions {
  readonly flow: boolean;
  readonly json: boolean;
  readonly count: number;
}

/** Words beside those of the packet. */
const OPTIONS = ['flow', 'count', 'json', 'lab'];

const COUNT_MAX = 100_000;

export function addSend(program: Command, context: Context): void {
  program
    .command('send')
    .description('send a packet through the lab: its path, each rule that matched, its end')
    .argument('<words...>', 'the packet in words, in any order')
    .option('--flow', 'a whole conversation: handshake, data, answers to what arrived, close')
    .option('--count <number>', 'send so many, and count how they end', parseCount, 1)
    .option('--json', 'as JSON')
    .allowUnknownOption()
    .addHelpText(
      'after',
      `\nThe packet:\n  ${PACKET_WORDS.replaceAll('\n', '\n  ')}\n` +
        'Of several packets each has the next source port, or echo id, unless the words give one.\n\n' +
        'Examples:\n  nflab send tcp 198.51.100.7:40000 10.96.10.100:80 --in eth0 --syn\n' +
        '  nflab send tcp from 10.0.0.10 to 198.51.100.7:443 in eth1 --flow',
    )
    .action((words: readonly string[], given: Partial<SendOptions>) => {
      const { ports } = context;
      const options = { flow: false, json: false, count: 1, ...given };
      const packet = readPacket(words, OPTIONS);
      if (options.count > 1) sendMany(ports, packet, options);
      else sendOne(ports, packet, options);
    });
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > COUNT_MAX)
    throw new InvalidArgumentError(`It is a number from 1 to ${COUNT_MAX}.`);
  return count;
}

/** A packet of a conversation and its story. */
interface Step {
  readonly passage: Passage;
  readonly view: TraceView;
}

function sendOne(ports: NflabPorts, packet: PacketWords, { flow, json }: SendOptions): void {
  const { stdout, environment } = ports;
  const [passages, changes] = watchChanges(ports, () =>
    sendWords(ports, packet, { flow, keepPackets: true }),
  );
  const facts = new RuleFacts(ports);
  const steps = passages.map((passage) => ({ passage, view: viewTrace(passage.trace, facts) }));
  if (json) {
    stdout.write(`${JSON.stringify({ ...storyOf(steps, flow), ...changes })}\n`);
    return;
  }
  const paint = paintFor(stdout, environment);
  stdout.write(
    flow ? formatFlow(steps, paint) : steps.map((s) => formatTrace(s.view, paint)).join(''),
  );
  stdout.write(formatChanges(changes));
}

function storyOf(steps: readonly Step[], flow: boolean): object {
  const [first] = steps;
  if (!flow) return { format: 1, ...first?.view };
  return {
    format: 1,
    complete: isComplete(steps),
    flow: steps.map(({ passage: { label, from, arrived, failure }, view }) => ({
      label,
      from,
      arrived,
      ...(failure !== undefined && { failure }),
      ...view,
    })),
  };
}

const isComplete = (steps: readonly Step[]): boolean =>
  steps.every(({ passage }) => passage.arrived && passage.failure === undefined);

function formatFlow(steps: readonly Step[], paint: ChalkInstance): string {
  const lines = steps.map(({ passage, view }) => `${flowLine(passage, view)}\n`);
  const last = steps.at(-1);
  if (last && !last.passage.arrived) lines.push(formatTrace(last.view, paint));
  for (const { failure, remedy } of steps.map(({ passage }) => passage))
    if (failure !== undefined) lines.push(`${failure}${remedy ? `; to listen: ${remedy}` : ''}\n`);
  return lines.join('');
}

/** One packet of a conversation in a line: who, what, as what it arrived. */
function flowLine({ label, from }: Passage, { packets, outcome }: TraceView): string {
  const [first] = packets;
  const sent = first ? describePacket(first.packet) : '';
  const ended = first?.final ? describePacket(first.final) : sent;
  const end = `${describeOutcome(outcome, first?.by)}${ended === sent ? '' : ` as ${ended}`}`;
  return `${from} ${label}: ${sent}; ${end}`;
}

function formatChanges({ connections, counters }: LabChanges): string {
  return [
    ...counters.map(
      ({ family, table, name, packets, bytes }) =>
        `  counter ${family} ${table} ${name} [${packets}:${bytes}]\n`,
    ),
    ...connections.map(({ change, entry }) => `  connection ${change}: ${entry}\n`),
  ].join('');
}

/** How a packet of many ended, and how many ended so. */
interface Fate {
  readonly end: string;
  count: number;
}

function sendMany(ports: NflabPorts, packet: PacketWords, options: SendOptions): void {
  const { flow, json, count } = options;
  const { stdout } = ports;
  const facts = new RuleFacts(ports);
  const fates = new Map<string, Fate>();
  for (let i = 0; i < count; i++) {
    const passages = sendWords(ports, nth(packet, i), { flow, keepPackets: true });
    const failed = passages.find(({ failure }) => failure !== undefined);
    const last = flow ? passages.find(({ arrived }) => !arrived) : undefined;
    const shown = last ?? passages[0];
    if (!shown) continue;
    const end =
      failed?.failure ?? `${last ? `${last.from} ${last.label}: ` : ''}${fateOf(shown, facts)}`;
    const fate = fates.get(end);
    if (fate) fate.count += 1;
    else fates.set(end, { end, count: 1 });
  }
  const all = [...fates.values()].sort((a, b) => b.count - a.count);
  if (json) stdout.write(`${JSON.stringify({ format: 1, count, fates: all })}\n`);
  else
    stdout.write(
      formatTable(
        [],
        all.map((each) => [String(each.count), each.end]),
      ),
    );
}

/** Its end, and where it got to; the same for all packets that share it. */
function fateOf({ trace }: Passage, facts: RuleFacts): string {
  const { outcome, packets } = viewTrace(trace, facts);
  const [first] = packets;
  const { dst } = first?.translated ?? {};
  return `${describeOutcome(outcome, first?.by)}${dst ? ` to ${dst.to}` : ''}`;
}

const PORTS = 25_000;

/** Another connection each time, where the words leave that open. */
function nth(packet: PacketWords, i: number): PacketWords {
  if (packet.fixed) return packet;
  return { ...packet, sport: packet.sport + (i % PORTS), id: packet.id + (i % PORTS) };
}
