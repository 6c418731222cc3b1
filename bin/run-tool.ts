/** The process of one emulated tool: its name from the command line, its exit code from dispatch. */
import { appendFileSync } from 'node:fs';
import { dispatch, type Tools } from '../commands/dispatch.ts';
import { FileError } from '../src/base/ports.ts';
import { BadLabName } from '../state/place.ts';
import { StoreError } from '../state/store-error.ts';
import { openPorts } from './machine.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** nflab itself could not do its work: the lab cannot be read or written, or an error of our own. No real tool exits so. */
const FAILED = 125;

/** Runs the tool this process was started as, and sets the exit code. */
export function runTool(tools: Tools): void {
  const [, path = '', ...argv] = process.argv;
  const name = path.replace(/^.*[\\/]|\.[cm]?js$/g, '');
  const log = process.env.NFLAB_FAILURES;
  const said: string[] = [];
  const status = runGuarded((terminal) =>
    dispatch(tools, name, argv, openPorts(log ? overheard(terminal, said) : terminal)),
  );
  if (log && status !== 0) reportFailure(log, [name, ...argv], status, said.join(''));
  process.exitCode = status;
}

/** Runs `fn`, words what it throws, and writes all that was said. */
export function runGuarded(fn: (terminal: Terminal) => number): number {
  const terminal = openTerminal();
  try {
    return fn(terminal);
  } catch (error) {
    terminal.stderr.write(wordFailure(error));
    return FAILED;
  } finally {
    terminal.flush();
  }
}

function wordFailure(error: unknown): string {
  if (error instanceof StoreError || error instanceof BadLabName)
    return `nflab: ${error.message}\n`;
  if (error instanceof FileError) return `nflab: cannot read ${error.path}: ${error.errno}\n`;
  const stack = process.env.NFLAB_DEBUG === '1' && error instanceof Error ? error.stack : undefined;
  return stack === undefined
    ? `nflab: internal error: ${error}\n`
    : `nflab: internal error: ${stack}\n`;
}

/** The terminal, with what goes to standard error kept as well. */
function overheard(terminal: Terminal, said: string[]): Terminal {
  const { stderr } = terminal;
  const write = (text: string): void => {
    said.push(text);
    stderr.write(text);
  };
  return { ...terminal, stderr: { isTerminal: stderr.isTerminal, write } };
}

/** For `nflab run` and `nflab check`, which tell at the end what failed. */
function reportFailure(
  log: string,
  command: readonly string[],
  status: number,
  stderr: string,
): void {
  appendFileSync(log, `${JSON.stringify({ command, status, stderr })}\n`);
}
