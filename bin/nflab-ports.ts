/** The real ports of the `nflab` command: labs on disk, child processes, this machine. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { USAGE_EXIT } from '../commands/nflab/context.ts';
import type { ChildOptions, Labs, NflabPorts, Processes } from '../commands/nflab/ports.ts';
import { tools } from '../commands/tools.ts';
import { ToolError } from '../src/base/errors.ts';
import { FileError } from '../src/base/ports.ts';
import { putAside } from '../state/aside.ts';
import { MemoryStore } from '../state/memory.ts';
import { BadLabName, labDirectory, labName, type Surroundings } from '../state/place.ts';
import { errnoOf, StoreError } from '../state/store-error.ts';
import { realDirectories } from './directories.ts';
import { openPorts, openStore, surroundings } from './machine.ts';
import type { Terminal } from './terminal.ts';

/** The ports of one `nflab` command; `distribution` is the directory of the built programs. */
export function openNflabPorts(
  terminal: Terminal,
  version: string,
  distribution: string,
): NflabPorts {
  return {
    ...openPorts(terminal),
    version,
    tools,
    labs: labsOf(surroundings()),
    processes: makeProcesses(terminal, distribution),
    directories: realDirectories,
    environment: inherited(),
  };
}

const inherited = (): Map<string, string> =>
  new Map(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));

/** The labs, the one of this call being the one these surroundings name. */
const labsOf = (place: Surroundings): Labs => ({
  get current() {
    return labName(place);
  },
  named(name) {
    const there = withVariables(place, new Map([['NFLAB_LAB', name]]));
    try {
      return { store: openStore(labDirectory(there)), labs: labsOf(there) };
    } catch (error) {
      if (error instanceof BadLabName) throw new ToolError(error.message, USAGE_EXIT);
      throw error;
    }
  },
  putAside: () => putAside(labDirectory(place)),
  isUnusable: (error) => error instanceof StoreError,
  memory: (seed) => new MemoryStore(seed),
  passing() {
    const stateDirectory = mkdtempSync(join(tmpdir(), 'nflab-run-'));
    const name = 'run';
    const there = withVariables(
      place,
      new Map([
        ['NFLAB_STATE_DIR', stateDirectory],
        ['NFLAB_LAB', name],
      ]),
    );
    return {
      stateDirectory,
      name,
      store: openStore(labDirectory(there)),
      remove: () => rmSync(stateDirectory, { recursive: true, force: true }),
    };
  },
  failureLog() {
    const directory = mkdtempSync(join(tmpdir(), 'nflab-log-'));
    const path = join(directory, 'failures');
    return {
      path,
      read: () => readLines(path),
      remove: () => rmSync(directory, { recursive: true, force: true }),
    };
  },
});

const withVariables = (
  place: Surroundings,
  variables: ReadonlyMap<string, string>,
): Surroundings => ({
  ...place,
  variable: (key) => variables.get(key) ?? place.variable(key),
});

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

const SYSTEMS = { win32: 'windows', darwin: 'macos' } as const;

function makeProcesses(terminal: Terminal, distribution: string): Processes {
  const { platform } = process;
  return {
    system: platform === 'win32' || platform === 'darwin' ? SYSTEMS[platform] : 'linux',
    root: process.getuid?.() === 0,
    toolDirectory: join(distribution, 'bin'),
    interpreter: process.execPath,
    pathSeparator: delimiter,
    run(program, argv, options) {
      terminal.flush();
      return runProgram(program, argv, options);
    },
  };
}

function runProgram(
  program: string,
  argv: readonly string[],
  { environment, quiet = false }: ChildOptions,
): number {
  // Ctrl-C is the child's to answer; what is left to do when it ends is done.
  const wait = (): void => undefined;
  process.on('SIGINT', wait);
  const { error, status, signal } = spawnSync(program, [...argv], {
    stdio: quiet ? 'ignore' : 'inherit',
    env: { ...process.env, ...Object.fromEntries(environment) },
  });
  process.off('SIGINT', wait);
  if (error) throw new FileError(errnoOf(error) || 'EIO', program);
  return signal ? 128 + constants.signals[signal] : (status ?? 1);
}
