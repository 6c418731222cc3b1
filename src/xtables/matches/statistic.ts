import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

interface StatisticInfo {
  readonly mode: 'random' | 'nth';
  /** Random: of 2^31. */
  readonly probability: number;
  /** Nth: one less than --every. */
  readonly every: number;
  readonly packet: number;
  readonly invert: boolean;
}

const FULL = 0x80000000;
const shown = (probability: number): string => (probability / FULL).toFixed(11);

/** As lround. */
const round = (x: number): number => Math.floor(x + 0.5);

function readMode(text: string): StatisticInfo['mode'] {
  if (text === 'random' || text === 'nth') return text;
  return parameterProblem(`Bad mode "${text}"`);
}

/** A listing leaves out a packet of zero. */
function words(info: StatisticInfo, dash: string): string {
  const not = info.invert ? '! ' : '';
  if (info.mode === 'random') return `random ${not}${dash}probability ${shown(info.probability)}`;
  const packet = info.packet !== 0 || dash !== '' ? ` ${dash}packet ${info.packet}` : '';
  return `nth ${not}${dash}every ${info.every + 1}${packet}`;
}

export const statistic = defineMatch({
  name: 'statistic',
  options: {
    mode: { type: 'string', required: true, read: readMode },
    probability: { type: 'double', min: 0, max: 1, invertible: true },
    every: { type: 'u32', min: 1, invertible: true, also: ['packet'] },
    packet: { type: 'u32', also: ['every'] },
  },
  help: `--mode random [!] --probability P    P is between 0 and 1
--mode nth [!] --every N --packet P  every Nth packet, counted from P (0 to N-1)`,
  check(given) {
    // Without a mode it is taken to be random here.
    if (given.value('mode') === 'nth') {
      if (!given.has('every') && !given.has('packet'))
        parameterProblem('--every and --packet must be specified when using nth mode');
    } else if (!given.has('probability')) {
      parameterProblem('--probability must be specified when using random mode');
    }
  },
  parse(options): StatisticInfo {
    const { mode, probability, every, packet } = options;
    if (every && packet && packet.value >= every.value)
      parameterProblem('the --packet p must be 0 <= p <= n-1');
    return {
      mode: mode.value,
      probability: round((probability?.value ?? 0) * FULL),
      every: (every?.value ?? 1) - 1,
      packet: packet?.value ?? 0,
      invert: (every ?? probability)?.invert ?? false,
    };
  },
  print: (info) => `statistic mode ${words(info, '')}`,
  save: (info) => `--mode ${words(info, '--')}`,
  translate({ mode, probability, every, packet, invert }) {
    if (mode === 'random') return `meta random & 2147483647 ${invert ? '>=' : '<'} ${probability}`;
    return `numgen inc mod ${every + 1} ${invert ? '!= ' : ''}${packet}`;
  },
  test({ mode, probability, every, packet, invert }, ctx, self) {
    if (mode === 'random') return (ctx.rng.u32() & 0x7fffffff) < probability !== invert;
    // As xt_statistic.c: counted up to `every`, from where --packet puts the first hit.
    const before = typeof self.live?.count === 'number' ? self.live.count : every - packet;
    const now = before === every ? 0 : before + 1;
    ctx.keep();
    self.live = { count: now };
    return (now === 0) !== invert;
  },
});
