import { formatAddress, maskAddress, maskPrefix } from '../../base/address.ts';
import { addresses } from '../../packet/transport.ts';
import { defineTarget } from '../define.ts';
import { formatMask, type HostMask } from '../names.ts';

/** NF_NAT_RANGE_MAP_IPS. */
const MAP_IPS = 1;

const show = ({ address, mask }: HostMask): string => {
  const bits = maskPrefix(mask);
  return `${formatAddress(address)}/${bits ?? formatMask(mask)}`;
};

export const netmap = defineTarget({
  name: 'NETMAP',
  options: { to: { type: 'hostmask', required: true } },
  help: '--to ADDRESS[/MASK]  the network part of the address becomes this one, the rest stays',
  parse({ to: { value } }): HostMask {
    return { address: maskAddress(value.address, value.mask), mask: value.mask };
  },
  print: (info) => `to:${show(info)}`,
  save: (info) => `--to ${show(info)}`,
  demands: { tables: ['nat'], hooks: ['prerouting', 'postrouting', 'output', 'input'] },
  conntrack: true,
  apply({ address, mask }, { packet, hook, conntrack, env }) {
    const source = hook === 'postrouting' || hook === 'input';
    const { src, dst } = addresses(packet);
    const old = source ? src : dst;
    const mapped = old.map((byte, i) => (byte & ~(mask[i] ?? 0)) | (address[i] ?? 0));
    const range = { minAddr: mapped, maxAddr: mapped, flags: MAP_IPS };
    return conntrack.nat.setup(packet, range, source ? 'src' : 'dst', env);
  },
});
