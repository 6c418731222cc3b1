/** Packets into a lab: the machine of one transaction, and the explanation afterwards. */

import { conntrackEngine } from '../../src/kernel/conntrack/engine.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { labClock } from '../../src/lab/clock.ts';
import { Machine } from '../../src/lab/machine.ts';
import { labRng } from '../../src/lab/rng.ts';
import { xtRuntime } from '../../src/lab/xt-runtime.ts';
import type { Ports } from '../tool.ts';

/** The machine of a lab, for the packets of one transaction. */
export function openMachine(lab: Draft, { wall }: Pick<Ports, 'wall'>): Machine {
  return new Machine({
    lab,
    clock: labClock(lab, wall),
    rng: labRng(lab),
    conntrack: conntrackEngine,
    xt: xtRuntime,
  });
}
