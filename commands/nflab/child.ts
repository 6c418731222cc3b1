/** Programs that run with the emulated tools on their PATH, apart from the machine's own firewall. */
import { ToolError } from '../../src/base/errors.ts';
import { FileError } from '../../src/base/ports.ts';
import { USAGE_EXIT } from './context.ts';
import type { NflabPorts } from './ports.ts';

export interface ChildLab {
  /** NFLAB_LAB for the child. */
  readonly name: string;
  /** NFLAB_STATE_DIR for the child, when it is not the user's own. */
  readonly stateDirectory?: string | undefined;
}

/** The emulated tools first on PATH, and the lab they act on. */
export function childEnvironment(
  { processes, environment }: NflabPorts,
  lab: ChildLab,
): Map<string, string> {
  const { toolDirectory, pathSeparator } = processes;
  const variables = new Map([
    ['PATH', `${toolDirectory}${pathSeparator}${environment.get('PATH') ?? ''}`],
    ['NFLAB_LAB', lab.name],
  ]);
  if (lab.stateDirectory !== undefined) variables.set('NFLAB_STATE_DIR', lab.stateDirectory);
  return variables;
}

/**
 * Runs a program so. The superuser's on Linux runs in a new network namespace, so that a real tool reached by accident
 * cannot touch the host; where there can be none it is refused, unless `unconfined`.
 */
export function runChild(
  ports: NflabPorts,
  command: readonly string[],
  variables: ReadonlyMap<string, string>,
  { unconfined }: { readonly unconfined: boolean },
): number {
  const { processes } = ports;
  const [program = '', ...argv] = command;
  const confine = processes.system === 'linux' && processes.root && !unconfined;
  if (confine && !canUnshare(ports))
    throw new ToolError(
      'as root a real firewall command would change this machine, and a network namespace of its own cannot be made here;' +
        ' give --unconfined to go on without',
      USAGE_EXIT,
    );
  try {
    return confine
      ? processes.run('unshare', ['--net', '--', program, ...argv], { environment: variables })
      : processes.run(program, argv, { environment: variables });
  } catch (error) {
    if (error instanceof FileError)
      throw new ToolError(`cannot run ${program}: ${error.errno}`, USAGE_EXIT);
    throw error;
  }
}

function canUnshare({ processes }: NflabPorts): boolean {
  try {
    return (
      processes.run('unshare', ['--net', '--', 'true'], { environment: new Map(), quiet: true }) ===
      0
    );
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}
