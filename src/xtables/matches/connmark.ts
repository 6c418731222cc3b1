import { conntrackOf } from '../../kernel/netfilter.ts';
import { defineMatch } from '../define.ts';

interface ConnmarkInfo {
  readonly mark: number;
  readonly mask: number;
  readonly invert: boolean;
}

const ALL = 0xffffffff;
const hex = (n: number): string => `0x${n.toString(16)}`;
const show = ({ mark, mask }: ConnmarkInfo): string =>
  mask === ALL ? hex(mark) : `${hex(mark)}/${hex(mask)}`;

export const connmark = defineMatch({
  name: 'connmark',
  revision: 1,
  options: { mark: { type: 'mark', required: true, invertible: true } },
  help: "[!] --mark VALUE[/MASK]  the connection's mark, of which only the bits in MASK count",
  parse: ({ mark: { value, invert } }): ConnmarkInfo => ({
    mark: value.value,
    mask: value.mask,
    invert,
  }),
  // A blank stands for the sign that is not there.
  print: (info) => `connmark match ${info.invert ? '!' : ''} ${show(info)}`,
  save: (info) => `${info.invert ? '! ' : ''}--mark ${show(info)}`,
  translate({ mark, mask, invert }) {
    if (mask === ALL) return `ct mark ${invert ? '!= ' : ''}${hex(mark)}`;
    return `ct mark and ${hex(mask)} ${invert ? '!=' : '=='} ${hex(mark)}`;
  },
  conntrack: true,
  test({ mark, mask, invert }, { packet }) {
    const connection = conntrackOf(packet);
    if (!connection) return false;
    return ((connection.entry.mark & mask) >>> 0 === mark) !== invert;
  },
});
