/** The expect table. */
import { KernelError } from '../../src/base/errors.ts';
import type { Nanos } from '../../src/base/ports.ts';
import type { ExpectationRecord, Tuple } from '../../src/kernel/conntrack/model.ts';
import { tableOf } from '../../src/kernel/conntrack/table.ts';
import { DEFAULT_ZONE, equalTuples } from '../../src/kernel/conntrack/tuple.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { type Action, refusable } from './action.ts';
import { originalTuple } from './create.ts';
import { BANNER } from './errors.ts';
import { stamp } from './print.ts';
import { change, look } from './session.ts';
import type { Command } from './template.ts';
import { expectationText } from './text.ts';
import { expectationXml, XML_HEADER } from './xml.ts';

interface Expected {
  readonly expectation: Readonly<ExpectationRecord>;
  /** Original tuple of its master. */
  readonly master: Tuple;
}

/** Live expectations whose master is there. */
function* liveExpectations(lab: Draft, now: Nanos): Generator<Expected> {
  for (const expectation of lab.expectations.values()) {
    const master = lab.conntrack.get(expectation.master);
    if (!master || expectation.expires <= now || master.expires <= now) continue;
    yield { expectation, master: master.original };
  }
}

export function expectationLine(
  { expectation, master }: Expected,
  now: Nanos,
  { output }: Command,
  event?: 'new' | 'destroy',
): string {
  if (output.has('xml')) return expectationXml(expectation, master, now, event);
  const text = expectationText(expectation, master, now, event);
  return output.has('timestamp') ? stamp(now) + text : text;
}

export const listExpectations: Action = (command, call, out) =>
  look(call, (lab, now) => {
    const expected = [...liveExpectations(lab, now)].filter(
      ({ expectation }) => command.family === undefined || expectation.tuple.l3 === command.family,
    );
    const xml = command.output.has('xml') && expected.length > 0;
    if (xml) out.print(`${XML_HEADER}\n<expect>`);
    for (const one of expected) out.count(expectationLine(one, now, command));
    if (xml) out.print('</expect>');
    return undefined;
  });

export const countExpectations: Action = (_command, call, out) =>
  look(call, (lab, now) => {
    out.print(String([...liveExpectations(lab, now)].length));
    return undefined;
  });

export const flushExpectations: Action = (_command, call) => {
  change(call, ({ lab }) => lab.expectations.clear());
  call.stderr.write(`${BANNER}expectation table has been emptied.\n`);
  return undefined;
};

/** The expectation of exactly this tuple; its source port is open, so that any given fits. */
function findExpectation(lab: Draft, now: Nanos, command: Command): Expected {
  const tuple = originalTuple(command);
  for (const one of liveExpectations(lab, now)) {
    const { tuple: expected, mask } = one.expectation;
    const sport = tuple.sport & mask.sport;
    if (equalTuples({ ...tuple, sport }, expected)) return one;
  }
  throw new KernelError('ENOENT');
}

export const getExpectation: Action = (command, call, out) =>
  look(call, (lab, now) =>
    refusable('expect get', () => {
      out.print(expectationLine(findExpectation(lab, now, command), now, command));
    }),
  );

export const deleteExpectation: Action = (command, call) =>
  change(call, ({ lab }, now) =>
    refusable('expect delete', () => {
      lab.expectations.delete(findExpectation(lab, now, command).expectation.id);
    }),
  );

/** Only connections with a helper may expect others this way, and none can be given one from here. */
export const createExpectation: Action = (command, call) =>
  look(call, (lab, now) =>
    refusable('expect create', () => {
      const master = tableOf(lab).find(originalTuple(command), DEFAULT_ZONE, now);
      if (!master) throw new KernelError('ENOENT');
      throw new KernelError('EOPNOTSUPP');
    }),
  );
