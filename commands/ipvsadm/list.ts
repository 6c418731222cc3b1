/** ipvsadm's listings of services and servers, and its saved rules. */
import { formatIpv4 } from '../../src/base/address.ts';
import { NotEmulated } from '../../src/base/errors.ts';
import {
  destinationsOf,
  serviceKey,
  servicesInKernelOrder,
  shownStats,
} from '../../src/kernel/ipvs/keys.ts';
import type {
  IpvsDestination,
  IpvsService,
  IpvsStats,
  IpvsTunnel,
} from '../../src/kernel/ipvs/model.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { schedFlagNames } from './check.ts';
import { endpointName, type Naming, portProtocol, serviceRule, serviceTitle } from './names.ts';
import { compareDestinations, compareServices, mergeSort } from './order.ts';

export type View =
  | 'plain'
  | 'stats'
  | 'rate'
  | 'thresholds'
  | 'persistent-conn'
  | 'tun-info'
  | 'rules';

export interface Format extends Naming {
  readonly view: View;
  /** Counters in full. */
  readonly exact: boolean;
  readonly sorted: boolean;
}

const VERSION_LINE = 'IP Virtual Server version 1.2.1 (size=4096)';

const TITLES: { readonly [V in Exclude<View, 'rules'>]: readonly [string, string] } = {
  plain: [
    'Prot LocalAddress:Port Scheduler Flags',
    '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
  ],
  stats: [
    'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes',
    '  -> RemoteAddress:Port',
  ],
  rate: [
    'Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS',
    '  -> RemoteAddress:Port',
  ],
  thresholds: [
    'Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn ',
    '  -> RemoteAddress:Port',
  ],
  'persistent-conn': [
    'Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn ',
    '  -> RemoteAddress:Port',
  ],
  'tun-info': [
    'Prot LocalAddress:Port Scheduler Flags',
    '  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn',
  ],
};

/** All services; the order is the tool's own unless `sorted` is false. */
export function listAll(lab: Draft, format: Format): string {
  const services = servicesInKernelOrder(lab);
  const ordered = format.sorted ? mergeSort(services, compareServices) : services;
  const head = format.view === 'rules' ? [] : [VERSION_LINE, ...TITLES[format.view]];
  return text([...head, ...ordered.flatMap((service) => serviceLines(lab, service, format))]);
}

/** One service, without the version line. */
export function listService(lab: Draft, service: IpvsService, format: Format): string {
  const head = format.view === 'rules' ? [] : TITLES[format.view];
  return text([...head, ...serviceLines(lab, service, format)]);
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

function serviceLines(lab: Draft, service: IpvsService, format: Format): readonly string[] {
  const list = destinationsOf(lab, serviceKey(service.id));
  const destinations = format.sorted ? mergeSort(list, compareDestinations) : list;
  return [
    serviceLine(service, format),
    ...destinations.map((dest) => destinationLine(service, dest, format)),
  ];
}

function counters(stats: IpvsStats, exact: boolean): string {
  const { conns, inPkts, outPkts, inBytes, outBytes } = stats;
  return [conns, inPkts, outPkts, inBytes, outBytes].map((n) => largeNumber(n, exact)).join('');
}

const UNITS: readonly (readonly [bigint, string])[] = [
  [1_000n, 'K'],
  [1_000_000n, 'M'],
  [1_000_000_000n, 'G'],
  [1_000_000_000_000n, 'T'],
];

function largeNumber(value: bigint, exact: boolean): string {
  if (exact) return ` ${`${value}`.padStart(8)}`;
  if (value < 100_000_000n) return ` ${`${value}`.padStart(8)}`;
  const [size, letter] = UNITS.find(([unit]) => value < 100_000_000n * unit) ?? [1n, ''];
  return ` ${`${value / size}`.padStart(7)}${letter}`;
}

function rates({ stats }: Pick<IpvsService, 'stats'>, exact: boolean): string {
  // The kernel's averages move with real time; without packets they are zero.
  if (stats.conns + stats.inPkts + stats.outPkts > 0n) throw new NotEmulated('--rate with traffic');
  return counters(stats, exact);
}

function serviceLine(service: IpvsService, format: Format): string {
  const { id } = service;
  const flags = schedFlagNames(service.schedFlags, service.scheduler);
  if (format.view === 'rules') return serviceSaved(service, flags, format);
  const title = serviceTitle(id, format);
  if (format.view === 'stats')
    return title.padEnd(33) + counters(shownStats(service), format.exact);
  if (format.view === 'rate') return title.padEnd(33) + rates(service, format.exact);
  let line = `${title} ${service.scheduler}`;
  if (flags !== '') line += ` (${flags})`;
  if (service.persistent !== undefined) {
    line += ` persistent ${service.persistent}`;
    const mask = shownMask(service);
    if (mask !== undefined) line += ` mask ${mask}`;
    if (service.pe !== undefined) line += ` pe ${service.pe}`;
  }
  return service.onePacket ? `${line} ops` : line;
}

/** The persistence mask where it is not the full one. */
function shownMask({ id, netmask }: IpvsService): string | undefined {
  if (id.family === 'ip6') return netmask[0] === 128 ? undefined : `${netmask[0]}`;
  return netmask.every((byte) => byte === 255) ? undefined : formatIpv4(netmask);
}

function serviceSaved(service: IpvsService, flags: string, naming: Naming): string {
  let line = `-A ${serviceRule(service.id, naming)} -s ${service.scheduler}`;
  if (service.persistent !== undefined) {
    line += ` -p ${service.persistent}`;
    const mask = shownMask(service);
    if (mask !== undefined) line += ` -M ${mask}`;
  }
  if (service.pe !== undefined) line += ` --pe ${service.pe}`;
  if (service.onePacket) line += ' -o';
  return flags === '' ? line : `${line} -b ${flags}`;
}

const FORWARD_NAMES = { masq: 'Masq', tunnel: 'Tunnel', route: 'Route' } as const;
const FORWARD_OPTIONS = { masq: '-m', tunnel: '-i', route: '-g' } as const;

function tunnelInfo({ forwarding, tunnel }: IpvsDestination): string {
  if (forwarding !== 'tunnel') return 'n/a';
  const csum = { none: '-c', csum: '+c', remcsum: 'r+c' }[tunnel.csum];
  if (tunnel.type === 'gue') return `gue:${tunnel.port}:${csum}`;
  return tunnel.type === 'gre' ? `gre:${csum}` : 'ipip';
}

function tunnelSaved({ type, port, csum }: IpvsTunnel): string {
  const option = { none: '--tun-nocsum', csum: '--tun-csum', remcsum: '--tun-remcsum' }[csum];
  if (type === 'ipip') return ' --tun-type ipip';
  return type === 'gue'
    ? ` --tun-type gue --tun-port ${port} ${option}`
    : ` --tun-type gre ${option}`;
}

function destinationLine(service: IpvsService, dest: IpvsDestination, format: Format): string {
  const name = endpointName(dest.address, dest.port, portProtocol(service.id), format);
  const { forwarding, weight, active, inactive } = dest;
  if (format.view === 'rules') {
    const rule = `-a ${serviceRule(service.id, format)} -r ${name} ${FORWARD_OPTIONS[forwarding]}`;
    return `${rule} -w ${weight}${forwarding === 'tunnel' ? tunnelSaved(dest.tunnel) : ''}`;
  }
  const column = (value: number | string, width: number) => `${value}`.padEnd(width);
  const load = `${column(active, 10)} ${column(inactive, 10)}`;
  const forward = column(FORWARD_NAMES[forwarding], 7);
  const left = `  -> ${name.padEnd(28)}`;
  switch (format.view) {
    case 'stats':
      return left + counters(shownStats(dest), format.exact);
    case 'rate':
      return left + rates(dest, format.exact);
    case 'thresholds':
      return `${left} ${column(dest.upper, 10)} ${column(dest.lower, 10)} ${load}`;
    case 'persistent-conn':
      return `${left} ${column(weight, 9)} ${column(dest.persistentConns, 11)} ${load}`;
    case 'tun-info':
      return `${left} ${forward} ${column(tunnelInfo(dest), 13)} ${column(weight, 6)} ${load}`;
    case 'plain':
      return `${left} ${forward} ${column(weight, 6)} ${load}`;
  }
}
