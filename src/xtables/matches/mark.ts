import { le } from '../../base/bytes.ts';
import { defineMatch } from '../define.ts';

export interface MarkInfo {
  readonly mark: number;
  readonly mask: number;
  readonly invert: boolean;
}

const hex = (n: number): string => `0x${n.toString(16)}`;
const value = ({ mark, mask }: MarkInfo): string =>
  mask === 0xffffffff ? hex(mark) : `${hex(mark)}/${hex(mask)}`;

export const mark = defineMatch({
  name: 'mark',
  revision: 1,
  options: { mark: { type: 'mark', required: true, invertible: true } },
  help: '[!] --mark VALUE[/MASK]  the packet mark, of which only the bits in MASK count',
  parse: ({ mark: { value: given, invert } }): MarkInfo => ({
    mark: given.value,
    mask: given.mask,
    invert,
  }),
  print: (info) => `mark match${info.invert ? ' !' : ''} ${value(info)}`,
  save: (info) => `${info.invert ? '! ' : ''}--mark ${value(info)}`,
  translate(info) {
    const op = info.invert ? '!= ' : '';
    if (info.mask === 0xffffffff) return `mark ${op}${hex(info.mark)}`;
    return `mark and ${hex(info.mask)} ${op || '== '}${hex(info.mark)}`;
  },
  lower: (info) => [
    { op: 'meta', key: 'mark', dreg: 1 },
    ...(info.mask === 0xffffffff
      ? []
      : [
          {
            op: 'bitwise',
            sreg: 1,
            dreg: 1,
            len: 4,
            mask: le(info.mask, 4),
            xor: le(0, 4),
          } as const,
        ]),
    { op: 'cmp', cmp: info.invert ? 'neq' : 'eq', sreg: 1, data: le(info.mark, 4) },
  ],
  test: (info, { packet }) => ((packet.mark & info.mask) >>> 0 === info.mark) !== info.invert,
});
