import type { PacketType } from '../../packet/packet.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

/** PACKET_* of linux/if_packet.h, by number, and the names they have here. */
const TYPES: readonly (readonly [number, string])[] = [
  [0, 'unicast'],
  [1, 'broadcast'],
  [2, 'multicast'],
  [3, 'otherhost'],
  [4, 'outgoing'],
  [5, 'loopback'],
  [6, 'fastroute'],
  [0, 'host'],
];

const NUMBERS: { readonly [T in PacketType]: number } = {
  host: 0,
  broadcast: 1,
  multicast: 2,
  otherhost: 3,
  outgoing: 4,
  loopback: 5,
};

interface PkttypeInfo {
  readonly type: number;
  readonly invert: boolean;
}

const nameOf = (type: number): string => TYPES.find(([n]) => n === type)?.[1] ?? `${type}`;
/** nft is given names for the first three alone. */
const translated = (type: number): string => (type < 3 ? nameOf(type) : `${type}`);

export const pkttype = defineMatch({
  name: 'pkttype',
  options: {
    'pkt-type': {
      type: 'string',
      required: true,
      invertible: true,
      read(text): number {
        const found = TYPES.find(([, name]) => name === text.toLowerCase());
        return found ? found[0] : parameterProblem(`Bad packet type '${text}'`);
      },
    },
  },
  help: '[!] --pkt-type TYPE  of the link layer: unicast, broadcast or multicast',
  parse: ({ 'pkt-type': { value, invert } }): PkttypeInfo => ({ type: value, invert }),
  print: ({ type, invert }) => `PKTTYPE ${invert ? '!=' : '='} ${nameOf(type)}`,
  save: ({ type, invert }) => `${invert ? '! ' : ''}--pkt-type ${nameOf(type)}`,
  translate: ({ type, invert }) => `pkttype ${invert ? '!= ' : ''}${translated(type)}`,
  test({ type, invert }, { packet }) {
    // pkttype_mt: what went out over loopback is told by its address.
    const actual =
      packet.type === 'loopback' ? loopbackType(packet.data, packet.family) : NUMBERS[packet.type];
    return (actual === type) !== invert;
  },
});

function loopbackType(data: Uint8Array, family: 'ip' | 'ip6' | undefined): number {
  if (family === 'ip') return ((data[16] ?? 0) & 0xf0) === 0xe0 ? 2 : 1;
  if (family === 'ip6') return data[24] === 0xff ? 2 : 1;
  return 1;
}
