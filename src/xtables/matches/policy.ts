import { formatAddress, maskPrefix } from '../../base/address.ts';
import { NotEmulated } from '../../base/errors.ts';
import { protocolByName } from '../../base/netdb.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { formatMask, type HostMask } from '../names.ts';
import type { Given, OptionCall } from '../options.ts';
import { readValue } from '../values.ts';

interface Asked<V> {
  readonly value: V;
  readonly invert: boolean;
}

/** What is asked of one transformation. */
interface Element {
  readonly reqid?: Asked<number>;
  readonly spi?: Asked<number>;
  readonly proto?: Asked<number>;
  readonly mode?: Asked<'transport' | 'tunnel'>;
  readonly 'tunnel-dst'?: Asked<HostMask>;
  readonly 'tunnel-src'?: Asked<HostMask>;
}

interface PolicyInfo {
  readonly dir: 'in' | 'out';
  readonly none: boolean;
  readonly strict: boolean;
  readonly elements: readonly Element[];
}

const MAX_ELEMENTS = 4;
const PROTOCOLS = new Map([
  [50, 'esp'],
  [51, 'ah'],
  [108, 'ipcomp'],
]);

/** A value with the number of the element it belongs to: `--next` begins another. */
interface Placed<V> {
  readonly value: V;
  readonly element: number;
}

const placed = <V>(call: OptionCall, value: V): Placed<V> => ({
  value,
  element: call.count('next'),
});

/** An option of an element, read as the engine reads its type. */
const elementOption = (type: 'u32' | 'hostmask') =>
  ({
    type,
    multi: true,
    invertible: true,
    read: (text: string, call: OptionCall): Placed<unknown> =>
      placed(call, readValue({ type }, text, call)),
  }) as const;

function readProto(text: string): number {
  const number = protocolByName(text)?.number ?? (/^\d+$/.test(text) ? Number(text) : undefined);
  if (number === undefined || !PROTOCOLS.has(number))
    return parameterProblem('policy match: protocol must be ah/esp/ipcomp');
  return number;
}

const network = ({ address, mask }: HostMask): string => {
  const bits = maskPrefix(mask);
  if (bits === mask.length * 8) return formatAddress(address);
  return `${formatAddress(address)}/${bits ?? formatMask(mask)}`;
};

const hex = (n: number): string => `0x${n.toString(16)}`;

/** An element's words, in either manner. */
function words(element: Element, dashes: string, proto: (n: number) => string): string[] {
  const word = <V>(name: string, asked: Asked<V> | undefined, show: (value: V) => string) =>
    asked ? [`${asked.invert ? '! ' : ''}${dashes}${name} ${show(asked.value)}`] : [];
  return [
    ...word('reqid', element.reqid, (n) => `${n}`),
    ...word('spi', element.spi, hex),
    ...word('proto', element.proto, proto),
    ...word('mode', element.mode, (mode) => mode),
    ...word('tunnel-dst', element['tunnel-dst'], network),
    ...word('tunnel-src', element['tunnel-src'], network),
  ];
}

type ElementOption = keyof Element;
const ELEMENT_OPTIONS: readonly ElementOption[] = [
  'reqid',
  'spi',
  'tunnel-src',
  'tunnel-dst',
  'proto',
  'mode',
];

export const policy = defineMatch({
  name: 'policy',
  options: {
    dir: {
      type: 'string',
      read: (text): PolicyInfo['dir'] =>
        text === 'in' || text === 'out'
          ? text
          : parameterProblem(`policy_match: invalid dir "${text}"`),
    },
    pol: {
      type: 'string',
      read: (text): 'none' | 'ipsec' =>
        text === 'none' || text === 'ipsec'
          ? text
          : parameterProblem(`policy match: invalid policy "${text}"`),
    },
    strict: { type: 'none' },
    reqid: elementOption('u32'),
    spi: elementOption('u32'),
    'tunnel-src': elementOption('hostmask'),
    'tunnel-dst': elementOption('hostmask'),
    proto: {
      type: 'string',
      multi: true,
      invertible: true,
      read: (text, call) => placed(call, readProto(text)),
    },
    mode: {
      type: 'string',
      multi: true,
      invertible: true,
      read: (text, call): Placed<'transport' | 'tunnel'> =>
        text === 'transport' || text === 'tunnel'
          ? placed(call, text)
          : parameterProblem(`policy match: invalid mode "${text}"`),
    },
    next: { type: 'none', multi: true, also: ['strict'] },
  },
  help: `--dir in|out            direction of the IPsec policy
--pol none|ipsec        the packet has none, or some
--strict                the transformations are these, no more
[!] --reqid NUMBER      of a transformation
[!] --spi NUMBER
[!] --proto ah|esp|ipcomp
[!] --mode tunnel|transport
[!] --tunnel-src, --tunnel-dst ADDRESS[/MASK]
--next                  the next transformation`,
  check(given) {
    if (!given.has('dir'))
      parameterProblem('policy match: neither --dir in nor --dir out specified');
  },
  parse(options): PolicyInfo {
    const strict = options.strict !== undefined;
    // `--pol` left out asks for the same as ipsec without a transformation.
    const none = options.pol?.value === 'none';
    const elements = none ? [] : collect(options);
    if (none && strict) parameterProblem('policy match: policy none but --strict given');
    for (const [i, element] of elements.entries()) checkElement(element, i, strict);
    return { dir: options.dir?.value ?? 'in', none, strict, elements };
  },
  print: ({ dir, none, strict, elements }, { numeric }) =>
    [
      `policy match dir ${dir} pol ${none ? 'none' : 'ipsec'}`,
      ...(strict ? ['strict'] : []),
      ...elements.flatMap((element, i) => [
        ...(elements.length > 1 ? [`[${i}]`] : []),
        ...words(element, '', (n) => (numeric ? `${n}` : (PROTOCOLS.get(n) ?? `${n}`))),
      ]),
    ].join(' '),
  save: ({ dir, none, strict, elements }) =>
    [
      `--dir ${dir} --pol ${none ? 'none' : 'ipsec'}`,
      ...(strict ? ['--strict'] : []),
      ...elements.flatMap((element, i) => [
        ...(i > 0 ? ['--next'] : []),
        ...words(element, '--', (n) => PROTOCOLS.get(n) ?? `${n}`),
      ]),
    ].join(' '),
  translate({ none, elements, dir }) {
    if (elements.some((element) => Object.keys(element).length > 0) || dir === 'out')
      return undefined;
    return `meta secpath ${none ? 'missing' : 'exists'}`;
  },
  // policy_mt_check.
  refuse({ dir }, { hook }) {
    const wrong =
      dir === 'out'
        ? hook === 'prerouting' || hook === 'input'
        : hook === 'postrouting' || hook === 'output';
    return wrong ? 'EINVAL' : undefined;
  },
  test({ none, elements }) {
    // The host has no IPsec policies: packets have none.
    if (elements.length > 1) throw new NotEmulated('-m policy with several transformations');
    return none;
  },
});

function collect(options: { readonly [name: string]: unknown }): Element[] {
  const elements: { [name: string]: Asked<unknown> }[] = [];
  // Every element option may be repeated, so all of them come as lists.
  const nexts = options.next as readonly Given<unknown>[];
  for (let i = 0; i <= nexts.length; i++) elements.push({});
  if (elements.length > MAX_ELEMENTS)
    parameterProblem('policy match: maximum policy depth reached');
  for (const option of ELEMENT_OPTIONS) {
    for (const { value, invert } of options[option] as readonly Given<Placed<unknown>>[]) {
      const element = elements[value.element];
      if (element?.[option]) parameterProblem(`policy match: double --${option} option`);
      if (element) element[option] = { value: value.value, invert };
    }
  }
  return elements as Element[];
}

function checkElement(element: Element, i: number, strict: boolean): void {
  if (strict && Object.keys(element).length === 0)
    parameterProblem(
      `policy match: empty policy element ${i}. --strict is in effect, but at least one of reqid, spi, tunnel-src, tunnel-dst, proto or mode is required.`,
    );
  const tunnel = element.mode?.value === 'tunnel' && !element.mode.invert;
  if ((element['tunnel-src'] || element['tunnel-dst']) && !tunnel)
    parameterProblem('policy match: --tunnel-src/--tunnel-dst is only valid in tunnel mode');
}
