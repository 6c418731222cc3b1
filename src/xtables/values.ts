/** Readers of the option engine's value types, with its messages (libxtables/xtoptions.c). */
import { prefixMask } from '../base/address.ts';
import { serviceByName } from '../base/netdb.ts';
import { decodeUtf8, encodeUtf8 } from '../base/utf8.ts';
import { parameterProblem } from './errors.ts';
import {
  addressLength,
  fullMask,
  type HostMask,
  parseNumericHost,
  parseProtocol,
  resolveHost,
} from './names.ts';
import { boundedNumber, leadingNumber, wholeNumber, wholeUint } from './numbers.ts';
import type { BigRange, Masked, OptionCall, OptionSpec, ValueType, ValueTypes } from './options.ts';
import { readTosMask } from './tos.ts';

type Reader<T extends ValueType> = (
  text: string,
  spec: OptionSpec,
  call: OptionCall,
) => ValueTypes[T];

/** The value of an option by its type. */
export function readValue(spec: OptionSpec, text: string, call: OptionCall): unknown {
  return READERS[spec.type](text, spec, call);
}

/** `name: bad value for option ...` of the engine. */
function badValue(call: OptionCall, what: string): never {
  return parameterProblem(`${call.extension}: bad value for option "--${call.option}"${what}.\n`);
}

const U8 = 0xffn;
const U16 = 0xffffn;
const U32 = 0xffffffffn;
const U64 = 0xffffffffffffffffn;

function integer(text: string, spec: OptionSpec, call: OptionCall, limit: bigint): bigint {
  const min = BigInt(spec.min ?? 0);
  const max = BigInt(spec.max ?? limit);
  return wholeNumber(text, min, max) ?? badValue(call, `, or out of range (${min}-${max})`);
}

/** Up to two numbers with a colon between; one that is left out is the bound on its side. */
function integerRange(text: string, spec: OptionSpec, call: OptionCall, limit: bigint): BigRange {
  let min = BigInt(spec.min ?? 0);
  const max = BigInt(spec.max ?? limit);
  const values: bigint[] = [];
  let rest = text;
  for (;;) {
    if (values.length === 2)
      parameterProblem(
        `${call.extension}: Too many components for option "--${call.option}" (max: 2)\n`,
      );
    if (rest === '' || rest[0] === ':') {
      values.push(values.length === 1 ? max : min);
    } else {
      const number = boundedNumber(rest, min, max);
      if (!number) badValue(call, ` near "${rest}", or out of range (${min}-${max})`);
      if (number.rest !== '' && number.rest[0] !== ':')
        parameterProblem(
          `${call.extension}: Argument to "--${call.option}" has unexpected characters near "${number.rest}".\n`,
        );
      min = number.value;
      values.push(number.value);
      rest = number.rest;
    }
    if (rest === '') break;
    rest = rest.slice(1);
  }
  const [from = 0n, to = from] = values;
  return { from, to, single: values.length === 1 };
}

const small =
  (limit: bigint) =>
  (text: string, spec: OptionSpec, call: OptionCall): number =>
    Number(integer(text, spec, call, limit));

const smallRange =
  (limit: bigint) =>
  (text: string, spec: OptionSpec, call: OptionCall): ValueTypes['range'] => {
    const { from, to, single } = integerRange(text, spec, call, limit);
    return { from: Number(from), to: Number(to), single };
  };

function readDouble(text: string, spec: OptionSpec, call: OptionCall): number {
  const min = Number(spec.min ?? 0);
  const max = Number(spec.max ?? 0xffffffff);
  const value = /^[ \t]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) badValue(call, `, or out of range (${min}-${max})`);
  return value;
}

/** Lengths are in bytes; a longer text than the field holds is cut. */
function readString(text: string, spec: OptionSpec): string {
  const bytes = encodeUtf8(text);
  const length = (which: string, n: number | bigint) =>
    parameterProblem(`Argument must have a ${which} length of ${n} characters\n`);
  if (spec.min !== undefined && bytes.length < spec.min) length('minimum', spec.min);
  if (spec.max !== undefined && bytes.length > spec.max) length('maximum', spec.max);
  if (spec.keep === undefined || bytes.length <= spec.keep) return text;
  return decodeUtf8(bytes.subarray(0, spec.keep));
}

function readMask(text: string, call: OptionCall): Uint8Array {
  const length = addressLength(call.env.family);
  const bits = wholeUint(text, 0, length * 8);
  if (bits !== undefined) return prefixMask(bits, length);
  return (
    parseNumericHost(text, call.env.family) ??
    badValue(call, `, neither a valid network mask nor valid CIDR (0-${length * 8})`)
  );
}

function readHostMask(text: string, _spec: OptionSpec, call: OptionCall): HostMask {
  const { family, hosts } = call.env;
  const slash = text.indexOf('/');
  if (slash < 0) return { address: resolveHost(text, family, hosts), mask: fullMask(family) };
  const address = resolveHost(text.slice(0, slash), family, hosts);
  return { address, mask: readMask(text.slice(slash + 1), call) };
}

function readPlen(text: string, _spec: OptionSpec, call: OptionCall): number {
  const max = addressLength(call.env.family) * 8;
  return wholeUint(text, 0, max) ?? badValue(call, `, or out of range (0-${max})`);
}

/** getaddrinfo's service: a number is cut to 16 bits, a name is looked up. */
function resolvePort(text: string, spec: OptionSpec): number {
  const number = /^\d+$/.test(text) ? leadingNumber(text.replace(/^0+(?=\d)/, '')) : undefined;
  if (number) return Number(number.value & U16);
  const service = serviceByName(text, spec.proto);
  return service?.port ?? parameterProblem(`Port "${text}" does not resolve to anything.\n`);
}

function readPortRange(text: string, spec: OptionSpec): ValueTypes['port range'] {
  const [first = '', second] = text.split(':');
  const from = first === '' ? 0 : resolvePort(first, spec);
  if (second === undefined) return { from, to: from, single: true };
  const to = second === '' ? 65535 : resolvePort(second, spec);
  if (from > to) parameterProblem(`Port range ${from}-${to} is negative.\n`);
  return { from, to, single: false };
}

/** `value[/mask]` of 32 bits. */
function readMark(text: string, _spec: OptionSpec, call: OptionCall): Masked {
  const say = (what: string) =>
    parameterProblem(`${call.extension}: ${what} for option "--${call.option}"`);
  const bad = () =>
    parameterProblem(
      `${call.extension}: bad integer value for option "--${call.option}", or out of range.\n`,
    );
  const value = boundedNumber(text, 0n, U32) ?? bad();
  const masked = value.rest.startsWith('/');
  const mask = masked ? (boundedNumber(value.rest.slice(1), 0n, U32) ?? bad()) : undefined;
  if ((mask ?? value).rest !== '') say('trailing garbage after value');
  return { value: Number(value.value), mask: Number(mask?.value ?? U32), masked };
}

const LEVELS = new Map(
  ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'].map((name, i) => [
    name,
    i,
  ]),
);
LEVELS.set('panic', 0).set('error', 3);

function readSyslog(text: string): number {
  const level = wholeUint(text, 0, 7) ?? LEVELS.get(text);
  return level ?? parameterProblem(`log level "${text}" unknown\n`);
}

/** Six hex numbers of one or two digits. */
export function readMac(text: string): Uint8Array {
  const parts = text.split(':');
  if (parts.length !== 6 || !parts.every((part) => /^[0-9a-fA-F]{1,2}$/.test(part)))
    parameterProblem('Invalid MAC address specified.');
  return Uint8Array.from(parts, (part) => Number.parseInt(part, 16));
}

const READERS: { readonly [T in ValueType]: Reader<T> } = {
  none: () => undefined,
  u8: small(U8),
  u16: small(U16),
  u32: small(U32),
  u64: (text, spec, call) => integer(text, spec, call, U64),
  'u8 range': smallRange(U8),
  'u16 range': smallRange(U16),
  'u32 range': smallRange(U32),
  'u64 range': (text, spec, call) => integerRange(text, spec, call, U64),
  range: smallRange(U16),
  double: readDouble,
  string: readString,
  host: (text, _spec, call) => resolveHost(text, call.env.family, call.env.hosts),
  hostmask: readHostMask,
  plen: readPlen,
  plenmask: (text, _spec, call) => readMask(text, call),
  protocol: (text) => parseProtocol(text),
  port: resolvePort,
  'port range': readPortRange,
  mark: readMark,
  syslog: readSyslog,
  tosmask: readTosMask,
  mac: readMac,
  macmask(text) {
    const [address = '', mask] = text.split('/', 2);
    return {
      address: readMac(address),
      mask: mask === undefined ? new Uint8Array(6).fill(0xff) : readMac(mask),
    };
  },
};
