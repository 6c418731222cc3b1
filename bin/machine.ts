/** The real ports: this machine's files, clock, environment and processes. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { Ports } from '../commands/tool.ts';
import { FileError, type Files } from '../src/base/ports.ts';
import { FileStore } from '../state/file-store.ts';
import { labDirectory, type Surroundings } from '../state/place.ts';
import { errnoOf } from '../state/store-error.ts';
import type { Terminal } from './terminal.ts';

/** Of the environment only this reaches an emulated tool: what the real ones read. */
const TOOL_VARIABLES = ['XTABLES_LOCKFILE', 'XTABLES_LIBDIR'];

const LOCALHOST = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n';

/** What decides where labs are kept. */
export function surroundings(): Surroundings {
  const { env, platform } = process;
  return {
    platform,
    home: (platform === 'win32' ? env.USERPROFILE : env.HOME) || accountHome(),
    variable: (name) => env[name],
  };
}

/** For processes with a cleaned environment: daemons, and what runs without a shell. Loaded only then. */
function accountHome(): string {
  try {
    return process.getBuiltinModule('node:os').homedir();
  } catch {
    // A user without an entry in the list of accounts.
    return '.';
  }
}

/** A lab's store, with what the environment says of it. Throws BadLabName. */
export function openStore(directory = labDirectory(surroundings())): FileStore {
  return new FileStore({ directory, fsync: process.env.NFLAB_FSYNC === '1' });
}

/** The ports of one command on the lab in use. Throws BadLabName, and FileError when $NFLAB_HOSTS cannot be read. */
export function openPorts({ stdin, stdout, stderr }: Terminal): Ports {
  const start = BigInt(Date.now()) * 1_000_000n;
  const hosts = process.env.NFLAB_HOSTS;
  return {
    store: openStore(),
    files: realFiles,
    stdin,
    stdout,
    stderr,
    wall: { now: () => start },
    hosts: hosts ? Buffer.from(realFiles.read(hosts)).toString('utf8') : LOCALHOST,
    env: toolEnvironment(),
  };
}

function toolEnvironment(): Map<string, string> {
  const variables = new Map<string, string>();
  for (const name of TOOL_VARIABLES) {
    const value = process.env[name];
    if (value !== undefined) variables.set(name, value);
  }
  return variables;
}

/** Runs a file operation; its failure becomes a FileError. */
export function onFile<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === '') throw error;
    throw new FileError(errno, path);
  }
}

export const realFiles: Files = {
  read: (path) => onFile(path, () => readFileSync(path)),
  write: (path, data) => onFile(path, () => writeFileSync(path, data)),
  exists: (path) => existsSync(path),
  isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  list: (path) => onFile(path, () => readdirSync(path).sort()),
};
