import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { mark } from './mark.ts';

const WAYS = ['set-mark', 'and-mark', 'or-mark'] as const;
const excludes = WAYS;

/** MARK as arptables has it: fewer options, the same module. */
export const arpMark = defineTarget({
  name: 'MARK',
  revision: 2,
  families: [],
  options: {
    'set-mark': { type: 'u32', excludes },
    'and-mark': { type: 'u32', excludes },
    'or-mark': { type: 'u32', excludes },
  },
  help: '--set-mark VALUE, --and-mark BITS, --or-mark BITS',
  check(given) {
    if (!WAYS.some((name) => given.has(name)))
      parameterProblem('MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required');
  },
  parse(options) {
    const [set, and, or] = WAYS.map((way) => options[way]?.value);
    if (set !== undefined) return { mark: set, mask: 0xffffffff };
    if (and !== undefined) return { mark: 0, mask: ~and >>> 0 };
    return { mark: or ?? 0, mask: or ?? 0 };
  },
  print: () => '',
  save: () => '',
  translate(info, env) {
    const text = mark.translate?.({ ...info }, env);
    // Without the blank that ends the other one.
    return typeof text === 'string' ? text.trimEnd() : text;
  },
});
