/** Address and port ranges of the NAT targets (libxt_NAT): parsing, listing, saving, translating. */
import { formatAddress } from '../base/address.ts';
import { serviceByName } from '../base/netdb.ts';
import type { NatRange } from '../kernel/netfilter.ts';
import { PROTO } from '../packet/protocols.ts';
import { parameterProblem } from './errors.ts';
import { parseFamilyAddress, type XtFamily } from './names.ts';
import { boundedNumber } from './numbers.ts';
import type { ParseEnv } from './options.ts';

/** NF_NAT_RANGE_*. */
export const NAT_FLAG = {
  mapIps: 1,
  protoSpecified: 2,
  random: 4,
  persistent: 8,
  randomFully: 16,
  protoOffset: 32,
} as const;

/** What a NAT target is configured with: nf_nat_range2 as plain data. */
export interface NatInfo {
  readonly flags: number;
  readonly minAddr?: Uint8Array;
  readonly maxAddr?: Uint8Array;
  readonly minPort?: number;
  readonly maxPort?: number;
  readonly basePort?: number;
}

const WITH_PORTS = new Set<number>([
  PROTO.tcp,
  PROTO.udp,
  PROTO.sctp,
  PROTO.dccp,
  PROTO.icmp,
  PROTO.icmpv6,
]);

function readPort(text: string, min = 0): { readonly port: number; readonly rest: string } {
  const number = boundedNumber(text, BigInt(min), 0xffffn);
  if (number) return { port: Number(number.value), rest: number.rest };
  const service = serviceByName(text);
  if (!service) parameterProblem(`Port \`${text}' not valid`);
  return { port: service.port, rest: '' };
}

/** The end of a range may not be a service. */
function readNumber(text: string): { readonly port: number; readonly rest: string } {
  const number = boundedNumber(text, 0n, 0xffffn);
  if (!number) parameterProblem(`Port \`${text}' not valid`);
  return { port: Number(number.value), rest: number.rest };
}

/** `port[-port[/base]]`; what the base is worth depends on the target. */
export function parseNatPorts(text: string, { proto }: Pick<ParseEnv, 'proto'>): NatInfo {
  if (!WITH_PORTS.has(proto))
    parameterProblem('Need TCP, UDP, SCTP or DCCP with port specification');
  const flags = NAT_FLAG.protoSpecified;
  const first = readPort(text);
  if (first.rest === '') return { flags, minPort: first.port, maxPort: first.port };
  if (first.rest[0] !== '-') parameterProblem(`Garbage after port value: \`${first.rest}'`);
  const second = first.rest.slice(1);
  const last = readNumber(second);
  if (last.port < first.port) parameterProblem(`Port range \`${second}' funky`);
  const ports = { minPort: first.port, maxPort: last.port };
  if (last.rest === '') return { flags, ...ports };
  if (last.rest[0] !== '/') parameterProblem(`Garbage after port range: \`${last.rest}'`);
  const base = readPort(last.rest.slice(1), 1);
  return { flags: flags | NAT_FLAG.protoOffset, ...ports, basePort: base.port };
}

/** `[address[-address]][:ports]`; IPv6 addresses with ports stand in brackets. */
export function parseNatTo(text: string, env: Pick<ParseEnv, 'proto' | 'family'>): NatInfo {
  const { addresses, ports } = splitNat(text, env.family);
  const asked = ports === undefined ? undefined : parseNatPorts(ports, env);
  if (asked && addresses === '') return asked;
  const dash = addresses.indexOf('-');
  const read = (address: string) =>
    parseFamilyAddress(address, env.family) ?? parameterProblem(`Bad IP address "${address}"`);
  const minAddr = read(dash < 0 ? addresses : addresses.slice(0, dash));
  const maxAddr = dash < 0 ? minAddr : read(addresses.slice(dash + 1));
  return { ...asked, flags: NAT_FLAG.mapIps | (asked?.flags ?? 0), minAddr, maxAddr };
}

function splitNat(text: string, family: XtFamily): { addresses: string; ports?: string } {
  const open = text.indexOf('[');
  if (open >= 0) {
    const close = text.indexOf(']', open);
    if (close < 0 || family === 'ip') parameterProblem('Invalid address format');
    const colon = text.indexOf(':', close);
    const addresses = text.slice(open + 1, close);
    return colon < 0 ? { addresses } : { addresses, ports: text.slice(colon + 1) };
  }
  const colon = text.indexOf(':');
  // One colon parts off the ports; more are an IPv6 address.
  if (colon < 0 || text.indexOf(':', colon + 1) >= 0) return { addresses: text };
  return { addresses: text.slice(0, colon), ports: text.slice(colon + 1) };
}

/** `1.2.3.4-1.2.3.9:80-90/1`. */
export function formatNat({ flags, ...range }: NatInfo): string {
  let out = '';
  const ported = (flags & NAT_FLAG.protoSpecified) !== 0;
  if (flags & NAT_FLAG.mapIps && range.minAddr && range.maxAddr) {
    const min = formatAddress(range.minAddr);
    const max = formatAddress(range.maxAddr);
    out = min === max ? min : `${min}-${max}`;
    if (ported && range.minAddr.length === 16) out = `[${out}]`;
  }
  if (ported) out += `:${formatNatPorts({ flags, ...range })}`;
  return out;
}

export function formatNatPorts({ flags, minPort, maxPort, basePort }: NatInfo): string {
  const range = minPort === maxPort ? `${minPort}` : `${minPort}-${maxPort}`;
  return flags & NAT_FLAG.protoOffset ? `${range}/${basePort ?? 0}` : range;
}

const FLAG_WORDS = [
  [NAT_FLAG.random, 'random', 'random'],
  [NAT_FLAG.randomFully, 'random-fully', 'fully-random'],
  [NAT_FLAG.persistent, 'persistent', 'persistent'],
] as const;

/** ` random persistent`, or with `--` before each. */
export const natFlags = (flags: number, dashes = ''): string =>
  FLAG_WORDS.filter(([bit]) => flags & bit)
    .map(([, word]) => ` ${dashes}${word}`)
    .join('');

/** nft's ` random,persistent`. */
export function translateNatFlags(flags: number): string {
  const words = FLAG_WORDS.filter(([bit]) => flags & bit).map(([, , word]) => word);
  return words.length > 0 ? ` ${words.join(',')}` : '';
}

/** The bits of the flag options given. */
export function givenNatFlags(options: {
  readonly random?: unknown;
  readonly 'random-fully'?: unknown;
  readonly persistent?: unknown;
}): number {
  return (
    (options.random ? NAT_FLAG.random : 0) |
    (options['random-fully'] ? NAT_FLAG.randomFully : 0) |
    (options.persistent ? NAT_FLAG.persistent : 0)
  );
}

/** The kernel's range: it is the Info. */
export const natRange = (info: NatInfo): NatRange => info;
