/** Removed destinations, which connections may still refer to and which come back as they were (ip_vs_trash_get_dest). */
import type { Nanos } from '../../base/ports.ts';
import type { Draft } from '../model.ts';
import type { IpvsDestination, IpvsTrash } from './model.ts';

/** IP_VS_DEST_TRASH_PERIOD. */
const PERIOD = 120_000_000_000n;

const isInUse = ({ active, inactive, persistentConns }: IpvsDestination): boolean =>
  active + inactive + persistentConns > 0;

/** Puts a removed destination away. */
export function discard(lab: Draft, entry: IpvsTrash, now: Nanos): void {
  const globals = lab.ipvs.globals.edit();
  if (globals.trash.length === 0) globals.trashCheck = now + PERIOD / 2n;
  globals.trash = [...globals.trash, entry];
}

/** Takes a destination of the same service, address and port back out of the trash. */
export function revive(
  lab: Draft,
  service: string,
  destination: string,
): IpvsDestination | undefined {
  const found = findTrash(lab, service, destination);
  if (!found) return undefined;
  const globals = lab.ipvs.globals.edit();
  globals.trash = globals.trash.filter(
    (entry) => !(entry.service === service && entry.destination === destination),
  );
  return { ...found.record };
}

export function findTrash(
  lab: Draft,
  service: string,
  destination: string,
): Readonly<IpvsTrash> | undefined {
  return lab.ipvs.globals
    .get()
    .trash.find((entry) => entry.service === service && entry.destination === destination);
}

/** ip_vs_dest_trash_expire, once a minute: what has been without connections for two minutes is gone. */
export function expireTrash(lab: Draft, now: Nanos): void {
  for (;;) {
    const { trash, trashCheck } = lab.ipvs.globals.get();
    if (trash.length === 0 || trashCheck === undefined || trashCheck > now) return;
    const globals = lab.ipvs.globals.edit();
    globals.trash = trash.flatMap((entry): IpvsTrash | IpvsTrash[] => {
      if (isInUse(entry.record)) return entry;
      const idleSince = entry.idleSince ?? trashCheck;
      return trashCheck - idleSince >= PERIOD ? [] : { ...entry, idleSince };
    });
    globals.trashCheck = trashCheck + PERIOD / 2n;
  }
}
