import { readUint } from '../../base/bytes.ts';
import { defineMatch } from '../define.ts';
import { printSpi, type SpiMatch, saveSpi, testSpi } from '../spi.ts';

interface IpcompInfo {
  readonly spi: SpiMatch;
  readonly reserved: boolean;
}

const PROTO_COMP = 108;
/** Without the option the match asks for 0. */
const NONE: SpiMatch = { from: 0, to: 0, invert: false };

export const ipcomp = defineMatch({
  name: 'ipcomp',
  options: {
    ipcompspi: { type: 'u32 range', invertible: true },
    compres: { type: 'none' },
  },
  help: `[!] --ipcompspi CPI[:CPI]  compression parameter index, or first and last of a range
--compres                  kept and shown; the kernel does not test it`,
  parse: ({ ipcompspi, compres }): IpcompInfo => ({
    spi: ipcompspi
      ? { from: ipcompspi.value.from, to: ipcompspi.value.to, invert: ipcompspi.invert }
      : NONE,
    reserved: compres !== undefined,
  }),
  print: ({ spi, reserved }) => `comp${printSpi(spi) || ' '}${reserved ? ' reserved' : ''}`,
  save: ({ spi, reserved }) =>
    [saveSpi('ipcompspi', spi), reserved ? '--compres' : ''].filter(Boolean).join(' '),
  translate({ spi: { from, to, invert } }) {
    return `comp cpi ${invert ? '!= ' : ''}${from === to ? from : `${from}-${to}`}`;
  },
  demands: { protos: [PROTO_COMP] },
  // As comp_mt, which never looks at the reserved field.
  test({ spi }, { packet }) {
    const { proto, offset, fragment } = packet.transport;
    if (proto !== PROTO_COMP || fragment !== 0 || offset + 4 > packet.data.length) return false;
    return testSpi(spi, readUint(packet.data, offset + 2, 2));
  },
});
