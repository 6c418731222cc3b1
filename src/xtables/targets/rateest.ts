import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import type { OptionCall } from '../options.ts';

interface RateestInfo {
  readonly name: string;
  /** Power of two of the averaging interval, -2 for 250 ms. */
  readonly interval: number;
  readonly ewmalog: number;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['s', 1_000_000],
  ['sec', 1_000_000],
  ['secs', 1_000_000],
  ['ms', 1000],
  ['msec', 1000],
  ['msecs', 1000],
  ['us', 1],
  ['usec', 1],
  ['usecs', 1],
];

/** Microseconds of `0.25s`, `250ms`; undefined when it is no time. */
function readTime(text: string): number | undefined {
  const match = /^\s*([0-9]*\.?[0-9]*(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(text);
  const value = match?.[1] ? Number(match[1]) : Number.NaN;
  if (Number.isNaN(value)) return undefined;
  const word = (match?.[2] ?? '').toLowerCase();
  if (word === '') return Math.trunc(value);
  const unit = UNITS.find(([name]) => name === word);
  return unit && Math.trunc(value * unit[1]);
}

const timeOption =
  (label: string) =>
  (text: string, call: OptionCall): number => {
    if (call.seen(call.option)) parameterProblem(`RATEEST: can't specify --${call.option} twice`);
    return readTime(text) ?? parameterProblem(`RATEEST: bad ${label} value "${text}"`);
  };

const MIN_INTERVAL = -2;
const SECOND = 1_000_000;

/** The smallest interval of the kernel's steps that is not less. */
function intervalStep(micros: number): number {
  for (let step = 0; step <= 5; step++)
    if (micros <= (1 << step) * (SECOND / 4)) return step + MIN_INTERVAL;
  return parameterProblem('RATEEST: interval value is too large');
}

/** log2 of the weight: the largest whose time constant, at the interval asked for, is not above what is asked for. */
function ewmaStep(micros: number, period: number): number {
  for (let log = 1; log < 32; log++) {
    const weight = 1 - 1 / (1 << log);
    if (period / -Math.log(weight) > micros) {
      if (log - 1 === 0 || log - 1 >= 31) break;
      return log - 1;
    }
  }
  return parameterProblem('RATEEST: ewmalog value is out of range');
}

/** `250.0ms`, `2s`, as the tool writes its times. */
function formatTime(micros: number): string {
  if (micros >= SECOND) return `${(micros / SECOND).toFixed(1)}s`;
  if (micros >= 1000) return `${(micros / 1000).toFixed(1)}ms`;
  return `${micros}us`;
}

const interval = ({ interval: step }: RateestInfo): number =>
  (1 << (step - MIN_INTERVAL)) * (SECOND / 4);

/** The time constant a weight stands for, from the tool's table of interval shifted by it. */
const constant = (info: RateestInfo): number => interval(info) * (1 << info.ewmalog);

export const rateest = defineTarget({
  name: 'RATEEST',
  options: {
    'rateest-name': {
      type: 'string',
      own: true,
      read(text: string, call: OptionCall): string {
        if (call.seen('rateest-name'))
          parameterProblem("RATEEST: can't specify --rateest-name twice");
        return text.slice(0, 15);
      },
    },
    'rateest-interval': { type: 'string', own: true, read: timeOption('interval') },
    'rateest-ewmalog': { type: 'string', own: true, read: timeOption('ewmalog') },
  },
  help: `--rateest-name NAME      of the estimator the packet is counted by
--rateest-interval TIME  between two measurements (s, ms, us)
--rateest-ewmalog TIME   averaging time constant`,
  parse(options): RateestInfo {
    const name = options['rateest-name']?.value ?? '';
    const asked = options['rateest-interval']?.value ?? 0;
    const interval = intervalStep(asked);
    return { name, interval, ewmalog: ewmaStep(options['rateest-ewmalog']?.value ?? 0, asked) };
  },
  print: (info) =>
    `name ${info.name} interval ${formatTime(interval(info))} ewmalog ${formatTime(constant(info))}`,
  save: (info) =>
    `--rateest-name ${info.name} --rateest-interval ${formatTime(interval(info))} --rateest-ewmalog ${formatTime(constant(info))}`,
});
