import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';

interface ConnsecmarkInfo {
  readonly mode: 'save' | 'restore';
}

const MODES = ['save', 'restore'] as const;
const once = (name: string) => (_text: string, call: { seen(option: string): boolean }) => {
  if (MODES.some((mode) => call.seen(mode)))
    parameterProblem(`CONNSECMARK target: Can't specify --${name} twice`);
};

export const connsecmark = defineTarget({
  name: 'CONNSECMARK',
  options: {
    save: { type: 'none', excludes: ['restore'], read: once('save') },
    restore: { type: 'none', excludes: ['save'], read: once('restore') },
  },
  help: `--save     the packet's security mark becomes the connection's
--restore  the connection's security mark becomes the packet's`,
  check(given) {
    if (!MODES.some((mode) => given.has(mode)))
      parameterProblem('CONNSECMARK target: parameter required');
  },
  parse: (options): ConnsecmarkInfo => ({ mode: options.save ? 'save' : 'restore' }),
  print: ({ mode }) => `CONNSECMARK ${mode}`,
  save: ({ mode }) => `--${mode}`,
  demands: { tables: ['mangle', 'security'] },
  conntrack: true,
});
