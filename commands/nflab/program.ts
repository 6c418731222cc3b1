/** The `nflab` command: its subcommands, help, and exit codes. */
import { Command, CommanderError } from 'commander';
import { NOT_EMULATED_EXIT, NotEmulated, ToolError } from '../../src/base/errors.ts';
import { addCheck } from './check.ts';
import { addClock } from './clock.ts';
import { addCompletion } from './completion.ts';
import { type Context, USAGE_EXIT } from './context.ts';
import { addEnv } from './env.ts';
import { addHost } from './host.ts';
import { addInstall } from './install.ts';
import type { NflabPorts } from './ports.ts';
import { addReplay } from './replay.ts';
import { addReset } from './reset.ts';
import { addRun } from './run.ts';
import { addSend } from './send.ts';
import { addShell } from './shell.ts';
import { addTour } from './tour.ts';

/** Runs `nflab` with these arguments; returns the exit code. */
export function nflab(argv: readonly string[], ports: NflabPorts): number {
  let status = 0;
  const program = buildProgram({
    ports,
    exit(code) {
      status = code;
    },
  });
  try {
    program.parse([...argv], { from: 'user' });
    return status;
  } catch (error) {
    return wordError(error, ports);
  }
}

function wordError(error: unknown, { stderr }: NflabPorts): number {
  // commander has written its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT;
  if (error instanceof NotEmulated) {
    stderr.write(`nflab: not emulated: ${error.what}\n`);
    return NOT_EMULATED_EXIT;
  }
  if (error instanceof ToolError) {
    if (error.message !== '') stderr.write(`nflab: ${error.message}\n`);
    return error.exitCode;
  }
  throw error;
}

export function buildProgram(context: Context): Command {
  const { stdout, stderr, version } = context.ports;
  const program = new Command('nflab')
    .description(
      'An emulator of the Linux packet-filter command line: iptables, nft, ipvsadm, ipset, conntrack.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('Try `nflab --help`.')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'nflab: ')),
      getOutHelpWidth: () => stdout.columns ?? 80,
      getErrHelpWidth: () => stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      '\nThe emulated tools act on the lab named by NFLAB_LAB (default `default`), kept under NFLAB_STATE_DIR.\n' +
        'Exit codes: 0 done, 1 a check failed, 2 wrong usage or a broken file, 70 not emulated.',
    );
  addTour(program, context);
  addSend(program, context);
  addCheck(program, context);
  addReset(program, context);
  addHost(program, context);
  addClock(program, context);
  addShell(program, context);
  addRun(program, context);
  addReplay(program, context);
  addEnv(program, context);
  addInstall(program, context);
  addCompletion(program, context);
  program
    .command('version')
    .description('print the version, and the versions of the tools that are emulated')
    .action(() => {
      stdout.write(`nflab ${version}\n${EMULATED.join('\n')}\n`);
    });
  return program;
}

const EMULATED = [
  'iptables 1.8.11 (nf_tables)',
  'nftables 1.1.3',
  'ipvsadm 1.31',
  'ipset 7.22',
  'conntrack 1.4.8',
];
