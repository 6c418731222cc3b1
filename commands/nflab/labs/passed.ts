/** How many rules a packet was compared with, worked out from its trace and the lengths of the chains. */
import type { Collection, Draft } from '../../../src/kernel/model.ts';
import type { RuleRecord } from '../../../src/kernel/nftables/model.ts';
import type { TraceEvent, TraceGroup } from '../../../src/lab/trace.ts';

/** A chain being walked, and the position of the last rule known to have been looked at. */
interface Frame {
  readonly event: TraceEvent;
  readonly chain: string;
  last: number;
}

/** Rules looked at on the packet's whole path, matching or not. */
export function rulesPassed({ events }: TraceGroup, lab: Draft): number {
  let count = 0;
  let stack: Frame[] = [];
  const leave = (): void => {
    const frame = stack.pop();
    if (frame) count += lengthOf(frame, lab) - frame.last;
  };
  for (const event of events) {
    while (stack.length > 0 && !isIn(event, stack.at(-1))) leave();
    const frame = stack.at(-1) ?? { event, chain: event.chain, last: 0 };
    if (stack.length === 0) stack.push(frame);
    if (!event.rule) {
      leave();
      continue;
    }
    count += event.rule.position - frame.last;
    frame.last = event.rule.position;
    const next = { event, chain: event.target ?? '', last: 0 };
    if (event.verdict === 'jump') stack.push(next);
    else if (event.verdict === 'goto') stack.splice(-1, 1, next);
    else if (event.verdict === 'return') stack.pop();
    else if (event.verdict !== 'continue') stack = [];
  }
  while (stack.length > 0) leave();
  return count;
}

const isIn = (event: TraceEvent, frame: Frame | undefined): boolean =>
  frame !== undefined &&
  frame.chain === event.chain &&
  frame.event.table === event.table &&
  frame.event.family === event.family &&
  frame.event.hook === event.hook &&
  frame.event.legacy === event.legacy;

function lengthOf({ event, chain }: Frame, lab: Draft): number {
  const ruleset = event.legacy ? lab.legacy : lab.nft;
  // The key of a chain, as itemKey makes it; the trace has the family as text.
  const rules: Collection<number, RuleRecord> = ruleset.rules(
    `${event.family} ${event.table} ${chain}`,
  );
  return rules.size;
}
