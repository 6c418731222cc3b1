/** Addresses, networks and ranges of an element: names are looked up, `[...]` protects a dash. */
import { parseIpv6 } from '../../src/base/address.ts';
import { be } from '../../src/base/bytes.ts';
import { requirePrefix } from './numbers.ts';
import type { Session } from './session.ts';

/** A separator counts only inside the text (ipset_strchr); its place, or undefined. */
export function separator(text: string, sign: string): number | undefined {
  const at = text.indexOf(sign);
  return at > 0 && !text.endsWith(sign) ? at : undefined;
}

/** Splits at a separator that counts. */
export function splitAt(text: string, sign: string): readonly [string, string] | undefined {
  const at = separator(text, sign);
  return at === undefined ? undefined : [text.slice(0, at), text.slice(at + 1)];
}

/** Splits a range at its dash, outside brackets; refuses the line when brackets are wrong. */
export function splitRange(session: Session, text: string): readonly [string, string] | undefined {
  if (!text.startsWith('[')) return splitAt(text, '-');
  const end = text.indexOf(']');
  if (end < 0)
    throw session.error(`Syntax error: cannot find closing escape character ']' in ${text}`);
  const rest = text.slice(end + 1);
  if (rest === '') return undefined;
  const head = text.slice(0, end + 1);
  if (!rest.startsWith('-'))
    throw session.error(`Syntax error: range separator expected after '${head}'`);
  return [head, rest.slice(1)];
}

/** Takes the brackets off; refuses the line when the closing one is missing. */
export function stripBrackets(session: Session, text: string): string {
  if (!text.startsWith('[')) return text;
  if (!text.endsWith(']'))
    throw session.error(`Syntax error: cannot find closing escape character ']' in ${text}`);
  return text.slice(1, -1);
}

/** inet_aton: one to four parts, decimal, octal or hex; the last one fills what is left. */
function looseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  const numbers = [];
  for (const part of parts) {
    if (!/^(0[0-7]*|[1-9]\d*)$/.test(part)) return undefined;
    numbers.push(
      part.length > 1 && part.startsWith('0') ? Number(`0o${part.slice(1)}`) : Number(part),
    );
  }
  const last = numbers.pop() ?? 0;
  const width = 4 - numbers.length;
  if (last >= 256 ** width || numbers.some((n) => n > 255)) return undefined;
  return Uint8Array.of(...numbers, ...be(last, width));
}

/** gethostbyname2: an address, or the first the hosts file has for a name. */
function resolve(session: Session, text: string, family: 'inet' | 'inet6'): Uint8Array {
  const v4 = family === 'inet';
  const numeric = v4 ? /^\d[\d.]*$/.test(text) && !text.endsWith('.') : text.includes(':');
  const literal = v4 ? looseIpv4(text) : parseIpv6(text);
  const found = numeric ? [] : session.hosts().lookup(text, v4 ? 'ip' : 'ip6');
  const address = (numeric ? literal : undefined) ?? found[0];
  if (!address)
    throw session.error(
      `Syntax error: cannot parse ${text}: resolving to ${v4 ? 'IPv4' : 'IPv6'} address failed`,
    );
  if (found.length > 1)
    session.warnNow(
      `${text} resolves to multiple addresses: using only the first one returned by the resolver.`,
    );
  return address;
}

/** Where an address goes; prefix length and end of a range of all but `ip` go to those of `ip2`. */
type Which = 'ip' | 'ip2' | 'ipTo' | 'bitmask';

/** parse_ipaddr: an address, a network or a range into the session's data. */
export function parseAddresses(session: Session, which: Which, text: string): void {
  const { data } = session;
  const family = data.addressFamily();
  const cidrOption = which === 'ip' ? 'cidr' : 'cidr2';
  const toOption = which === 'ip' ? 'ipTo' : 'ip2To';
  const network = splitAt(text, '/');
  let from = text;
  let to: string | undefined;
  if (network) {
    from = network[0];
    data.values[cidrOption] = requirePrefix(session, network[1], 0, family === 'inet' ? 32 : 128);
  } else {
    const range = splitRange(session, text);
    if (range) [from, to] = range;
  }
  data.values[which] = resolve(session, stripBrackets(session, from), family);
  if (to !== undefined)
    data.values[toOption] = resolve(session, stripBrackets(session, to), family);
}

/** A dash that makes a range, outside of a leading `[...]`. */
function hasRange(text: string): boolean {
  if (!text.startsWith('[')) return separator(text, '-') !== undefined;
  const end = text.indexOf(']');
  return end >= 0 && separator(text.slice(end), '-') !== undefined;
}

/** A single address; a full prefix length does not harm. */
export function parseSingle(session: Session, which: Which, text: string): void {
  const full = session.data.addressFamily() === 'inet' ? '/32' : '/128';
  const slash = separator(text, '/');
  if (hasRange(text) || (slash !== undefined && text.slice(slash) !== full))
    throw session.error(`Syntax error: plain IP address must be supplied: ${text}`);
  parseAddresses(session, which, text);
}

/** A network and nothing else. */
export function parseNetwork(session: Session, which: Which, text: string): void {
  if (separator(text, '/') === undefined || hasRange(text))
    throw session.error(`Syntax error: IP/netblock must be supplied: ${text}`);
  parseAddresses(session, which, text);
}

/** A network or a range: what a bitmap spans. */
export function parseSpan(session: Session, which: Which, text: string): void {
  if (!hasRange(text) && separator(text, '/') === undefined)
    throw session.error(`Syntax error: IP/cidr or IP-IP range must be specified: ${text}`);
  parseAddresses(session, which, text);
}

/** IPv4: anything. IPv6: a single address. */
export function parseHost(session: Session, which: Which, text: string): void {
  if (session.data.addressFamily() === 'inet') parseAddresses(session, which, text);
  else parseSingle(session, which, text);
}

/** IPv4: anything. IPv6: an address or a network. */
export function parseNet(session: Session, which: Which, text: string): void {
  if (session.data.addressFamily() === 'inet6' && hasRange(text))
    throw session.error(`Syntax error: IP address or IP/cidr must be specified: ${text}`);
  parseAddresses(session, which, text);
}
