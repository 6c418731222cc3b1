import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
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

export const redirect = defineTarget({
  name: 'REDIRECT',
  library: 'NAT',
  options: {
    'to-ports': {
      type: 'string',
      read(text, call) {
        const ports = parseNatPorts(text, call.env);
        if (ports.flags & NAT_FLAG.protoOffset)
          parameterProblem('Shifted portmap ranges not supported with this kernel');
        return ports;
      },
    },
    random: { type: 'none' },
  },
  help: `--to-ports PORT[-PORT]  local port to send to
--random                pick ports at random`,
  parse(options): NatInfo {
    const ports = options['to-ports']?.value ?? { flags: 0 };
    return { ...ports, flags: ports.flags | givenNatFlags(options) };
  },
  print(info) {
    const ports = ported(info) ? `redir ports ${formatNatPorts(info)}` : '';
    return (ports + natFlags(info.flags)).trimStart();
  },
  save(info) {
    const ports = ported(info) ? `--to-ports ${formatNatPorts(info)}` : '';
    return (ports + natFlags(info.flags, '--')).trimStart();
  },
  translate(info) {
    const ports = ported(info) ? ` to :${formatNatPorts(info)}` : '';
    return `redirect${ports}${translateNatFlags(info.flags)}`;
  },
  demands: { tables: ['nat'], hooks: ['prerouting', 'output'] },
  conntrack: true,
  apply: (info, { packet, conntrack, env, state }) =>
    conntrack.nat.redirect(packet, natRange(info), state, env),
});
