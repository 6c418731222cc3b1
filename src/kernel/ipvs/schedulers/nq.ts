import { defineStateless, isUsable, leastLoaded } from './scheduler.ts';

/** Never queue: the first idle destination, else the shortest expected delay. */
export const nq = defineStateless(
  'nq',
  ({ destinations }) =>
    destinations.find((dest) => isUsable(dest) && dest.active === 0) ??
    leastLoaded(destinations, (dest) => dest.active + 1),
);
