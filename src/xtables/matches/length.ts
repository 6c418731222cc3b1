import { defineMatch } from '../define.ts';

interface LengthInfo {
  readonly from: number;
  readonly to: number;
  readonly invert: boolean;
}

const span = ({ from, to }: LengthInfo, dash: string): string =>
  from === to ? `${from}` : `${from}${dash}${to}`;

export const length = defineMatch({
  name: 'length',
  options: { length: { type: 'u16 range', required: true, invertible: true } },
  help: '[!] --length LENGTH[:LENGTH]  bytes of the packet, IP header included',
  parse: ({ length: { value, invert } }): LengthInfo => ({
    from: value.from,
    to: value.to,
    invert,
  }),
  print: (info) => `length ${info.invert ? '!' : ''}${span(info, ':')}`,
  save: (info) => `${info.invert ? '! ' : ''}--length ${span(info, ':')}`,
  translate: (info) => `meta length ${info.invert ? '!= ' : ''}${span(info, '-')}`,
  test({ from, to, invert }, { packet }) {
    const n = packet.data.length;
    return (n >= from && n <= to) !== invert;
  },
});
