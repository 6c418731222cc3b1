import { toHex } from '../../../base/bytes.ts';
import { keyOf } from '../keys.ts';
import type { IpvsDestination } from '../model.ts';
import { isBusy, recall } from './lblc.ts';
import { connOverhead, leastLoaded, type Scheduler } from './scheduler.ts';

/** The destination with the most load for its weight. */
function mostLoaded(set: readonly IpvsDestination[]): IpvsDestination | undefined {
  let most: IpvsDestination | undefined;
  for (const dest of set) {
    if (dest.weight <= 0) continue;
    if (!most || connOverhead(most) * dest.weight < connOverhead(dest) * most.weight) most = dest;
  }
  return most;
}

/** As lblc with a set of destinations for each address, which grows under load and shrinks with time. */
export const lblcr: Scheduler = {
  name: 'lblcr',
  schedule({ destinations, destination, clock, expiration }, state) {
    const now = clock.now();
    const { entry, others } = recall(state, destination, now, expiration.lblcr);
    let keys = entry?.destinations ?? [];
    let lastModified = entry?.lastModified ?? now;
    const inSet = (): readonly IpvsDestination[] =>
      keys.flatMap((key) => destinations.find((dest) => keyOf(dest) === key) ?? []);
    const known = leastLoaded(inSet(), connOverhead);
    if (keys.length > 1 && now - lastModified > BigInt(expiration.lblcr) * 1_000_000_000n) {
      const most = mostLoaded(inSet());
      keys = keys.filter((key) => !most || key !== keyOf(most));
      lastModified = now;
    }
    const keep = known && !isBusy(known, destinations);
    const dest = keep ? known : leastLoaded(destinations, connOverhead);
    if (!dest) return { dest, state };
    if (!keys.includes(keyOf(dest)) && !keep) {
      keys = [keyOf(dest), ...keys];
      lastModified = now;
    }
    const remembered = {
      address: toHex(destination),
      destinations: keys,
      lastUse: now,
      lastModified,
    };
    return { dest, state: { cache: [...others, remembered] } };
  },
};
