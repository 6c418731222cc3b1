import { existsSync, renameSync } from 'node:fs';
import { Lock } from './lock.ts';
import { guard } from './store-error.ts';

/**
 * Puts a lab aside, in whatever state it is: its directory gets a number behind its name, and the lab begins anew. Waits
 * for a command that is changing it. Returns the new directory; undefined when there was no lab.
 */
export function putAside(directory: string): string | undefined {
  return guard(directory, () => {
    if (!existsSync(directory)) return undefined;
    const lock = new Lock(directory);
    lock.acquire();
    let n = 1;
    while (existsSync(`${directory}.${n}`)) n++;
    const aside = `${directory}.${n}`;
    renameSync(directory, aside);
    // Those who wait for it find their directory gone, and make the new lab.
    lock.releaseIn(aside);
    return aside;
  });
}
