/** `ipvsadm -L -c`. */

import type { Nanos } from '../../src/base/ports.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import type { IpvsConnection } from '../../src/kernel/ipvs/model.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { endpointName, type Naming } from './names.ts';

const PROTOCOLS = new Map([
  [0, 'IP'],
  [6, 'TCP'],
  [17, 'UDP'],
  [132, 'SCTP'],
]);

const TITLE = 'pro expire state       source             virtual            destination';
const PE_TITLE = '        pe name          pe_data';

export interface ConnectionFormat extends Naming {
  /** With the persistence engine's columns. */
  readonly engine: boolean;
  readonly now: Nanos;
}

function row(conn: IpvsConnection, format: ConnectionFormat): string {
  const protocol = PROTOCOLS.get(conn.protocol) ?? `${conn.protocol}`;
  const seconds = Math.max(0, Number((conn.expires - format.now) / 1_000_000_000n));
  const two = (n: number) => `${n}`.padStart(2, '0');
  const expire = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  const named = conn.protocol === 0 ? undefined : protocol.toLowerCase();
  const client = endpointName(conn.client, conn.clientPort, named, format).padEnd(18);
  const virtual = endpointName(conn.virtual, conn.virtualPort, named, format).padEnd(18);
  const dest = endpointName(conn.destination, conn.destinationPort, named, format);
  const left = `${protocol.padEnd(3)} ${expire}  ${conn.state.padEnd(11)} ${client} ${virtual} `;
  return format.engine && conn.pe !== undefined && conn.peData
    ? `${left}${dest.padEnd(16)} ${conn.pe.padEnd(18)} ${decodeUtf8(conn.peData)}`
    : left + dest;
}

/** All connections, in the order they were made; the kernel's is that of a hash. */
export function listConnections(lab: Draft, format: ConnectionFormat): string {
  const lines = [
    'IPVS connection entries',
    format.engine ? TITLE + PE_TITLE : TITLE,
    ...[...lab.ipvs.connections.values()].map((conn) => row(conn, format)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
