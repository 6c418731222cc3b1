/** Counting packets of connections (ip_vs_in_stats, ip_vs_out_stats). */
import type { Draft } from '../model.ts';
import type { IpvsConnection, IpvsStats } from './model.ts';

/** Counts a packet of `bytes` for the connection's destination, its service and the whole, while the destination is there. */
export function countPacket(
  lab: Draft,
  { service, dest }: Readonly<IpvsConnection>,
  direction: 'in' | 'out',
  bytes: number,
): void {
  if (service === undefined || dest === undefined) return;
  if (!lab.ipvs.services.has(service) || !lab.ipvs.destinations(service).has(dest)) return;
  const add = (stats: IpvsStats) => {
    if (direction === 'in') {
      stats.inPkts++;
      stats.inBytes += BigInt(bytes);
    } else {
      stats.outPkts++;
      stats.outBytes += BigInt(bytes);
    }
  };
  add(lab.ipvs.destinations(service).edit(dest).stats);
  add(lab.ipvs.services.edit(service).stats);
  add(lab.ipvs.globals.edit().total);
}
