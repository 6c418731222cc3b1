/** Where labs are kept on this machine. */
import { posix, win32 } from 'node:path';

/** What the place depends on, from the environment. */
export interface Surroundings {
  readonly platform: string;
  readonly home: string;
  /** A variable's value; undefined when it is unset. */
  variable(name: string): string | undefined;
}

/** A lab's name cannot be used. */
export class BadLabName extends Error {
  override readonly name = 'BadLabName';
}

/** A directory from a variable; by the XDG specification a relative one does not count. */
function absolute({ platform, variable }: Surroundings, name: string): string | undefined {
  const value = variable(name);
  const { isAbsolute } = platform === 'win32' ? win32 : posix;
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

/** The directory all labs of the user are in: `$NFLAB_STATE_DIR`, else the platform's own. */
export function stateDirectory(where: Surroundings): string {
  const own = where.variable('NFLAB_STATE_DIR');
  if (own !== undefined && own !== '') return own;
  if (where.platform === 'win32') {
    const { join } = win32;
    return join(absolute(where, 'LOCALAPPDATA') ?? join(where.home, 'AppData', 'Local'), 'nflab');
  }
  const { join } = posix;
  if (where.platform === 'darwin') return join(where.home, 'Library/Application Support/nflab');
  return join(absolute(where, 'XDG_STATE_HOME') ?? join(where.home, '.local/state'), 'nflab');
}

/** The name of the lab in use: `$NFLAB_LAB`, else `default`. Throws BadLabName. */
export function labName({ variable }: Surroundings): string {
  const name = variable('NFLAB_LAB') || 'default';
  return checkLabName(name);
}

/** A name that is one directory of the state directory and no other path. Throws BadLabName. */
export function checkLabName(name: string): string {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(name)) {
    throw new BadLabName(
      `bad lab name ${JSON.stringify(name)}: letters, digits, '.', '_' and '-', not beginning with '.'`,
    );
  }
  return name;
}

/** The directory of a lab. */
export function labDirectory(where: Surroundings, name = labName(where)): string {
  const { join } = where.platform === 'win32' ? win32 : posix;
  return join(stateDirectory(where), checkLabName(name));
}
