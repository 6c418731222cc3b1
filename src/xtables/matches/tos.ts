import { tosOf } from '../../packet/network.ts';
import { defineMatch } from '../define.ts';
import { TOS_NAMES } from '../tos.ts';

interface TosInfo {
  readonly value: number;
  readonly mask: number;
  readonly invert: boolean;
}

const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;

export const tos = defineMatch({
  name: 'tos',
  revision: 1,
  options: { tos: { type: 'tosmask', required: true, invertible: true } },
  help: `[!] --tos VALUE[/MASK]  type of service or traffic class, of which only the bits in MASK count
[!] --tos NAME          Minimize-Delay, Maximize-Throughput, Maximize-Reliability, Minimize-Cost, Normal-Service`,
  parse: ({ tos: { value, invert } }): TosInfo => ({
    value: value.value,
    mask: value.mask,
    invert,
  }),
  // No blank between the words and a number: so it is upstream.
  print({ value, mask, invert }, { numeric }) {
    const named =
      !numeric && mask === 0x3f ? TOS_NAMES.find(([number]) => number === value) : undefined;
    return `tos match${invert ? '!' : ''}${named ? ` ${named[1]}` : `${hex(value)}/${hex(mask)}`}`;
  },
  save: ({ value, mask, invert }) => `${invert ? '! ' : ''}--tos ${hex(value)}/${hex(mask)}`,
  test: ({ value, mask, invert }, { packet }) => ((tosOf(packet) & mask) === value) !== invert,
});
