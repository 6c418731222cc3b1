/** What happened to a packet, told to people. */
import type { ChalkInstance } from 'chalk';
import type { Outcome } from '../../src/lab/trace.ts';
import type { PacketFields } from '../../src/packet/fields.ts';
import { formatTable } from './report.ts';
import { endText, type PacketView, type StepView, type TraceView } from './trace-view.ts';

/** A packet in a line: `tcp 10.0.0.10:40000 > 198.51.100.7:80 SYN`. */
export function describePacket(fields: PacketFields): string {
  const { proto, src, dst, sport, dport, flags, type, code } = fields;
  const words = [`${proto} ${endText(src, sport)} > ${endText(dst, dport)}`];
  if (typeof flags === 'string') words.push(flags === '' ? 'no flags' : flagNames(flags));
  if (type !== undefined) words.push(`type ${type} code ${code}`);
  return words.join(' ');
}

const FLAG_NAMES = new Map(
  ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'].map((name) => [name.slice(0, 1), name]),
);
const flagNames = (letters: string): string =>
  [...letters].map((letter) => FLAG_NAMES.get(letter) ?? letter).join('+');

/** How it ended, and by which rule or policy. */
export function describeOutcome(outcome: Outcome, by?: StepView): string {
  switch (outcome.kind) {
    case 'delivered':
      return `delivered to this host`;
    case 'forwarded':
    case 'sent':
      return `${outcome.kind} out of ${outcome.dev}`;
    case 'queued':
      return `queued to ${outcome.num}${by ? ` by ${describeStep(by)}` : ''}`;
    case 'dropped':
    case 'stolen':
      return by ? `${outcome.kind} by ${describeStep(by)}` : `${outcome.kind}: ${outcome.reason}`;
  }
}

/** `the policy of ip filter FORWARD`, `rule 2 of ip filter FORWARD: -A FORWARD -j DROP`. */
function describeStep({ family, table, chain, rule, text }: StepView): string {
  const where = `${family} ${table} ${chain}`;
  if (rule === undefined) return `the policy of ${where}`;
  return `rule ${rule} of ${where}${text === undefined ? '' : `: ${text}`}`;
}

const GOOD = new Set(['delivered', 'forwarded', 'sent']);

/** The whole story: each packet, its path hook by hook, and its end. */
export function formatTrace(view: TraceView, paint: ChalkInstance): string {
  const lines = view.packets.flatMap((each) => formatPacket(each, paint));
  if (view.packets.length === 0) lines.push(`  ${paint.red(describeOutcome(view.outcome))}\n`);
  for (const note of view.notes) lines.push(`  ${paint.dim(note)}\n`);
  return lines.join('');
}

function formatPacket(view: PacketView, paint: ChalkInstance): readonly string[] {
  const { start, dev, packet, path, outcome, by, final, translated } = view;
  const begun = describePacket(packet);
  const ended = final ? describePacket(final) : begun;
  const end = `${describeOutcome(outcome, by)}${ended === begun ? '' : ` as ${ended}`}`;
  const { src, dst } = translated ?? {};
  return [
    `${paint.bold(begun)}, ${start === 'local' ? 'sent by this host' : `in by ${dev}`}\n`,
    formatPath(path),
    ...(dst ? [`  destination ${dst.from} became ${dst.to}\n`] : []),
    ...(src ? [`  source ${src.from} became ${src.to}\n`] : []),
    `  ${GOOD.has(outcome.kind) ? paint.green(end) : paint.red(end)}\n`,
  ];
}

/** Counters stand in brackets, as iptables-save -c writes them. */
function formatPath(path: readonly StepView[]): string {
  if (path.length === 0) return '';
  let hook = '';
  const rows = path.map((step) => {
    const first = step.hook === hook ? '' : step.hook;
    hook = step.hook;
    const where = `${step.family} ${step.table} ${step.chain}`;
    const what = step.rule === undefined ? 'policy' : (step.text ?? 'rule');
    const verdict = step.target === undefined ? step.verdict : `${step.verdict} ${step.target}`;
    const { counter } = step;
    return [
      first,
      step.rule === undefined ? where : `${where} ${step.rule}`,
      what,
      verdict,
      counter ? `[${counter.packets}:${counter.bytes}]` : '',
    ];
  });
  return formatTable([], rows, 2);
}
