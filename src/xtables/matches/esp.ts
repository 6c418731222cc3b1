import { readUint } from '../../base/bytes.ts';
import { PROTO } from '../../packet/protocols.ts';
import { defineMatch } from '../define.ts';
import { ANY_SPI, printSpi, type SpiMatch, saveSpi, testSpi, translateSpi } from '../spi.ts';

interface EspInfo {
  readonly spi: SpiMatch;
}

export const esp = defineMatch({
  name: 'esp',
  options: { espspi: { type: 'u32 range', invertible: true } },
  help: '[!] --espspi SPI[:SPI]  security parameter index, or first and last of a range',
  parse({ espspi }): EspInfo {
    if (!espspi) return { spi: ANY_SPI };
    const { from, to } = espspi.value;
    return { spi: { from, to, invert: espspi.invert } };
  },
  print: ({ spi }) => `esp${printSpi(spi)}`,
  save: ({ spi }) => saveSpi('espspi', spi),
  translate: ({ spi }, { family }) =>
    translateSpi('esp', spi) ?? (family === 'ip' ? 'meta l4proto esp' : 'exthdr esp exists'),
  demands: { protos: [PROTO.esp] },
  test({ spi }, { packet }) {
    const { proto, offset, fragment } = packet.transport;
    if (proto !== PROTO.esp || fragment !== 0 || offset + 8 > packet.data.length) return false;
    return testSpi(spi, readUint(packet.data, offset, 4));
  },
});
