import { foldAddress, hash8, isUnavailable } from './hash.ts';
import { defineStateless } from './scheduler.ts';

/** Destination hashing: 256 buckets filled with the destinations in turn, weights ignored. */
export const dh = defineStateless('dh', ({ destinations, destination }) => {
  const dest = destinations[hash8(foldAddress(destination)) % Math.max(1, destinations.length)];
  return dest && !isUnavailable(dest) ? dest : undefined;
});
