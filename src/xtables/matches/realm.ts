import { defineMatch } from '../define.ts';

interface RealmInfo {
  readonly id: number;
  readonly mask: number;
  readonly invert: boolean;
}

const ALL = 0xffffffff;
const hex = (n: number): string => `0x${n.toString(16)}`;
const show = ({ id, mask }: RealmInfo): string =>
  mask === ALL ? hex(id) : `${hex(id)}/${hex(mask)}`;

export const realm = defineMatch({
  name: 'realm',
  families: ['ip'],
  options: { realm: { type: 'mark', required: true, invertible: true } },
  help: '[!] --realm VALUE[/MASK]  of the route the packet takes',
  parse: ({ realm: { value, invert } }): RealmInfo => ({
    id: value.value,
    mask: value.mask,
    invert,
  }),
  print: (info) => `${info.invert ? '! ' : ''}realm ${show(info)}`,
  save: (info) => `${info.invert ? '! ' : ''}--realm ${show(info)}`,
  translate({ id, mask, invert }) {
    if (mask === ALL) return `rtclassid ${invert ? '!= ' : ''}${hex(id)}`;
    return `rtclassid and ${hex(mask)} ${invert ? '!=' : '=='} ${hex(id)}`;
  },
  demands: { hooks: ['input', 'forward', 'output', 'postrouting'] },
  test: ({ id, mask, invert }, { packet }) => ((packet.realm & mask) >>> 0 === id) !== invert,
});
