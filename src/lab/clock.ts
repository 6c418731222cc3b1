/** The virtual clock of a lab. */
import type { Clock, Nanos } from '../base/ports.ts';
import type { ClockRecord } from '../kernel/host/model.ts';
import type { Cell } from '../kernel/model.ts';

/** A clock that can be moved; moving it is kept in the lab. */
export interface LabClock extends Clock {
  /** Moves virtual time forward by `nanos`. */
  advance(nanos: Nanos): void;
}

/**
 * The clock of a lab. In mode `wall` virtual time is the wall clock at the start of the command plus the lab's offset,
 * and it stands still while one command runs; in mode `frozen` it is what the lab keeps.
 */
export function labClock(lab: { readonly clock: Cell<ClockRecord> }, wall: Clock): LabClock {
  const start = wall.now();
  return {
    now() {
      const { mode, nanos } = lab.clock.get();
      return mode === 'frozen' ? nanos : start + nanos;
    },
    advance(nanos) {
      lab.clock.edit().nanos += nanos;
    },
  };
}
