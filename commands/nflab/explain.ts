/** What happened to a packet, as data for `--json` and as text for people. */
import type { ChalkInstance } from 'chalk';
import type { Outcome, Trace, TraceEvent, TraceGroup } from '../../src/lab/trace.ts';
import { type PacketFields, packetFields } from '../../src/packet/fields.ts';
import { formatTable } from './report.ts';
import type { RuleTexts } from './rule-text.ts';

/** A rule whose matches held, or a policy, with its verdict. */
export interface StepView {
  readonly hook: string;
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** Position in the chain; absent for a policy. */
  readonly rule?: number;
  /** The rule as its tool lists it. */
  readonly text?: string;
  readonly verdict: string;
  readonly target?: string;
}

export interface PacketView {
  readonly start: TraceGroup['start'];
  /** Interface it came in by. */
  readonly dev?: string;
  readonly packet: PacketFields;
  readonly path: readonly StepView[];
  readonly outcome: Outcome;
  /** As it was where it ended: NAT done, TTL counted down. */
  readonly final?: PacketFields;
}

export interface TraceView {
  readonly outcome: Outcome;
  /** The packet itself, then those it caused. */
  readonly packets: readonly PacketView[];
  /** What left by an interface, as it left. */
  readonly out: readonly { readonly dev: string; readonly packet: PacketFields }[];
  /** What reached this host, as it reached it. */
  readonly delivered: readonly { readonly dev: string; readonly packet: PacketFields }[];
  readonly notes: readonly string[];
}

export function viewTrace(trace: Trace, texts: RuleTexts): TraceView {
  return {
    outcome: trace.outcome,
    packets: trace.groups.map((group) => ({
      start: group.start,
      ...(group.dev !== undefined && { dev: group.dev }),
      packet: packetFields(group.data),
      path: group.events.map((event) => viewEvent(event, texts)),
      outcome: group.outcome ?? { kind: 'dropped', reason: 'unknown' },
      ...finalOf(trace, group),
    })),
    out: trace.sent.map(({ dev, data }) => ({ dev, packet: packetFields(data) })),
    delivered: trace.delivered.map((each) => ({ dev: each.in, packet: packetFields(each.data) })),
    notes: trace.notes,
  };
}

function finalOf({ delivered, sent }: Trace, group: TraceGroup): Pick<PacketView, 'final'> {
  const last = [...delivered, ...sent].find((each) => each.group === group);
  return last ? { final: packetFields(last.data) } : {};
}

function viewEvent(event: TraceEvent, texts: RuleTexts): StepView {
  const { hook, family, table, chain, rule, verdict, target } = event;
  const text = rule && texts.of({ ...event, ...rule });
  return {
    hook,
    family,
    table,
    chain,
    ...(rule && { rule: rule.position }),
    ...(text !== undefined && { text }),
    verdict,
    ...(target !== undefined && { target }),
  };
}

/** A packet in a line: `tcp 10.0.0.10:40000 > 198.51.100.7:80 SYN`. */
export function describePacket(fields: PacketFields): string {
  const { proto, src, dst, sport, dport, flags, type, code } = fields;
  const end = (address: unknown, port: unknown): string => {
    const text = String(address);
    if (port === undefined) return text;
    return text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`;
  };
  const words = [`${proto} ${end(src, sport)} > ${end(dst, dport)}`];
  if (typeof flags === 'string') words.push(flagNames(flags));
  if (type !== undefined) words.push(`type ${type} code ${code}`);
  return words.join(' ');
}

const FLAG_NAMES = new Map(
  ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'].map((name) => [name.slice(0, 1), name]),
);
const flagNames = (letters: string): string =>
  [...letters].map((letter) => FLAG_NAMES.get(letter) ?? letter).join('+');

/** How it ended, in words. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'delivered':
      return `delivered to this host`;
    case 'forwarded':
    case 'sent':
      return `${outcome.kind} out of ${outcome.dev}`;
    case 'queued':
      return `queued to ${outcome.num}`;
    case 'dropped':
    case 'stolen':
      return outcome.reason === 'rules'
        ? `${outcome.kind} by a rule`
        : `${outcome.kind}: ${outcome.reason}`;
  }
}

const GOOD = new Set(['delivered', 'forwarded', 'sent']);

/** The whole story: each packet, its path hook by hook, and its end. */
export function formatTrace(view: TraceView, paint: ChalkInstance): string {
  const lines = view.packets.flatMap(({ start, dev, packet, path, outcome, final }) => {
    const begun = describePacket(packet);
    const ended = final ? describePacket(final) : begun;
    const end = `${describeOutcome(outcome)}${ended === begun ? '' : ` as ${ended}`}`;
    return [
      `${paint.bold(begun)}, ${start === 'local' ? 'sent by this host' : `in by ${dev}`}\n`,
      formatPath(path),
      `  ${GOOD.has(outcome.kind) ? paint.green(end) : paint.red(end)}\n`,
    ];
  });
  for (const note of view.notes) lines.push(`  ${paint.dim(note)}\n`);
  return lines.join('');
}

function formatPath(path: readonly StepView[]): string {
  if (path.length === 0) return '';
  let hook = '';
  const rows = path.map((step) => {
    const first = step.hook === hook ? '' : step.hook;
    hook = step.hook;
    const where = `${step.family} ${step.table} ${step.chain}`;
    const what = step.rule === undefined ? 'policy' : (step.text ?? 'rule');
    const verdict = step.target === undefined ? step.verdict : `${step.verdict} ${step.target}`;
    return [first, step.rule === undefined ? where : `${where} ${step.rule}`, what, verdict];
  });
  return formatTable([], rows, 2);
}
