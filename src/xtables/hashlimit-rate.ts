/** Rates of the hashlimit match: packets per unit of time, or bytes per second, in the kernel's own units. */
import { parameterProblem } from './errors.ts';

/** XT_HASHLIMIT_SCALE_v2: a rate of packets is kept as the time between two of them, in millionths of a second. */
const SCALE = 1_000_000n;
const U32_MAX = 0xffffffffn;
const U64 = 1n << 64n;
/** HZ times the credits a jiffy brings; both powers cancel out of what packets see, but not out of the overflow check. */
const CREDITS_PER_SECOND = 250n * (1n << 39n);

export interface HashlimitRate {
  /** Bytes per second instead of packets. */
  readonly bytes: boolean;
  /** Packets: millionths of a second between two. Bytes: 2^32 over chunks of 16 bytes a second. */
  readonly avg: bigint;
}

const UNITS: readonly (readonly [string, string, bigint])[] = [
  ['day', 'day', 86_400n],
  ['hour', 'hour', 3_600n],
  ['min', 'minute', 60n],
  ['sec', 'second', 1n],
];
const PERIODS = [
  ['second', 1n],
  ['minute', 60n],
  ['hour', 3_600n],
  ['day', 86_400n],
] as const;
const SIZES: readonly (readonly [string, string, bigint])[] = [
  ['m', 'm', 1n << 20n],
  ['k', 'k', 1n << 10n],
  ['', '', 1n],
];

const bytesToCost = (bytes: bigint): bigint => U32_MAX / ((bytes >> 4n) + 1n);

/** Bytes per second a cost stands for. */
export function costToBytes(cost: bigint): bigint {
  const chunks = cost === 0n ? U32_MAX : U32_MAX / cost;
  return (chunks - 1n) << 4n;
}

/** A number with a unit of size in front of `b`, such as 4kb. */
function sized(text: string): bigint {
  const match = /^\s*(\d+)([km]?)/.exec(text);
  const unit = SIZES.find(([letter]) => letter === match?.[2])?.[2] ?? 1n;
  return BigInt(match?.[1] ?? 0) * unit;
}

/** `10/sec`, `10`, `4kb/s`; `bad` words the failure. With the seconds entries are kept by default. */
export function readRate(
  text: string,
  bad: () => never,
): HashlimitRate & { readonly seconds: number } {
  if (text.endsWith('b/s')) {
    const bytes = sized(text);
    if (bytes === 0n) bad();
    return { bytes: true, avg: bytesToCost(bytes), seconds: 15 };
  }
  const slash = text.indexOf('/');
  const unit = slash < 0 ? 'second' : text.slice(slash + 1).toLowerCase();
  const period = unit === '' ? undefined : PERIODS.find(([name]) => name.startsWith(unit));
  const number = BigInt(/^\s*(\d+)/.exec(text)?.[1] ?? 0);
  if (!period || number === 0n) return bad();
  const avg = (SCALE * period[1]) / number;
  if (avg === 0n) parameterProblem(`Rate too fast "${text}"`);
  return { bytes: false, avg, seconds: Number(period[1]) };
}

/** A burst: packets, or bytes with a unit. */
export function readBurst(text: string): bigint | undefined {
  return /^\s*\d+[km]?b?$/.test(text) ? sized(text) : undefined;
}

/** A rate in words of its own: number, short and long unit, and the expiry in milliseconds that goes with it. */
export interface ShownRate {
  readonly rate: bigint;
  readonly short: string;
  readonly long: string;
  readonly expire: number;
}

/** Packets in the largest unit that expresses them well (print_rate of libxt_hashlimit). */
export function shownRate(avg: bigint): ShownRate {
  let best = UNITS[0];
  for (const unit of UNITS.slice(1)) {
    const span = unit[2] * SCALE;
    if (avg > span || span / avg < span % avg) break;
    best = unit;
  }
  const [short, long, seconds] = best ?? ['sec', 'second', 1n];
  return { rate: (seconds * SCALE) / avg, short, long, expire: Number(seconds) * 1000 };
}

/** Bytes in the largest unit that is exact for the kernel. */
export function shownBytes(avg: bigint): { readonly number: bigint; readonly unit: string } {
  const bytes = costToBytes(avg);
  for (const [unit, , size] of SIZES)
    if (size === 1n || (bytes >= size && bytesToCost(bytes & ~(size - 1n)) === avg))
      return { number: bytes / size, unit };
  return { number: bytes, unit: '' };
}

/** Bytes of a burst in the largest unit they reach. */
export function shownBurst(bytes: bigint): { readonly number: bigint; readonly unit: string } {
  const [unit, , size] = SIZES.find(([, , least]) => bytes >= least) ?? ['', '', 1n];
  return { number: bytes / size, unit };
}

/** user2credits, with the overflow of 64 bits. */
const credits = (user: bigint): bigint => (user * (CREDITS_PER_SECOND / SCALE)) % U64;

/** hashlimit_mt_check_common: the credits of a whole burst do not fit. */
export const overflows = (avg: bigint, burst: bigint): boolean =>
  avg === 0n || burst === 0n || credits((avg * burst) % U64) < credits(avg);
