import { readUint } from '../../base/bytes.ts';
import { extensionHeaders } from '../../packet/ipv6.ts';
import { PROTO } from '../../packet/protocols.ts';
import { defineMatch } from '../define.ts';

interface FragInfo {
  readonly id: { readonly from: number; readonly to: number; readonly invert: boolean };
  readonly length: { readonly value: number; readonly invert: boolean } | undefined;
  readonly reserved: boolean;
  readonly first: boolean;
  readonly more: boolean;
  readonly last: boolean;
}

const MAX = 0xffffffff;
const FLAGS = ['reserved', 'first', 'more', 'last'] as const;
const OPTIONS = {
  reserved: 'fragres',
  first: 'fragfirst',
  more: 'fragmore',
  last: 'fraglast',
} as const;
const NFT = {
  reserved: 'frag reserved 1',
  first: 'frag frag-off 0',
  more: 'frag more-fragments 1',
  last: 'frag more-fragments 0',
} as const;

const anyId = ({ id }: FragInfo): boolean => id.from === 0 && id.to === MAX && !id.invert;

/** The id or ids between the given signs. */
function idRange({ id }: FragInfo, dash: string): string {
  return id.from === id.to ? `${id.from}` : `${id.from}${dash}${id.to}`;
}

export const frag = defineMatch({
  name: 'frag',
  families: ['ip6'],
  options: {
    fragid: { type: 'u32 range', invertible: true },
    fraglen: { type: 'u32', invertible: true },
    fragres: { type: 'none' },
    fragfirst: { type: 'none' },
    fragmore: { type: 'none', excludes: ['fraglast'] },
    fraglast: { type: 'none', excludes: ['fragmore'] },
  },
  help: `[!] --fragid ID[:ID]  of the fragment header, or first and last of a range
[!] --fraglen LENGTH  of the header; kept, but no header has another
--fragres             reserved fields are zero
--fragfirst           the first fragment
--fragmore            more fragments follow
--fraglast            the last fragment`,
  parse: ({ fragid, fraglen, fragres, fragfirst, fragmore, fraglast }): FragInfo => ({
    id: {
      from: fragid?.value.from ?? 0,
      to: fragid?.value.to ?? MAX,
      invert: fragid?.invert ?? false,
    },
    length: fraglen && { value: fraglen.value, invert: fraglen.invert },
    reserved: fragres !== undefined,
    first: fragfirst !== undefined,
    more: fragmore !== undefined,
    last: fraglast !== undefined,
  }),
  print(info) {
    const { id, length } = info;
    // The blank behind the name is there even when no id is.
    const shown = anyId(info)
      ? ''
      : `id${id.from === id.to ? '' : 's'}:${id.invert ? '!' : ''}${idRange(info, ':')}`;
    return [
      `frag ${shown}`,
      ...(length ? [`length:${length.invert ? '!' : ''}${length.value}`] : []),
      ...FLAGS.filter((flag) => info[flag]),
    ].join(' ');
  },
  save(info) {
    const { id, length } = info;
    return [
      ...(anyId(info) ? [] : [`${id.invert ? '! ' : ''}--fragid ${idRange(info, ':')}`]),
      ...(length ? [`${length.invert ? '! ' : ''}--fraglen ${length.value}`] : []),
      ...FLAGS.filter((flag) => info[flag]).map((flag) => `--${OPTIONS[flag]}`),
    ].join(' ');
  },
  translate(info) {
    const words = [
      ...(anyId(info) ? [] : [`frag id ${info.id.invert ? '!= ' : ''}${idRange(info, '-')}`]),
      ...FLAGS.filter((flag) => info[flag]).map((flag) => NFT[flag]),
    ];
    return words.join(' ') || 'exthdr frag exists';
  },
  test(info, { packet }) {
    // frag_mt6.
    for (const { type, offset } of extensionHeaders(packet.data)) {
      if (type !== PROTO.fragment) continue;
      if (offset + 8 > packet.data.length) return false;
      const word = readUint(packet.data, offset + 2, 2);
      const id = readUint(packet.data, offset + 4, 4);
      const more = (word & 1) === 1;
      return (
        (id >= info.id.from && id <= info.id.to) !== info.id.invert &&
        !(info.reserved && (packet.data[offset + 1] !== 0 || (word & 6) !== 0)) &&
        !(info.first && word >> 3 !== 0) &&
        !(info.more && !more) &&
        !(info.last && more)
      );
    }
    return false;
  },
});
