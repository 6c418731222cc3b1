import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import type { OptionCall } from '../options.ts';

/** What of a packet is hashed into its mark; absent fields are left whole. */
interface HmarkInfo {
  readonly srcPrefix: number | undefined;
  readonly dstPrefix: number | undefined;
  readonly sportMask: number | undefined;
  readonly dportMask: number | undefined;
  readonly sport: number | undefined;
  readonly dport: number | undefined;
  readonly spiMask: number | undefined;
  readonly spi: number | undefined;
  readonly protoMask: number | undefined;
  readonly rnd: number | undefined;
  readonly modulus: number;
  readonly offset: number;
  readonly ct: boolean;
}

type Field = 'src' | 'dst' | 'sport' | 'dport' | 'spi' | 'ct';
const FIELDS = new Set<string>(['src', 'dst', 'sport', 'dport', 'spi', 'ct']);

function readTuple(text: string, _call: OptionCall): ReadonlySet<Field> {
  const fields = new Set<Field>();
  for (const word of text.split(',')) {
    const wanted = word.toLowerCase();
    if (!FIELDS.has(wanted)) parameterProblem(`--hmark-tuple "${word}" is not supported`);
    // Membership was checked just now.
    fields.add(wanted as Field);
  }
  return fields;
}

const hex = (n: number): string => `0x${n.toString(16)}`;
const padded = (n: number, digits: number): string => `0x${n.toString(16).padStart(digits, '0')}`;

interface Word {
  readonly name: string;
  readonly value: (info: HmarkInfo) => number | undefined;
  readonly save: (value: number) => string;
  readonly print: (value: number) => string;
}

const decimal = (n: number): string => `${n}`;
const WORDS: readonly Word[] = [
  { name: 'src-prefix', value: (i) => i.srcPrefix, save: decimal, print: decimal },
  { name: 'dst-prefix', value: (i) => i.dstPrefix, save: decimal, print: decimal },
  { name: 'sport-mask', value: (i) => i.sportMask, save: (n) => padded(n, 4), print: hex },
  { name: 'dport-mask', value: (i) => i.dportMask, save: (n) => padded(n, 4), print: hex },
  { name: 'spi-mask', value: (i) => i.spiMask, save: (n) => padded(n, 8), print: hex },
  { name: 'sport', value: (i) => i.sport, save: (n) => padded(n, 4), print: hex },
  { name: 'dport', value: (i) => i.dport, save: (n) => padded(n, 4), print: hex },
  { name: 'spi', value: (i) => i.spi, save: (n) => padded(n, 8), print: hex },
  { name: 'proto-mask', value: (i) => i.protoMask, save: (n) => padded(n, 2), print: hex },
  { name: 'rnd', value: (i) => i.rnd, save: (n) => padded(n, 8), print: hex },
];

export const hmark = defineTarget({
  name: 'HMARK',
  library: 'HMARK',
  options: {
    'hmark-tuple': { type: 'string', read: readTuple },
    'hmark-src-prefix': { type: 'plen' },
    'hmark-dst-prefix': { type: 'plen' },
    'hmark-sport-mask': { type: 'u16' },
    'hmark-dport-mask': { type: 'u16' },
    'hmark-spi-mask': { type: 'u32' },
    'hmark-sport': { type: 'u16' },
    'hmark-dport': { type: 'u16' },
    'hmark-spi': { type: 'u32' },
    'hmark-proto-mask': { type: 'u16' },
    'hmark-rnd': { type: 'u32' },
    'hmark-mod': { type: 'u32', min: 1 },
    'hmark-offset': { type: 'u32' },
  },
  help: `--hmark-tuple LIST         what is hashed: src dst sport dport spi ct
--hmark-mod NUMBER         the mark is the hash modulo this
--hmark-offset NUMBER      plus this
--hmark-src-prefix, --hmark-dst-prefix LENGTH
--hmark-sport-mask, --hmark-dport-mask, --hmark-spi-mask, --hmark-proto-mask BITS
--hmark-sport, --hmark-dport, --hmark-spi VALUE
--hmark-rnd NUMBER         begins the hash`,
  check(given) {
    if (!given.has('hmark-mod')) parameterProblem('--hmark-mod is mandatory');
    const any = (...names: string[]) => names.some((name) => given.has(`hmark-${name}`));
    if (any('spi-mask', 'spi') && any('sport-mask', 'dport-mask', 'sport', 'dport'))
      parameterProblem('you cannot use --hmark-spi-mask and --hmark-?port-mask,at the same time');
    if (
      !given.has('hmark-tuple') &&
      !any('src-prefix', 'dst-prefix', 'sport-mask', 'dport-mask', 'spi-mask', 'proto-mask')
    )
      parameterProblem('you have to set --hmark-tuple at least');
  },
  parse(options, { family }): HmarkInfo {
    const tuple: ReadonlySet<Field> = options['hmark-tuple']?.value ?? new Set();
    const whole = family === 'ip' ? 32 : 128;
    const from = (field: Field, value: number | undefined, all: number) =>
      value ?? (tuple.has(field) ? all : undefined);
    return {
      srcPrefix: from('src', options['hmark-src-prefix']?.value, whole),
      dstPrefix: from('dst', options['hmark-dst-prefix']?.value, whole),
      sportMask: from('sport', options['hmark-sport-mask']?.value, 0xffff),
      dportMask: from('dport', options['hmark-dport-mask']?.value, 0xffff),
      spiMask: from('spi', options['hmark-spi-mask']?.value, 0xffffffff),
      sport: options['hmark-sport']?.value,
      dport: options['hmark-dport']?.value,
      spi: options['hmark-spi']?.value,
      protoMask: options['hmark-proto-mask']?.value,
      rnd: options['hmark-rnd']?.value,
      modulus: options['hmark-mod']?.value ?? 0,
      offset: options['hmark-offset']?.value ?? 0,
      ct: tuple.has('ct'),
    };
  },
  print(info) {
    const words = WORDS.flatMap(({ name, value, print }) => {
      const n = value(info);
      return n === undefined ? [] : [`${name} ${print(n)} `];
    });
    const offset = info.offset === 0 ? '' : `+ ${hex(info.offset)} `;
    return `HMARK mod ${info.modulus} ${offset}${info.ct ? 'ct, ' : ''}${words.join('')}`;
  },
  save(info) {
    const words = WORDS.flatMap(({ name, value, save }) => {
      const n = value(info);
      return n === undefined ? [] : [`--hmark-${name} ${save(n)}`];
    });
    words.push(`--hmark-mod ${info.modulus}`);
    if (info.offset !== 0) words.push(`--hmark-offset ${info.offset}`);
    if (info.ct) words.push('--hmark-tuple ct');
    return words.join(' ');
  },
  conntrack: ({ ct }) => ct,
});
