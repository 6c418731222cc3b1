import { connOverhead, defineStateless, leastLoaded } from './scheduler.ts';

/** Least connections, weights ignored. */
export const lc = defineStateless('lc', ({ destinations }) =>
  leastLoaded(destinations, connOverhead, () => 1),
);
