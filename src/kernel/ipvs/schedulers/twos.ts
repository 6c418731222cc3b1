import type { Rng } from '../../../base/ports.ts';
import type { IpvsDestination } from '../model.ts';
import { connOverhead, defineStateless, isUsable, leastLoaded } from './scheduler.ts';

function drawWeighted(usable: readonly IpvsDestination[], rng: Rng): IpvsDestination | undefined {
  const total = usable.reduce((sum, dest) => sum + dest.weight, 0);
  let left = rng.u32() % (total + 1);
  for (const dest of usable) {
    left -= dest.weight;
    if (left <= 0) return dest;
  }
  return undefined;
}

/** The power of two choices: two destinations drawn by weight, the one with less load for its weight. */
export const twos = defineStateless('twos', ({ destinations, rng }) => {
  const usable = destinations.filter(isUsable);
  const first = drawWeighted(usable, rng);
  const second = drawWeighted(usable, rng);
  return first && second && leastLoaded([first, second], connOverhead);
});
