/** -R: commands from a file, each checked before the first is run. */
import { FileError } from '../../src/base/ports.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import type { Call } from '../tool.ts';
import { type CommandName, parameterProblem } from './errors.ts';
import { parseCommand } from './parse.ts';
import { runCommand } from './run.ts';

const ALLOWED: ReadonlySet<CommandName> = new Set(['create', 'add', 'update', 'delete', 'flush']);

/** How the refused ones are called. */
const CALLED: ReadonlyMap<CommandName, string> = new Map([
  ['list', '-L'],
  ['get', '-G'],
  ['event', '-E'],
  ['version', '-V'],
  ['help', '-h'],
  ['expect list', '-L expect'],
  ['expect create', '-C expect'],
  ['expect delete', '-D expect'],
  ['expect get', '-G expect'],
  ['expect flush', '-F expect'],
  ['expect event', '-E expect'],
  ['count', '-C'],
  ['expect count', '-C expect'],
  ['stats', '-S'],
  ['expect stats', '-S expect'],
]);

/** Words of a line: blanks part them, double quotes hold them together, a backslash counts inside quotes. */
function splitLine(line: string): string[] {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i] ?? '';
    if (quoted && c === '\\' && i + 1 < line.length) word += line[++i];
    else if (c === '"') {
      if (quoted) {
        words.push(word);
        word = '';
      }
      quoted = !quoted;
    } else if (!quoted && (c === ' ' || c === '\t')) {
      if (word !== '') words.push(word);
      word = '';
    } else word += c;
  }
  if (word !== '') words.push(word);
  return words;
}

function readFile(path: string, { files, stdin }: Call): string {
  if (path === '-') return decodeUtf8(stdin.readAll());
  try {
    return decodeUtf8(files.read(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw parameterProblem(`Failed to open file ${path} for reading`);
  }
}

/** Runs the file's commands; there is no summary. */
export function loadFile(path: string, call: Call): number {
  const lines = readFile(path, call)
    .split('\n')
    .map((line) => line.replace(/^[ \t]+/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
  const commands = lines.map((line) => parseCommand([call.name, ...splitLine(line)]));
  for (const { name } of commands) {
    if (name !== undefined && ALLOWED.has(name)) continue;
    const called = (name && CALLED.get(name)) ?? 'unknown';
    throw parameterProblem(`Cannot use command \`${called}' with --load-file`);
  }
  for (const command of commands) runCommand(command, call);
  return 0;
}
