/** Time and chance, as everything below the commands sees them. */
import type { Clock, Rng } from '../base/ports.ts';

export interface KernelContext {
  readonly clock: Clock;
  readonly rng: Rng;
}
