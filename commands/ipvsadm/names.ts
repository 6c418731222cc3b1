/** How ipvsadm names services and servers in listings. */
import { formatAddress } from '../../src/base/address.ts';
import type { Hosts } from '../../src/base/hosts.ts';
import { serviceByPort } from '../../src/base/netdb.ts';
import type { IpvsServiceId } from '../../src/kernel/ipvs/model.ts';

export interface Naming {
  readonly numeric: boolean;
  readonly hosts: Hosts;
}

/** `address:port`, IPv6 in brackets; `protocol` (tcp, udp, sctp) names the port, undefined leaves it a number. */
export function endpointName(
  address: Uint8Array,
  port: number,
  protocol: string | undefined,
  { numeric, hosts }: Naming,
): string {
  const host = (numeric ? undefined : hosts.reverse(address)) ?? formatAddress(address);
  const service =
    numeric || protocol === undefined ? undefined : serviceByPort(port, protocol)?.name;
  return `${address.length === 4 ? host : `[${host}]`}:${service ?? port}`;
}

/** The protocol that names a service's ports; none for a firewall mark. */
export const portProtocol = (id: IpvsServiceId): string | undefined =>
  'fwmark' in id ? undefined : id.protocol.toLowerCase();

/** A mark as the tool prints it, signed. */
const signed = (mark: number): number => mark | 0;

/** As in listings: `TCP  192.0.2.1:80`, `FWM  1 IPv6`. */
export function serviceTitle(id: IpvsServiceId, naming: Naming): string {
  if ('fwmark' in id) return `FWM  ${signed(id.fwmark)}${id.family === 'ip6' ? ' IPv6' : ''}`;
  const name = endpointName(id.address, id.port, portProtocol(id), naming);
  return `${id.protocol.padEnd(4)} ${name}`;
}

/** As in saved rules: `-t 192.0.2.1:80`, `-f 1 -6`. */
export function serviceRule(id: IpvsServiceId, naming: Naming): string {
  if ('fwmark' in id) return `-f ${signed(id.fwmark)}${id.family === 'ip6' ? ' -6' : ''}`;
  const option = { TCP: '-t', UDP: '-u', SCTP: '--sctp-service' }[id.protocol];
  return `${option} ${endpointName(id.address, id.port, portProtocol(id), naming)}`;
}
