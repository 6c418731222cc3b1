import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

interface Asked {
  readonly invert: boolean;
}
interface AskedName extends Asked {
  /** A `+` at the end stands for any rest. */
  readonly name: string;
}

interface PhysdevInfo {
  readonly isIn: Asked | undefined;
  readonly in: AskedName | undefined;
  readonly isOut: Asked | undefined;
  readonly out: AskedName | undefined;
  readonly isBridged: Asked | undefined;
}

const NAME_MAX = 15;

const not = (asked: Asked): string => (asked.invert ? '! ' : '');

const words = ({ isIn, in: input, isOut, out, isBridged }: PhysdevInfo): string =>
  [
    ...(isIn ? [`${not(isIn)}--physdev-is-in`] : []),
    ...(input ? [`${not(input)}--physdev-in ${input.name}`] : []),
    ...(isOut ? [`${not(isOut)}--physdev-is-out`] : []),
    ...(out ? [`${not(out)}--physdev-out ${out.name}`] : []),
    ...(isBridged ? [`${not(isBridged)}--physdev-is-bridged`] : []),
  ].join(' ');

const OPTIONS = [
  'physdev-in',
  'physdev-out',
  'physdev-is-in',
  'physdev-is-out',
  'physdev-is-bridged',
];

export const physdev = defineMatch({
  name: 'physdev',
  options: {
    'physdev-in': { type: 'string', invertible: true, keep: NAME_MAX },
    'physdev-out': { type: 'string', invertible: true, keep: NAME_MAX },
    'physdev-is-in': { type: 'none', invertible: true },
    'physdev-is-out': { type: 'none', invertible: true },
    'physdev-is-bridged': { type: 'none', invertible: true },
  },
  help: `[!] --physdev-in NAME[+]   bridge port the packet came in by
[!] --physdev-out NAME[+]  bridge port it leaves by
[!] --physdev-is-in        it came in by a bridge port
[!] --physdev-is-out       it leaves by one
[!] --physdev-is-bridged   it is bridged, not routed`,
  check(given) {
    if (!OPTIONS.some((name) => given.has(name)))
      parameterProblem('PHYSDEV: no physdev option specified');
  },
  parse(options): PhysdevInfo {
    const flag = (name: 'physdev-is-in' | 'physdev-is-out' | 'physdev-is-bridged') => {
      const given = options[name];
      return given && { invert: given.invert };
    };
    const named = (name: 'physdev-in' | 'physdev-out') => {
      const given = options[name];
      return given && { name: given.value, invert: given.invert };
    };
    return {
      isIn: flag('physdev-is-in'),
      in: named('physdev-in'),
      isOut: flag('physdev-is-out'),
      out: named('physdev-out'),
      isBridged: flag('physdev-is-bridged'),
    };
  },
  print: (info) => `PHYSDEV match ${words(info)}`,
  save: words,
  // physdev_mt_check: an outgoing port is not known in OUTPUT.
  refuse: ({ out, isOut }, { hook }) =>
    (out || isOut) && hook === 'output' ? 'EINVAL' : undefined,
  test({ isIn, in: input, isOut, out, isBridged }) {
    // physdev_mt without bridge data: packets of the model are routed, so only what is asked inverted holds.
    return [isIn, input, isOut, out, isBridged].every((asked) => !asked || asked.invert);
  },
});
