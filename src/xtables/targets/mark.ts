import { CONTINUE } from '../../kernel/nftables/context.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import type { Masked } from '../options.ts';

/** The mark becomes `(mark & ~mask) ^ value`. */
interface MarkTargetInfo {
  readonly mark: number;
  readonly mask: number;
}

const ALL = 0xffffffff;
const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`;

const WAYS = {
  'set-xmark': ({ value, mask }: Masked) => ({ mark: value, mask }),
  'set-mark': ({ value, mask }: Masked) => ({ mark: value, mask: (mask | value) >>> 0 }),
  'and-mark': (bits: number) => ({ mark: 0, mask: ~bits >>> 0 }),
  'or-mark': (bits: number) => ({ mark: bits, mask: bits }),
  'xor-mark': (bits: number) => ({ mark: bits, mask: 0 }),
};
const NAMES = Object.keys(WAYS);
const excludes = NAMES;

export const mark = defineTarget({
  name: 'MARK',
  revision: 2,
  options: {
    'set-xmark': { type: 'mark', excludes },
    'set-mark': { type: 'mark', excludes },
    'and-mark': { type: 'u32', excludes },
    'or-mark': { type: 'u32', excludes },
    'xor-mark': { type: 'u32', excludes },
  },
  help: `--set-xmark VALUE[/MASK]  clear the bits of MASK, exclusive-or VALUE
--set-mark VALUE[/MASK]   clear the bits of MASK, or VALUE
--and-mark, --or-mark, --xor-mark BITS`,
  check(given) {
    if (!NAMES.some((name) => given.has(name)))
      parameterProblem('MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required');
  },
  parse(options): MarkTargetInfo {
    const { 'set-xmark': xset, 'set-mark': set } = options;
    if (xset) return WAYS['set-xmark'](xset.value);
    if (set) return WAYS['set-mark'](set.value);
    for (const way of ['and-mark', 'or-mark', 'xor-mark'] as const) {
      const bits = options[way]?.value;
      if (bits !== undefined) return WAYS[way](bits);
    }
    throw new Error('MARK without an operation');
  },
  print({ mark: value, mask }) {
    if (value === 0) return `MARK and ${hex(~mask)}`;
    if (value === mask) return `MARK or ${hex(value)}`;
    if (mask === 0) return `MARK xor ${hex(value)}`;
    if (mask === ALL) return `MARK set ${hex(value)}`;
    return `MARK xset ${hex(value)}/${hex(mask)}`;
  },
  save: ({ mark: value, mask }) => `--set-xmark ${hex(value)}/${hex(mask)}`,
  translate({ mark: value, mask }) {
    const set = 'meta mark set ';
    if (mask === ALL) return `${set}${hex(value)} `;
    if (value === 0) return `${set}mark and ${hex(~mask)} `;
    if (value === mask) return `${set}mark or ${hex(value)} `;
    if (mask === 0) return `${set}mark xor ${hex(value)} `;
    return `${set}mark and ${hex(~mask)} xor ${hex(value)} `;
  },
  apply({ mark: value, mask }, { packet }) {
    packet.mark = ((packet.mark & ~mask) ^ value) >>> 0;
    return CONTINUE;
  },
});
