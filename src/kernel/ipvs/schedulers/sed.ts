import { defineStateless, leastLoaded } from './scheduler.ts';

/** Shortest expected delay: (active + 1) / weight. */
export const sed = defineStateless('sed', ({ destinations }) =>
  leastLoaded(destinations, (dest) => dest.active + 1),
);
