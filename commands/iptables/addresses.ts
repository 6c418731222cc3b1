/** `-s` and `-d`: lists of hosts and networks with masks (xtables_ipparse_multiple, xtables_ip6parse_multiple). */
import { maskAddress, parseIpv6, prefixMask } from '../../src/base/address.ts';
import type { Hosts } from '../../src/base/hosts.ts';
import { parameterProblem } from '../../src/xtables/errors.ts';
import {
  addressLength,
  fullMask,
  type HostMask,
  parseInetAton,
  type XtFamily,
} from '../../src/xtables/names.ts';
import { wholeUint } from '../../src/xtables/numbers.ts';

/** Names of networks (/etc/networks). */
const NETWORKS = new Map([
  ['default', [0, 0, 0, 0]],
  ['loopback', [127, 0, 0, 0]],
  ['link-local', [169, 254, 0, 0]],
]);

/** numeric_to_ipaddr: dotted numbers in C notation; missing ones at the end of an address are zero. */
function dotted(text: string, { mask = false } = {}): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length > 4 || (mask && parts.length < 4)) return undefined;
  const bytes = parts.map((part) => wholeUint(part, 0, 255));
  if (bytes.includes(undefined)) return undefined;
  return Uint8Array.from({ length: 4 }, (_, i) => bytes[i] ?? 0);
}

function parseMask(text: string | undefined, family: XtFamily): Uint8Array {
  if (text === undefined) return fullMask(family);
  const literal = family === 'ip' ? dotted(text, { mask: true }) : parseIpv6(text);
  if (literal) return literal;
  const length = addressLength(family);
  const bits = wholeUint(text, 0, length * 8);
  if (bits === undefined) parameterProblem(`invalid mask \`${text}' specified`);
  return prefixMask(bits, length);
}

function addressesOf(name: string, family: XtFamily, hosts: Hosts): readonly Uint8Array[] {
  const literal = family === 'ip' ? dotted(name) : parseIpv6(name);
  if (literal) return [literal];
  if (family === 'ip') {
    const network = NETWORKS.get(name);
    if (network) return [Uint8Array.from(network)];
    const odd = parseInetAton(name);
    if (odd) return [odd];
  }
  const found = hosts.lookup(name, family);
  if (found.length === 0) parameterProblem(`host/network \`${name}' not found`);
  return found;
}

/** All networks of a list; a name with several addresses stands for each of them. */
export function parseNetworks(text: string, family: XtFamily, hosts: Hosts): readonly HostMask[] {
  return text.split(',').flatMap((item) => {
    const entry = item.trimStart();
    const slash = entry.lastIndexOf('/');
    const mask = parseMask(slash < 0 ? undefined : entry.slice(slash + 1), family);
    const name = slash < 0 ? entry : entry.slice(0, slash);
    // With a null mask the name does not count, as in any/0.
    if (mask.every((byte) => byte === 0)) return [{ address: mask, mask }];
    return addressesOf(name, family, hosts).map((address) => ({
      address: maskAddress(address, mask),
      mask,
    }));
  });
}
