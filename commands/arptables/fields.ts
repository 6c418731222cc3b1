/** Values of arptables' options, with a mask after a slash. */
import { maskAddress } from '../../src/base/address.ts';
import { parameterProblem } from '../../src/xtables/errors.ts';
import type { HostMask } from '../../src/xtables/names.ts';

const MACS = new Map([
  ['unicast', ['00:00:00:00:00:00', '01:00:00:00:00:00']],
  ['multicast', ['01:00:00:00:00:00', '01:00:00:00:00:00']],
  ['broadcast', ['ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff']],
  ['bga', ['01:80:c2:00:00:00', 'ff:ff:ff:ff:ff:ff']],
]);

/** A number of 16 bits or a name, whatever its case; `what` words the failure. */
export function parseField(
  text: string,
  what: string,
  names: readonly (readonly [string, number])[],
  base: number,
): { readonly value: number; readonly mask: number } {
  const [first = '', second, more] = text.split('/');
  const value =
    number16(first, base) ??
    names.find(([name]) => name.toLowerCase() === first.toLowerCase())?.[1];
  const mask = second === undefined ? 0xffff : number16(second, base);
  const known = what !== 'opcode' || (value !== undefined && value <= names.length);
  if (value === undefined || mask === undefined || more !== undefined || !known)
    return parameterProblem(`Problem with specified ${what}`);
  return { value, mask };
}

function number16(text: string, base: number): number | undefined {
  const hex = /^0x/i.test(text) || base === 16;
  const digits = text.replace(/^0x/i, '');
  if (!(hex ? /^[0-9a-f]+$/i : /^[0-9]+$/).test(digits)) return undefined;
  const value = Number.parseInt(digits, hex ? 16 : 10);
  return value <= 0xffff ? value : undefined;
}

/** A hardware address or the name of some. */
export function parseMac(text: string, what: string): HostMask {
  const [address = '', mask = 'ff:ff:ff:ff:ff:ff'] =
    MACS.get(text.toLowerCase()) ?? text.split('/');
  const bad = () => parameterProblem(`Problem with specified ${what}`);
  const bits = etherAton(mask) ?? bad();
  return { address: maskAddress(etherAton(address) ?? bad(), bits), mask: bits };
}

/** ether_aton: six numbers of one or two hexadecimal digits. */
function etherAton(text: string): Uint8Array | undefined {
  const parts = text.split(':');
  if (parts.length !== 6 || parts.some((part) => !/^[0-9a-f]{1,2}$/i.test(part))) return undefined;
  return Uint8Array.from(parts, (part) => Number.parseInt(part, 16));
}
