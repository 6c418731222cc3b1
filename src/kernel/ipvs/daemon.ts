/** The connection synchronisation daemons (start_sync_thread of net/netfilter/ipvs/ip_vs_sync.c): kept, not run. */
import { KernelError } from '../../base/errors.ts';
import type { Draft } from '../model.ts';
import type { IpvsDaemon } from './model.ts';

/** What --start-daemon asks; 0 and undefined take the kernel's defaults. */
export type DaemonRequest = Omit<IpvsDaemon, 'group'> & { readonly group: Uint8Array | undefined };

const UDP_HEADER = 8;
const DEFAULT_GROUP = Uint8Array.of(224, 0, 0, 81);
const DEFAULT_PORT = 8848;
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** ENODEV without the interface, EEXIST when it runs, ENETUNREACH for a master on an interface that is down. */
export function startDaemon(lab: Draft, request: DaemonRequest): void {
  const { state, maxlen, port, ttl } = request;
  const dev = lab.host.get().interfaces.find(({ name }) => name === request.mcastInterface);
  if (!dev) throw new KernelError('ENODEV');
  const globals = lab.ipvs.globals.edit();
  if (globals.daemons.some((daemon) => daemon.state === state)) throw new KernelError('EEXIST');
  if (state === 'master' && !dev.up) throw new KernelError('ENETUNREACH');
  const group = request.group ?? DEFAULT_GROUP;
  const headers = (group.length === 4 ? 20 : 40) + UDP_HEADER;
  const mtu = state === 'backup' ? clamp(dev.mtu, 1500, 65535) : 1500;
  const least = state === 'backup' ? 1024 : 1;
  globals.daemons = [
    ...globals.daemons,
    {
      state,
      mcastInterface: dev.name,
      syncid: request.syncid,
      maxlen: maxlen === 0 ? mtu - headers : clamp(maxlen, least, 65535 - headers),
      group,
      port: port || DEFAULT_PORT,
      ttl: ttl || 1,
    },
  ];
}

/** ESRCH when it does not run. */
export function stopDaemon(lab: Draft, state: IpvsDaemon['state']): void {
  const globals = lab.ipvs.globals.edit();
  const rest = globals.daemons.filter((daemon) => daemon.state !== state);
  if (rest.length === globals.daemons.length) throw new KernelError('ESRCH');
  globals.daemons = rest;
}
