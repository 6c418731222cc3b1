/** What happened to a packet, as data: what `--json` prints, and what texts and checks are made from. */
import type { Outcome, Trace, TraceEvent, TraceGroup } from '../../src/lab/trace.ts';
import { type PacketFields, packetFields } from '../../src/packet/fields.ts';
import type { Count, RuleFacts } from './rule-facts.ts';

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
  /** What its counter says now; absent where it has none. */
  readonly counter?: Count;
}

/** Address and port, where there is one, before and after translation. */
export interface Translation {
  readonly from: string;
  readonly to: string;
}

export interface PacketView {
  readonly start: TraceGroup['start'];
  /** Interface it came in by. */
  readonly dev?: string;
  readonly packet: PacketFields;
  readonly path: readonly StepView[];
  readonly outcome: Outcome;
  /** The rule or policy that ended its way. */
  readonly by?: StepView;
  /** As it was where it ended: NAT done, TTL counted down. */
  readonly final?: PacketFields;
  readonly translated?: { readonly src?: Translation; readonly dst?: Translation };
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

export function viewTrace(trace: Trace, facts: RuleFacts): TraceView {
  return {
    outcome: trace.outcome,
    packets: trace.groups.map((group) => viewGroup(trace, group, facts)),
    out: trace.sent.map(({ dev, data }) => ({ dev, packet: packetFields(data) })),
    delivered: trace.delivered.map((each) => ({ dev: each.in, packet: packetFields(each.data) })),
    notes: trace.notes,
  };
}

function viewGroup(trace: Trace, group: TraceGroup, facts: RuleFacts): PacketView {
  const { start, dev, data, events } = group;
  const packet = packetFields(data);
  const path = events.map((event) => viewEvent(event, facts));
  const outcome = group.outcome ?? { kind: 'dropped', reason: 'unknown' };
  const arrived = arrivalIn(trace, group);
  const last = (arrived ?? passedOn(trace, group))?.data ?? events.at(-1)?.packet?.data;
  const by = endedBy(outcome, path);
  return {
    start,
    ...(dev !== undefined && { dev }),
    packet,
    path,
    outcome,
    ...(by && { by }),
    ...(arrived && { final: packetFields(arrived.data) }),
    ...(last && translationOf(packet, packetFields(last))),
  };
}

interface Arrived {
  readonly data: Uint8Array;
}

const arrivalIn = (trace: Trace, group: TraceGroup): Arrived | undefined =>
  [...trace.delivered, ...trace.sent].find((each) => each.group === group);

/** IPVS takes a packet and sends it on from this host: in its next life it is the same packet. */
function passedOn(trace: Trace, group: TraceGroup): Arrived | undefined {
  if (group.outcome?.kind !== 'stolen') return undefined;
  const next = trace.groups[trace.groups.indexOf(group) + 1];
  return next?.start === 'local' ? arrivalIn(trace, next) : undefined;
}

function endedBy(outcome: Outcome, path: readonly StepView[]): StepView | undefined {
  const byRules =
    outcome.kind === 'queued' ||
    ((outcome.kind === 'dropped' || outcome.kind === 'stolen') && outcome.reason === 'rules');
  return byRules ? path.at(-1) : undefined;
}

function translationOf(begun: PacketFields, ended: PacketFields): Pick<PacketView, 'translated'> {
  if (begun.proto !== ended.proto) return {};
  const src = changed(endText(begun.src, begun.sport), endText(ended.src, ended.sport));
  const dst = changed(endText(begun.dst, begun.dport), endText(ended.dst, ended.dport));
  return src || dst ? { translated: { ...(src && { src }), ...(dst && { dst }) } } : {};
}

const changed = (from: string, to: string): Translation | undefined =>
  from === to ? undefined : { from, to };

/** `10.0.0.1:80`, `[2001:db8::1]:80`, or the address alone. */
export function endText(address: unknown, port: unknown): string {
  const text = String(address);
  if (port === undefined) return text;
  return text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`;
}

function viewEvent(event: TraceEvent, facts: RuleFacts): StepView {
  const { hook, family, table, chain, rule, verdict, target } = event;
  const text = rule && facts.text({ ...event, ...rule });
  const counter = facts.count(event);
  return {
    hook,
    family,
    table,
    chain,
    ...(rule && { rule: rule.position }),
    ...(text !== undefined && { text }),
    verdict,
    ...(target !== undefined && { target }),
    ...(counter && { counter }),
  };
}
