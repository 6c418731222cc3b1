import { defineTarget } from '../define.ts';
import {
  formatNatPorts,
  givenNatFlags,
  NAT_FLAG,
  type NatInfo,
  natFlags,
  natRange,
  parseNatPorts,
  translateNatFlags,
} from '../nat-range.ts';

const ported = ({ flags }: NatInfo): boolean => (flags & NAT_FLAG.protoSpecified) !== 0;

export const masquerade = defineTarget({
  name: 'MASQUERADE',
  library: 'NAT',
  options: {
    'to-ports': { type: 'string', read: (text, call) => parseNatPorts(text, call.env) },
    random: { type: 'none' },
    'random-fully': { type: 'none' },
  },
  help: `--to-ports PORT[-PORT]     source ports to use
--random, --random-fully   pick ports at random`,
  parse(options): NatInfo {
    const { basePort: _, ...ports } = options['to-ports']?.value ?? { flags: 0 };
    return { ...ports, flags: ports.flags | givenNatFlags(options) };
  },
  print(info) {
    const ports = ported(info) ? `masq ports: ${formatNatPorts(info)}` : '';
    return (ports + natFlags(info.flags)).trimStart();
  },
  save(info) {
    const ports = ported(info) ? `--to-ports ${formatNatPorts(info)}` : '';
    return (ports + natFlags(info.flags, '--')).trimStart();
  },
  translate(info) {
    if (info.flags & NAT_FLAG.protoOffset) return undefined;
    const ports = ported(info) ? ` to :${formatNatPorts(info)}` : '';
    return `masquerade${ports}${translateNatFlags(info.flags)}`;
  },
  demands: { tables: ['nat'], hooks: ['postrouting'] },
  conntrack: true,
  apply: (info, { packet, conntrack, env, state }) =>
    conntrack.nat.masquerade(packet, natRange(info), state, env),
});
