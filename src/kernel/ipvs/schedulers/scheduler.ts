/** What a scheduler is: a rule that picks a destination for a new connection (net/netfilter/ipvs/ip_vs_*.c). */
import type { Clock, Rng } from '../../../base/ports.ts';
import { keyOf } from '../keys.ts';
import type { IpvsDestination, IpvsSchedFlag, IpvsSchedulerState } from '../model.ts';

/** The packet that asks, and what the service has. */
export interface Choice {
  /** In list order, newest first. */
  readonly destinations: readonly IpvsDestination[];
  readonly flags: readonly IpvsSchedFlag[];
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Seconds a remembered choice lives: sysctls net.ipv4.vs.lblc_expiration and lblcr_expiration. */
  readonly expiration: { readonly lblc: number; readonly lblcr: number };
}

/** The destination chosen, if any, and the state to carry on. */
export interface Chosen {
  readonly dest: IpvsDestination | undefined;
  readonly state: IpvsSchedulerState;
}

export interface Scheduler {
  readonly name: string;
  schedule(choice: Choice, state: IpvsSchedulerState): Chosen;
  /** State of a service that begins with these destinations; without it there is none. */
  start?(destinations: readonly IpvsDestination[]): IpvsSchedulerState;
  /** A destination was added or edited. */
  changed?(state: IpvsSchedulerState, destinations: readonly IpvsDestination[]): IpvsSchedulerState;
  /** A destination is gone; `before` still has it. */
  removed?(
    state: IpvsSchedulerState,
    gone: IpvsDestination,
    before: readonly IpvsDestination[],
  ): IpvsSchedulerState;
}

/** Not overloaded and not quiesced. */
export const isUsable = (dest: IpvsDestination): boolean => !dest.overloaded && dest.weight > 0;

/** A scheduler without state of its own. */
export function defineStateless(
  name: string,
  pick: (choice: Choice) => IpvsDestination | undefined,
): Scheduler {
  return { name, schedule: (choice, state) => ({ dest: pick(choice), state }) };
}

/**
 * The usable destination with the least `overhead` per `weight`, first in the list among equals; compared by
 * cross-multiplication, so nothing is rounded.
 */
export function leastLoaded(
  destinations: readonly IpvsDestination[],
  overhead: (dest: IpvsDestination) => number,
  weight: (dest: IpvsDestination) => number = (dest) => dest.weight,
): IpvsDestination | undefined {
  let least: IpvsDestination | undefined;
  for (const dest of destinations) {
    if (!isUsable(dest)) continue;
    if (
      !least ||
      BigInt(overhead(least)) * BigInt(weight(dest)) >
        BigInt(overhead(dest)) * BigInt(weight(least))
    ) {
      least = dest;
    }
  }
  return least;
}

/** ip_vs_dest_conn_overhead: an active connection weighs as much as 256 inactive ones. */
export const connOverhead = (dest: IpvsDestination): number => dest.active * 256 + dest.inactive;

/** The destinations after `key` to the end of the list; all when undefined or gone. */
export function listAfter(
  destinations: readonly IpvsDestination[],
  key: string | undefined,
): readonly IpvsDestination[] {
  const at = key === undefined ? -1 : destinations.findIndex((dest) => keyOf(dest) === key);
  return destinations.slice(at + 1);
}
