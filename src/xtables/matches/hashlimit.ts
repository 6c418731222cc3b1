import { formatAddress, maskAddress, prefixMask } from '../../base/address.ts';
import { be, concatBytes, toHex } from '../../base/bytes.ts';
import { NotEmulated } from '../../base/errors.ts';
import type { Nanos } from '../../base/ports.ts';
import type { EvalContext } from '../../kernel/nftables/context.ts';
import { packetLength } from '../../packet/packet.ts';
import { addresses, ports } from '../../packet/transport.ts';
import { defineMatch, type RuleEnv } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import {
  costToBytes,
  type HashlimitRate,
  overflows,
  readBurst,
  readRate,
  shownBurst,
  shownBytes,
  shownRate,
} from '../hashlimit-rate.ts';
import type { OptionCall } from '../options.ts';
import { quoteSaved } from '../quote.ts';

const MODES = ['srcip', 'srcport', 'dstip', 'dstport'] as const;
type Mode = (typeof MODES)[number];

interface HashlimitInfo {
  readonly above: boolean;
  readonly rate: HashlimitRate;
  /** Packets; with a rate of bytes, seconds' worth of them, 0 for none. */
  readonly burst: bigint;
  readonly modes: readonly Mode[];
  readonly name: string;
  /** Buckets and entries, 0 for the kernel's choice; times in milliseconds. */
  readonly size: number;
  readonly max: number;
  readonly gcInterval: number;
  readonly expire: number;
  readonly srcMask: number;
  readonly dstMask: number;
  readonly rateMatch: boolean;
  readonly interval: number;
}

const DEFAULT_BURST = 5n;
const MAX_BURST = 1_000_000n;
const GC_INTERVAL = 1000;
const BYTE_EXPIRE = 15_000;
const BYTE_EXPIRE_BURST = 60_000;
const NAME_MAX = 254;

function readModes(text: string, call: OptionCall): readonly Mode[] {
  const asked = new Set(text.split(','));
  for (const word of asked)
    if (!MODES.some((mode) => mode === word))
      parameterProblem(`hashlimit: Bad value for "--${call.option}" option: "${text}"`);
  return MODES.filter((mode) => asked.has(mode));
}

const rateOption = {
  type: 'string',
  invertible: true,
  read: (text: string, call: OptionCall) =>
    readRate(text, () =>
      parameterProblem(`hashlimit: Bad value for "--${call.option}" option: "${text}"`),
    ),
} as const;

/** Rate and burst, `between` them what introduces the burst, and the expiry that needs no mention. */
function rateWords({ rate, burst }: HashlimitInfo, prefix: string, times: bigint) {
  if (!rate.bytes) {
    const { rate: number, short, expire } = shownRate(rate.avg * times);
    return { words: [`${number}/${short}`, `${prefix}burst ${burst}`], expire };
  }
  const { number, unit } = shownBytes(rate.avg);
  if (burst === 0n) return { words: [`${number}${unit}b/s`], expire: BYTE_EXPIRE };
  const burstBytes = shownBurst(costToBytes(rate.avg) * burst);
  return {
    words: [`${number}${unit}b/s`, `${prefix}burst ${burstBytes.number}${burstBytes.unit}b`],
    expire: BYTE_EXPIRE_BURST,
  };
}

/** What comes after rate, burst and mode, in either manner. */
function rest(info: HashlimitInfo, prefix: string, expire: number, full: number): string[] {
  const number = (name: string, value: number, usual: number) =>
    value === usual ? [] : [`${prefix}${name} ${value}`];
  return [
    ...number('htable-size', info.size, 0),
    ...number('htable-max', info.max, 0),
    ...number('htable-gcinterval', info.gcInterval, GC_INTERVAL),
    ...number('htable-expire', info.expire, expire),
    ...number('srcmask', info.srcMask, full),
    ...number('dstmask', info.dstMask, full),
    ...(info.rateMatch ? [`${prefix}rate-match`] : []),
    ...(info.rateMatch ? number('rate-interval', info.interval, 1) : []),
  ];
}

/** The key of an nft meter. */
function meterKey({ modes, srcMask, dstMask, rateMatch }: HashlimitInfo, { family }: RuleEnv) {
  const length = family === 'ip' ? 4 : 16;
  const address = (end: string, bits: number) =>
    `${family} ${end}${bits === length * 8 ? '' : ` and ${formatAddress(prefixMask(bits, length))}`}`;
  const fields: { readonly [M in Mode]: string } = {
    dstip: address('daddr', dstMask),
    dstport: 'tcp dport',
    srcip: address('saddr', srcMask),
    srcport: 'tcp sport',
  };
  const order = ['dstip', 'dstport', 'srcip', 'srcport'] as const;
  const words = order.filter((mode) => modes.includes(mode)).map((mode) => fields[mode]);
  // The flag of --hashlimit-rate-match passes for another field, which has no name.
  return [...words, ...(rateMatch ? ['(null)'] : [])].join(' . ');
}

function meterRate({ rate, burst, above }: HashlimitInfo): string {
  const over = above ? 'over ' : '';
  if (!rate.bytes) {
    const { rate: number, long } = shownRate(rate.avg);
    return `${over}${number}/${long}${burst === DEFAULT_BURST ? '' : ` burst ${burst} packets`}`;
  }
  const { number, unit } = shownBytes(rate.avg);
  const shown = `${over}${number} ${unit}bytes/second`;
  if (burst === 0n) return shown;
  const bytes = shownBurst(costToBytes(rate.avg) * burst);
  return `${shown} burst ${bytes.number} ${bytes.unit}bytes`;
}

export const hashlimit = defineMatch({
  name: 'hashlimit',
  revision: 3,
  options: {
    'hashlimit-upto': {
      ...rateOption,
      aliases: ['hashlimit'],
      excludes: ['hashlimit-above'],
    },
    'hashlimit-above': { ...rateOption, excludes: ['hashlimit-upto'] },
    'hashlimit-srcmask': { type: 'u8' },
    'hashlimit-dstmask': { type: 'u8' },
    'hashlimit-burst': {
      type: 'string',
      read: (text): bigint =>
        readBurst(text) ??
        parameterProblem('bad value for option "--hashlimit-burst", or out of range (1-1000000).'),
    },
    'hashlimit-htable-size': { type: 'u32' },
    'hashlimit-htable-max': { type: 'u32' },
    'hashlimit-htable-gcinterval': { type: 'u32' },
    'hashlimit-htable-expire': { type: 'u32' },
    'hashlimit-mode': { type: 'string', read: readModes },
    'hashlimit-name': { type: 'string', required: true, min: 1, keep: NAME_MAX },
    'hashlimit-rate-match': { type: 'none' },
    'hashlimit-rate-interval': { type: 'u32' },
  },
  help: `--hashlimit-upto RATE[/second|/minute|/hour|/day]  at most so many packets match, or RATEkb/s bytes
--hashlimit-above RATE               packets above that match
--hashlimit-burst NUMBER             that match before the limit holds (5), or bytes
--hashlimit-mode LIST                what has a limit of its own: srcip srcport dstip dstport
--hashlimit-srcmask, --hashlimit-dstmask LENGTH   addresses with this prefix in common count together
--hashlimit-name NAME                of the table
--hashlimit-htable-size, -max, -gcinterval, -expire NUMBER
--hashlimit-rate-match, --hashlimit-rate-interval SECONDS   match on the rate, without a limit`,
  check(given) {
    if (!given.has('hashlimit-upto') && !given.has('hashlimit-above'))
      parameterProblem('You have to specify --hashlimit');
  },
  parse(options, { family }): HashlimitInfo {
    const [upto, above] = [options['hashlimit-upto'], options['hashlimit-above']];
    const given = upto ?? above;
    if (!given) return parameterProblem('You have to specify --hashlimit');
    const { bytes, avg, seconds } = given.value;
    const asked = options['hashlimit-burst']?.value;
    const burst = bytes ? byteBurst(avg, asked) : packetBurst(asked);
    const full = family === 'ip' ? 32 : 128;
    const rateMatch = options['hashlimit-rate-match'] !== undefined;
    // A rate to be matched is one per second, and the time it was written for the interval.
    const span = rateMatch && !bytes ? seconds : 1;
    const usual = bytes ? (asked === undefined ? BYTE_EXPIRE : BYTE_EXPIRE_BURST) : seconds * 1000;
    return {
      above: (above !== undefined) !== given.invert,
      rate: { bytes, avg: avg / BigInt(span) },
      burst,
      modes: options['hashlimit-mode']?.value ?? [],
      name: options['hashlimit-name'].value,
      size: options['hashlimit-htable-size']?.value ?? 0,
      max: options['hashlimit-htable-max']?.value ?? 0,
      gcInterval: options['hashlimit-htable-gcinterval']?.value ?? GC_INTERVAL,
      expire: options['hashlimit-htable-expire']?.value ?? usual,
      srcMask: options['hashlimit-srcmask']?.value ?? full,
      dstMask: options['hashlimit-dstmask']?.value ?? full,
      rateMatch,
      interval: options['hashlimit-rate-interval']?.value ?? span,
    };
  },
  print(info, { family }) {
    const { words, expire } = rateWords(info, '', BigInt(info.interval));
    return [
      `limit: ${info.above ? 'above' : 'up to'}`,
      ...words,
      ...(info.modes.length > 0 ? [`mode ${info.modes.join('-')}`] : []),
      ...rest(info, '', expire, family === 'ip' ? 32 : 128),
    ].join(' ');
  },
  save(info, { family }) {
    const { words, expire } = rateWords(info, '--hashlimit-', 1n);
    return [
      `--hashlimit-${info.above ? 'above' : 'upto'}`,
      ...words,
      ...(info.modes.length > 0 ? [`--hashlimit-mode ${info.modes.join(',')}`] : []),
      `--hashlimit-name ${quoteSaved(info.name)}`,
      ...rest(info, '--hashlimit-', expire, family === 'ip' ? 32 : 128),
    ].join(' ');
  },
  translate(info, env) {
    if (info.modes.length === 0 && !info.rateMatch) return undefined;
    const timeout = info.expire === 1000 ? '' : ` timeout ${Math.floor(info.expire / 1000)}s`;
    return `meter ${info.name} { ${meterKey(info, env)}${timeout} limit rate ${meterRate(info)} }`;
  },
  // hashlimit_mt_check_common.
  refuse({ rate, burst, name, gcInterval, expire, srcMask, dstMask }, { family }) {
    const full = family === 'ip' ? 32 : 128;
    if (gcInterval === 0 || expire === 0 || srcMask > full || dstMask > full) return 'EINVAL';
    if (!rate.bytes && overflows(rate.avg, burst)) return 'ERANGE';
    return name.includes('/') ? 'EINVAL' : undefined;
  },
  test(info, ctx) {
    if (info.rateMatch) throw new NotEmulated('-m hashlimit --hashlimit-rate-match for packets');
    return takeCredit(info, ctx, entryKey(info, ctx)) !== info.above;
  },
});

function packetBurst(asked: bigint | undefined): bigint {
  if (asked === undefined) return DEFAULT_BURST;
  if (asked < 1n || asked > MAX_BURST)
    parameterProblem('bad value for option "--hashlimit-burst", or out of range (1-1000000).');
  return asked;
}

/** Seconds' worth of bytes, rounded up. */
function byteBurst(avg: bigint, asked: bigint | undefined): bigint {
  if (asked === undefined) return 0n;
  const second = costToBytes(avg);
  if (asked < second) parameterProblem(`burst cannot be smaller than ${second}b`);
  return second === 0n ? 0n : (asked + second - 1n) / second;
}

/** hashlimit_init_dst: the fields asked for, in hex; a protocol without ports has zeroes. */
function entryKey({ modes, srcMask, dstMask }: HashlimitInfo, { packet }: EvalContext): string {
  const { src, dst } = addresses(packet);
  const { sport, dport } = ports(packet) ?? { sport: 0, dport: 0 };
  const fields: { readonly [M in Mode]: Uint8Array } = {
    srcip: maskAddress(src, prefixMask(srcMask, src.length)),
    dstip: maskAddress(dst, prefixMask(dstMask, dst.length)),
    srcport: be(sport, 2),
    dstport: be(dport, 2),
  };
  return toHex(concatBytes(...modes.map((mode) => fields[mode])));
}

/** One entry of a table; credit is in nanoseconds. */
interface Entry {
  readonly credit: bigint;
  readonly last: Nanos;
  readonly expires: Nanos;
  /** Refills of bytes that are left. */
  readonly refills: bigint;
}

const SECOND = 1_000_000_000n;
const CHUNK = 16;

/** Takes what the packet costs from its entry's bucket; false when that is not there (hashlimit_mt_common). */
function takeCredit(info: HashlimitInfo, ctx: EvalContext, key: string): boolean {
  const { rate, burst } = info;
  const table = `hashlimit ${ctx.packet.family ?? ''} ${info.name}`;
  const now = ctx.clock.now();
  // Only this match writes records under these keys.
  const stored = ctx.lab.xtState.get(table)?.data as { entries?: unknown } | undefined;
  const entries = new Map((stored?.entries ?? []) as readonly (readonly [string, Entry])[]);
  for (const [name, entry] of entries) if (entry.expires < now) entries.delete(name);
  const unit = rate.bytes ? 0n : rate.avg * 1000n;
  const cap = rate.bytes ? SECOND : unit * burst;
  const before = entries.get(key);
  let credit = before ? before.credit + (now - before.last) : cap;
  if (credit > cap) credit = cap;
  let refills = before?.refills ?? (rate.bytes ? burst : 0n);
  const cost = rate.bytes ? byteCost(rate.avg, packetLength(ctx.packet)) : unit;
  if (rate.bytes && credit < cost && refills > 0n) {
    refills--;
    credit = SECOND;
  }
  const enough = credit >= cost;
  if (enough) credit -= cost;
  entries.set(key, { credit, last: now, expires: now + BigInt(info.expire) * 1_000_000n, refills });
  const data = { entries: [...entries].map(([name, entry]) => [name, { ...entry }] as const) };
  if (ctx.lab.xtState.has(table)) ctx.lab.xtState.edit(table).data = data;
  else ctx.lab.xtState.append(table, { data });
  return enough;
}

/** Nanoseconds of credit a packet of that many bytes costs; at most a second's. */
function byteCost(avg: bigint, length: number): bigint {
  const chunks = BigInt(Math.floor(length / CHUNK) + 1);
  const cost = (chunks * avg * SECOND) >> 32n;
  return cost > SECOND ? SECOND : cost;
}
