/** The commands and the options of the command line itself. */
import type { EnvironmentOption } from './session.ts';

export type Command =
  | 'create'
  | 'add'
  | 'del'
  | 'test'
  | 'destroy'
  | 'list'
  | 'save'
  | 'restore'
  | 'flush'
  | 'rename'
  | 'swap'
  | 'help'
  | 'version'
  | 'quit';

export interface CommandWord {
  readonly command: Command;
  readonly names: readonly string[];
  /** Arguments it must have (1 and 2), may have one of, or has none. */
  readonly takes: 'two' | 'optional' | 'none';
}

/** In order: of several that begin with what was typed, the first is meant. */
export const COMMANDS: readonly CommandWord[] = [
  { command: 'create', names: ['create', 'new', '-N'], takes: 'two' },
  { command: 'add', names: ['add', '-A'], takes: 'two' },
  { command: 'del', names: ['del', '-D'], takes: 'two' },
  { command: 'test', names: ['test', '-T'], takes: 'two' },
  { command: 'destroy', names: ['destroy', 'x', '-X'], takes: 'optional' },
  { command: 'list', names: ['list', '-L'], takes: 'optional' },
  { command: 'save', names: ['save', '-S'], takes: 'optional' },
  { command: 'restore', names: ['restore', '-R'], takes: 'none' },
  { command: 'flush', names: ['flush', '-F'], takes: 'optional' },
  { command: 'rename', names: ['rename', 'e', '-E'], takes: 'two' },
  { command: 'swap', names: ['swap', 'w', '-W'], takes: 'two' },
  { command: 'help', names: ['help', '-h', '-H'], takes: 'optional' },
  { command: 'version', names: ['version', '-v', '-V'], takes: 'none' },
  { command: 'quit', names: ['quit'], takes: 'none' },
];

/** A command by its beginning; two leading dashes do not count. */
export function findCommand(word: string): CommandWord | undefined {
  const typed = word.startsWith('--') ? word.slice(2) : word;
  if (typed === '' || word === '-') return undefined;
  return COMMANDS.find(({ names }) => names.some((name) => name.startsWith(typed)));
}

export interface EnvironmentWord {
  readonly names: readonly [short: string, long: string];
  readonly option: EnvironmentOption | 'output' | 'file';
}

/** In the order they are looked for. */
export const ENVIRONMENT: readonly EnvironmentWord[] = [
  { names: ['-o', '-output'], option: 'output' },
  { names: ['-s', '-sorted'], option: 'sorted' },
  { names: ['-q', '-quiet'], option: 'quiet' },
  { names: ['-r', '-resolve'], option: 'resolve' },
  { names: ['-!', '-exist'], option: 'exist' },
  { names: ['-n', '-name'], option: 'name' },
  { names: ['-t', '-terse'], option: 'terse' },
  { names: ['-f', '-file'], option: 'file' },
];

/** One of two leading dashes does not count. */
export function matchesEnvironment(word: string, { names }: EnvironmentWord): boolean {
  const typed = word.startsWith('--') ? word.slice(1) : word;
  return names.includes(typed);
}
