import { packetLength } from '../../packet/packet.ts';
import { defineMatch } from '../define.ts';

interface QuotaInfo {
  /** Bytes. */
  readonly quota: bigint;
  readonly invert: boolean;
}

export const quota = defineMatch({
  name: 'quota',
  options: { quota: { type: 'u64', required: true, invertible: true } },
  help: '[!] --quota BYTES  matches until so many bytes have passed',
  parse: ({ quota: { value, invert } }): QuotaInfo => ({ quota: value, invert }),
  // Inversion does not show.
  print: ({ quota: bytes }) => `quota: ${bytes} bytes`,
  save: ({ quota: bytes, invert }) => `${invert ? '! ' : ''}--quota ${bytes}`,
  translate: ({ quota: bytes, invert }) => `quota ${invert ? 'over ' : ''}${bytes} bytes`,
  test({ quota: bytes, invert }, ctx, self) {
    // quota_mt: a packet that is too large for what is left uses it up.
    const left = typeof self.live?.left === 'bigint' ? self.live.left : bytes;
    const length = BigInt(packetLength(ctx.packet));
    const fits = left >= length;
    ctx.keep();
    self.live = { left: fits ? left - length : 0n };
    return fits !== invert;
  },
});
