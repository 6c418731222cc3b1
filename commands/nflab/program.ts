/** The `nflab` command: its subcommands, help, and exit codes. */
import { Command, CommanderError, Option } from 'commander';
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
  try {
    return runProgram(argv, ports);
  } catch (error) {
    return wordError(error, ports);
  }
}

/** `--lab` was given: the command is to be read with the ports of that lab. */
class OtherLab extends Error {
  override readonly name = 'OtherLab';
  readonly lab: string;
  constructor(lab: string) {
    super(lab);
    this.lab = lab;
  }
}

function runProgram(argv: readonly string[], ports: NflabPorts, chosen?: string): number {
  let status = 0;
  const program = buildProgram({
    ports,
    exit(code) {
      status = code;
    },
  });
  program.hook('preAction', (_, command) => {
    const lab: unknown = command.optsWithGlobals().lab;
    if (typeof lab === 'string' && lab !== chosen) throw new OtherLab(lab);
  });
  try {
    program.parse([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof OtherLab)) throw error;
    return runProgram(argv, { ...ports, ...ports.labs.named(error.lab) }, error.lab);
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
    .addOption(labOption())
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
      '\nCommands act on the lab given by --lab, else by NFLAB_LAB, else `default`, kept under NFLAB_STATE_DIR.\n' +
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
  for (const name of ON_A_LAB) addLabOption(program.commands.find((each) => each.name() === name));
  return program;
}

/** Commands that act on a lab; the others have labs of their own, or none. `run` has its own `--lab`. */
const ON_A_LAB = ['send', 'reset', 'host', 'clock', 'shell', 'env'];

const labOption = (): Option => new Option('--lab <name>', 'the lab to act on');

function addLabOption(command: Command | undefined): void {
  command?.addOption(labOption());
  for (const each of command?.commands ?? []) addLabOption(each);
}

const EMULATED = [
  'iptables 1.8.11 (nf_tables)',
  'nftables 1.1.3',
  'ipvsadm 1.31',
  'ipset 7.22',
  'conntrack 1.4.8',
];
