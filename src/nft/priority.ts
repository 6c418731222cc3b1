/** Named chain priorities (nftables' rule.c). */
import type { Family, HookName } from '../kernel/nftables/model.ts';

const NAMES: readonly (readonly [string, number, readonly HookName[] | undefined])[] = [
  ['raw', -300, undefined],
  ['mangle', -150, undefined],
  ['dstnat', -100, ['prerouting', 'output']],
  ['filter', 0, undefined],
  ['security', 50, undefined],
  ['srcnat', 100, ['postrouting', 'input']],
];
const BRIDGE: typeof NAMES = [
  ['dstnat', -300, ['prerouting']],
  ['filter', -200, undefined],
  ['out', 100, ['output']],
  ['srcnat', 300, ['postrouting']],
];

function names(family: Family, hook: HookName): readonly (readonly [string, number])[] {
  if (family === 'bridge')
    return BRIDGE.filter(([, , hooks]) => !hooks || hooks.includes(hook)).map(([n, v]) => [n, v]);
  if (family === 'netdev' || family === 'arp' || hook === 'ingress' || hook === 'egress')
    return [['filter', 0]];
  return NAMES.filter(([, , hooks]) => !hooks || hooks.includes(hook)).map(([n, v]) => [n, v]);
}

/** The number of a name in its place; undefined when it is not one. */
export const priorityValue = (family: Family, hook: HookName, name: string): number | undefined =>
  names(family, hook).find(([known]) => known === name)?.[1];

/** As listed: a name within ten of one, else the number. */
export function priorityText(
  family: Family,
  hook: HookName,
  value: number,
  numeric: boolean,
): string {
  if (numeric) return `${value}`;
  for (const [name, base] of names(family, hook)) {
    const offset = value - base;
    if (offset === 0) return name;
    if (Math.abs(offset) <= 10) return `${name} ${offset > 0 ? '+' : '-'} ${Math.abs(offset)}`;
  }
  return `${value}`;
}
