/** Whether a packet became what a check wants of it. */

import { formatAddress } from '../../../src/base/address.ts';
import type { PacketFields } from '../../../src/packet/fields.ts';
import { parseEnd } from '../../../src/packet/words.ts';
import { describeOutcome, describePacket } from '../explain.ts';
import type { PacketView, StepView, TraceView } from '../trace-view.ts';
import type { Expected, Wanted } from './spec.ts';

/** What is not as wanted, each in a line; none when all is. */
export function judge(wanted: Wanted, view: TraceView): readonly string[] {
  const [packet] = view.packets;
  if (!packet) return ['no packet was sent'];
  const problems: string[] = [];
  const outcome = outcomeOf(view);
  if (outcome !== wanted.outcome)
    problems.push(`expected ${wanted.outcome}, but ${describeOutcome(packet.outcome, packet.by)}`);
  if (problems.length === 0) problems.push(...judgeDetails(wanted, packet));
  return problems;
}

/** A packet dropped with an answer to its sender is rejected. */
function outcomeOf({ packets }: TraceView): Expected {
  const [packet, ...caused] = packets;
  const kind = packet?.outcome.kind ?? 'dropped';
  const answered = caused.some(({ packet: { proto, flags, inner } }) =>
    proto === 'tcp' ? String(flags).includes('R') : inner !== undefined,
  );
  return kind === 'dropped' && answered ? 'rejected' : kind;
}

function judgeDetails({ out, src, dst, rule }: Wanted, packet: PacketView): readonly string[] {
  const problems: string[] = [];
  const { outcome, final = packet.packet, path } = packet;
  const dev = 'dev' in outcome ? outcome.dev : undefined;
  if (out !== undefined && (outcome.kind === 'delivered' || dev !== out))
    problems.push(`expected to leave by ${out}, but ${describeOutcome(outcome)}`);
  if (src !== undefined && !isEnd(src, final.src, final.sport))
    problems.push(`expected from ${src}, but ${describePacket(final)}`);
  if (dst !== undefined && !isEnd(dst, final.dst, final.dport))
    problems.push(`expected to ${dst}, but ${describePacket(final)}`);
  if (rule !== undefined && !deciding(packet).some((step) => ruleName(step) === rule.trim()))
    problems.push(
      `expected by "${rule}", but by ${
        path.length === 0
          ? 'no rule'
          : deciding(packet)
              .map((step) => `"${ruleName(step)}"`)
              .join(', ')
      }`,
    );
  return problems;
}

function isEnd(
  wanted: string,
  address: PacketFields[string] | undefined,
  port: PacketFields[string] | undefined,
): boolean {
  const end = parseEnd(wanted);
  return (
    end !== undefined &&
    formatAddress(end.address) === address &&
    (end.port === undefined || end.port === port)
  );
}

/** The steps that may be named as the reason: the last one of a dropped packet, else all. */
function deciding({ outcome, path }: PacketView): readonly StepView[] {
  return outcome.kind === 'dropped' ? path.slice(-1) : path;
}

/** As its tool lists it, or `policy TABLE CHAIN`. */
const ruleName = ({ text, table, chain, rule }: StepView): string =>
  rule === undefined ? `policy ${table} ${chain}` : (text ?? `${table} ${chain} ${rule}`);
