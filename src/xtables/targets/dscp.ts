import { CONTINUE } from '../../kernel/nftables/context.ts';
import { setTos, tosOf } from '../../packet/network.ts';
import { defineTarget } from '../define.ts';
import { readDscpClass } from '../dscp.ts';
import { parameterProblem } from '../errors.ts';

interface DscpTargetInfo {
  readonly dscp: number;
}

const hex = (dscp: number): string => `0x${dscp.toString(16).padStart(2, '0')}`;

export const dscp = defineTarget({
  name: 'DSCP',
  library: 'DSCP',
  options: {
    'set-dscp': { type: 'u8', min: 0, max: 0x3f, excludes: ['set-dscp-class'] },
    'set-dscp-class': { type: 'string', excludes: ['set-dscp'], read: readDscpClass },
  },
  help: `--set-dscp VALUE        differentiated services code point, 0 to 63
--set-dscp-class CLASS  the same by name: EF, VA, BE, CS0 to CS7, AF11 to AF43, LE`,
  check(given) {
    if (!given.has('set-dscp') && !given.has('set-dscp-class'))
      parameterProblem('DSCP target: Parameter --set-dscp is required');
  },
  parse: (options): DscpTargetInfo => ({
    dscp: (options['set-dscp'] ?? options['set-dscp-class'])?.value ?? 0,
  }),
  print: ({ dscp: value }) => `DSCP set ${hex(value)}`,
  save: ({ dscp: value }) => `--set-dscp ${hex(value)}`,
  translate: ({ dscp: value }, { family }) => `${family} dscp set ${hex(value)}`,
  demands: { tables: ['mangle'] },
  apply({ dscp: value }, { packet }) {
    setTos(packet, (tosOf(packet) & 0x03) | (value << 2));
    return CONTINUE;
  },
});
