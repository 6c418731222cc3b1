import { defineMatch } from '../define.ts';

interface CpuInfo {
  readonly cpu: number;
  readonly invert: boolean;
}

/** The machine has one. */
const THIS_CPU = 0;

export const cpu = defineMatch({
  name: 'cpu',
  options: { cpu: { type: 'u32', required: true, invertible: true } },
  help: '[!] --cpu NUMBER  that handles the packet; the emulated host has CPU 0 alone',
  parse: ({ cpu: { value, invert } }): CpuInfo => ({ cpu: value, invert }),
  print: ({ cpu: value, invert }) => `cpu ${invert ? '! ' : ''}${value}`,
  save: ({ cpu: value, invert }) => `${invert ? '! ' : ''}--cpu ${value}`,
  translate: ({ cpu: value, invert }) => `cpu ${invert ? '!= ' : ''}${value}`,
  test: ({ cpu: value, invert }) => (value === THIS_CPU) !== invert,
});
