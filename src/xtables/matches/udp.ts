import { ports } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import type { Given, Range } from '../options.ts';
import {
  ANY_PORT,
  lowerPorts,
  type PortMatch,
  printPorts,
  savePorts,
  testPort,
  translatePorts,
} from '../ports.ts';

export interface UdpInfo {
  readonly sport: PortMatch;
  readonly dport: PortMatch;
}

const asked = (given: Given<Range> | undefined): PortMatch =>
  given ? { from: given.value.from, to: given.value.to, invert: given.invert } : ANY_PORT;

export const udp = defineMatch({
  name: 'udp',
  options: {
    'source-port': { type: 'port range', invertible: true, aliases: ['sport'] },
    'destination-port': { type: 'port range', invertible: true, aliases: ['dport'] },
  },
  help: `[!] --source-port | --sport PORT[:PORT]       source port, or first and last of a range
[!] --destination-port | --dport PORT[:PORT]  destination port`,
  parse: (options): UdpInfo => ({
    sport: asked(options['source-port']),
    dport: asked(options['destination-port']),
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
