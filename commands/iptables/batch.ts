/** Runs a change of the ruleset as one batch: what a refused batch used up in handles stays used up, as in the kernel. */
import { KernelError } from '../../src/base/errors.ts';
import type { Clock } from '../../src/base/ports.ts';
import type { Draft, Ruleset, Store } from '../../src/kernel/model.ts';
import { labClock } from '../../src/lab/clock.ts';
import { XtablesError } from '../../src/xtables/errors.ts';
import { Backend, type BackendOptions } from './backend.ts';
import type { Program } from './program.ts';

interface Used {
  readonly nextTable: number;
  readonly next: ReadonlyMap<string, number>;
}

function usedHandles(ruleset: Ruleset): Used {
  const next = new Map<string, number>();
  for (const [key, table] of ruleset.tables.entries()) next.set(key, table.nextHandle);
  return { nextTable: ruleset.globals.get().nextTableHandle, next };
}

export const rulesetOf = (lab: Draft, { variant }: Program): Ruleset =>
  variant === 'legacy' ? lab.legacy : lab.nft;

/** Calls `act` with the ruleset; nothing of it stays when it throws, save the handles. */
export function runBatch<T>(
  store: Store,
  wall: Clock,
  program: Program,
  act: (backend: Backend, lab: Draft) => T,
  line?: BackendOptions['line'],
): T {
  let used: Used | undefined;
  try {
    return store.transact((lab) => {
      const ruleset = rulesetOf(lab, program);
      const backend = new Backend({
        family: program.family,
        ruleset,
        lab,
        clock: labClock(lab, wall),
        ...(line && { line }),
      });
      try {
        const result = act(backend, lab);
        backend.commit();
        return result;
      } catch (error) {
        if (isKernels(error)) used = usedHandles(ruleset);
        throw error;
      }
    });
  } catch (error) {
    if (used) keepUsed(store, program, used);
    throw error;
  }
}

/** Calls `act` with the ruleset as it is; it must not change it. */
export function look<T>(
  store: Store,
  wall: Clock,
  program: Program,
  act: (backend: Backend) => T,
): T {
  return store.read((lab) => {
    const ruleset = rulesetOf(lab, program);
    const { family } = program;
    return act(new Backend({ family, ruleset, lab, clock: labClock(lab, wall) }));
  });
}

const isKernels = (error: unknown): boolean =>
  error instanceof KernelError || (error instanceof XtablesError && error.problem === 'resource');

function keepUsed(store: Store, program: Program, { nextTable, next }: Used): void {
  store.transact((lab) => {
    const ruleset = rulesetOf(lab, program);
    if (nextTable > ruleset.globals.get().nextTableHandle)
      ruleset.globals.edit().nextTableHandle = nextTable;
    for (const [key, handle] of next)
      if ((ruleset.tables.get(key)?.nextHandle ?? handle) < handle)
        ruleset.tables.edit(key).nextHandle = handle;
  });
}
