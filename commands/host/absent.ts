/**
 * Names of real firewall tools that are not emulated. They are here so that a script which calls one is told, rather than
 * finding the machine's own on its PATH.
 */
import { NotEmulated } from '../../src/base/errors.ts';
import type { Tool } from '../tool.ts';

const absent: Tool = ({ name }) => {
  throw new NotEmulated(name);
};

/** Each with `-save` and `-restore`. */
const FAMILIES = ['ebtables', 'ebtables-nft', 'ebtables-legacy', 'arptables-legacy'];

const OTHERS = ['ebtables-translate', 'arptables-translate', 'iptables-xml', 'nfct'];

export const absentTools: ReadonlyMap<string, Tool> = new Map(
  [...FAMILIES.flatMap((name) => [name, `${name}-save`, `${name}-restore`]), ...OTHERS].map(
    (name) => [name, absent] as const,
  ),
);
