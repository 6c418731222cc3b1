import { formatAddress } from '../../base/address.ts';
import { compareBytes } from '../../base/bytes.ts';
import { addresses } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { parseFamilyAddress } from '../names.ts';
import type { Given, OptionCall } from '../options.ts';

interface AddressRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}
type Side = AddressRange & { readonly invert: boolean };

interface IprangeInfo {
  readonly src?: Side;
  readonly dst?: Side;
}

function readRange(text: string, { option, env }: OptionCall): AddressRange {
  const read = (part: string) =>
    parseFamilyAddress(part, env.family) ??
    parameterProblem(`iprange: Bad value for "--${option}" option: "${part}"`);
  const dash = text.indexOf('-');
  if (dash < 0) {
    const from = read(text);
    return { from, to: from };
  }
  const from = read(text.slice(0, dash));
  const to = read(text.slice(dash + 1));
  if (compareBytes(from, to) > 0)
    env.warn(`xt_iprange: range ${text} is reversed and will never match\n`);
  return { from, to };
}

const span = ({ from, to }: AddressRange): string => `${formatAddress(from)}-${formatAddress(to)}`;

/** Both sides, source first, each with its own words. */
function sides(info: IprangeInfo, words: (side: Side, name: 'src' | 'dst') => string): string {
  const out: string[] = [];
  if (info.src) out.push(words(info.src, 'src'));
  if (info.dst) out.push(words(info.dst, 'dst'));
  return out.join(' ');
}

const LONG = { src: 'source', dst: 'destination' } as const;
const FIELD = { src: 'saddr', dst: 'daddr' } as const;

const side = (given: Given<AddressRange>): Side => ({ ...given.value, invert: given.invert });

export const iprange = defineMatch({
  name: 'iprange',
  revision: 1,
  options: {
    'src-range': { type: 'string', invertible: true, read: readRange },
    'dst-range': { type: 'string', invertible: true, read: readRange },
  },
  help: `[!] --src-range ADDRESS[-ADDRESS]  source
[!] --dst-range ADDRESS[-ADDRESS]  destination`,
  check(given) {
    if (!given.has('src-range') && !given.has('dst-range'))
      parameterProblem("iprange match: You must specify `--src-range' or `--dst-range'");
  },
  parse: ({ 'src-range': src, 'dst-range': dst }): IprangeInfo => ({
    ...(src && { src: side(src) }),
    ...(dst && { dst: side(dst) }),
  }),
  print: (info) =>
    sides(info, (s, name) => `${LONG[name]} IP range ${s.invert ? '! ' : ''}${span(s)}`),
  save: (info) => sides(info, (s, name) => `${s.invert ? '! ' : ''}--${name}-range ${span(s)}`),
  translate: (info, { family }) =>
    sides(info, (s, name) => `${family} ${FIELD[name]} ${s.invert ? '!= ' : ''}${span(s)}`),
  test(info, { packet }) {
    const own = addresses(packet);
    const hit = (wanted: Side | undefined, address: Uint8Array) =>
      !wanted ||
      (compareBytes(address, wanted.from) >= 0 && compareBytes(address, wanted.to) <= 0) !==
        wanted.invert;
    return hit(info.src, own.src) && hit(info.dst, own.dst);
  },
});
