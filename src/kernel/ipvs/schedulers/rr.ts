import { keyOf } from '../keys.ts';
import { isUsable, listAfter, type Scheduler } from './scheduler.ts';

/** Round robin: the next usable destination after the last one, whatever its weight. */
export const rr: Scheduler = {
  name: 'rr',
  schedule({ destinations }, state) {
    const dest =
      listAfter(destinations, state.last).find(isUsable) ??
      (state.last === undefined ? undefined : destinations.find(isUsable));
    return { dest, state: dest ? { last: keyOf(dest) } : state };
  },
  // ip_vs_rr_del_dest: the position moves back by one when its destination goes.
  removed(state, gone, before) {
    if (state.last !== keyOf(gone)) return state;
    const previous = before[before.findIndex((dest) => keyOf(dest) === state.last) - 1];
    return { last: previous && keyOf(previous) };
  },
};
