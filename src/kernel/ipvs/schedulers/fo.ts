import type { IpvsDestination } from '../model.ts';
import { defineStateless, isUsable } from './scheduler.ts';

/** The destination with the greatest weight, first in the list among equals. */
export const heaviest = (destinations: readonly IpvsDestination[]): IpvsDestination | undefined => {
  let best: IpvsDestination | undefined;
  for (const dest of destinations) if (!best || dest.weight > best.weight) best = dest;
  return best;
};

/** Weighted fail-over: everything to the heaviest usable destination. */
export const fo = defineStateless('fo', ({ destinations }) =>
  heaviest(destinations.filter(isUsable)),
);
