/** Connection tracking helpers, which read payloads for connections to come (net/netfilter/nf_conntrack_helper.c). */
import { readUint } from '../../base/bytes.ts';
import { NotEmulated } from '../../base/errors.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { readTcp } from '../../packet/tcp.ts';
import type { HookEnv } from '../netfilter.ts';
import type { Connection } from './connection.ts';
import { expectRelated } from './expectations.ts';
import { helpFtp } from './ftp.ts';

/** RRQ and WRQ announce that the server answers from a port of its own (nf_conntrack_tftp.c). */
function helpTftp(connection: Connection, packet: Packet, env: HookEnv): boolean {
  const at = packet.transport.offset + 8;
  if (at + 2 > packet.data.length) return true;
  const opcode = readUint(packet.data, at, 2);
  if (opcode !== 1 && opcode !== 2) return true;
  const { entry } = connection;
  const { reply } = entry;
  const translated = connection.has('SRC_NAT') || connection.has('DST_NAT');
  return expectRelated(env, {
    master: entry.id,
    tuple: { ...reply, proto: PROTO.udp, sport: 0, dport: reply.dport },
    timeout: 300,
    max: 1,
    ...(translated && { follow: { dir: 'reply', port: entry.original.sport } }),
  });
}

/** Bytes after the transport header; without any a helper has nothing to read. */
function payloadLength(packet: Packet): number {
  const { proto, offset } = packet.transport;
  const header = proto === PROTO.tcp ? (readTcp(packet.data, offset)?.headerLength ?? 20) : 8;
  return packet.data.length - offset - header;
}

/** Lets the connection's helper read the packet; false drops it. */
export function runHelper(connection: Connection, packet: Packet, env: HookEnv): boolean {
  const { helper } = connection.entry;
  if (helper === undefined || connection.info === 'related reply') return true;
  if (helper === 'ftp') return helpFtp(connection, packet, env);
  if (helper === 'tftp') return helpTftp(connection, packet, env);
  if (payloadLength(packet) > 0) throw new NotEmulated(`conntrack helper ${helper}`);
  return true;
}
