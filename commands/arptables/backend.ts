/** The ruleset as arptables sees it. */
import type { Clock } from '../../src/base/ports.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { labClock } from '../../src/lab/clock.ts';
import { Backend, type BackendOptions, type BatchLog, type Dialect } from '../iptables/backend.ts';
import type { BuiltinChain } from '../iptables/tables.ts';
import { type ArpRule, liftArp, lowerArp, sameArp } from './rule.ts';

const base = (hook: 'input' | 'output') =>
  ({ type: 'filter', hook, priority: 0, devices: [] }) as const;

const FILTER: readonly BuiltinChain[] = [
  { name: 'INPUT', base: base('input') },
  { name: 'OUTPUT', base: base('output') },
];

const DIALECT: Dialect<'arp', ArpRule> = {
  family: 'arp',
  tables: ['filter'],
  builtinChains: (table) => (table === 'filter' ? FILTER : undefined),
  lower: lowerArp,
  lift: liftArp,
  same: sameArp,
  refusal({ target }, { table, chain, base: at, stored }) {
    if (target.kind !== 'extension') return undefined;
    const { extension, info } = target;
    // xt_CLASSIFY serves ARP on its way out only.
    if (extension.name === 'CLASSIFY' && at?.hook === 'input') return 'EINVAL';
    const place = { family: 'ip', proto: 0, protoInvert: false, table, chain, stored } as const;
    return extension.refuse?.(info, { ...place, hook: at?.hook, chainType: at?.type });
  },
};

export type ArpBackend = Backend<'arp', ArpRule>;

export function arpBackend(
  lab: Draft,
  wall: Clock,
  line?: BackendOptions['line'],
  events?: BatchLog,
): ArpBackend {
  const options = { ruleset: lab.nft, lab, clock: labClock(lab, wall), dialect: DIALECT };
  return new Backend({ ...options, line, events });
}
