/** SPI ranges, as the ah and esp matches write them. */
export interface SpiMatch {
  readonly from: number;
  readonly to: number;
  readonly invert: boolean;
}

export const ANY_SPI: SpiMatch = { from: 0, to: 0xffffffff, invert: false };

const asked = ({ from, to, invert }: SpiMatch): boolean =>
  from !== 0 || to !== 0xffffffff || invert;

/** ` spi:5`, ` spis:!1:2`; nothing for any. */
export function printSpi(spi: SpiMatch): string {
  if (!asked(spi)) return '';
  const not = spi.invert ? '!' : '';
  return spi.from === spi.to ? ` spi:${not}${spi.from}` : ` spis:${not}${spi.from}:${spi.to}`;
}

/** `! --ahspi 1:2`; nothing for any. */
export function saveSpi(option: string, spi: SpiMatch): string {
  if (!asked(spi)) return '';
  const range = spi.from === spi.to ? `${spi.from}` : `${spi.from}:${spi.to}`;
  return `${spi.invert ? '! ' : ''}--${option} ${range}`;
}

/** `ah spi != 1-2`; undefined for any. */
export function translateSpi(protocol: string, spi: SpiMatch): string | undefined {
  if (!asked(spi)) return undefined;
  const range = spi.from === spi.to ? `${spi.from}` : `${spi.from}-${spi.to}`;
  return `${protocol} spi ${spi.invert ? '!= ' : ''}${range}`;
}

export const testSpi = ({ from, to, invert }: SpiMatch, spi: number): boolean =>
  (spi >= from && spi <= to) !== invert;
