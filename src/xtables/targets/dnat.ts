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

export const dnat = defineTarget({
  name: 'DNAT',
  library: 'NAT',
  revision: 2,
  options: {
    'to-destination': {
      type: 'string',
      required: true,
      read: (text, call) => parseNatTo(text, call.env),
    },
    random: { type: 'none' },
    persistent: { type: 'none' },
  },
  help: `--to-destination [ADDRESS[-ADDRESS]][:PORT[-PORT[/BASE]]]  the new destination
--random      pick ports at random
--persistent  the same address for each client`,
  parse(options): NatInfo {
    const to = options['to-destination'].value;
    return { ...to, flags: to.flags | givenNatFlags(options) };
  },
  print: (info) => `to:${formatNat(info)}${natFlags(info.flags)}`,
  save: (info) => `--to-destination ${formatNat(info)}${natFlags(info.flags, '--')}`,
  translate(info) {
    if (info.flags & NAT_FLAG.protoOffset) return undefined;
    return `dnat to ${formatNat(info)}${translateNatFlags(info.flags)}`;
  },
  demands: { tables: ['nat'], hooks: ['prerouting', 'output'] },
  conntrack: true,
  apply: (info, { packet, conntrack, env }) =>
    conntrack.nat.setup(packet, natRange(info), 'dst', env),
});
