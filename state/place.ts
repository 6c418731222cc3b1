/** Where labs are kept on this machine. */

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

// Paths are put together by hand: loading node:path would be a good part of what a command costs beyond node itself.
const separator = ({ platform }: Surroundings): string => (platform === 'win32' ? '\\' : '/');

/** A directory from a variable; by the XDG specification a relative one does not count. */
function absolute({ platform, variable }: Surroundings, name: string): string | undefined {
  const value = variable(name);
  const pattern = platform === 'win32' ? /^([A-Za-z]:)?[\\/]/ : /^\//;
  return value !== undefined && pattern.test(value) ? value : undefined;
}

/** The directory all labs of the user are in: `$NFLAB_STATE_DIR`, else the platform's own. */
export function stateDirectory(where: Surroundings): string {
  const own = where.variable('NFLAB_STATE_DIR');
  if (own !== undefined && own !== '') return own;
  const { platform, home } = where;
  if (platform === 'win32')
    return `${absolute(where, 'LOCALAPPDATA') ?? `${home}\\AppData\\Local`}\\nflab`;
  if (platform === 'darwin') return `${home}/Library/Application Support/nflab`;
  return `${absolute(where, 'XDG_STATE_HOME') ?? `${home}/.local/state`}/nflab`;
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
  return stateDirectory(where) + separator(where) + checkLabName(name);
}
