/** Firewall scripts: what runs them, and which of their commands failed. */
import { FileError } from '../../src/base/ports.ts';
import { NeedsShell, splitWords } from '../../src/base/shell.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { type ChildLab, childEnvironment, runChild } from './child.ts';
import { usage } from './context.ts';
import type { NflabPorts } from './ports.ts';

/** Stands for a script on standard input. */
export const STDIN = '-';

/** The words that run the script: what its `#!` line names, an emulated tool by that name, or /bin/sh. */
export function commandFor(
  script: string,
  argv: readonly string[],
  ports: NflabPorts,
): readonly string[] {
  if (script === STDIN) return ['/bin/sh', '-s', '--', ...argv];
  const [first = ''] = readScript(script, ports).split('\n');
  return [...interpreterOf(first, ports), script, ...argv];
}

function readScript(script: string, { files }: NflabPorts): string {
  try {
    return decodeUtf8(files.read(script));
  } catch (error) {
    if (error instanceof FileError) throw usage(`cannot read ${script}: ${error.errno}`);
    throw error;
  }
}

function interpreterOf(first: string, { processes, tools }: NflabPorts): readonly string[] {
  if (!first.startsWith('#!')) return ['/bin/sh'];
  const [interpreter = '/bin/sh', ...options] = first.slice(2).trim().split(/\s+/);
  const name = interpreter.split('/').at(-1) ?? '';
  return [tools.has(name) ? `${processes.toolDirectory}/${name}` : interpreter, ...options];
}

/** One command that failed, as the emulated tools report it. */
interface Reported {
  readonly command: readonly string[];
  readonly status: number;
  readonly stderr: string;
}

export interface Failure extends Reported {
  /** Where the script has it; undefined when no line, or more than one, says just that. */
  readonly line: number | undefined;
}

/** What a script's emulated commands did: its exit code, and each command that failed. */
export interface ScriptRun {
  readonly status: number;
  readonly failures: readonly Failure[];
}

/** Runs a script on a lab and keeps what failed. */
export function runScript(
  ports: NflabPorts,
  script: string,
  argv: readonly string[],
  lab: ChildLab,
  options: { readonly unconfined: boolean },
): ScriptRun {
  const command = commandFor(script, argv, ports);
  const lines = script === STDIN ? [] : readScript(script, ports).split('\n');
  const log = ports.labs.failureLog();
  const variables = childEnvironment(ports, lab);
  variables.set('NFLAB_FAILURES', log.path);
  try {
    const status = runChild(ports, command, variables, options);
    // Written by our own tools, one JSON object a line.
    const reported = log.read().map((line) => JSON.parse(line) as Reported);
    return { status, failures: reported.map((each) => ({ ...each, line: lineOf(each, lines) })) };
  } finally {
    log.remove();
  }
}

/** The one line that is this command and nothing else but redirections. */
function lineOf({ command }: Reported, lines: readonly string[]): number | undefined {
  const wanted = command.join('\0');
  const found = lines.flatMap((line, i) => (wordsOf(line).join('\0') === wanted ? [i + 1] : []));
  return found.length === 1 ? found[0] : undefined;
}

function wordsOf(line: string): readonly string[] {
  try {
    const [name = '', ...rest] = splitWords(line.trim());
    return [name.split('/').at(-1) ?? '', ...rest];
  } catch (error) {
    if (error instanceof NeedsShell) return [];
    throw error;
  }
}

/** `iptables -A NOSUCH: exit status 1: iptables: No chain/target/match by that name.` */
export function describeFailure({ command, status, stderr }: Reported): string {
  const said = stderr.trim().split('\n')[0] ?? '';
  return `${command.map(quoteWord).join(' ')}: exit status ${status}${said === '' ? '' : `: ${said}`}`;
}

/** A word as a shell would take it. */
export const quoteWord = (word: string): string =>
  /^[\w@%+=:,./!-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
