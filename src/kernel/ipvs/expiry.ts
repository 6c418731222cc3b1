/** Connections leave when their time is over (ip_vs_conn_expire); done lazily, before anything looks at them. */
import type { Nanos } from '../../base/ports.ts';
import type { Draft } from '../model.ts';
import type { IpvsConnection, IpvsDestination } from './model.ts';
import { expireTrash } from './trash.ts';

/** A template that still controls connections is kept this much longer. */
const CONTROL_EXTENSION = 60_000_000_000n;

/** Changes the destination a connection counts for, wherever it is: in its service or in the trash. */
export function editDestinationOf(
  lab: Draft,
  { service, dest }: Pick<IpvsConnection, 'service' | 'dest'>,
  change: (dest: IpvsDestination) => void,
): void {
  if (service === undefined || dest === undefined) return;
  const destinations = lab.ipvs.destinations(service);
  if (destinations.has(dest)) {
    change(destinations.edit(dest));
    return;
  }
  const entry = lab.ipvs.globals
    .edit()
    .trash.find((e) => e.service === service && e.destination === dest);
  if (entry) change(entry.record);
}

/** Counts a connection in (1) or out (-1) at its destination, and keeps the overload flag (ip_vs_bind_dest, unbind_dest). */
export function countConnection(lab: Draft, conn: IpvsConnection, by: 1 | -1): void {
  editDestinationOf(lab, conn, (dest) => {
    if (conn.template) dest.persistentConns += by;
    else if (conn.inactive) dest.inactive += by;
    else dest.active += by;
    const total = dest.active + dest.inactive;
    if (by === 1) {
      if (dest.upper !== 0 && total >= dest.upper) dest.overloaded = true;
    } else if (dest.lower !== 0) {
      if (total < dest.lower) dest.overloaded = false;
    } else if (dest.upper === 0 || total * 4 < dest.upper * 3) {
      dest.overloaded = false;
    }
  });
}

/** Removes a connection; its template loses one it controls. */
export function removeConnection(lab: Draft, id: number): void {
  const conn = lab.ipvs.connections.get(id);
  if (!conn) return;
  lab.ipvs.connections.delete(id);
  if (!conn.onePacket) countConnection(lab, conn, -1);
  if (conn.controlledBy !== undefined && lab.ipvs.connections.has(conn.controlledBy)) {
    lab.ipvs.connections.edit(conn.controlledBy).controls--;
  }
}

/** Lets everything run out that has by `now`, in order of time. */
export function expireConnections(lab: Draft, now: Nanos): void {
  const { nextExpiry } = lab.ipvs.globals.get();
  if (nextExpiry !== undefined && nextExpiry <= now) {
    for (;;) {
      const due = [...lab.ipvs.connections.values()].filter((conn) => conn.expires <= now);
      if (due.length === 0) break;
      due.sort((a, b) => (a.expires < b.expires ? -1 : a.expires > b.expires ? 1 : a.id - b.id));
      for (const conn of due) expireOne(lab, conn.id);
    }
    let next: Nanos | undefined;
    for (const { expires } of lab.ipvs.connections.values()) {
      if (next === undefined || expires < next) next = expires;
    }
    lab.ipvs.globals.edit().nextExpiry = next;
  }
  expireTrash(lab, now);
}

function expireOne(lab: Draft, id: number): void {
  const conn = lab.ipvs.connections.get(id);
  if (!conn) return;
  if (conn.controls === 0) {
    removeConnection(lab, id);
    return;
  }
  const kept = lab.ipvs.connections.edit(id);
  kept.timeout = CONTROL_EXTENSION;
  kept.expires += CONTROL_EXTENSION;
}
