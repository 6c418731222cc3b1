import { toHex } from '../../../base/bytes.ts';
import type { Nanos } from '../../../base/ports.ts';
import { keyOf } from '../keys.ts';
import type { IpvsCacheEntry, IpvsDestination, IpvsSchedulerState } from '../model.ts';
import { connOverhead, leastLoaded, type Scheduler } from './scheduler.ts';

/** More active connections than weight, while another has less than half of its own. */
export const isBusy = (dest: IpvsDestination, all: readonly IpvsDestination[]): boolean =>
  dest.active > dest.weight && all.some((other) => other.active * 2 < other.weight);

/** The entries that are not stale, and among them the one for `address`. */
export function recall(
  { cache = [] }: IpvsSchedulerState,
  address: Uint8Array,
  now: Nanos,
  seconds: number,
): { readonly entry: IpvsCacheEntry | undefined; readonly others: readonly IpvsCacheEntry[] } {
  const wanted = toHex(address);
  const lifetime = BigInt(seconds) * 1_000_000_000n;
  const fresh = cache.filter((entry) => now - entry.lastUse <= lifetime);
  return {
    entry: fresh.find((entry) => entry.address === wanted),
    others: fresh.filter((entry) => entry.address !== wanted),
  };
}

/** Locality-based least connections: one remembered destination for each destination address. */
export const lblc: Scheduler = {
  name: 'lblc',
  schedule({ destinations, destination, clock, expiration }, state) {
    const now = clock.now();
    const { entry, others } = recall(state, destination, now, expiration.lblc);
    const known = destinations.find((dest) => keyOf(dest) === entry?.destinations[0]);
    const keep = known && known.weight > 0 && !isBusy(known, destinations);
    const dest = keep ? known : leastLoaded(destinations, connOverhead);
    if (!dest) return { dest, state };
    const remembered = {
      address: toHex(destination),
      destinations: [keyOf(dest)],
      lastUse: now,
      lastModified: now,
    };
    return { dest, state: { cache: [...others, remembered] } };
  },
};
