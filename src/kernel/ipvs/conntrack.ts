/** What IPVS does to connection tracking: by default nothing is tracked, with net.ipv4.vs.conntrack the reply is (ip_vs_nfct.c). */
import type { Packet } from '../../packet/packet.ts';
import type { HookEnv, PacketConntrack } from '../netfilter.ts';
import type { IpvsConnection } from './model.ts';

const isTracked = (ct: unknown): ct is PacketConntrack =>
  typeof ct === 'object' && ct !== null && 'entry' in ct;

/** Marks a packet as IPVS' own, which its hooks pass from then on, and untracks it or lets its connection know the real server. */
export function markTranslated(packet: Packet, conn: Readonly<IpvsConnection>, env: HookEnv): void {
  packet.ipvs = conn;
  if (env.sysctl('net.ipv4.vs.conntrack') === 0) {
    packet.ct = 'untracked';
    return;
  }
  const { ct } = packet;
  if (!isTracked(ct) || ct.confirmed || ct.info !== 'new' || conn.forwarding !== 'masq') return;
  const entry = ct.edit();
  entry.reply = {
    ...entry.reply,
    src: conn.destination,
    ...(conn.protocol !== 1 && { sport: conn.destinationPort }),
  };
}
