import { formatIpv6, maskPrefix } from '../../base/address.ts';
import { readUint } from '../../base/bytes.ts';
import { extensionHeaders } from '../../packet/ipv6.ts';
import { PROTO } from '../../packet/protocols.ts';
import { defineMatch } from '../define.ts';
import type { HostMask } from '../names.ts';

/** Fields compared with a number; those of one family of options share it, the last given counts. */
const FIELDS = ['next-hdr', 'hdr-len', 'segs-left', 'last-entry', 'tag'] as const;
type Field = (typeof FIELDS)[number];

const NUMBERS = [
  ['next-hdr', 'next-hdr', 'eq'],
  ['hdr-len-eq', 'hdr-len', 'eq'],
  ['hdr-len-gt', 'hdr-len', 'gt'],
  ['hdr-len-lt', 'hdr-len', 'lt'],
  ['segs-left-eq', 'segs-left', 'eq'],
  ['segs-left-gt', 'segs-left', 'gt'],
  ['segs-left-lt', 'segs-left', 'lt'],
  ['last-entry-eq', 'last-entry', 'eq'],
  ['last-entry-gt', 'last-entry', 'gt'],
  ['last-entry-lt', 'last-entry', 'lt'],
  ['tag', 'tag', 'eq'],
] as const;
const SEGMENTS = ['psid', 'nsid', 'lsid'] as const;

interface SrhInfo {
  readonly values: { readonly [F in Field]?: number };
  readonly asked: readonly {
    readonly name: (typeof NUMBERS)[number][0];
    readonly invert: boolean;
  }[];
  readonly segments: readonly ({
    readonly name: (typeof SEGMENTS)[number];
    readonly invert: boolean;
  } & HostMask)[];
}

const spec = (name: string) => NUMBERS.find(([own]) => own === name);
const network = ({ address, mask }: HostMask): string =>
  `${formatIpv6(address)}/${maskPrefix(mask) ?? 128}`;

const u8 = { type: 'u8', invertible: true } as const;
const hostmask = { type: 'hostmask', invertible: true } as const;

export const srh = defineMatch({
  name: 'srh',
  revision: 1,
  families: ['ip6'],
  options: {
    'srh-next-hdr': u8,
    'srh-hdr-len-eq': u8,
    'srh-hdr-len-gt': u8,
    'srh-hdr-len-lt': u8,
    'srh-segs-left-eq': u8,
    'srh-segs-left-gt': u8,
    'srh-segs-left-lt': u8,
    'srh-last-entry-eq': u8,
    'srh-last-entry-gt': u8,
    'srh-last-entry-lt': u8,
    'srh-tag': { type: 'u16', invertible: true },
    'srh-psid': hostmask,
    'srh-nsid': hostmask,
    'srh-lsid': hostmask,
  },
  help: `[!] --srh-next-hdr NUMBER            next header of the segment routing header
[!] --srh-hdr-len-{eq,gt,lt} NUMBER  its length in units of 8 bytes
[!] --srh-segs-left-{eq,gt,lt} NUMBER
[!] --srh-last-entry-{eq,gt,lt} NUMBER
[!] --srh-tag NUMBER
[!] --srh-psid, --srh-nsid, --srh-lsid ADDRESS[/MASK]  previous, next, last segment`,
  parse(options): SrhInfo {
    const values = new Map<Field, number>();
    const asked: { name: (typeof NUMBERS)[number][0]; invert: boolean }[] = [];
    for (const [name, field] of NUMBERS) {
      const given = options[`srh-${name}`];
      if (!given) continue;
      values.set(field, given.value);
      asked.push({ name, invert: given.invert });
    }
    const segments = SEGMENTS.flatMap((name) => {
      const given = options[`srh-${name}`];
      return given ? [{ name, invert: given.invert, ...given.value }] : [];
    });
    return { values: Object.fromEntries(values), asked, segments };
  },
  print: ({ values, asked, segments }) =>
    [
      'srh',
      ...asked.map(({ name, invert }) => {
        const field = spec(name)?.[1] ?? 'tag';
        return `${name}:${invert ? '!' : ''}${values[field]}`;
      }),
      ...segments.map(
        (segment) => `${segment.name} ${segment.invert ? '!' : ''} ${network(segment)}`,
      ),
    ].join(' '),
  save: ({ values, asked, segments }) =>
    [
      ...asked.map(({ name, invert }) => {
        const field = spec(name)?.[1] ?? 'tag';
        return `${invert ? '! ' : ''}--srh-${name} ${values[field]}`;
      }),
      ...segments.map(
        (segment) => `${segment.invert ? '! ' : ''}--srh-${segment.name} ${network(segment)}`,
      ),
    ].join(' '),
  test(info, { packet }) {
    const { data } = packet;
    for (const { type, offset, length } of extensionHeaders(data)) {
      if (type !== PROTO.routing) continue;
      if (offset + length > data.length) return false;
      return testHeader(info, data.subarray(offset, offset + length));
    }
    return false;
  },
});

const ROUTING_TYPE_SRH = 4;

/** srh_mt6 and srh1_mt6. */
function testHeader(info: SrhInfo, header: Uint8Array): boolean {
  const [left, last] = [header[3] ?? 0, header[4] ?? 0];
  if (header[2] !== ROUTING_TYPE_SRH || left > last) return false;
  const numbers = info.asked.every(({ name, invert }) => testNumber(info, name, header) !== invert);
  return numbers && info.segments.every((segment) => testSegment(segment, header, left, last));
}

function testNumber(
  { values }: SrhInfo,
  name: (typeof NUMBERS)[number][0],
  header: Uint8Array,
): boolean {
  const [, field, how] = spec(name) ?? (['tag', 'tag', 'eq'] as const);
  const actual = field === 'tag' ? readUint(header, 6, 2) : (header[OFFSETS[field]] ?? 0);
  const value = values[field] ?? 0;
  if (how === 'eq') return actual === value;
  return how === 'gt' ? actual > value : actual < value;
}

const OFFSETS = { 'next-hdr': 0, 'hdr-len': 1, 'segs-left': 3, 'last-entry': 4 } as const;

/** The previous, next or last segment lies in the network asked for. */
function testSegment(
  { name, address, mask, invert }: SrhInfo['segments'][number],
  header: Uint8Array,
  left: number,
  last: number,
): boolean {
  const index = name === 'psid' ? left + 1 : name === 'nsid' ? left - 1 : 0;
  if (index < 0 || index > last) return false;
  const own = header.subarray(8 + 16 * index, 24 + 16 * index);
  const inside =
    own.length === 16 &&
    own.every((byte, i) => ((byte ^ (address[i] ?? 0)) & (mask[i] ?? 0)) === 0);
  return inside !== invert;
}
