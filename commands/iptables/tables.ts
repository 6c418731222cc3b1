/** The built-in tables and chains, with the base chains the tool makes for them. */
import type { ChainType, HookName, HookSpec } from '../../src/kernel/nftables/model.ts';

export interface BuiltinChain {
  readonly name: string;
  readonly base: HookSpec;
}

function chain(name: string, hook: HookName, priority: number, type: ChainType): BuiltinChain {
  return { name, base: { type, hook, priority, devices: [] } };
}

/** In the order of the hooks, which is that of listings. */
const TABLES: ReadonlyMap<string, readonly BuiltinChain[]> = new Map([
  [
    'mangle',
    [
      chain('PREROUTING', 'prerouting', -150, 'filter'),
      chain('INPUT', 'input', -150, 'filter'),
      chain('FORWARD', 'forward', -150, 'filter'),
      chain('OUTPUT', 'output', -150, 'route'),
      chain('POSTROUTING', 'postrouting', -150, 'filter'),
    ],
  ],
  [
    'security',
    [
      chain('INPUT', 'input', 150, 'filter'),
      chain('FORWARD', 'forward', 150, 'filter'),
      chain('OUTPUT', 'output', 150, 'filter'),
    ],
  ],
  [
    'raw',
    [chain('PREROUTING', 'prerouting', -300, 'filter'), chain('OUTPUT', 'output', -300, 'filter')],
  ],
  [
    'filter',
    [
      chain('INPUT', 'input', 0, 'filter'),
      chain('FORWARD', 'forward', 0, 'filter'),
      chain('OUTPUT', 'output', 0, 'filter'),
    ],
  ],
  [
    'nat',
    [
      chain('PREROUTING', 'prerouting', -100, 'nat'),
      chain('INPUT', 'input', 100, 'nat'),
      chain('OUTPUT', 'output', -100, 'nat'),
      chain('POSTROUTING', 'postrouting', 100, 'nat'),
    ],
  ],
]);

/** In the order -save writes them. */
export const TABLE_NAMES: readonly string[] = [...TABLES.keys()];

/** Undefined for a table that is not built in. */
export function builtinChains(table: string): readonly BuiltinChain[] | undefined {
  return TABLES.get(table);
}

export function builtinChain(table: string, name: string): BuiltinChain | undefined {
  return TABLES.get(table)?.find((c) => c.name === name);
}
