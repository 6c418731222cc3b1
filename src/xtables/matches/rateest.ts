import type { Expr, PlainValue } from '../../kernel/nftables/model.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { wholeUint } from '../numbers.ts';
import type { OptionCall } from '../options.ts';

/** What is compared of one estimator: a rate asked for, or that of the other one. */
interface Rates {
  readonly bps: number | undefined;
  readonly pps: number | undefined;
}

interface RateestInfo {
  readonly name1: string;
  readonly name2: string;
  readonly way: 'lt' | 'gt' | 'eq' | undefined;
  readonly invert: boolean;
  /** Rates are taken off what is asked before they are compared. */
  readonly delta: boolean;
  /** Two estimators, instead of one and a number. */
  readonly relative: boolean;
  readonly bps: boolean;
  readonly pps: boolean;
  readonly first: Rates;
  readonly second: Rates;
}

const NAME_MAX = 15;

/** Bytes per second of one unit, as tc writes rates. */
const UNITS: readonly (readonly [string, number])[] = [
  ['bit', 1],
  ['kibit', 1024],
  ['kbit', 1000],
  ['mibit', 1024 ** 2],
  ['mbit', 1000 ** 2],
  ['gibit', 1024 ** 3],
  ['gbit', 1000 ** 3],
  ['tibit', 1024 ** 4],
  ['tbit', 1000 ** 4],
  ['bps', 8],
  ['kibps', 8 * 1024],
  ['kbps', 8 * 1000],
  ['mibps', 8 * 1024 ** 2],
  ['mbps', 8 * 1000 ** 2],
  ['gibps', 8 * 1024 ** 3],
  ['gbps', 8 * 1000 ** 3],
  ['tibps', 8 * 1024 ** 4],
  ['tbps', 8 * 1000 ** 4],
];

/** Bytes per second. */
function readBps(text: string): number {
  const bad = () => parameterProblem(`rateest: could not parse rate \`${text}'`);
  const match = /^\s*([0-9]*\.?[0-9]+)([a-zA-Z]*)$/.exec(text);
  const number = match?.[1] === undefined ? Number.NaN : Number(match[1]);
  if (Number.isNaN(number)) return bad();
  const word = (match?.[2] ?? '').toLowerCase();
  if (word === '') return Math.floor(number);
  const unit = UNITS.find(([name]) => name === word);
  return unit ? Math.floor((number * unit[1]) / 8) : bad();
}

/** Bits in the largest decimal unit above ten thousand of the next. */
function showBps(bytes: number): string {
  const bits = bytes * 8;
  if (bits >= 1e10 && bits % 1e9 === 0) return `${bits / 1e9}Gbit`;
  if (bits >= 1e7 && bits % 1e6 === 0) return `${bits / 1e6}Mbit`;
  if (bits >= 1e4 && bits % 1e3 === 0) return `${bits / 1e3}Kbit`;
  return `${bits}bit`;
}

const name = { type: 'string', own: true } as const;

function readName(text: string, call: OptionCall): string {
  if (call.invert) parameterProblem("rateest: rateest can't be inverted");
  if (call.seen(call.option)) parameterProblem(`rateest: --${call.option} given twice`);
  return text.slice(0, NAME_MAX);
}

function once(_text: string, call: OptionCall): void {
  if (call.invert) parameterProblem(`rateest: ${call.option} can't be inverted`);
}

const WAYS = ['lt', 'gt', 'eq'] as const;

/** The comparison of `-L`: for a single estimator the words stand in the order the tool has them. */
function shownRates(info: RateestInfo): string[] {
  const { delta, relative, bps, pps, first, second, way, invert, name2 } = info;
  const sign = `${invert ? '! ' : ''}${way ?? ''}`;
  if (relative) {
    const rate = (word: string, on: boolean, value: number | undefined) =>
      on ? [`${word}${delta ? ` ${value ?? 0}` : ''}`] : [];
    return [
      ...rate('bps', bps, first.bps),
      ...rate('pps', pps, first.pps),
      sign,
      name2,
      ...rate('bps', bps, second.bps),
      ...rate('pps', pps, second.pps),
    ];
  }
  // Bytes come before the comparison, packets behind it, as upstream.
  const bytes = bps
    ? ['bps', ...(delta ? [`${first.bps ?? 0}`] : []), `${second.bps ?? 0}`, sign]
    : [];
  const packets = pps
    ? ['pps', ...(delta ? [`${first.pps ?? 0}`] : []), sign, `${second.pps ?? 0}`]
    : [];
  return [...bytes, ...packets];
}

/** Those that rules hold: a RATEEST target makes one, and a match keeps it. */
function estimators(exprs: Iterable<Expr>): ReadonlySet<PlainValue> {
  const names = new Set<PlainValue>();
  for (const expr of exprs) {
    if (expr.op === 'target' && expr.name === 'RATEEST') names.add(expr.info.name);
    if (expr.op === 'match' && expr.name === 'rateest')
      names.add(expr.info.name1).add(expr.info.name2);
  }
  return names;
}

export const rateest = defineMatch({
  name: 'rateest',
  options: {
    rateest1: { ...name, read: readName },
    rateest: { ...name, read: readName },
    rateest2: { ...name, read: readName },
    'rateest-bps1': { type: 'string', own: true, read: readBps },
    'rateest-pps1': { type: 'u32' },
    'rateest-bps2': { type: 'string', own: true, read: readBps },
    'rateest-pps2': { type: 'u32' },
    'rateest-bps': {
      type: 'none',
      own: true,
      read: (_text, call): number | undefined => {
        const next = call.next();
        return next === undefined ? undefined : readBps(next);
      },
    },
    'rateest-pps': {
      type: 'none',
      own: true,
      read: (_text, call): number | undefined => {
        const next = call.next();
        if (next === undefined) return undefined;
        return wholeUint(next) ?? parameterProblem(`rateest: could not parse pps \`${next}'`);
      },
    },
    'rateest-delta': { type: 'none', own: true, read: once },
    'rateest-lt': { type: 'none', own: true, read: (_text, call) => call.invert },
    'rateest-gt': { type: 'none', own: true, read: (_text, call) => call.invert },
    'rateest-eq': { type: 'none', own: true, read: (_text, call) => call.invert },
  },
  help: `--rateest, --rateest1 NAME  estimator made by the RATEEST target
--rateest2 NAME             another, to compare it with
--rateest-delta             compare what is left to the rates given
--rateest-bps, --rateest-bps1, --rateest-bps2 [RATE]    bytes, as 5kbit, 3mbps
--rateest-pps, --rateest-pps1, --rateest-pps2 [NUMBER]  packets
[!] --rateest-lt, --rateest-gt, --rateest-eq  less, more, the same`,
  parse(options): RateestInfo {
    const way = WAYS.find((word) => options[`rateest-${word}`]);
    const relative = options.rateest2 !== undefined;
    const [bps, pps] = [options['rateest-bps'], options['rateest-pps']];
    const [bps1, bps2] = [options['rateest-bps1']?.value, options['rateest-bps2']?.value];
    const [pps1, pps2] = [options['rateest-pps1']?.value, options['rateest-pps2']?.value];
    return {
      name1: (options.rateest1 ?? options.rateest)?.value ?? '',
      name2: options.rateest2?.value ?? '',
      way,
      invert: way ? (options[`rateest-${way}`]?.value ?? false) : false,
      delta: options['rateest-delta'] !== undefined,
      relative,
      bps: bps !== undefined || bps1 !== undefined || bps2 !== undefined,
      pps: pps !== undefined || pps1 !== undefined || pps2 !== undefined,
      first: { bps: bps1, pps: pps1 },
      second: { bps: bps?.value ?? bps2, pps: pps?.value ?? pps2 },
    };
  },
  print: (info) =>
    ['rateest match', info.name1, ...(info.delta ? ['delta'] : []), ...shownRates(info)].join(' '),
  save(info) {
    const { delta, relative, bps, pps, first, second, way, invert } = info;
    const rate = (on: boolean, word: string, value: string | undefined) =>
      on ? [`--rateest-${word}${value === undefined ? '' : ` ${value}`}`] : [];
    const bytes = (value: number | undefined) => showBps(value ?? 0);
    const sign = way ? [`${invert ? '! ' : ''}--rateest-${way}`] : [];
    if (relative)
      return [
        ...(delta ? ['--rateest-delta'] : []),
        `--rateest1 ${info.name1}`,
        ...(delta
          ? [...rate(bps, 'bps1', bytes(first.bps)), ...rate(pps, 'pps1', `${first.pps ?? 0}`)]
          : []),
        ...sign,
        ...(delta
          ? [...rate(bps, 'bps2', bytes(second.bps)), ...rate(pps, 'pps2', `${second.pps ?? 0}`)]
          : [...rate(bps, 'bps', undefined), ...rate(pps, 'pps', undefined)]),
        `--rateest2 ${info.name2}`,
      ].join(' ');
    return [
      ...(delta ? ['--rateest-delta'] : []),
      `--rateest ${info.name1}`,
      ...(delta
        ? [...rate(bps, 'bps1', bytes(first.bps)), ...rate(pps, 'pps1', `${first.pps ?? 0}`)]
        : []),
      ...sign,
      ...(delta
        ? [...rate(bps, 'bps2', bytes(second.bps)), ...rate(pps, 'pps2', `${second.pps ?? 0}`)]
        : [...rate(bps, 'bps', bytes(second.bps)), ...rate(pps, 'pps', `${second.pps ?? 0}`)]),
    ].join(' ');
  },
  // xt_rateest_mt_checkentry.
  refuse({ way, bps, pps, relative, name1, name2 }, { stored }) {
    if (way === undefined || (!bps && !pps)) return 'EINVAL';
    const names = estimators(stored());
    return names.has(name1) && (!relative || names.has(name2)) ? undefined : 'ENOENT';
  },
});
