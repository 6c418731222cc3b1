/** The table of connections: finding, making and touching them (ip_vs_conn.c). */
import { toHex } from '../../base/bytes.ts';
import type { Nanos } from '../../base/ports.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Draft } from '../model.ts';
import { countConnection, editDestinationOf } from './expiry.ts';
import type { IpvsConnection } from './model.ts';
import { type Direction, SECOND, transition } from './states.ts';

/** One side of a connection as a packet shows it. */
export interface Ends {
  readonly protocol: number;
  readonly src: Uint8Array;
  readonly sport: number;
  readonly dst: Uint8Array;
  readonly dport: number;
}

const endsKey = ({ protocol, src, sport, dst, dport }: Ends): string =>
  `${protocol} ${toHex(src)} ${sport} ${toHex(dst)} ${dport}`;

/** Both ways into the table, made anew when something else than this module changed it. */
interface Index {
  version: number;
  readonly inward: Map<string, number>;
  readonly outward: Map<string, number>;
}

const indexes = new WeakMap<Draft['ipvs']['connections'], Index>();

const inwardEnds = (conn: Readonly<IpvsConnection>): Ends => ({
  protocol: conn.protocol,
  src: conn.client,
  sport: conn.clientPort,
  dst: conn.virtual,
  dport: conn.virtualPort,
});
/** As an answer of the server shows it; without translation it comes from the virtual address. */
const outwardEnds = (conn: Readonly<IpvsConnection>): Ends => ({
  protocol: conn.protocol,
  src: conn.forwarding === 'masq' ? conn.destination : conn.virtual,
  sport: conn.forwarding === 'masq' ? conn.destinationPort : conn.virtualPort,
  dst: conn.client,
  dport: conn.clientPort,
});

function indexConnection({ inward, outward }: Index, conn: Readonly<IpvsConnection>): void {
  if (conn.template || conn.onePacket) return;
  inward.set(endsKey(inwardEnds(conn)), conn.id);
  outward.set(endsKey(outwardEnds(conn)), conn.id);
}

function indexOf({ ipvs: { connections } }: Draft): Index {
  const known = indexes.get(connections);
  if (known?.version === connections.version) return known;
  const made: Index = {
    version: connections.version,
    inward: new Map(),
    outward: new Map(),
  };
  for (const conn of connections.values()) indexConnection(made, conn);
  indexes.set(connections, made);
  return made;
}

/** The connection a packet towards the virtual address belongs to. */
export function findInward(lab: Draft, ends: Ends): Readonly<IpvsConnection> | undefined {
  const id = indexOf(lab).inward.get(endsKey(ends));
  return id === undefined ? undefined : lab.ipvs.connections.get(id);
}

/** The connection an answer of a real server belongs to. */
export function findOutward(lab: Draft, ends: Ends): Readonly<IpvsConnection> | undefined {
  const id = indexOf(lab).outward.get(endsKey(ends));
  return id === undefined ? undefined : lab.ipvs.connections.get(id);
}

/** What a new connection is made of; the rest begins empty. */
export type NewConnection = Omit<
  IpvsConnection,
  'id' | 'state' | 'inactive' | 'expires' | 'timeout' | 'controls' | 'inPackets'
>;

/** Puts a connection into the table and counts it; a one-packet one lives no longer than its packet and is counted nowhere. */
export function addConnection(
  lab: Draft,
  made: NewConnection,
  now: Nanos,
  timeout: Nanos,
): Readonly<IpvsConnection> {
  const id = lab.ipvs.globals.get().nextConnection;
  const conn: IpvsConnection = {
    ...made,
    id,
    state: 'NONE',
    inactive: true,
    expires: now + timeout,
    timeout,
    controls: 0,
    inPackets: 0,
  };
  if (conn.onePacket) return conn;
  lab.ipvs.globals.edit().nextConnection++;
  const index = indexOf(lab);
  lab.ipvs.connections.append(id, conn);
  indexConnection(index, conn);
  index.version = lab.ipvs.connections.version;
  countConnection(lab, conn, 1);
  if (conn.controlledBy !== undefined && lab.ipvs.connections.has(conn.controlledBy))
    lab.ipvs.connections.edit(conn.controlledBy).controls++;
  noteExpiry(lab, conn.expires);
  return conn;
}

function noteExpiry(lab: Draft, expires: Nanos): void {
  const { nextExpiry } = lab.ipvs.globals.get();
  if (nextExpiry === undefined || expires < nextExpiry)
    lab.ipvs.globals.edit().nextExpiry = expires;
}

/** Starts the timer again (ip_vs_conn_put). */
export function restartTimer(lab: Draft, id: number, now: Nanos): void {
  if (!lab.ipvs.connections.has(id)) return;
  const conn = lab.ipvs.connections.edit(id);
  conn.expires = now + conn.timeout;
  noteExpiry(lab, conn.expires);
}

/** Brings the state up to date with a packet, and the counts that depend on it (ip_vs_set_state). */
export function advanceState(
  lab: Draft,
  { id }: Readonly<IpvsConnection>,
  packet: Packet,
  direction: Direction,
): void {
  if (!lab.ipvs.connections.has(id)) return;
  const conn = lab.ipvs.connections.edit(id);
  const next = transition(conn, packet, direction, lab.ipvs.globals.get().timeouts);
  conn.state = next.state;
  conn.timeout = BigInt(next.timeout) * SECOND;
  conn.noOutput = next.noOutput;
  if (conn.protocol !== 17 && conn.inactive === next.active) {
    editDestinationOf(lab, conn, (dest) => {
      dest.active += next.active ? 1 : -1;
      dest.inactive += next.active ? -1 : 1;
    });
    conn.inactive = !next.active;
  }
  if (next.assured && conn.controlledBy !== undefined) assure(lab, conn.controlledBy);
}

/** A template whose connection was answered is kept even when that ends (ip_vs_control_assure_ct). */
function assure(lab: Draft, template: number): void {
  const found = lab.ipvs.connections.get(template);
  if (found?.template && found.state !== 'ASSURED')
    lab.ipvs.connections.edit(template).state = 'ASSURED';
}
