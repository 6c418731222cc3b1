/** One command line: read, checked and carried out. */

import { STRERROR } from '../../src/base/errors.ts';
import { FileError } from '../../src/base/ports.ts';
import { createIpset } from '../../src/kernel/ipset/create.ts';
import type { IpsetContext, IpsetErrno } from '../../src/kernel/ipset/request.ts';
import {
  destroyIpset,
  elementCommand,
  flushIpset,
  renameIpset,
  swapIpsets,
} from '../../src/kernel/ipset/sets.ts';
import type { AddBuffer } from './buffer.ts';
import { type Command, ENVIRONMENT, findCommand, matchesEnvironment } from './command.ts';
import {
  checkAllowed,
  checkMandatory,
  createRequest,
  elementRequest,
  parseElement,
  parseOptions,
} from './element.ts';
import { errorText } from './errors.ts';
import { printHelp } from './help.ts';
import { listingText } from './listing.ts';
import { checkSetName } from './options.ts';
import { printElement } from './print.ts';
import { Finished, LineRefused } from './report.ts';
import { BANNER, type OutputMode, PARAMETER_PROBLEM, type Session } from './session.ts';
import { findUserType, type UserType } from './types.ts';

/** Words of a line, the program's name among them (MAX_ARGS). */
export const MAX_WORDS = 32;

/** What a line asks of its caller, who has the input. */
export type Wish = 'done' | 'restore' | 'interactive';

/** A line and where it stands. */
interface Line {
  readonly session: Session;
  readonly buffer: AddBuffer;
  /** Number in restore mode, 0 otherwise. */
  readonly number: number;
}

const MODES: ReadonlySet<string> = new Set<OutputMode>(['plain', 'save', 'xml', 'json']);
const isMode = (text: string): text is OutputMode => MODES.has(text);

function setEnvironment(session: Session, option: 'output' | 'file', value: string): void {
  if (option === 'output') {
    if (!isMode(value)) throw session.error(`Syntax error: unknown output mode '${value}'`);
    session.mode = value;
    return;
  }
  if (session.filename !== undefined)
    session.fail(PARAMETER_PROBLEM, '-file option cannot be used when full io is activated');
  session.filename = value;
}

/** Takes the options of the command line itself out, wherever they stand. */
function takeEnvironment(session: Session, given: readonly string[]): readonly string[] {
  const words = [...given];
  for (const known of ENVIRONMENT) {
    for (let i = 0; i < words.length; ) {
      if (!matchesEnvironment(words[i] ?? '', known)) {
        i++;
        continue;
      }
      words.splice(i, 1);
      if (known.option !== 'output' && known.option !== 'file') {
        session.environment.add(known.option);
        continue;
      }
      const [value] = words.splice(i, 1);
      if (value === undefined)
        session.fail(PARAMETER_PROBLEM, `Missing mandatory argument to option ${known.names[0]}`);
      setEnvironment(session, known.option, value);
    }
  }
  return words;
}

/** Asks the kernel of which type a set is; sets the family of its elements. */
function typeOfSet({ session }: Line, command: Command, name: string): UserType {
  const set = session.read((ctx) => ctx.lab.ipsets.get(name));
  if (!set) throw session.error(errorText(command, 'ENOENT'));
  const type = findUserType(set.type);
  if (!type) throw new Error(`set of unknown type "${set.type}"`);
  session.data.values.type = type;
  if (type.family !== 'unspec') session.data.values.family = set.family;
  return type;
}

function refuse({ session, number }: Line, command: Command, fault: IpsetErrno | undefined): void {
  session.report.line = number;
  if (fault) throw session.error(errorText(command, fault));
}

function create(line: Line, name: string, typeName: string, options: readonly string[]): void {
  const { session } = line;
  const { data } = session;
  data.values.setname = checkSetName(session, name);
  if (typeName.length > 31)
    throw session.error(`Syntax error: typename '${typeName}' is longer than 31 characters`);
  const type = findUserType(typeName);
  if (!type) throw session.error(`Syntax error: typename '${typeName}' is unknown`);
  if (type.family !== 'unspec') data.values.family = 'inet';
  if (type.family === 'inet46') data.ignored.add('family');
  parseOptions(session, type.create, options, 'family');
  parseOptions(session, type.create, options, 'others');
  checkMandatory(session, type);
  checkAllowed(session, type, 'create');
  line.buffer.flush();
  const request = createRequest(session, name, type);
  const exist = session.environment.has('exist');
  refuse(
    line,
    'create',
    session.write((ctx) => createIpset(ctx, request, exist)),
  );
}

function change(
  line: Line,
  command: 'add' | 'del' | 'test',
  name: string,
  element: string,
  options: readonly string[],
): void {
  const { session, number } = line;
  session.data.values.setname = checkSetName(session, name);
  const type = typeOfSet(line, command, name);
  parseElement(session, type, element);
  parseOptions(session, type[command], options, 'others');
  checkAllowed(session, type, command);
  if (!session.data.has('setname'))
    throw session.error(`Invalid ${command} command: missing setname`);
  const request = elementRequest(session);
  if (command === 'test') {
    line.buffer.flush();
    test(line, name, type);
    return;
  }
  if (number !== 0) {
    line.buffer.add(command, name, number, request);
    return;
  }
  const exist = session.environment.has('exist');
  refuse(
    line,
    command,
    session.write((ctx) => elementCommand(ctx, name, command, request, exist)),
  );
}

function test(line: Line, name: string, type: UserType): void {
  const { session } = line;
  const request = elementRequest(session);
  const fault = session.read((ctx) => elementCommand(ctx, name, 'test', request, false));
  if (fault && fault !== 'EXIST') refuse(line, 'test', fault);
  const quiet = session.environment.has('quiet');
  // What marks the parts of an element is not among what was read: a test prints neither physdev nor before.
  const text = printElement(
    session,
    type,
    { values: session.data.values, flags: new Set() },
    { resolve: false, quoted: false },
  );
  if (fault && quiet) throw new Finished(1);
  if (quiet) return;
  const verdict = fault ? 'is NOT in' : 'is in';
  session.report.add(fault ? 'notice' : 'warning', `${text} ${verdict} set ${name}.`);
}

function openOutput(session: Session): void {
  if (session.filename === undefined) return;
  try {
    session.call.files.write(session.filename, '');
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const reason = Object.entries(STRERROR).find(([errno]) => errno === error.errno)?.[1];
    throw session.error(`Cannot open ${session.filename} for writing: ${reason ?? error.errno}`);
  }
}

function list(line: Line, command: 'list' | 'save', name: string | undefined): void {
  const { session } = line;
  openOutput(session);
  if (name !== undefined) checkSetName(session, name);
  line.buffer.flush();
  session.mode ??= command === 'list' ? 'plain' : 'save';
  const { mode } = session;
  // Only `list` asks the kernel for less than everything, and never for what could be restored.
  const short = command === 'list' && mode !== 'save';
  const names = mode !== 'save' && session.environment.has('name');
  const terse = short && session.environment.has('terse');
  const text = session.read((ctx) => listingText(session, ctx, mode, names, terse, name));
  if (text === undefined) refuse(line, command, 'ENOENT');
  else if (session.filename === undefined) session.call.stdout.write(text);
  else session.call.files.write(session.filename, text);
}

function whole(
  line: Line,
  command: 'destroy' | 'flush' | 'rename' | 'swap',
  names: readonly string[],
  fn: (ctx: IpsetContext) => IpsetErrno | undefined,
): void {
  const { session } = line;
  for (const name of names) checkSetName(session, name);
  line.buffer.flush();
  refuse(line, command, session.write(fn));
}

/** First and second argument of a command that has to have them. */
function twoArguments(session: Session, command: Command, words: readonly string[]) {
  const [first, second, ...rest] = words;
  if (first === undefined)
    session.fail(PARAMETER_PROBLEM, `Missing mandatory argument to command ${command}`);
  if (second === undefined)
    session.fail(PARAMETER_PROBLEM, `Missing second mandatory argument to command ${command}`);
  return { first, second, rest };
}

function noMore(session: Session, [extra]: readonly string[]): void {
  if (extra !== undefined) session.fail(PARAMETER_PROBLEM, `Unknown argument ${extra}`);
}

function carryOut(line: Line, command: Command, words: readonly string[]): Wish {
  const { session } = line;
  const [first] = words;
  switch (command) {
    case 'create': {
      const { first: name, second, rest } = twoArguments(session, command, words);
      create(line, name, second, rest);
      return 'done';
    }
    case 'add':
    case 'del':
    case 'test': {
      const { first: name, second, rest } = twoArguments(session, command, words);
      change(line, command, name, second, rest);
      return 'done';
    }
    case 'rename':
    case 'swap': {
      const { first: from, second: to, rest } = twoArguments(session, command, words);
      for (const name of [from, to]) checkSetName(session, name);
      noMore(session, rest);
      const fn = command === 'rename' ? renameIpset : swapIpsets;
      whole(line, command, [from, to], (ctx) => fn(ctx, from, to));
      return 'done';
    }
    case 'destroy':
    case 'flush': {
      if (first !== undefined) checkSetName(session, first);
      noMore(session, words.slice(1));
      const exist = session.environment.has('exist');
      whole(line, command, [], (ctx) =>
        command === 'destroy' ? destroyIpset(ctx, first, exist) : flushIpset(ctx, first),
      );
      return 'done';
    }
    case 'list':
    case 'save':
      noMore(session, words.slice(1));
      list(line, command, first);
      return 'done';
    case 'restore':
      noMore(session, words);
      return 'restore';
    case 'version':
      session.call.stdout.write(`${BANNER}, protocol version: 7\n`);
      if (!session.interactive) throw new Finished(0);
      return 'done';
    case 'help':
      printHelp(session, first);
      if (!session.interactive) throw new Finished(0);
      return 'done';
    case 'quit':
      throw new Finished(0);
  }
}

function withoutCommand(session: Session, words: readonly string[]): Wish {
  if (session.interactive) {
    session.call.stdout.write('No command specified\n');
    return 'done';
  }
  if (words[0] === '-') return 'interactive';
  session.fail(
    PARAMETER_PROBLEM,
    words[0] === undefined
      ? 'No command specified.'
      : `No command specified: unknown argument ${words[0]}`,
  );
}

const NOT_IN_RESTORE: readonly Command[] = ['restore', 'version', 'help'];

function interpret(line: Line, given: readonly string[]): Wish {
  const { session, number } = line;
  if (given.length + 1 > MAX_WORDS) session.fail(PARAMETER_PROBLEM, 'Line is too long to parse.');
  const words = takeEnvironment(session, given);
  const found = findCommand(words[0] ?? '');
  if (!found) return withoutCommand(session, words);
  const { command } = found;
  if (number !== 0 && NOT_IN_RESTORE.includes(command))
    session.fail(PARAMETER_PROBLEM, `Command \`${command}' is invalid in restore mode.`);
  if (session.interactive && command === 'restore') {
    session.call.stdout.write('Restore command is not supported in interactive mode\n');
    return 'done';
  }
  return carryOut(line, command, words.slice(1));
}

/** Runs one line; ends the run with `Finished` where the real tool would exit. */
export function runLine(
  session: Session,
  buffer: AddBuffer,
  words: readonly string[],
  number: number,
): Wish {
  session.report.line = number;
  let wish: Wish = 'done';
  try {
    wish = interpret({ session, buffer, number }, words);
  } catch (error) {
    if (!(error instanceof LineRefused)) throw error;
  }
  session.data.reset();
  if (session.report.level !== 'none') session.conclude();
  return wish;
}
