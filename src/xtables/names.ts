/** Names in rules: hosts, networks, ports, protocols, interfaces, as libxtables resolves and prints them. */
import {
  formatAddress,
  formatIpv4,
  formatIpv6,
  maskPrefix,
  parseIpv4,
  parseIpv6,
  prefixMask,
} from '../base/address.ts';
import type { Hosts } from '../base/hosts.ts';
import { protocolByName, protocolByNumber, serviceByName } from '../base/netdb.ts';
import { parameterProblem } from './errors.ts';
import { leadingNumber, wholeUint } from './numbers.ts';

export type XtFamily = 'ip' | 'ip6';

/** An address and the mask of it that counts. */
export interface HostMask {
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
}

export const addressLength = (family: XtFamily): number => (family === 'ip' ? 4 : 16);

/** inet_aton: one to four parts, each in C notation, the last filling what is left. */
export function parseInetAton(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  const out = new Uint8Array(4);
  for (const [i, part] of parts.entries()) {
    if (!/^[0-9]/.test(part)) return undefined;
    const number = leadingNumber(part);
    if (number?.rest !== '') return undefined;
    const last = i === parts.length - 1;
    const room = last ? 4 - i : 1;
    if (number.value >= 1n << BigInt(8 * room)) return undefined;
    for (let k = 0; k < room; k++)
      out[i + k] = Number((number.value >> BigInt(8 * (room - 1 - k))) & 0xffn);
  }
  return out;
}

/** getaddrinfo with a family, first answer, in the words of xtopt_parse_host. */
export function resolveHost(text: string, family: XtFamily, hosts: Hosts): Uint8Array {
  const v4 = parseInetAton(text);
  const v6 = parseIpv6(text);
  const own = family === 'ip' ? v4 : v6;
  if (own) return own;
  if (v4 || v6) parameterProblem('getaddrinfo: Address family for hostname not supported\n');
  const [first] = hosts.lookup(text, family);
  return first ?? parameterProblem('getaddrinfo: Name or service not known\n');
}

/** An address in the family's numeric notation (AI_NUMERICHOST). */
export function parseNumericHost(text: string, family: XtFamily): Uint8Array | undefined {
  return family === 'ip' ? parseInetAton(text) : parseIpv6(text);
}

/** inet_pton in the family. */
export function parseFamilyAddress(text: string, family: XtFamily): Uint8Array | undefined {
  return family === 'ip' ? parseIpv4(text) : parseIpv6(text);
}

/** xtables_parse_protocol: a number, a name of /etc/protocols, one of its own list, or `all`. */
export function parseProtocol(text: string): number {
  const number = wholeUint(text, 0, 255);
  if (number !== undefined) return number;
  const known = protocolByName(text);
  if (known) return known.number;
  const own = PROTOCOL_NAMES.find(([name]) => name === text);
  if (own) return own[1];
  return parameterProblem(`unknown protocol "${text}" specified`);
}

/** xtables_chain_protos: the protocols printed by name, and names beyond /etc/protocols; first fit wins. */
const PROTOCOL_NAMES: readonly (readonly [string, number])[] = [
  ['tcp', 6],
  ['udp', 17],
  ['udplite', 136],
  ['icmp', 1],
  ['icmpv6', 58],
  ['ipv6-icmp', 58],
  ['esp', 50],
  ['ah', 51],
  ['ipv6-mh', 135],
  ['mh', 135],
  ['all', 0],
  ['dccp', 33],
  ['sctp', 132],
  ['ipcomp', 108],
];

const PRINTED_PROTOCOLS = new Map<number, string>([
  [6, 'tcp'],
  [17, 'udp'],
  [136, 'udplite'],
  [1, 'icmp'],
  [58, 'ipv6-icmp'],
  [50, 'esp'],
  [51, 'ah'],
  [135, 'mobility-header'],
  [132, 'sctp'],
  [33, 'dccp'],
  [108, 'ipcomp'],
  [0, 'all'],
]);

/** The name rules are saved and listed with: only a few protocols have one, whatever /etc/protocols says. */
export function protocolName(proto: number): string | undefined {
  return PRINTED_PROTOCOLS.get(proto);
}

/** The name of /etc/protocols, else the number: as translations have it. */
export function longProtocolName(proto: number): string {
  return protocolByNumber(proto)?.name ?? `${proto}`;
}

/** xtables_parse_port: a number up to 65535 or a service of the protocol. */
export function parsePort(text: string, proto?: string): number {
  const number = wholeUint(text, 0, 65535);
  if (number !== undefined) return number;
  const service = serviceByName(text, proto);
  return service?.port ?? parameterProblem(`invalid port/service \`${text}' specified`);
}

/** xtables_ipmask_to_numeric: nothing for a single address, `/bits`, or `/mask` when it has holes. */
export function formatMask(mask: Uint8Array): string {
  const bits = maskPrefix(mask);
  if (bits === mask.length * 8) return '';
  if (bits !== undefined) return `/${bits}`;
  return `/${mask.length === 4 ? formatIpv4(mask) : formatIpv6(mask)}`;
}

/** As formatMask, and `/32` or `/128` for a single address. */
export function formatFullMask(mask: Uint8Array): string {
  return formatMask(mask) || `/${mask.length * 8}`;
}

export const fullMask = (family: XtFamily): Uint8Array =>
  prefixMask(addressLength(family) * 8, addressLength(family));

/** Without a mask part for single addresses. */
export function formatHostMask({ address, mask }: HostMask): string {
  return formatAddress(address) + formatMask(mask);
}
