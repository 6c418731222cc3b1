import { tosOf } from '../../packet/network.ts';
import { defineMatch } from '../define.ts';
import { readDscpClass } from '../dscp.ts';
import { parameterProblem } from '../errors.ts';

interface DscpInfo {
  readonly dscp: number;
  readonly invert: boolean;
}

const hex = (dscp: number): string => `0x${dscp.toString(16).padStart(2, '0')}`;

export const dscp = defineMatch({
  name: 'dscp',
  options: {
    dscp: { type: 'u8', min: 0, max: 0x3f, invertible: true, excludes: ['dscp-class'] },
    'dscp-class': { type: 'string', invertible: true, excludes: ['dscp'], read: readDscpClass },
  },
  help: `[!] --dscp VALUE        differentiated services code point, 0 to 63
[!] --dscp-class CLASS  the same by name: EF, VA, BE, CS0 to CS7, AF11 to AF43, LE`,
  check(given) {
    if (!given.has('dscp') && !given.has('dscp-class'))
      parameterProblem('DSCP match: Parameter --dscp is required');
  },
  parse(options): DscpInfo {
    const given = options.dscp ?? options['dscp-class'];
    return { dscp: given?.value ?? 0, invert: given?.invert ?? false };
  },
  print: ({ dscp: value, invert }) => `DSCP match ${invert ? '!' : ''}${hex(value)}`,
  save: ({ dscp: value, invert }) => `${invert ? '! ' : ''}--dscp ${hex(value)}`,
  translate: ({ dscp: value, invert }, { family }) =>
    `${family} dscp ${invert ? '!= ' : ''}${hex(value)}`,
  test: ({ dscp: value, invert }, { packet }) => (tosOf(packet) >> 2 === value) !== invert,
});
