/** Which of the host's listeners a packet would reach. */
import { equalBytes } from '../base/bytes.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocols.ts';
import { addresses, ports } from '../packet/transport.ts';
import type { ListenerRecord } from './host/model.ts';

const PROTOCOLS = new Map<number, ListenerRecord['proto']>([
  [PROTO.tcp, 'tcp'],
  [PROTO.udp, 'udp'],
  [PROTO.sctp, 'sctp'],
]);

/** The listener for an address and port, the packet's own unless given; one bound to the address goes before a wildcard. */
export function findListener(
  listeners: readonly ListenerRecord[],
  packet: Packet,
  at: { readonly address?: Uint8Array; readonly port?: number } = {},
): ListenerRecord | undefined {
  const proto = PROTOCOLS.get(packet.transport.proto);
  const numbers = ports(packet);
  if (!proto || !numbers) return undefined;
  const address = at.address ?? addresses(packet).dst;
  const port = at.port ?? numbers.dport;
  const open = listeners.filter(
    (l) => l.proto === proto && l.port === port && l.family === packet.family,
  );
  return (
    open.find((l) => l.address !== undefined && equalBytes(l.address, address)) ??
    open.find((l) => l.address === undefined)
  );
}
