/** The SNPT and DNPT targets: stateless IPv6 prefix translation (RFC 6296, ip6t_NPT.c). */
import { formatIpv6, maskAddress, maskPrefix } from '../base/address.ts';
import { readUint, writeUint } from '../base/bytes.ts';
import type { ExprResult } from '../kernel/nftables/context.ts';
import { CONTINUE } from '../kernel/nftables/context.ts';
import { fold, sumWords } from '../packet/checksum.ts';
import { defineTarget, type TargetDescriptor } from './define.ts';
import type { HostMask } from './names.ts';

interface NptInfo {
  readonly source: HostMask;
  readonly destination: HostMask;
}

/** A prefix with bits behind its length, or a mask with holes, is kept as it was given: the kernel refuses it. */
const show = ({ address, mask }: HostMask): string =>
  `${formatIpv6(address)}/${maskPrefix(mask) ?? 128}`;

const ones = (n: number): number => fold(~n & 0xffff);

/** Rewrites the prefix, and one word so that sums over the address stay what they were; false when none can take it. */
function translate(address: Uint8Array, { source, destination }: NptInfo): Uint8Array | undefined {
  const length = Math.max(maskPrefix(source.mask) ?? 128, maskPrefix(destination.mask) ?? 128);
  const out = address.slice();
  for (let bit = 0; bit < length; bit++) {
    const at = bit >> 3;
    const flag = 0x80 >> (bit & 7);
    out[at] = ((out[at] ?? 0) & ~flag) | ((destination.address[at] ?? 0) & flag);
  }
  let word = 3;
  if (length > 48) {
    word = -1;
    for (let i = 4; i < 8 && word < 0; i++) if (readUint(out, 2 * i, 2) !== 0xffff) word = i;
    if (word < 0) return undefined;
  }
  const adjust = fold(sumWords(source.address) + ones(fold(sumWords(destination.address))));
  const sum = fold(readUint(out, 2 * word, 2) + adjust);
  writeUint(out, 2 * word, 2, sum === 0xffff ? 0 : sum);
  return out;
}

/** SNPT rewrites sources, DNPT destinations. */
export function prefixTranslationTarget(name: 'SNPT' | 'DNPT'): TargetDescriptor {
  const at = name === 'SNPT' ? 8 : 24;
  return defineTarget({
    name,
    families: ['ip6'],
    options: {
      'src-pfx': { type: 'hostmask', required: true },
      'dst-pfx': { type: 'hostmask', required: true },
    },
    help: `--src-pfx PREFIX/LENGTH  the prefix that is replaced
--dst-pfx PREFIX/LENGTH  the prefix it becomes`,
    parse: (options): NptInfo => ({
      source: options['src-pfx'].value,
      destination: options['dst-pfx'].value,
    }),
    print: ({ source, destination }) =>
      `${name} src-pfx ${show(source)} dst-pfx ${show(destination)}`,
    save: ({ source, destination }) => `--src-pfx ${show(source)} --dst-pfx ${show(destination)}`,
    demands: {
      tables: ['mangle'],
      hooks: name === 'SNPT' ? ['input', 'postrouting'] : ['prerouting', 'output'],
    },
    refuse({ source, destination }) {
      const clean = ({ address, mask }: HostMask) => {
        const bits = maskPrefix(mask);
        const kept = maskAddress(address, mask);
        return bits !== undefined && bits <= 64 && kept.every((byte, i) => byte === address[i]);
      };
      return clean(source) && clean(destination) ? undefined : 'EINVAL';
    },
    apply(info, { packet }): ExprResult {
      const moved = translate(packet.data.slice(at, at + 16), info);
      if (!moved) return { code: 'drop' };
      packet.data.set(moved, at);
      return CONTINUE;
    },
  });
}
