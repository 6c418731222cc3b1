import type { LimitUnit } from '../../kernel/nftables/model.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

/** Of the kernel's ten-thousandths of a second. */
const NANOS = 100_000n;

/** Tokens of the kernel: an average is the time between packets in ten-thousandths of a second. */
const SCALE = 10_000;

const UNITS: readonly (readonly [LimitUnit, string, number])[] = [
  ['day', 'day', 86_400 * SCALE],
  ['hour', 'hour', 3_600 * SCALE],
  ['minute', 'min', 60 * SCALE],
  ['second', 'sec', SCALE],
];

export interface LimitInfo {
  /** Ten-thousandths of a second between packets. */
  readonly avg: number;
  readonly burst: number;
}

const PERIODS = [
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
] as const;

function readRate(text: string): number {
  const bad = () => parameterProblem(`bad rate "${text}"'`);
  const slash = text.indexOf('/');
  const unit = slash < 0 ? 'second' : text.slice(slash + 1).toLowerCase();
  const period = unit === '' ? undefined : PERIODS.find(([name]) => name.startsWith(unit));
  // As atoi: leading blanks, a sign, digits, and whatever follows.
  const number = Number(/^\s*([+-]?\d+)/.exec(text)?.[1] ?? 0);
  if (!period || number === 0) return bad();
  const avg = number < 0 ? 0 : Math.floor((SCALE * period[1]) / number);
  if (avg === 0) parameterProblem(`Rate too fast "${text}"`);
  return avg;
}

/** The rate in the largest unit that expresses it well. */
export function limitRate(avg: number): {
  readonly rate: number;
  readonly unit: LimitUnit;
  readonly short: string;
} {
  let best = UNITS[0];
  for (const candidate of UNITS.slice(1)) {
    const [, , span] = candidate;
    if (avg > span || Math.floor(span / avg) < span % avg) break;
    best = candidate;
  }
  const [unit, short, span] = best ?? ['second', 'sec', SCALE];
  return { rate: Math.floor(span / avg), unit, short };
}

const shown = (avg: number): string => {
  const { rate, short } = limitRate(avg);
  return `${rate}/${short}`;
};

export const limit = defineMatch({
  name: 'limit',
  options: {
    limit: { type: 'string', read: readRate },
    'limit-burst': { type: 'u32', max: 10_000 },
  },
  help: `--limit RATE[/second|/minute|/hour|/day]  average rate up to which packets match (3/hour)
--limit-burst NUMBER                       packets that match before the limit holds (5)`,
  parse: (options): LimitInfo => ({
    avg: options.limit?.value ?? readRate('3/hour'),
    burst: options['limit-burst']?.value ?? 5,
  }),
  print: ({ avg, burst }) => `limit: avg ${shown(avg)} burst ${burst}`,
  save: ({ avg, burst }) => `--limit ${shown(avg)}${burst === 5 ? '' : ` --limit-burst ${burst}`}`,
  translate({ avg, burst }) {
    const { rate, unit } = limitRate(avg);
    return `limit rate ${rate}/${unit}${burst === 0 ? '' : ` burst ${burst} packets`}`;
  },
  lower({ avg, burst }) {
    const { rate, unit } = limitRate(avg);
    // The kernel takes no burst for its default, which is 5 as well.
    return [
      { op: 'limit', rate: BigInt(rate), unit, burst: burst || 5, type: 'packets', over: false },
    ];
  },
  /** limit_mt: credit grows with time up to what a burst costs, and a packet takes one interval of it. */
  test({ avg, burst }, ctx, self) {
    const cost = BigInt(avg) * NANOS;
    const most = cost * BigInt(burst);
    const now = ctx.clock.now();
    const { credit, last } = self.live ?? {};
    const grown =
      typeof credit === 'bigint' && typeof last === 'bigint' ? credit + now - last : most;
    const held = grown > most ? most : grown;
    const within = held >= cost;
    ctx.keep();
    self.live = { credit: within ? held - cost : held, last: now };
    return within;
  },
});
