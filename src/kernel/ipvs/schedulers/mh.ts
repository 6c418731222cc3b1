import { siphash13 } from '../../../base/siphash.ts';
import { keyOf } from '../keys.ts';
import type { IpvsDestination } from '../model.ts';
import { foldAddress, isUnavailable } from './hash.ts';
import { defineStateless } from './scheduler.ts';
import { weightStep } from './wrr.ts';

/** A prime; IP_VS_MH_TAB_INDEX 12. */
const SIZE = 4093;
const OFFSET_KEY = 2654435761n;
const SKIP_KEY = 2654446892n;

const hash = (value: number, key: bigint): number => siphash13(value >>> 0, key);

interface Walker {
  readonly dest: IpvsDestination;
  slot: number;
  readonly skip: number;
  readonly turns: number;
}

function makeWalkers(destinations: readonly IpvsDestination[]): readonly Walker[] {
  const weights = destinations.map((dest) => dest.lastWeight);
  const step = weightStep(weights);
  // Weights above 63 steps are scaled down, so that the table has room for all.
  const shift = Math.max(0, 32 - Math.clz32(Math.max(0, ...weights) / step) - 6);
  return destinations.flatMap((dest) => {
    if (dest.lastWeight <= 0) return [];
    const value = foldAddress(dest.address) + dest.port;
    return {
      dest,
      slot: hash(value, OFFSET_KEY) % SIZE,
      skip: (hash(value, SKIP_KEY) % (SIZE - 1)) + 1,
      turns: Math.max(1, (dest.lastWeight / step) >> shift),
    };
  });
}

/** ip_vs_mh_populate: in turn, each destination takes the next free slots of its own permutation. */
function fillTable(destinations: readonly IpvsDestination[]): readonly (string | undefined)[] {
  const table = new Array<string | undefined>(SIZE).fill(undefined);
  const walkers = makeWalkers(destinations);
  let filled = 0;
  while (walkers.length > 0 && filled < SIZE) {
    for (const walker of walkers) {
      for (let turn = 0; turn < walker.turns && filled < SIZE; turn++) {
        while (table[walker.slot] !== undefined) walker.slot = (walker.slot + walker.skip) % SIZE;
        table[walker.slot] = keyOf(walker.dest);
        filled++;
      }
    }
  }
  return table;
}

/** The last table made, and what it was made from: filling one costs thousands of steps. */
let cached: { readonly from: string; readonly table: readonly (string | undefined)[] } | undefined;

function tableOf(destinations: readonly IpvsDestination[]): readonly (string | undefined)[] {
  const from = destinations.map((dest) => `${keyOf(dest)} ${dest.lastWeight}`).join();
  if (cached?.from !== from) cached = { from, table: fillTable(destinations) };
  return cached.table;
}

/** Maglev hashing; with mh-port (flag-2) the source port counts, with mh-fallback (flag-1) other slots are tried. */
export const mh = defineStateless('mh', ({ destinations, flags, source, sourcePort }) => {
  const table = tableOf(destinations);
  const value = foldAddress(source) + (flags.includes('flag-2') ? sourcePort : 0);
  const at = (slot: number) => destinations.find((dest) => keyOf(dest) === table[slot]);
  const first = hash(value, OFFSET_KEY) % SIZE;
  const dest = at(first);
  if (!dest) return undefined;
  if (!isUnavailable(dest)) return dest;
  if (!flags.includes('flag-1')) return undefined;
  for (let offset = 0; offset < SIZE; offset++) {
    const other = at(hash(value + ((offset + first) % SIZE), OFFSET_KEY) % SIZE);
    if (!other) return undefined;
    if (!isUnavailable(other)) return other;
  }
  return undefined;
});
