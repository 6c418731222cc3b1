import { heaviest } from './fo.ts';
import { defineStateless, isUsable } from './scheduler.ts';

/** Overflow: the heaviest destination until it has more active connections than its weight, then the next. */
export const ovf = defineStateless('ovf', ({ destinations }) =>
  heaviest(destinations.filter((dest) => isUsable(dest) && dest.active <= dest.weight)),
);
