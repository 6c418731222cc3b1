import { ports } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import {
  ANY_PORT,
  lowerPorts,
  type PortMatch,
  portOption,
  printPorts,
  savePorts,
  testPort,
  translatePorts,
} from '../ports.ts';

export interface UdpInfo {
  readonly sport: PortMatch;
  readonly dport: PortMatch;
}

export const udp = defineMatch({
  name: 'udp',
  options: {
    'source-port': portOption('udp', 'sport'),
    'destination-port': portOption('udp', 'dport'),
  },
  help: `[!] --source-port | --sport PORT[:PORT]       source port, or first and last of a range
[!] --destination-port | --dport PORT[:PORT]  destination port`,
  parse: (options): UdpInfo => ({
    sport: options['source-port']?.value ?? ANY_PORT,
    dport: options['destination-port']?.value ?? ANY_PORT,
  }),
  print: ({ sport, dport }, { numeric }) =>
    `udp${printPorts('spt', sport, 'udp', numeric)}${printPorts('dpt', dport, 'udp', numeric)}`,
  save: ({ sport, dport }) =>
    `${savePorts('--sport', sport)}${savePorts('--dport', dport)}`.trimStart(),
  translate({ sport, dport }) {
    const parts = [translatePorts('udp sport', sport), translatePorts('udp dport', dport)];
    return parts.filter((part) => part !== undefined).join(' ') || 'meta l4proto udp';
  },
  lower({ sport, dport }, { proto }) {
    const exprs = lowerPorts(sport, dport);
    if (exprs.length === 0) return undefined;
    if (proto !== 17) parameterProblem("UDP match requires '-p udp'");
    return exprs;
  },
  demands: { protos: [17] },
  test({ sport, dport }, { packet }) {
    const found = ports(packet);
    return found !== undefined && testPort(sport, found.sport) && testPort(dport, found.dport);
  },
});
