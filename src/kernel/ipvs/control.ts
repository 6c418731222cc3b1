/** What ipvsadm asks of the kernel: services, destinations, timeouts (net/netfilter/ipvs/ip_vs_ctl.c). */
import { KernelError } from '../../base/errors.ts';
import type { Draft } from '../model.ts';
import { isUnicast } from './addresses.ts';
import { destinationKey, destinationsOf, noStats, serviceKey } from './keys.ts';
import type {
  IpvsDestination,
  IpvsFamily,
  IpvsForwarding,
  IpvsGlobals,
  IpvsSchedFlag,
  IpvsSchedulerState,
  IpvsService,
  IpvsServiceId,
  IpvsTunnel,
} from './model.ts';
import { findScheduler } from './schedulers/table.ts';
import { discard, revive } from './trash.ts';

/** What -A and -E set. */
export interface ServiceConfig {
  readonly scheduler: string;
  readonly schedFlags: readonly IpvsSchedFlag[];
  readonly onePacket: boolean;
  /** Seconds. */
  readonly persistent: number | undefined;
  readonly netmask: Uint8Array;
  readonly pe: string | undefined;
}

/** What -a and -e set. */
export interface DestinationConfig {
  readonly forwarding: IpvsForwarding;
  readonly tunnel: IpvsTunnel;
  readonly weight: number;
  readonly upper: number;
  readonly lower: number;
}

export interface DestinationId {
  readonly family: IpvsFamily;
  readonly address: Uint8Array;
  readonly port: number;
}

function needService(lab: Draft, id: IpvsServiceId): string {
  const key = serviceKey(id);
  if (!lab.ipvs.services.has(key)) throw new KernelError('ESRCH');
  return key;
}

function checkConfig({ scheduler, pe }: ServiceConfig): void {
  if (!findScheduler(scheduler)) throw new KernelError('ENOENT');
  if (pe !== undefined && pe !== 'sip') throw new KernelError('ENOENT');
}

const startState = (name: string, destinations: readonly IpvsDestination[]): IpvsSchedulerState =>
  findScheduler(name)?.start?.(destinations) ?? {};

/** EEXIST when it is there, ENOENT for an unknown scheduler or persistence engine. */
export function addService(lab: Draft, id: IpvsServiceId, config: ServiceConfig): void {
  const key = serviceKey(id);
  if (lab.ipvs.services.has(key)) throw new KernelError('EEXIST');
  checkConfig(config);
  lab.ipvs.services.append(key, {
    id,
    ...config,
    stats: noStats(),
    statsZero: noStats(),
    live: startState(config.scheduler, []),
  });
}

/** ESRCH when it is not there. Another scheduler starts from the beginning, the same one goes on. */
export function editService(lab: Draft, id: IpvsServiceId, config: ServiceConfig): void {
  const key = needService(lab, id);
  checkConfig(config);
  const service = lab.ipvs.services.edit(key);
  if (service.scheduler !== config.scheduler) {
    service.live = startState(config.scheduler, destinationsOf(lab, key));
  }
  Object.assign(service, config);
}

/** ESRCH when it is not there. */
export function deleteService(lab: Draft, id: IpvsServiceId, now: bigint): void {
  dropService(lab, needService(lab, id), now);
}

function dropService(lab: Draft, key: string, now: bigint): void {
  for (const [destKey, dest] of lab.ipvs.destinations(key).entries()) {
    discard(lab, { service: key, destination: destKey, record: { ...dest } }, now);
  }
  lab.ipvs.dropDestinations(key);
  lab.ipvs.services.delete(key);
}

/** -C: all services go, connections stay. */
export function flushServices(lab: Draft, now: bigint): void {
  for (const key of [...lab.ipvs.services.entries()].map(([k]) => k)) dropService(lab, key, now);
}

function checkThresholds({ upper, lower }: DestinationConfig): void {
  if (lower > upper) throw new KernelError('ERANGE');
}

/** Tells the scheduler that the service's destinations are others now. */
function destinationsChanged(lab: Draft, key: string): void {
  const service = lab.ipvs.services.get(key);
  if (!service) return;
  const scheduler = findScheduler(service.scheduler);
  if (!scheduler?.changed) return;
  lab.ipvs.services.edit(key).live = scheduler.changed(service.live, destinationsOf(lab, key));
}

/** ESRCH without the service, EEXIST, ERANGE for thresholds the wrong way round, EINVAL for an address that is not unicast. */
export function addDestination(
  lab: Draft,
  service: IpvsServiceId,
  id: DestinationId,
  config: DestinationConfig,
): void {
  const key = needService(lab, service);
  checkThresholds(config);
  const destinations = lab.ipvs.destinations(key);
  const destKey = destinationKey(id.address, id.port);
  if (destinations.has(destKey)) throw new KernelError('EEXIST');
  const known = revive(lab, key, destKey);
  if (!known && !isUnicast(lab.host.get(), id.address)) throw new KernelError('EINVAL');
  const record: IpvsDestination = known ?? {
    ...id,
    ...config,
    lastWeight: 0,
    overloaded: false,
    active: 0,
    inactive: 0,
    persistentConns: 0,
    stats: noStats(),
    statsZero: noStats(),
  };

  configure(record, config);
  record.lastWeight = config.weight;
  destinations.prepend(destKey, record);
  destinationsChanged(lab, key);
}

function configure(dest: IpvsDestination, config: DestinationConfig): void {
  if (config.upper === 0 || config.upper > dest.upper) dest.overloaded = false;
  if (config.weight !== 0) dest.lastWeight = config.weight;
  Object.assign(dest, config);
}

/** ESRCH without the service, ENOENT without the destination. */
export function editDestination(
  lab: Draft,
  service: IpvsServiceId,
  id: DestinationId,
  config: DestinationConfig,
): void {
  const key = needService(lab, service);
  checkThresholds(config);
  const destinations = lab.ipvs.destinations(key);
  const destKey = destinationKey(id.address, id.port);
  if (!destinations.has(destKey)) throw new KernelError('ENOENT');
  configure(destinations.edit(destKey), config);
  destinationsChanged(lab, key);
}

/** ESRCH without the service, ENOENT without the destination. */
export function deleteDestination(
  lab: Draft,
  service: IpvsServiceId,
  id: DestinationId,
  now: bigint,
): void {
  const key = needService(lab, service);
  const destinations = lab.ipvs.destinations(key);
  const destKey = destinationKey(id.address, id.port);
  const record = destinations.get(destKey);
  if (!record) throw new KernelError('ENOENT');
  const before = destinationsOf(lab, key);
  destinations.delete(destKey);
  discard(lab, { service: key, destination: destKey, record: { ...record } }, now);
  const owner = lab.ipvs.services.get(key);
  if (!owner) return;
  const scheduler = findScheduler(owner.scheduler);
  if (scheduler?.removed) {
    lab.ipvs.services.edit(key).live = scheduler.removed(owner.live, record, before);
  }
}

/** -Z: all services, or one (ESRCH when it is not there). */
export function zero(lab: Draft, id?: IpvsServiceId): void {
  if (!id) lab.ipvs.globals.edit().total = noStats();
  const keys = id ? [needService(lab, id)] : [...lab.ipvs.services.entries()].map(([key]) => key);
  for (const key of keys) {
    const service = lab.ipvs.services.edit(key);
    service.statsZero = { ...service.stats };
    const destinations = lab.ipvs.destinations(key);
    for (const destKey of [...destinations.entries()].map(([k]) => k)) {
      const dest = destinations.edit(destKey);
      dest.statsZero = { ...dest.stats };
    }
  }
}

/** --set: seconds; 0 leaves a value as it is. */
export function setTimeouts(lab: Draft, wanted: IpvsGlobals['timeouts']): void {
  const globals = lab.ipvs.globals.edit();
  const { tcp, tcpfin, udp } = globals.timeouts;
  globals.timeouts = {
    tcp: wanted.tcp || tcp,
    tcpfin: wanted.tcpfin || tcpfin,
    udp: wanted.udp || udp,
  };
}

/** The service of that name. ESRCH when it is not there. */
export function getService(lab: Draft, id: IpvsServiceId): Readonly<IpvsService> {
  const service = lab.ipvs.services.get(serviceKey(id));
  if (!service) throw new KernelError('ESRCH');
  return service;
}
