/** Names and numbers of IPVS records: keys in the store, protocols, counters. */
import { readUint, toHex } from '../../base/bytes.ts';
import type { Draft } from '../model.ts';
import type {
  IpvsDestination,
  IpvsProtocol,
  IpvsService,
  IpvsServiceId,
  IpvsStats,
} from './model.ts';

export const IPVS_PROTOCOL: { readonly [P in IpvsProtocol]: number } = {
  TCP: 6,
  UDP: 17,
  SCTP: 132,
};

/** The key of a service in the store. */
export function serviceKey(id: IpvsServiceId): string {
  return 'fwmark' in id
    ? `${id.family} mark ${id.fwmark}`
    : `${id.family} ${id.protocol} ${toHex(id.address)} ${id.port}`;
}

/** The key of a destination in its service. */
export const destinationKey = (address: Uint8Array, port: number): string =>
  `${toHex(address)} ${port}`;

export const keyOf = (dest: IpvsDestination): string => destinationKey(dest.address, dest.port);

export const noStats = (): IpvsStats => ({
  conns: 0n,
  inPkts: 0n,
  outPkts: 0n,
  inBytes: 0n,
  outBytes: 0n,
});

/** What a listing shows: counted since the last -Z. */
export function shownStats({
  stats,
  statsZero,
}: Pick<IpvsService, 'stats' | 'statsZero'>): IpvsStats {
  return {
    conns: stats.conns - statsZero.conns,
    inPkts: stats.inPkts - statsZero.inPkts,
    outPkts: stats.outPkts - statsZero.outPkts,
    inBytes: stats.inBytes - statsZero.inBytes,
    outBytes: stats.outBytes - statsZero.outBytes,
  };
}

/** Destinations of a service in the kernel's list order, newest first. */
export const destinationsOf = (lab: Draft, service: string): readonly IpvsDestination[] => [
  ...lab.ipvs.destinations(service).values(),
];

const ROWS = 256;

/** Row of the kernel's table: ip_vs_svc_hashkey and ip_vs_svc_fwm_hashkey, without the part that differs from boot to boot. */
function rowOf(id: IpvsServiceId): number {
  if ('fwmark' in id) return id.fwmark % ROWS;
  let fold = 0;
  for (let at = 0; at < id.address.length; at += 4) fold ^= readUint(id.address, at, 4);
  return ((IPVS_PROTOCOL[id.protocol] ^ fold ^ (id.port >> 8) ^ id.port) >>> 0) % ROWS;
}

/** Services as the kernel lists them: addresses, then marks; by hash row, newest first. */
export function servicesInKernelOrder(lab: Draft): readonly Readonly<IpvsService>[] {
  const newestFirst = [...lab.ipvs.services.values()].reverse();
  const table = ({ id }: Readonly<IpvsService>) => ('fwmark' in id ? ROWS : 0) + rowOf(id);
  return newestFirst.sort((a, b) => table(a) - table(b));
}
