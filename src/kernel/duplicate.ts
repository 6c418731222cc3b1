/** Copies of a packet sent to a gateway (nf_dup_ipv4, nf_dup_ipv6): nft dup and TEE. */
import { DF, Ipv4Header } from '../packet/ipv4.ts';
import { Packet } from '../packet/packet.ts';
import type { HookEnv, HookState } from './netfilter.ts';

/** Sends a copy towards `gateway`, by `dev` if given; it passes the output hooks untracked. Copies are not copied again. */
export function duplicate(
  packet: Packet,
  gateway: Uint8Array,
  dev: string | undefined,
  state: HookState,
  env: HookEnv,
): void {
  if (packet.duplicate) return;
  const copy = new Packet(packet.data.slice(), packet.etherType);
  copy.duplicate = true;
  copy.local = true;
  copy.mark = packet.mark;
  copy.priority = packet.priority;
  copy.socket = packet.socket;
  copy.ct = 'untracked';
  const arriving = state.hook === 'prerouting' || state.hook === 'input';
  if (packet.family === 'ip') {
    const header = new Ipv4Header(copy);
    header.flags |= DF;
    if (arriving) header.ttl -= 1;
  } else if (arriving) {
    copy.data[7] = (copy.data[7] ?? 1) - 1;
  }
  const route = env.routing.output({
    dst: gateway,
    src: undefined,
    mark: 0,
    iif: undefined,
    oif: dev,
  });
  if (route) env.localOut(copy, { ...route, via: route.via ?? gateway });
}
