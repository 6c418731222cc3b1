import { keyOf } from '../keys.ts';
import type { IpvsDestination, IpvsSchedulerState } from '../model.ts';
import { listAfter, type Scheduler } from './scheduler.ts';

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The greatest common divisor of the positive weights, 1 without any. */
export const weightStep = (weights: readonly number[]): number =>
  weights.filter((w) => w > 0).reduce(gcd, 0) || 1;

interface Measures {
  readonly step: number;
  /** The weight a round begins with; 0 when no destination can be used. */
  readonly top: number;
}

function measure(destinations: readonly IpvsDestination[]): Measures {
  const weights = destinations.map((dest) => dest.weight);
  const step = weightStep(weights);
  return { step, top: Math.max(0, Math.max(0, ...weights) - (step - 1)) };
}

/** ip_vs_wrr_dest_changed: back to the head of the list; the current weight stays where it can. */
function changed(
  state: IpvsSchedulerState,
  destinations: readonly IpvsDestination[],
): IpvsSchedulerState {
  const { step, top } = measure(destinations);
  let current = state.currentWeight ?? 0;
  if (current > top || current === 0) current = top;
  else if (step > 1) current = Math.floor(current / step) * step + 1;
  return { currentWeight: current };
}

/** Weighted round robin: a round at each weight from the greatest down, in steps of the weights' common divisor. */
export const wrr: Scheduler = {
  name: 'wrr',
  start: (destinations) => ({ currentWeight: measure(destinations).top }),
  changed,
  removed: (state, gone, before) =>
    changed(
      state,
      before.filter((dest) => dest !== gone),
    ),
  schedule({ destinations }, state) {
    const { step, top } = measure(destinations);
    if (top === 0) return { dest: undefined, state };
    let weight = state.currentWeight ?? top;
    let rest = listAfter(destinations, state.last);
    // A whole round from the head on, after the one in progress, looks at every destination with a weight.
    for (let rounds = 0; rounds < 2; ) {
      const dest = rest.find((d) => !d.overloaded && d.weight >= weight);
      if (dest) return { dest, state: { last: keyOf(dest), currentWeight: weight } };
      rest = destinations;
      weight -= step;
      if (weight <= 0) {
        weight = top;
        rounds++;
      }
    }
    return { dest: undefined, state: { last: state.last, currentWeight: weight } };
  },
};
