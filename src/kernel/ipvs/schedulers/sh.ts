import type { IpvsDestination } from '../model.ts';
import { foldAddress, hash8, isUnavailable } from './hash.ts';
import { defineStateless } from './scheduler.ts';

const SIZE = 256;

/** ip_vs_sh_reassign: each destination takes as many buckets in a row as its weight, at least one. */
function fillBuckets(destinations: readonly IpvsDestination[]): readonly IpvsDestination[] {
  const buckets: IpvsDestination[] = [];
  for (let i = 0; buckets.length < SIZE; i++) {
    const dest = destinations[i % destinations.length];
    if (!dest) break;
    const turns = Math.max(1, Math.min(dest.lastWeight, SIZE));
    for (let n = 0; n < turns && buckets.length < SIZE; n++) buckets.push(dest);
  }
  return buckets;
}

/** Source hashing; with sh-port (flag-2) the source port counts, with sh-fallback (flag-1) other buckets are tried. */
export const sh = defineStateless('sh', ({ destinations, flags, source, sourcePort }) => {
  const buckets = fillBuckets(destinations);
  const hash = hash8(foldAddress(source) + (flags.includes('flag-2') ? sourcePort : 0));
  const dest = buckets[hash];
  if (dest && !isUnavailable(dest)) return dest;
  if (!flags.includes('flag-1')) return undefined;
  for (let offset = 0; offset < SIZE; offset++) {
    const other = buckets[(((offset + hash) % SIZE) + hash) % SIZE];
    if (other && !isUnavailable(other)) return other;
  }
  return undefined;
});
