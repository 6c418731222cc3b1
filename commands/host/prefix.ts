/** Addresses and prefixes in `ip` commands. */
import { formatAddress, parseAddress } from '../../src/base/address.ts';
import { fail } from './arguments.ts';

export interface Prefix {
  readonly address: Uint8Array;
  readonly prefix: number;
}

export const familyOf = (address: Uint8Array): 'ip' | 'ip6' =>
  address.length === 4 ? 'ip' : 'ip6';

/** `address[/length]`; `default`, `any` and `all` are everything. */
export function parsePrefix(text: string, family: 'ip' | 'ip6' | undefined): Prefix {
  if (text === 'default' || text === 'any' || text === 'all')
    return { address: new Uint8Array(family === 'ip6' ? 16 : 4), prefix: 0 };
  const [host = '', length, more] = text.split('/');
  const address = parseAddress(padIpv4(host));
  const bits = (address?.length ?? 0) * 8;
  const prefix = length === undefined ? bits : Number(length);
  const good = more === undefined && (length === undefined || /^\d+$/.test(length));
  if (!address || !good || prefix > bits || (family && familyOf(address) !== family)) {
    const wanted = family === 'ip6' ? 'inet6' : family === 'ip' ? 'inet' : 'any valid';
    return fail(`Error: ${wanted} prefix is expected rather than "${text}".`, 1);
  }
  return { address, prefix };
}

/** `10/8` and the like: missing parts are zero. */
function padIpv4(host: string): string {
  if (!/^\d+(\.\d+){0,2}$/.test(host)) return host;
  return [...host.split('.'), '0', '0', '0'].slice(0, 4).join('.');
}

/** An address alone. */
export function parseHost(text: string, family?: 'ip' | 'ip6'): Uint8Array {
  const address = parseAddress(text);
  if (!address || (family && familyOf(address) !== family)) {
    const wanted = family === 'ip6' ? 'inet6' : family === 'ip' ? 'inet' : 'any valid';
    return fail(`Error: ${wanted} address is expected rather than "${text}".`, 1);
  }
  return address;
}

/** As routes are listed: `default`, a lone host without its length. */
export function formatPrefix({ address, prefix }: Prefix): string {
  if (prefix === 0) return 'default';
  const full = prefix === address.length * 8;
  return full ? formatAddress(address) : `${formatAddress(address)}/${prefix}`;
}

/** Leading bits kept, the rest zero. */
export const network = ({ address, prefix }: Prefix): Uint8Array =>
  address.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - 8 * i))) & 0xff);
