/** Words to values and values to words, by data type. */
import { formatIpv4, formatIpv6, formatMac, parseIpv6 } from '../../base/address.ts';
import { be, fromBe } from '../../base/bytes.ts';
import { parseHosts } from '../../base/hosts.ts';
import * as netdb from '../../base/netdb.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';
import { parseInetAton } from '../../xtables/names.ts';
import { closestName } from '../suggest.ts';
import { calendar, parseDate } from './date.ts';
import { formatTime, parseTime } from './time.ts';
import type { DataType } from './types.ts';

/** What names may be asked of. */
export interface ValueEnv {
  readonly hosts: string;
  readonly interfaces: readonly { readonly name: string; readonly index: number }[];
}

export type Parsed =
  | { readonly value: bigint; readonly bits?: number }
  | { readonly error: string };

const NO_HOST = 'Could not resolve hostname: Name or service not known';
const NO_FAMILY = 'Could not resolve hostname: Address family for hostname not supported';

function parseHost(text: string, family: 'ip' | 'ip6', env: ValueEnv): Parsed {
  const own = family === 'ip' ? parseInetAton(text) : parseIpv6(text);
  if (own) return { value: fromBe(own) };
  if (family === 'ip' ? parseIpv6(text) : parseInetAton(text)) return { error: NO_FAMILY };
  const found = parseHosts(env.hosts).lookup(text, family);
  const [first] = found;
  if (!first) return { error: NO_HOST };
  if (found.length > 1 && found.some((a) => fromBe(a) !== fromBe(first)))
    return { error: 'Hostname resolves to multiple addresses' };
  return { value: fromBe(first) };
}

const isNumber = (text: string): boolean => /^(?:0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text);
const toNumber = (text: string): bigint =>
  /^0[0-7]+$/.test(text) ? BigInt(`0o${text.slice(1)}`) : BigInt(text);

function parseService(text: string): Parsed {
  if (isNumber(text)) {
    const value = toNumber(text);
    return value > 65535n ? { error: 'Service out of range' } : { value };
  }
  const service =
    netdb.serviceByName(text, 'tcp') ??
    netdb.serviceByName(text, 'udp') ??
    netdb.serviceByName(text);
  return service
    ? { value: BigInt(service.port) }
    : { error: 'Could not resolve service: Servname not supported for ai_socktype' };
}

function parseProtocol(text: string): Parsed {
  if (isNumber(text)) {
    const value = toNumber(text);
    return value > 255n ? { error: 'Protocol out of range' } : { value };
  }
  const number = PROTOCOLS.get(text) ?? netdb.protocolByName(text)?.number;
  return number === undefined
    ? { error: 'Could not resolve protocol name' }
    : { value: BigInt(number) };
}
const PROTOCOLS = new Map([
  ['icmpv6', 58],
  ['comp', 108],
]);

function parseSymbols(type: DataType, text: string): Parsed {
  const found = type.symbols?.find(([name]) => name === text);
  if (found) return { value: BigInt(found[1]) };
  if (isNumber(text)) return { value: toNumber(text) };
  const like = closestName(
    text,
    (type.symbols ?? []).map(([name]) => name),
  );
  const hint = like === undefined ? '' : ` expression; did you you mean \`${like}\`?`;
  return { error: `Could not parse ${type.description}${hint}` };
}

function parseMacText(text: string): Parsed {
  const parts = text.split(':');
  if (parts.length < 2 || !parts.every((p) => /^[0-9a-fA-F]{1,2}$/.test(p)))
    return { error: 'Invalid LL address' };
  return {
    value: fromBe(Uint8Array.from(parts, (p) => Number.parseInt(p, 16))),
    bits: parts.length * 8,
  };
}

function parseHandle(text: string): Parsed {
  if (text === 'root') return { value: 0xffffffffn };
  if (text === 'none') return { value: 0n };
  const match = /^([0-9a-fA-F]{0,4}):([0-9a-fA-F]{0,4})$/.exec(text);
  if (match)
    return { value: (BigInt(`0x${match[1] || '0'}`) << 16n) | BigInt(`0x${match[2] || '0'}`) };
  return isNumber(text) ? { value: toNumber(text) } : { error: 'Could not parse TC classid' };
}

/** A string as its bytes read little-endian, so that they come out in order. */
export function stringValue(text: string): { value: bigint; bits: number } {
  const bytes = encodeUtf8(text);
  return { value: fromBe(bytes.slice().reverse()), bits: bytes.length * 8 };
}

/** The value a word has as one of this type. */
export function parseValue(type: DataType, text: string, env: ValueEnv): Parsed {
  switch (type.base) {
    case 'ip':
      return parseHost(text, 'ip', env);
    case 'ip6':
      return parseHost(text, 'ip6', env);
    case 'service':
      return parseService(text);
    case 'protocol':
      return parseProtocol(text);
    case 'ether':
    case 'll':
      return parseMacText(text);
    case 'string':
      return stringValue(text);
    case 'ifindex': {
      const found = env.interfaces.find((i) => i.name === text)?.index;
      if (found !== undefined) return { value: BigInt(found) };
      return isNumber(text) ? { value: toNumber(text) } : { error: 'Interface does not exist' };
    }
    case 'uid': {
      const id = netdb.userId(text);
      if (id !== undefined) return { value: BigInt(id) };
      return isNumber(text) ? { value: toNumber(text) } : { error: 'User does not exist' };
    }
    case 'gid': {
      const id = netdb.groupId(text);
      if (id !== undefined) return { value: BigInt(id) };
      return isNumber(text) ? { value: toNumber(text) } : { error: 'Group does not exist' };
    }
    case 'handle':
      return parseHandle(text);
    case 'time': {
      const ms = parseTime(text);
      return ms === undefined ? { error: 'wrong time format' } : { value: BigInt(ms) };
    }
    case 'date': {
      const value = isNumber(text) ? toNumber(text) : parseDate(text);
      return value === undefined ? { error: 'Cannot parse date' } : { value };
    }
    case 'hour':
      return parseHour(text);
    case 'label':
      return isNumber(text)
        ? parseLabel(text)
        : { error: `/etc/connlabel.conf: could not parse conntrack label "${text}"` };
    case 'integer':
    case 'hex':
      if (!type.symbols)
        return isNumber(text) ? { value: toNumber(text) } : { error: 'Could not parse integer' };
      return parseSymbols(type, text);
    case 'mark':
    case 'bitmask':
    case 'boolean':
      return parseSymbols(type, text);
    default:
      return { error: `Could not parse symbolic ${type.name} expression` };
  }
}

function parseLabel(text: string): Parsed {
  const n = toNumber(text);
  return n > 127n ? { error: `${n}: bit ${n} out of range (127 max)` } : { value: 1n << n };
}

function parseHour(text: string): Parsed {
  const match = /^([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2}))?$/.exec(text);
  if (!match)
    return isNumber(text)
      ? { value: toNumber(text) }
      : { error: `Can't parse trailing input: "${text}"` };
  return { value: BigInt(Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0)) };
}

export interface PrintOptions {
  /** -S: names of services; -p numeric protocols; -u numeric ids; -y numeric priorities; -T numeric times; -n: more symbols. */
  readonly service: boolean;
  readonly numericProtocol: boolean;
  readonly numericIds: boolean;
  readonly numericPriority: boolean;
  readonly numericTime: boolean;
  readonly numericSymbols: boolean;
  readonly reverseDns: boolean;
  readonly stateless: boolean;
  readonly handles: boolean;
  readonly terse: boolean;
}

/** Types whose words come from files of the host: quoted. */
const QUOTED = new Set(['devgroup', 'realm']);

const HEX_WIDTH = new Map([
  ['ether_type', 4],
  ['dscp', 2],
  ['devgroup', 0],
  ['mark', 8],
  ['tcp_flag', 2],
]);

function printNumber(type: DataType, value: bigint): string {
  if (type.base !== 'hex' && type.base !== 'bitmask' && type.base !== 'mark')
    return value.toString();
  return `0x${value.toString(16).padStart(HEX_WIDTH.get(type.name) ?? 0, '0')}`;
}

/** The words of a bitmask's bits; numbers when names are not wanted. */
export function bitmaskWords(type: DataType, value: bigint, o: PrintOptions): string[] {
  const names: string[] = [];
  let rest = value;
  for (const [name, bit] of [...(type.symbols ?? [])].sort((a, b) => a[1] - b[1]))
    if ((rest & BigInt(bit)) !== 0n) {
      names.push(o.numericSymbols ? `0x${bit.toString(16)}` : name);
      rest &= ~BigInt(bit);
    }
  if (rest !== 0n || names.length === 0) names.push(`0x${rest.toString(16)}`);
  return names;
}

function printLabel(value: bigint): string {
  const out: string[] = [];
  for (let bit = 0; bit < 128; bit++) if ((value >> BigInt(bit)) & 1n) out.push(`${bit}`);
  return out.join(',') || '0';
}

/** The word of a value, quoted where the language quotes. */
export function printValue(
  type: DataType,
  value: bigint,
  bits: number,
  o: PrintOptions,
  env: ValueEnv,
): string {
  const symbol =
    o.numericSymbols || type.readOnlySymbols
      ? undefined
      : type.symbols?.find(([, v]) => BigInt(v) === value)?.[0];
  switch (type.base) {
    case 'ip':
      return formatIpv4(be(value, 4));
    case 'ip6':
      return formatIpv6(be(value, 16));
    case 'ether':
      return formatMac(be(value, 6));
    case 'll':
      return formatMac(be(value, Math.max(1, bits / 8)));
    case 'service': {
      const name = o.service ? netdb.serviceByPort(Number(value))?.name : undefined;
      return name === undefined ? value.toString() : `"${name}"`;
    }
    case 'protocol': {
      const name = o.numericProtocol ? undefined : netdb.protocolByNumber(Number(value))?.name;
      return value === 58n && name !== undefined ? 'ipv6-icmp' : (name ?? value.toString());
    }
    case 'string':
      return printString(value, bits);
    case 'ifindex': {
      const name = env.interfaces.find((i) => BigInt(i.index) === value)?.name;
      return name === undefined ? value.toString() : `"${name}"`;
    }
    case 'uid': {
      const name = o.numericIds ? undefined : netdb.userName(Number(value));
      return name === undefined ? value.toString() : `"${name}"`;
    }
    case 'gid': {
      const name = o.numericIds ? undefined : netdb.groupName(Number(value));
      return name === undefined ? value.toString() : `"${name}"`;
    }
    case 'mark':
      return `0x${value.toString(16).padStart(8, '0')}`;
    case 'bitmask':
      return bitmaskWords(type, value, o).join(',');
    case 'label':
      return printLabel(value);
    case 'time':
      return formatTime(Number(value));
    case 'date':
      return o.numericTime ? value.toString() : `"${calendar(value)}"`;
    case 'hour':
      return o.numericTime ? value.toString() : `"${printHour(value)}"`;
    case 'handle':
      return printHandle(value);
    default:
      if (type.name === 'day' && symbol !== undefined)
        return o.numericTime ? value.toString() : `"${symbol}"`;
      if (symbol !== undefined && QUOTED.has(type.name)) return `"${symbol}"`;
      return symbol ?? printNumber(type, value);
  }
}

function printHandle(value: bigint): string {
  if (value === 0xffffffffn) return 'root';
  if (value === 0n) return 'none';
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

function printHour(value: bigint): string {
  const two = (n: bigint): string => n.toString().padStart(2, '0');
  const seconds = value % 60n;
  return `${two(value / 3600n)}:${two((value / 60n) % 60n)}${seconds === 0n ? '' : `:${two(seconds)}`}`;
}

/** The text of a string value, in quotes; a value shorter than an interface name is a prefix and gets its asterisk elsewhere. */
export function printString(value: bigint, bits: number): string {
  return `"${stringText(value, bits)}"`;
}

export function stringText(value: bigint, bits: number): string {
  const bytes = be(value, Math.ceil(bits / 8)).reverse();
  const end = bytes.indexOf(0);
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end));
}
