/** `nflab run`: a firewall script on a lab, and which of its commands failed. */
import type { Command } from 'commander';
import { FileError } from '../../src/base/ports.ts';
import { splitWords } from '../../src/base/shell.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { buildHost, ROUTER } from '../../src/kernel/host/build.ts';
import { resetLab } from '../../src/lab/reset.ts';
import { type ChildLab, childEnvironment, runChild } from './child.ts';
import { type Context, usage } from './context.ts';
import type { NflabPorts } from './ports.ts';
import { paintFor } from './report.ts';

interface RunOptions {
  readonly lab?: string;
  readonly host: 'bare' | 'router';
  readonly unconfined?: boolean;
}

export function addRun(program: Command, context: Context): void {
  program
    .command('run')
    .description('run a firewall script on a fresh lab and tell which of its commands failed')
    .argument('<script>', 'a shell script, or an nft file that begins with #!/usr/sbin/nft -f')
    .argument('[arguments...]', 'for the script')
    .option('--lab <name>', 'act on this lab, and keep what the script did')
    .option('--host <host>', 'the host of a fresh lab: bare or router', 'bare')
    .option('--unconfined', 'as root, do without a network namespace of its own')
    .passThroughOptions()
    .action((script: string, argv: readonly string[], options: RunOptions) => {
      context.exit(runScript(context, script, argv, options));
    });
}

function runScript(
  context: Context,
  script: string,
  argv: readonly string[],
  { lab, host, unconfined = false }: RunOptions,
): number {
  const { ports } = context;
  const command = [...interpreterOf(script, ports), script, ...argv];
  if (lab !== undefined) return runOn(context, command, { name: lab }, unconfined);
  const passing = ports.labs.passing();
  try {
    if (host === 'router') passing.store.transact((draft) => resetLab(draft, 1, buildHost(ROUTER)));
    return runOn(context, command, passing, unconfined);
  } finally {
    passing.remove();
  }
}

/** The words in front of the script: what its `#!` line names, an emulated tool by that name, or /bin/sh. */
export function interpreterOf(
  script: string,
  { files, processes, tools }: NflabPorts,
): readonly string[] {
  let text: string;
  try {
    text = decodeUtf8(files.read(script));
  } catch (error) {
    if (error instanceof FileError) throw usage(`cannot read ${script}: ${error.errno}`);
    throw error;
  }
  const [first = ''] = text.split('\n');
  if (!first.startsWith('#!')) return ['/bin/sh'];
  const [interpreter = '/bin/sh', ...options] = splitWords(first.slice(2));
  const name = interpreter.split('/').at(-1) ?? '';
  return [tools.has(name) ? `${processes.toolDirectory}/${name}` : interpreter, ...options];
}

/** One command that failed, as the emulated tools report it. */
export interface Failure {
  readonly command: readonly string[];
  readonly status: number;
}

function runOn(
  { ports }: Context,
  command: readonly string[],
  lab: ChildLab,
  unconfined: boolean,
): number {
  const { status, failures } = runLogged(ports, command, lab, { unconfined });
  report(ports, failures);
  return status;
}

/** What a program's emulated commands did: its exit code, and each command that failed. */
export interface LoggedRun {
  readonly status: number;
  readonly failures: readonly Failure[];
}

/** Runs a program on a lab and keeps what failed. */
export function runLogged(
  ports: NflabPorts,
  command: readonly string[],
  lab: ChildLab,
  options: { readonly unconfined: boolean },
): LoggedRun {
  const log = ports.labs.failureLog();
  const variables = childEnvironment(ports, lab);
  variables.set('NFLAB_FAILURES', log.path);
  try {
    const status = runChild(ports, command, variables, options);
    return { status, failures: log.read().map(parseFailure) };
  } finally {
    log.remove();
  }
}

// Written by our own tools, one JSON object a line.
const parseFailure = (line: string): Failure => JSON.parse(line) as Failure;

function report({ stderr, environment }: NflabPorts, failures: readonly Failure[]): void {
  if (failures.length === 0) return;
  const paint = paintFor(stderr, environment);
  stderr.write(paint.bold(`nflab run: ${failures.length} failed\n`));
  for (const { command, status } of failures)
    stderr.write(`  ${paint.red(String(status))} ${command.map(quoteWord).join(' ')}\n`);
}

/** A word as a shell would take it. */
export const quoteWord = (word: string): string =>
  /^[\w@%+=:,./!-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
