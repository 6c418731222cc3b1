import { readUint } from '../../base/bytes.ts';
import { extensionHeaders } from '../../packet/ipv6.ts';
import { PROTO } from '../../packet/protocols.ts';
import { defineMatch } from '../define.ts';
import { ANY_SPI, printSpi, type SpiMatch, saveSpi, testSpi, translateSpi } from '../spi.ts';

interface AhInfo {
  readonly spi: SpiMatch;
}

/** The authentication header as IPv4's transport. */
export const ah = defineMatch({
  name: 'ah',
  families: ['ip'],
  options: { ahspi: { type: 'u32 range', invertible: true } },
  help: '[!] --ahspi SPI[:SPI]  security parameter index, or first and last of a range',
  parse({ ahspi }): AhInfo {
    if (!ahspi) return { spi: ANY_SPI };
    const { from, to } = ahspi.value;
    return { spi: { from, to, invert: ahspi.invert } };
  },
  // Without a range the tool leaves a blank behind the name.
  print: ({ spi }) => `ah${printSpi(spi) || ' '}`,
  save: ({ spi }) => saveSpi('ahspi', spi),
  translate: ({ spi }) => translateSpi('ah', spi) ?? 'meta l4proto ah',
  demands: { protos: [PROTO.ah] },
  test({ spi }, { packet }) {
    const { proto, offset, fragment } = packet.transport;
    if (proto !== PROTO.ah || fragment !== 0 || offset + 12 > packet.data.length) return false;
    return testSpi(spi, readUint(packet.data, offset + 4, 4));
  },
});

interface Ah6Info extends AhInfo {
  /** Bytes of the header; undefined when not asked for. */
  readonly length: { readonly value: number; readonly invert: boolean } | undefined;
  /** The reserved field has to be zero. */
  readonly reserved: boolean;
}

/** The authentication header as one of IPv6's extension headers. */
export const ah6 = defineMatch({
  name: 'ah',
  families: ['ip6'],
  options: {
    ahspi: { type: 'u32 range', invertible: true },
    ahlen: { type: 'u32', invertible: true },
    ahres: { type: 'none' },
  },
  help: `[!] --ahspi SPI[:SPI]  security parameter index, or first and last of a range
[!] --ahlen LENGTH     of the header in bytes
--ahres                the reserved field is zero`,
  parse({ ahspi, ahlen, ahres }): Ah6Info {
    return {
      spi: ahspi ? { from: ahspi.value.from, to: ahspi.value.to, invert: ahspi.invert } : ANY_SPI,
      length: ahlen && { value: ahlen.value, invert: ahlen.invert },
      reserved: ahres !== undefined,
    };
  },
  print({ spi, length, reserved }) {
    const shown = length ? `length:${length.invert ? '!' : ''}${length.value}` : '';
    return `ah${printSpi(spi) || ' '}${shown}${reserved ? ' reserved' : ''}`;
  },
  save: ({ spi, length, reserved }) =>
    [
      saveSpi('ahspi', spi),
      length ? `${length.invert ? '! ' : ''}--ahlen ${length.value}` : '',
      reserved ? '--ahres' : '',
    ]
      .filter(Boolean)
      .join(' '),
  translate({ spi, length, reserved }) {
    const parts = [
      translateSpi('ah', spi),
      length && `ah hdrlength ${length.invert ? '!= ' : ''}${length.value}`,
      reserved ? 'ah reserved 1' : undefined,
    ].filter((part) => part !== undefined);
    return parts.join(' ') || 'exthdr ah exists';
  },
  test({ spi, length, reserved }, { packet }) {
    const { data } = packet;
    for (const header of extensionHeaders(data)) {
      if (header.type !== PROTO.ah) continue;
      if (header.offset + 12 > data.length) return false;
      return (
        testSpi(spi, readUint(data, header.offset + 4, 4)) &&
        (!length || (header.length === length.value) !== length.invert) &&
        !(reserved && readUint(data, header.offset + 2, 2) !== 0)
      );
    }
    return false;
  },
});
