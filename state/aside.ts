import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Lock } from './lock.ts';
import { guard } from './store-error.ts';

/**
 * Puts a lab aside, in whatever state it is: its directory gets a number behind its name, and the lab begins anew. Waits
 * for a command that is changing it. Returns the new directory; undefined when there was no lab.
 */
export function putAside(directory: string): string | undefined {
  return guard(directory, () => {
    if (!existsSync(directory)) return undefined;
    new Lock(directory).acquire();
    let n = 1;
    while (existsSync(`${directory}.${n}`)) n++;
    const aside = `${directory}.${n}`;
    renameSync(directory, aside);
    // The lock went along; those who wait for it find their directory gone, and take the new lab's.
    rmSync(join(aside, 'lock'), { recursive: true, force: true });
    return aside;
  });
}
