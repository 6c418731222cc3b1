/** Ports of the sctp and dccp matches, which remember that an option was given even when it asks for nothing. */
import { type PortMatch, printPorts, testPort } from './ports.ts';

/** Undefined when the option was not given. */
export interface GivenPorts {
  readonly sport: PortMatch | undefined;
  readonly dport: PortMatch | undefined;
}

const range = ({ from, to }: PortMatch, dash: string): string =>
  from === to ? `${from}` : `${from}${dash}${to}`;

/** ` spt:5 dpts:1:2`. */
export function printGiven({ sport, dport }: GivenPorts, proto: string, numeric: boolean): string {
  const print = (name: string, ports: PortMatch | undefined) =>
    ports ? printPorts(name, ports, proto, numeric) : '';
  return `${print('spt', sport)}${print('dpt', dport)}`;
}

/** `--sport 5`, `! --dport 1:2`. */
export function saveGiven({ sport, dport }: GivenPorts): string[] {
  const save = (option: string, ports: PortMatch | undefined) =>
    ports ? [`${ports.invert ? '! ' : ''}--${option} ${range(ports, ':')}`] : [];
  return [...save('sport', sport), ...save('dport', dport)];
}

/** `sctp sport 5`. */
export function translateGiven({ sport, dport }: GivenPorts, proto: string): string[] {
  const translate = (field: string, ports: PortMatch | undefined) =>
    ports ? [`${proto} ${field} ${ports.invert ? '!= ' : ''}${range(ports, '-')}`] : [];
  return [...translate('sport', sport), ...translate('dport', dport)];
}

export const testGiven = (
  { sport, dport }: GivenPorts,
  actual: { readonly sport: number; readonly dport: number },
): boolean =>
  (!sport || testPort(sport, actual.sport)) && (!dport || testPort(dport, actual.dport));
