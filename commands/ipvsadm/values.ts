/** Values of ipvsadm's options: numbers, addresses, ports. */
import { parseIpv6 } from '../../src/base/address.ts';
import { be } from '../../src/base/bytes.ts';
import { ToolError } from '../../src/base/errors.ts';
import type { Hosts } from '../../src/base/hosts.ts';
import { serviceByName } from '../../src/base/netdb.ts';
import type { IpvsFamily, IpvsProtocol } from '../../src/kernel/ipvs/model.ts';

/** Ends the command with a message; 2 is ipvsadm's code for what it finds wrong itself. */
export function fail(message: string, exitCode = 2): never {
  throw new ToolError(message, exitCode);
}

/** strtol in base 10 of the whole text, within bounds; undefined otherwise. */
export function parseNumber(text: string, min: number, max: number): number | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?\d+)$/.exec(text);
  if (!match) return undefined;
  const value = Number(match[1]);
  return value >= min && value <= max ? value : undefined;
}

const MAX_TIMEOUT = 2678400;

/** Seconds, at most 31 days. */
export function parseTimeout(text: string, min: number): number {
  return parseNumber(text, min, MAX_TIMEOUT) ?? fail(`invalid timeout value \`${text}' specified`);
}

function parseAtonPart(part: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]*$/.test(part)) return Number.parseInt(part.slice(2) || '0', 16);
  if (/^0[0-7]*$/.test(part)) return Number.parseInt(part, 8);
  return /^[1-9]\d*$/.test(part) ? Number(part) : undefined;
}

/** inet_aton: one to four parts, decimal, octal or hex, the last one filling the rest; what follows a blank is ignored. */
export function parseAton(text: string): Uint8Array | undefined {
  const parts = (text.split(/[ \t\n\v\f\r]/, 1)[0] ?? '').split('.').map(parseAtonPart);
  const last = parts.pop();
  if (last === undefined || parts.length > 3) return undefined;
  if (parts.some((part) => part === undefined || part > 255)) return undefined;
  if (last >= 2 ** (8 * (4 - parts.length))) return undefined;
  const address = be(last, 4);
  for (const [i, part] of parts.entries()) address[i] = part ?? 0;
  return address;
}

const resolve = (text: string, hosts: Hosts): Uint8Array | undefined =>
  parseAton(text) ?? (text === '' ? undefined : hosts.lookup(text, 'ip')[0]);

/** An IPv4 mask as an address or the name of one. */
export const parseNetmask = (text: string, hosts: Hosts): Uint8Array | undefined =>
  resolve(text, hosts);

export interface Endpoint {
  readonly family: IpvsFamily;
  readonly address: Uint8Array;
  /** Undefined when none was given. */
  readonly port: number | undefined;
}

/** Takes the brackets off: the address text, and the port text when both belong together. */
function splitBrackets(text: string): { host: string; port: string | undefined } | undefined {
  if (!text.startsWith('[')) return { host: text, port: undefined };
  const close = text.indexOf(']');
  if (close < 0 || text[close + 1] !== ':') return undefined;
  return { host: text.slice(1, close), port: text.slice(close + 2) };
}

/** `address[:port]` of a service or server; undefined when it is not one. Brackets demand a port, which counts for IPv6 only. */
export function parseEndpoint(
  text: string,
  protocol: IpvsProtocol,
  hosts: Hosts,
): Endpoint | undefined {
  // A number alone is no address, though inet_aton would take it for one.
  const split = /^\d*$/.test(text) ? undefined : splitBrackets(text);
  if (!split) return undefined;
  const ip6 = parseIpv6(split.host);
  if (ip6) return withPort('ip6', ip6, split.port, protocol);
  const colon = split.host.lastIndexOf(':');
  const host = colon < 0 ? split.host : split.host.slice(0, colon);
  const address = resolve(host, hosts);
  if (!address) return undefined;
  return withPort('ip', address, colon < 0 ? undefined : split.host.slice(colon + 1), protocol);
}

function withPort(
  family: IpvsFamily,
  address: Uint8Array,
  text: string | undefined,
  protocol: IpvsProtocol,
): Endpoint | undefined {
  if (text === undefined) return { family, address, port: undefined };
  const port = parseNumber(text, 0, 65535) ?? serviceByName(text, protocol.toLowerCase())?.port;
  return port === undefined ? undefined : { family, address, port };
}
