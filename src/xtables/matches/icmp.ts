import type { EvalContext } from '../../kernel/nftables/context.ts';
import { ICMP_NAMES, ICMPV6_NAMES, ICMPV6_NFT, type IcmpName } from '../../packet/icmp-names.ts';
import { defineMatch, type XtFamily } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { wholeUint } from '../numbers.ts';

interface IcmpInfo {
  readonly type: number;
  /** First and last code; 0 and 255 for any. */
  readonly codes: readonly [number, number];
  readonly invert: boolean;
}

const ANY = 255;

const isAny = ({ type, codes }: IcmpInfo): boolean =>
  type === ANY && codes[0] === 0 && codes[1] === 255;

type Wanted = Pick<IcmpInfo, 'type' | 'codes'>;

function readType(text: string, names: readonly IcmpName[], label: string): Wanted {
  const wanted = text.toLowerCase();
  const found = names.filter(({ name }) => name.toLowerCase().startsWith(wanted));
  const [named, other] = found;
  if (named && other)
    parameterProblem(`Ambiguous ${label} type \`${text}': \`${named.name}' or \`${other.name}'?`);
  if (named) return { type: named.type, codes: named.codes };
  const slash = text.indexOf('/');
  const type = wholeUint(slash < 0 ? text : text.slice(0, slash), 0, 255);
  if (type === undefined) parameterProblem(`Unknown ${label} type \`${text}'`);
  if (slash < 0) return { type, codes: [0, 255] };
  const [first = '', last = first] = text.slice(slash + 1).split(':', 2);
  const min = wholeUint(first, 0, 255);
  const max = wholeUint(last, 0, 255);
  if (min === undefined || max === undefined)
    return parameterProblem(`Unknown ${label} code \`${text}'`);
  return { type, codes: [min, max] };
}

function printType(
  { type, codes, invert }: IcmpInfo,
  names: readonly IcmpName[],
  numeric: boolean,
): string {
  const [min, max] = codes;
  const named = numeric
    ? undefined
    : names.find((n) => n.type === type && n.codes[0] === min && n.codes[1] === max);
  if (named) return ` ${invert ? '!' : ''}${named.name}`;
  const code =
    min === max ? ` code ${min}` : min !== 0 || max !== 255 ? ` codes ${min}-${max}` : '';
  return `${invert ? ' !' : ''}type ${type}${code}`;
}

const saveType = ({ type, codes: [min, max] }: IcmpInfo): string =>
  `${type}${min !== 0 || max !== 255 ? `/${min}` : ''}`;

/** As icmp_type_code_match: the type and code in the first fragment. */
function testType(
  { type, codes, invert }: IcmpInfo,
  { packet }: EvalContext,
  proto: number,
  any: boolean,
): boolean {
  const { offset, fragment, proto: own } = packet.transport;
  if (fragment !== 0 || own !== proto || offset + 2 > packet.data.length) return false;
  const found = packet.data[offset] ?? 0;
  const code = packet.data[offset + 1] ?? 0;
  const hit = (any && type === ANY) || (found === type && code >= codes[0] && code <= codes[1]);
  return hit !== invert;
}

function listing(names: readonly IcmpName[]): string {
  const lines: string[] = [];
  for (const { name, codes } of names) lines.push(codes[0] === codes[1] ? `   ${name}` : name);
  return lines.join('\n');
}

const families = (family: XtFamily): readonly XtFamily[] => [family];

export const icmp = defineMatch({
  name: 'icmp',
  families: families('ip'),
  options: {
    'icmp-type': {
      type: 'string',
      required: true,
      invertible: true,
      read: (text) => readType(text, ICMP_NAMES, 'ICMP'),
    },
  },
  help: `[!] --icmp-type TYPE[/CODE]  by number or by one of these names:\n${listing(ICMP_NAMES)}`,
  parse: ({ 'icmp-type': { value, invert } }): IcmpInfo => ({ ...value, invert }),
  print: (info, { numeric }) => `icmp${printType(info, ICMP_NAMES, numeric)}`,
  save: (info) => `${info.invert ? '! ' : ''}--icmp-type ${isAny(info) ? 'any' : saveType(info)}`,
  translate(info) {
    if (info.type === ANY) return 'ip protocol icmp';
    const name = ICMP_NAMES.find(
      (n) => n.type === info.type && n.codes[0] === info.codes[0] && n.codes[1] === info.codes[1],
    );
    if (!name || name.codes[0] === name.codes[1]) return undefined;
    return `icmp type ${info.invert ? '!= ' : ''}${name.name}`;
  },
  demands: { protos: [1] },
  test: (info, ctx) => testType(info, ctx, 1, true),
});

export const icmp6 = defineMatch({
  name: 'icmp6',
  families: families('ip6'),
  options: {
    'icmpv6-type': {
      type: 'string',
      required: true,
      invertible: true,
      read: (text) => readType(text, ICMPV6_NAMES, 'ICMPv6'),
    },
  },
  help: `[!] --icmpv6-type TYPE[/CODE]  by number or by one of these names:\n${listing(ICMPV6_NAMES)}`,
  parse: ({ 'icmpv6-type': { value, invert } }): IcmpInfo => ({ ...value, invert }),
  print: (info, { numeric }) => `ipv6-icmp${printType(info, ICMPV6_NAMES, numeric)}`,
  save: (info) => `${info.invert ? '! ' : ''}--icmpv6-type ${saveType(info)}`,
  translate(info) {
    const name = ICMPV6_NFT.get(info.type);
    if (name === undefined || info.codes[0] === info.codes[1]) return undefined;
    return `icmpv6 type ${info.invert ? '!= ' : ''}${name}`;
  },
  demands: { protos: [58] },
  test: (info, ctx) => testType(info, ctx, 58, false),
});
