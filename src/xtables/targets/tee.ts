import { formatAddress } from '../../base/address.ts';
import { duplicate } from '../../kernel/duplicate.ts';
import { CONTINUE } from '../../kernel/nftables/context.ts';
import { defineTarget } from '../define.ts';

interface TeeInfo {
  readonly gateway: Uint8Array;
  readonly oif: string;
}

export const tee = defineTarget({
  name: 'TEE',
  library: 'TEE',
  revision: 1,
  options: {
    gateway: { type: 'host', required: true },
    oif: { type: 'string', keep: 15 },
  },
  help: `--gateway ADDRESS  host a copy of the packet is sent to
--oif DEVICE       by which it leaves`,
  parse: (options): TeeInfo => ({
    gateway: options.gateway.value,
    oif: options.oif?.value ?? '',
  }),
  print: ({ gateway, oif }) => `TEE gw:${formatAddress(gateway)}${oif === '' ? '' : ` oif=${oif}`}`,
  save: ({ gateway, oif }) =>
    `--gateway ${formatAddress(gateway)}${oif === '' ? '' : ` --oif ${oif}`}`,
  translate: ({ gateway, oif }) =>
    `dup to ${formatAddress(gateway)}${oif === '' ? '' : ` device ${oif}`}`,
  refuse: ({ gateway }) => (gateway.every((byte) => byte === 0) ? 'EINVAL' : undefined),
  apply({ gateway, oif }, { packet, state, env }) {
    duplicate(packet, gateway, oif === '' ? undefined : oif, state, env);
    return CONTINUE;
  },
});
