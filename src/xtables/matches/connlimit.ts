import { formatAddress, maskAddress } from '../../base/address.ts';
import { toHex } from '../../base/bytes.ts';
import { addresses } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { fullMask } from '../names.ts';

interface ConnlimitInfo {
  readonly limit: number;
  /** Matches up to the limit, instead of above. */
  readonly upto: boolean;
  readonly mask: Uint8Array;
  readonly dst: boolean;
}

/** Leading ones, whatever follows. */
function leadingOnes(mask: Uint8Array): number {
  let bits = 0;
  for (const byte of mask)
    for (let bit = 7; bit >= 0; bit--) {
      if (!((byte >> bit) & 1)) return bits;
      bits++;
    }
  return bits;
}

/** Connections by masked address, in hex. */
type Live = { readonly [address: string]: readonly number[] };

export const connlimit = defineMatch({
  name: 'connlimit',
  revision: 1,
  options: {
    'connlimit-upto': { type: 'u32', invertible: true, excludes: ['connlimit-above'] },
    'connlimit-above': { type: 'u32', invertible: true, excludes: ['connlimit-upto'] },
    'connlimit-mask': { type: 'plenmask' },
    'connlimit-saddr': { type: 'none', excludes: ['connlimit-daddr'] },
    'connlimit-daddr': { type: 'none', excludes: ['connlimit-saddr'] },
  },
  help: `--connlimit-upto NUMBER   the address has at most so many connections
--connlimit-above NUMBER  it has more
--connlimit-mask LENGTH   addresses with this prefix in common count together
--connlimit-saddr         the source address counts (default)
--connlimit-daddr         the destination address counts`,
  check(given) {
    if (!given.has('connlimit-upto') && !given.has('connlimit-above'))
      parameterProblem('You must specify "--connlimit-above" or "--connlimit-upto".');
  },
  parse(options, { family }): ConnlimitInfo {
    const [upto, above] = [options['connlimit-upto'], options['connlimit-above']];
    const given = upto ?? above;
    return {
      limit: given?.value ?? 0,
      upto: (upto !== undefined) !== (given?.invert ?? false),
      mask: options['connlimit-mask']?.value ?? fullMask(family),
      dst: options['connlimit-daddr'] !== undefined,
    };
  },
  print: ({ limit, upto, mask, dst }) =>
    `#conn ${dst ? 'dst' : 'src'}/${leadingOnes(mask)} ${upto ? '<=' : '>'} ${limit}`,
  save: ({ limit, upto, mask, dst }) =>
    `--connlimit-${upto ? 'upto' : 'above'} ${limit} --connlimit-mask ${leadingOnes(mask)} --connlimit-${dst ? 'd' : 's'}addr`,
  translate({ limit, upto, mask, dst }, { family, serial }) {
    // nft asks without telling the family, which the tool then cannot word.
    if (!serial) return undefined;
    const set = `connlimit${serial()}`;
    const full = mask.every((byte) => byte === 0xff);
    const address = `${family} ${dst ? 'd' : 's'}addr${full ? '' : ` and ${formatAddress(mask)}`}`;
    return {
      text: `add @${set} { ${address} ct count ${upto ? '' : 'over '}${limit} }`,
      sets: [`${set} { type ipv4_addr; flags dynamic; }`],
    };
  },
  conntrack: true,
  test({ limit, upto, mask, dst }, ctx, self) {
    const { src, dst: to } = addresses(ctx.packet);
    const key = toHex(maskAddress(dst ? to : src, mask));
    // Only this match writes its own state.
    const live = new Map(Object.entries((self.live?.counted ?? {}) as Live));
    const list = [...(live.get(key) ?? [])];
    ctx.keep();
    const count = ctx.conntrack.countConnections(ctx.packet, list, ctx.env);
    live.set(key, list);
    self.live = { counted: Object.fromEntries(live) };
    return upto ? count <= limit : count > limit;
  },
});
