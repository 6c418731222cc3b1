import { defineTarget } from '../define.ts';
import {
  formatNat,
  givenNatFlags,
  NAT_FLAG,
  type NatInfo,
  natFlags,
  natRange,
  parseNatTo,
  translateNatFlags,
} from '../nat-range.ts';

export const snat = defineTarget({
  name: 'SNAT',
  library: 'NAT',
  revision: { ip: 0, ip6: 1 },
  options: {
    'to-source': {
      type: 'string',
      required: true,
      read: (text, call) => parseNatTo(text, call.env),
    },
    random: { type: 'none' },
    'random-fully': { type: 'none' },
    persistent: { type: 'none' },
  },
  help: `--to-source [ADDRESS[-ADDRESS]][:PORT[-PORT]]  the new source
--random, --random-fully  pick ports at random
--persistent              the same address for each client`,
  parse(options): NatInfo {
    // The kernel's record of this revision has no room for a base.
    const { basePort: _, ...to } = options['to-source'].value;
    return { ...to, flags: to.flags | givenNatFlags(options) };
  },
  print: (info) => `to:${formatNat(info)}${natFlags(info.flags)}`,
  save: (info) => `--to-source ${formatNat(info)}${natFlags(info.flags, '--')}`,
  translate(info) {
    if (info.flags & NAT_FLAG.protoOffset) return undefined;
    return `snat to ${formatNat(info)}${translateNatFlags(info.flags)}`;
  },
  demands: { tables: ['nat'], hooks: ['postrouting', 'input'] },
  conntrack: true,
  apply: (info, { packet, conntrack, env }) =>
    conntrack.nat.setup(packet, natRange(info), 'src', env),
});
