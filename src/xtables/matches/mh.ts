import { PROTO } from '../../packet/protocols.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { wholeUint } from '../numbers.ts';

interface MhInfo {
  readonly from: number;
  readonly to: number;
  readonly invert: boolean;
}

/** Names of the types; the first of each number is the one listings show. */
const NAMES: readonly (readonly [string, number])[] = [
  ['binding-refresh-request', 0],
  ['brr', 0],
  ['home-test-init', 1],
  ['hoti', 1],
  ['careof-test-init', 2],
  ['coti', 2],
  ['home-test', 3],
  ['hot', 3],
  ['careof-test', 4],
  ['cot', 4],
  ['binding-update', 5],
  ['bu', 5],
  ['binding-acknowledgement', 6],
  ['ba', 6],
  ['binding-error', 7],
  ['be', 7],
];
const MAX = 255;

/** A name may be cut short; the first that begins so is meant. */
function readType(text: string): number {
  const wanted = text.toLowerCase();
  const named = NAMES.find(([name]) => name.startsWith(wanted));
  if (named) return named[1];
  return wholeUint(text, 0, MAX) ?? parameterProblem(`Invalid MH type \`${text}'`);
}

function readTypes(text: string): { from: number; to: number } {
  const colon = text.indexOf(':');
  if (colon < 0) {
    const type = readType(text);
    return { from: type, to: type };
  }
  const [first, last] = [text.slice(0, colon), text.slice(colon + 1)];
  const from = first === '' ? 0 : readType(first);
  const to = last === '' ? MAX : readType(last);
  if (from > to) parameterProblem('Invalid MH type range (min > max)');
  return { from, to };
}

const asked = ({ from, to, invert }: MhInfo): boolean => from !== 0 || to !== MAX || invert;

function range({ from, to }: MhInfo, dash: string, show: (type: number) => string): string {
  return from === to ? show(from) : `${show(from)}${dash}${show(to)}`;
}

const decimal = (type: number): string => `${type}`;
const nameOf = (type: number): string => NAMES.find(([, n]) => n === type)?.[0] ?? `${type}`;

export const mh = defineMatch({
  name: 'mh',
  families: ['ip6'],
  options: { 'mh-type': { type: 'string', invertible: true, read: readTypes } },
  help: '[!] --mh-type TYPE[:TYPE]  of the mobility header, by number or name (brr hoti coti hot cot bu ba be)',
  parse(options): MhInfo {
    const given = options['mh-type'];
    return {
      from: given?.value.from ?? 0,
      to: given?.value.to ?? MAX,
      invert: given?.invert ?? false,
    };
  },
  print: (info, { numeric }) =>
    asked(info)
      ? `mh ${info.invert ? '!' : ''}${range(info, ':', numeric ? decimal : nameOf)}`
      : 'mh',
  save: (info) =>
    asked(info) ? `${info.invert ? '! ' : ''}--mh-type ${range(info, ':', decimal)}` : '',
  translate: (info) =>
    asked(info)
      ? `mh type ${info.invert ? '!= ' : ''}${range(info, '-', decimal)}`
      : 'exthdr mh exists',
  demands: { protos: [PROTO.mh] },
  test({ from, to, invert }, { packet }) {
    // mh_mt6: the header after the chain; one with another payload is dropped by the kernel.
    const { data } = packet;
    let proto = data[6] ?? 0;
    let offset = 40;
    while (proto !== PROTO.mh && offset + 8 <= data.length && EXTENSIONS.has(proto)) {
      const size = ((data[offset + 1] ?? 0) + 1) * 8;
      proto = data[offset] ?? 0;
      offset += size;
    }
    if (proto !== PROTO.mh || offset + 6 > data.length) return false;
    if (data[offset] !== PROTO.none) return false;
    const type = data[offset + 2] ?? 0;
    return (type >= from && type <= to) !== invert;
  },
});

const EXTENSIONS = new Set<number>([PROTO.hopopts, PROTO.routing, PROTO.dstopts]);
