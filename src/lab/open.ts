/** The machine of a lab with all its parts: nf_tables, xtables extensions, connection tracking and NAT, IPVS. */
import type { Clock } from '../base/ports.ts';
import { conntrackEngine } from '../kernel/conntrack/engine.ts';
import type { Fragments } from '../kernel/fragments.ts';
import { ipvsHooks } from '../kernel/ipvs/hooks.ts';
import type { Draft } from '../kernel/model.ts';
import { labClock } from './clock.ts';
import { Machine } from './machine.ts';
import { labRng } from './rng.ts';
import { xtRuntime } from './xt-runtime.ts';

/** For the packets of one transaction; `wall` is the moment it starts. */
export function openMachine(
  lab: Draft,
  wall: Clock,
  options: { readonly fragments?: Fragments; readonly answers?: boolean } = {},
): Machine {
  return new Machine({
    lab,
    clock: labClock(lab, wall),
    rng: labRng(lab),
    conntrack: conntrackEngine,
    xt: xtRuntime,
    hooks: ipvsHooks,
    ...options,
  });
}
