/** From a request to the members it speaks of: range expansion, masks and checks of the hash types (the uadt functions). */
import { maskAddress } from '../../base/address.ts';
import { compareBytes } from '../../base/bytes.ts';
import { checkExtensions } from './members.ts';
import type { IpsetPart, IpsetRecord } from './model.ts';
import { cut, networksOf, type Range, rangeOf, toAddress, toNumber } from './range.ts';
import type { ElementCommand, ElementRequest, IpsetErrno } from './request.ts';
import type { HashDimension, IpsetType } from './types.ts';

export type HashType = Extract<IpsetType, { kind: 'hash' }>;
export type HashHeader = Extract<IpsetRecord['header'], { kind: 'hash' }>;
type AddressDimension = Extract<HashDimension, { from: string }>;

/** What one dimension of a request ranges over. */
interface Choice {
  parts(): Iterable<IpsetPart>;
  has(part: IpsetPart): boolean;
  readonly count: number;
}

/** The members a request speaks of, in the kernel's order: the last dimension varies fastest. */
export interface Elements {
  readonly count: number;
  members(): Iterable<readonly IpsetPart[]>;
  /** True when the request speaks of the member with these parts. */
  has(parts: readonly IpsetPart[]): boolean;
}

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
const SCTP = 132;
const UDPLITE = 136;

const hasPorts = (proto: number): boolean => [TCP, UDP, SCTP, UDPLITE].includes(proto);
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
const hostPrefix = (set: IpsetRecord): number => (set.family === 'inet6' ? 128 : 32);

function single(part: IpsetPart): Choice {
  return { count: 1, parts: () => [part], has: () => true };
}

const addressPart = (address: Uint8Array, prefix: number): IpsetPart => ({
  kind: 'ip',
  address,
  prefix,
});

function range(first: number, last: number): Range {
  return first <= last ? { first, last } : { first: last, last: first };
}

/** Single addresses `step` apart. */
function addressChoice({ first, last }: Range, step: number): Choice {
  return {
    count: Math.floor((last - first) / step) + 1,
    *parts() {
      for (let ip = first; ip <= last; ip += step) yield addressPart(toAddress(ip), 32);
    },
    has(part) {
      if (part.kind !== 'ip') return false;
      const ip = toNumber(part.address);
      return ip >= first && ip <= last && (ip - first) % step === 0;
    },
  };
}

function networkChoice(networks: Range): Choice {
  return {
    count: 64,
    *parts() {
      for (const { ip, prefix } of networksOf(networks)) yield addressPart(toAddress(ip), prefix);
    },
    has(part) {
      for (const { ip, prefix } of networksOf(networks))
        if (part.kind === 'ip' && part.prefix === prefix && toNumber(part.address) === ip)
          return true;
      return false;
    },
  };
}

function portChoice(proto: number, { first, last }: Range): Choice {
  return {
    count: last - first + 1,
    *parts() {
      for (let port = first; port <= last; port++) yield { kind: 'port', proto, port };
    },
    has: (part) =>
      part.kind === 'port' && part.proto === proto && part.port >= first && part.port <= last,
  };
}

function combine(choices: readonly Choice[]): Elements {
  function* walk(at: number, chosen: readonly IpsetPart[]): Iterable<readonly IpsetPart[]> {
    const choice = choices[at];
    if (!choice) {
      yield chosen;
      return;
    }
    for (const part of choice.parts()) yield* walk(at + 1, [...chosen, part]);
  }
  const [only] = choices;
  return {
    count: choices.reduce((product, choice) => product * choice.count, 1),
    *members() {
      // One dimension, by far the most common: no generator per member.
      if (choices.length === 1 && only) for (const part of only.parts()) yield [part];
      else yield* walk(0, []);
    },
    has: (parts) =>
      choices.every((choice, i) => {
        const part = parts[i];
        return part !== undefined && choice.has(part);
      }),
  };
}

/** Address, end and prefix length of the request for one of its two addresses. */
function addressOf(request: ElementRequest, from: 'ip' | 'ip2') {
  return from === 'ip'
    ? { ip: request.ip, to: request.ipTo, cidr: request.cidr }
    : { ip: request.ip2, to: request.ip2To, cidr: request.cidr2 };
}

/** The fault of a prefix length that networks of this dimension cannot have. */
function badPrefix(set: IpsetRecord, dim: HashDimension, request: ElementRequest): boolean {
  if (dim.kind !== 'net') return false;
  const { cidr } = addressOf(request, dim.from);
  return cidr !== undefined && (cidr > hostPrefix(set) || (cidr === 0 && !dim.zero));
}

/** IPv6 sets take no ranges, nor prefixes where single addresses are meant. */
function badRange6(set: IpsetRecord, type: HashType, request: ElementRequest) {
  if (set.family !== 'inet6') return undefined;
  if (request.ipTo ?? request.ip2To) return 'HASH_RANGE_UNSUPPORTED' as const;
  const plain = type.dims[0]?.kind === 'ip';
  return plain && request.cidr !== undefined && request.cidr !== 128
    ? ('INVALID_CIDR' as const)
    : undefined;
}

/** The null values a hash type cannot hold. */
function nullFault(type: HashType, set: IpsetRecord, request: ElementRequest, mask?: Uint8Array) {
  const ip = request.ip && mask ? maskAddress(request.ip, mask) : request.ip;
  if (request.mac && isZero(request.mac)) return 'HASH_ELEM' as const;
  if (!ip || !isZero(ip)) return undefined;
  if (type.name === 'hash:ip') return 'HASH_ELEM' as const;
  if (type.name === 'hash:ip,port') return 'EINVAL' as const;
  const host = (request.cidr ?? 128) === 128;
  return type.name === 'hash:net,net' && set.family === 'inet6' && host
    ? ('HASH_ELEM' as const)
    : undefined;
}

function requestFault(
  set: IpsetRecord,
  type: HashType,
  header: HashHeader,
  request: ElementRequest,
): IpsetErrno | undefined {
  const wide = badRange6(set, type, request);
  if (wide) return wide;
  const refused = checkExtensions(set, request);
  if (refused) return type.name === 'hash:ip,mac' ? 'MINUS_ONE' : refused;
  if (type.dims.some((dim) => badPrefix(set, dim, request))) return 'INVALID_CIDR';
  if (type.name === 'hash:ip,port') {
    const none = nullFault(type, set, request, header.mask);
    if (none) return none;
  }
  if (type.dims.some((dim) => dim.kind === 'port')) {
    if (request.proto === undefined) return 'MISSING_PROTO';
    if (request.proto === 0) return 'INVALID_PROTO';
  }
  return nullFault(type, set, request, header.mask);
}

function addressDimension(
  set: IpsetRecord,
  header: HashHeader,
  request: ElementRequest,
  dim: AddressDimension,
  wide: boolean,
): Choice | IpsetErrno {
  const { ip: given, to, cidr } = addressOf(request, dim.from);
  if (!given) return 'PROTOCOL';
  const host = hostPrefix(set);
  const ip = header.mask ? maskAddress(given, header.mask) : given;
  if (dim.kind === 'host') return single(addressPart(ip, host));
  if (dim.kind === 'net') {
    const prefix = cidr ?? host;
    if (!wide || !to) return single(addressPart(cut(ip, prefix), prefix));
    const networks = range(toNumber(given), toNumber(to));
    return networks.last - networks.first === 0xffffffff ? 'HASH_RANGE' : networkChoice(networks);
  }
  if (!wide || set.family === 'inet6' || (!to && cidr === undefined))
    return single(addressPart(ip, host));
  if (!to) {
    if (cidr === undefined || cidr === 0 || cidr > 32) return 'INVALID_CIDR';
    return addressChoice(rangeOf(toNumber(ip), cidr), step(header));
  }
  const from = toNumber(ip);
  const end = toNumber(to);
  if (from > end && end === 0 && request.port === undefined && request.mark === undefined)
    return 'HASH_ELEM';
  return addressChoice(range(from, end), step(header));
}

/** hash:ip with a netmask goes from network to network; with ports, from address to address. */
function step(header: HashHeader): number {
  return header.netmask === undefined ? 1 : 2 ** (32 - header.netmask);
}

function portDimension(set: IpsetRecord, request: ElementRequest, wide: boolean): Choice {
  const proto = request.proto ?? 0;
  const ports = hasPorts(proto);
  const icmp = proto === (set.family === 'inet6' ? ICMPV6 : ICMP);
  const port = ports || icmp ? (request.port ?? 0) : 0;
  if (!wide || !ports || request.portTo === undefined) return single({ kind: 'port', proto, port });
  return portChoice(proto, range(port, request.portTo));
}

function otherDimension(
  header: HashHeader,
  request: ElementRequest,
  kind: 'mark' | 'mac' | 'iface',
): Choice | IpsetErrno {
  if (kind === 'mark') {
    if (request.mark === undefined) return 'PROTOCOL';
    return single({ kind, mark: (request.mark & (header.markmask ?? 0xffffffff)) >>> 0 });
  }
  if (kind === 'mac') return request.mac ? single({ kind, mac: request.mac }) : 'PROTOCOL';
  if (request.iface === undefined) return 'PROTOCOL';
  const { iface: name, physdev = false, wildcard = false } = request;
  return single({ kind, name, physdev, wildcard });
}

/** The members of a hash set a request speaks of, or why there are none. A test is of the first one only. */
export function hashElements(
  set: IpsetRecord,
  type: HashType,
  header: HashHeader,
  request: ElementRequest,
  command: ElementCommand,
): Elements | IpsetErrno {
  const fault = requestFault(set, type, header, request);
  if (fault) return fault;
  const wide = command !== 'test';
  const plain = type.name === 'hash:ip' ? header : { ...header, netmask: undefined };
  const choices: Choice[] = [];
  for (const dim of type.dims) {
    let choice: Choice | IpsetErrno;
    if (dim.kind === 'port') choice = portDimension(set, request, wide);
    else if ('from' in dim) choice = addressDimension(set, plain, request, dim, wide);
    else choice = otherDimension(header, request, dim.kind);
    if (typeof choice === 'string') return choice;
    choices.push(choice);
  }
  return combine(choices);
}

/** Equal masks cut alike, whatever their family: the kernel compares all sixteen bytes. */
export function sameMask(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  const bytes = (mask: Uint8Array): Uint8Array => {
    const all = new Uint8Array(16);
    all.set(mask);
    return all;
  };
  if (!a || !b) return a === b;
  return compareBytes(bytes(a), bytes(b)) === 0;
}
