/** Runs the `nflab` command in this process, on labs in memory. */
import { realDirectories } from '../../bin/directories.ts';
import type { NflabPorts } from '../../commands/nflab/ports.ts';
import { nflab } from '../../commands/nflab/program.ts';
import { Gathered, textInput } from '../../commands/shell.ts';
import { tools } from '../../commands/tools.ts';
import { MemoryStore } from '../../state/memory.ts';
import { DirectoryFiles } from './files.ts';
import type { Outcome } from './transcript.ts';

export interface Desk {
  run(argv: readonly string[], stdin?: string): Outcome;
  readonly ports: NflabPorts;
}

/** A desk with one lab on it; `overrides` replace ports. */
export function openDesk(directory: string, overrides: Partial<NflabPorts> = {}): Desk {
  const stdin = textInput('');
  const named = new Map<string, MemoryStore>();
  const ports: NflabPorts = {
    version: '0.0.0',
    store: new MemoryStore(),
    files: new DirectoryFiles(directory, stdin),
    stdin,
    stdout: new Gathered(),
    stderr: new Gathered(),
    wall: { now: () => 1_767_323_045_000_000_000n },
    hosts: '127.0.0.1\tlocalhost\n',
    env: new Map(),
    tools,
    environment: new Map(),
    labs: {
      current: 'default',
      named(name) {
        const store = named.get(name) ?? new MemoryStore();
        named.set(name, store);
        return { store, labs: { ...ports.labs, current: name } };
      },
      putAside: () => undefined,
      isUnusable: () => false,
      memory: (seed) => new MemoryStore(seed),
      passing: () => {
        throw new Error('no labs on disk here');
      },
      failureLog: () => {
        throw new Error('no log here');
      },
    },
    processes: {
      system: 'linux',
      root: false,
      toolDirectory: '/opt/nflab/bin',
      interpreter: '/usr/bin/node',
      pathSeparator: ':',
      run: () => {
        throw new Error('no processes here');
      },
    },
    directories: realDirectories,
    ...overrides,
  };
  return {
    ports,
    run(argv, input = '') {
      const stdout = new Gathered();
      const stderr = new Gathered();
      const status = nflab(argv, { ...ports, stdin: textInput(input), stdout, stderr });
      return { out: stdout.text(), err: stderr.text(), status };
    },
  };
}
