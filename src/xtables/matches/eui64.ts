import { defineMatch } from '../define.ts';

/** Nothing can be asked. */
type Eui64Info = { readonly [key: string]: never };

/** Universal/local bit of an EUI-64. */
const LOCAL = 0x02;

export const eui64 = defineMatch({
  name: 'eui64',
  families: ['ip6'],
  options: {},
  help: 'the interface part of the IPv6 source address is made of the Ethernet source address',
  parse: (): Eui64Info => ({}),
  print: () => '',
  save: () => '',
  demands: { hooks: ['prerouting', 'input', 'forward'] },
  test(_, { packet }) {
    const { link, data } = packet;
    if (link.length < 14 || data.length < 40) return false;
    const mac = link.subarray(6, 12);
    const eui = [
      (mac[0] ?? 0) ^ LOCAL,
      mac[1] ?? 0,
      mac[2] ?? 0,
      0xff,
      0xfe,
      mac[3] ?? 0,
      mac[4] ?? 0,
      mac[5] ?? 0,
    ];
    return eui.every((byte, i) => byte === data[16 + i]);
  },
});
