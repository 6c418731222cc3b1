/** Runs a change of the ruleset as one batch: what a refused batch used up in handles stays used up, as in the kernel. */
import { KernelError } from '../../src/base/errors.ts';
import type { Clock } from '../../src/base/ports.ts';
import { type Draft, type Ruleset, type Store, tableKey } from '../../src/kernel/model.ts';
import { labClock } from '../../src/lab/clock.ts';
import { XtablesError } from '../../src/xtables/errors.ts';
import { Backend, type BackendOptions, type BatchLog, type Tables, xtDialect } from './backend.ts';
import { LegacyBackend, registerTable } from './legacy.ts';
import type { Program } from './program.ts';
import { builtinChains } from './tables.ts';

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

/** The ruleset of a program. */
export function open(
  lab: Draft,
  wall: Clock,
  program: Program,
  line?: BackendOptions['line'],
  record?: BatchLog['record'],
): Tables {
  const ruleset = rulesetOf(lab, program);
  const { family, variant } = program;
  const options = { ruleset, lab, clock: labClock(lab, wall) };
  if (variant === 'legacy') return new LegacyBackend({ ...options, family });
  const events = record && { process: program.name, record };
  return new Backend({ ...options, dialect: xtDialect(family), line, events });
}

/** iptables-legacy's tables are there from the first command that asks for them, whatever becomes of it. */
export function register(store: Store, wall: Clock, program: Program, table: string): void {
  const { family, variant } = program;
  if (variant !== 'legacy' || !builtinChains(table)) return;
  if (store.read((lab) => lab.legacy.tables.has(tableKey(family, table)))) return;
  store.transact((lab) => registerTable(lab, labClock(lab, wall), family, table));
}

/** Calls `act` with the ruleset; nothing of it stays when it throws, save the handles. */
export function runBatch<T>(
  store: Store,
  wall: Clock,
  program: Program,
  act: (backend: Tables, lab: Draft) => T,
  line?: BackendOptions['line'],
): T {
  let used: Used | undefined;
  try {
    return store.transact((lab, log) => {
      const ruleset = rulesetOf(lab, program);
      const backend = open(lab, wall, program, line, log);
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
  act: (backend: Tables) => T,
): T {
  return store.read((lab) => act(open(lab, wall, program)));
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
