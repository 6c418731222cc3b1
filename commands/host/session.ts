/** What the `ip` objects work with. */
import type { Errno } from '../../src/base/errors.ts';
import { KernelError, STRERROR } from '../../src/base/errors.ts';
import type { HostRecord } from '../../src/kernel/host/model.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { fail, refused } from './arguments.ts';

/** Options in front of the object. */
export interface Display {
  readonly family: 'ip' | 'ip6' | undefined;
  readonly oneLine: boolean;
  readonly brief: boolean;
}

export interface IpSession extends Display {
  readonly lab: Draft;
  /** A uniform unsigned 32-bit number of the lab's generator. */
  readonly random: () => number;
  readonly print: (text: string) => void;
}

/** Changes the host; what the kernel refuses is worded, by `words` where it has a message of its own. */
export function change(
  { lab }: IpSession,
  edit: (host: HostRecord) => void,
  words: { readonly [E in Errno]?: string } = {},
): void {
  try {
    edit(lab.host.edit());
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const own = words[error.errno];
    if (own !== undefined) fail(own, 2);
    refused(STRERROR[error.errno]);
  }
}

/** Refuses a device the host has not; 1 as the tool's own look-up. */
export function needDevice({ lab }: IpSession, name: string, listing = false): string {
  if (!lab.host.get().interfaces.some((dev) => dev.name === name))
    fail(listing ? `Device "${name}" does not exist.` : `Cannot find device "${name}"`, 1);
  return name;
}
