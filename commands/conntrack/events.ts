/** -E: follows the lab's commits. */
import { conntrackEvent, expectationEvent } from '../../src/kernel/conntrack/events.ts';
import type { Tuple } from '../../src/kernel/conntrack/model.ts';
import type { PlainRecord } from '../../src/kernel/nftables/model.ts';
import type { Call } from '../tool.ts';
import type { Action } from './action.ts';
import { expectationLine } from './expectations.ts';
import { checkMasks, passes } from './filter.ts';
import { evented } from './print.ts';
import { look } from './session.ts';
import type { Command } from './template.ts';
import { XML_HEADER } from './xml.ts';

/** Milliseconds; a store that answers nothing after so long has nobody left to commit. */
const FOREVER = 2 ** 31 - 1;

function conntrackLine(record: PlainRecord, command: Command): string | undefined {
  const event = conntrackEvent(record);
  if (!event) return undefined;
  const { type, entry, at, userspace } = event;
  if (command.events.size > 0 && !command.events.has(type)) return undefined;
  if (!passes(entry, command, at)) return undefined;
  return evented(entry, at, { kind: type, userspace }, command);
}

function expectLine(record: PlainRecord, command: Command, call: Call): string | undefined {
  const event = expectationEvent(record);
  if (!event) return undefined;
  const { expectation, at, type } = event;
  const master = look(call, (lab) => lab.conntrack.get(expectation.master)?.original);
  return expectationLine(
    { expectation, master: master ?? blank(expectation.tuple) },
    at,
    command,
    type,
  );
}

/** A tuple of zeroes, for a master that is gone. */
const blank = ({ l3, proto, src, dst }: Tuple): Tuple => ({
  l3,
  proto,
  src: new Uint8Array(src.length),
  dst: new Uint8Array(dst.length),
  sport: 0,
  dport: 0,
});

function lineOf(record: PlainRecord, command: Command, call: Call): string | undefined {
  return command.name === 'expect event'
    ? expectLine(record, command, call)
    : conntrackLine(record, command);
}

/** Prints each event as it comes, until the store says that no more will. */
export const followEvents: Action = (command, call, out) => {
  checkMasks(command);
  const { store, stdout } = call;
  const root = command.name === 'expect event' ? 'expect' : 'conntrack';
  const xml = command.output.has('xml');
  let { serial } = store;
  for (;;) {
    const commits = store.follow(serial, FOREVER);
    if (commits.length === 0) break;
    for (const record of commits.flatMap(({ events }) => events)) {
      const line = lineOf(record, command, call);
      if (line === undefined) continue;
      if (xml && out.counted === 0) stdout.write(`${XML_HEADER}\n<${root}>\n`);
      stdout.write(`${line}\n`);
      out.counted++;
    }
    serial = commits.at(-1)?.serial ?? serial;
  }
  if (xml && out.counted > 0) stdout.write(`</${root}>\n`);
  return undefined;
};
