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
function testHeader({ values, asked, segments }: SrhInfo, header: Uint8Array): boolean {
  if (header[2] !== ROUTING_TYPE_SRH) return false;
  const left = header[3] ?? 0;
  const last = header[4] ?? 0;
  if (left > last) return false;
  const actual: { readonly [F in Field]: number } = {
    'next-hdr': header[0] ?? 0,
    'hdr-len': header[1] ?? 0,
    'segs-left': left,
    'last-entry': last,
    tag: readUint(header, 6, 2),
  };
  for (const { name, invert } of asked) {
    const [, field, how] = spec(name) ?? (['tag', 'tag', 'eq'] as const);
    const value = values[field] ?? 0;
    const holds =
      how === 'eq'
        ? actual[field] === value
        : how === 'gt'
          ? actual[field] > value
          : actual[field] < value;
    if (holds === invert) return false;
  }
  const at = (index: number) => header.subarray(8 + 16 * index, 24 + 16 * index);
  for (const segment of segments) {
    const index = segment.name === 'psid' ? left + 1 : segment.name === 'nsid' ? left - 1 : 0;
    if ((segment.name === 'psid' && left === last) || index < 0) return false;
    const own = at(index);
    const same =
      own.length === 16 &&
      own.every(
        (byte, i) =>
          (byte & (segment.mask[i] ?? 0)) === ((segment.address[i] ?? 0) & (segment.mask[i] ?? 0)),
      );
    if (same === segment.invert) return false;
  }
  return true;
}
