import { connOverhead, defineStateless, leastLoaded } from './scheduler.ts';

/** Least connections for its weight. */
export const wlc = defineStateless('wlc', ({ destinations }) =>
  leastLoaded(destinations, connOverhead),
);
