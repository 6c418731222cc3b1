/**
 * iptables-apply and ip6tables-apply 1.1: new rules stay only when somebody confirms that the machine can still be
 * reached. The real one is a shell script around iptables-save and -restore; running a command (-c) is not emulated.
 */
import { NotEmulated, STRERROR } from '../../src/base/errors.ts';
import { Getopt, type LongOption } from '../../src/base/getopt.ts';
import { FileError } from '../../src/base/ports.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import type { Program } from '../iptables/program.ts';
import { complaint, runRestore } from '../iptables/restore.ts';
import { runSave } from '../iptables/save.ts';
import { Gathered, textInput } from '../shell.ts';
import type { Call } from '../tool.ts';

const LONG: readonly LongOption[] = [
  { name: 'timeout', arg: 'required', value: 't' },
  { name: 'write', arg: 'required', value: 'w' },
  { name: 'command', arg: 'no', value: 'c' },
  { name: 'help', arg: 'no', value: 'h' },
  { name: 'version', arg: 'no', value: 'V' },
];

type Family = 'ip' | 'ip6';

const prefix = (family: Family): string => (family === 'ip' ? 'iptables' : 'ip6tables');
const defaultRules = (family: Family): string => `/etc/network/${prefix(family)}.up.rules`;

const title = (name: string): string =>
  `${name} 1.1 -- a safer way to update iptables remotely\n\n`;

const about = (
  name: string,
): string => `${title(name)}${name} has been published under the terms of the Artistic Licence 2.0.

Original version - Copyright 2006 Martin F. Krafft <madduck@madduck.net>.
Version 1.1 - Copyright 2010 GW <gw.2010@tnode.com or http://gw.tnode.com/>.
`;

const help = (name: string, family: Family): string => `${title(name)}Emulated by nflab.

Usage: ${name} [-t SECONDS] [-w FILE] [RULES]

Restores RULES (${defaultRules(family)}) and asks whether new connections still
get through. Without a yes the rules from before come back.

  -t, --timeout SECONDS   how long to wait for the answer (10)
  -w, --write FILE        save confirmed rules there; with an empty name, to the default file
  -c, --command           run a command instead of restoring a file: not emulated
  -h, --help, -V, --version
`;

/** A parsed command line; `file` is the word that is left, if any. */
interface Wanted {
  readonly seconds: number;
  readonly saveTo: string | undefined;
  readonly file: string | undefined;
  readonly command: boolean;
}

/** Ends the program after what was said. */
class Done extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/**
 * As the script reads its words: one is dropped from the front for each option and each argument, however they were
 * written, and the next is the file. So `-t3 FILE` drops the file, and without one the program ends in silence.
 */
function parse({ name, argv, stderr }: Call, family: Family): Wanted {
  const options = readOptions(name, argv, stderr);
  let wanted = { seconds: '10', saveTo: '', command: false };
  let dropped = 0;
  const drop = () => {
    if (++dropped > argv.length) throw new Done(1);
  };
  for (const [option, arg] of options) {
    if (option === 'h' || option === 'V') {
      stderr.write(option === 'h' ? help(name, family) : about(name));
      throw new Done(0);
    }
    drop();
    if (option === 'c') wanted = { ...wanted, command: true };
    if (arg === undefined) continue;
    if (/[\s*?[\\'"]/.test(arg)) throw new NotEmulated(`${name} with blanks, quotes or wildcards`);
    if (option === 't') wanted = { ...wanted, seconds: arg };
    else wanted = { ...wanted, saveTo: arg === '' ? defaultRules(family) : arg };
    drop();
  }
  const { seconds, saveTo, command } = wanted;
  if (!/^\+?\d+$/.test(seconds)) {
    stderr.write('Error: timeout must be a positive number\n');
    throw new Done(1);
  }
  if (/^\+?0\d/.test(seconds) && /[89]/.test(seconds))
    throw new NotEmulated(`${name} with an octal timeout`);
  const octal = /^\+?0\d/.test(seconds);
  return {
    seconds: Number.parseInt(seconds, octal ? 8 : 10),
    saveTo: saveTo === '' ? undefined : saveTo,
    file: argv[dropped] || undefined,
    command,
  };
}

/** getopt(1): all complaints come out before anything else happens. */
function readOptions(
  name: string,
  argv: readonly string[],
  stderr: Call['stderr'],
): readonly (readonly [option: string, arg: string | undefined])[] {
  const getopt = new Getopt(argv, ':t:w:chV');
  const options: (readonly [string, string | undefined])[] = [];
  let wrong = false;
  for (let parsed = getopt.next(LONG); parsed; parsed = getopt.next(LONG)) {
    if (parsed.kind === 'option') options.push([parsed.value, parsed.arg]);
    const text = complaint(parsed, getopt.lastWord);
    if (text === undefined) continue;
    stderr.write(`${name}: ${text}\n`);
    wrong = true;
  }
  if (wrong) throw new Done(1);
  return options;
}

/** The two programs the script calls. */
class Rules {
  readonly #call: Call;
  readonly #family: Family;

  constructor(call: Call, family: Family) {
    this.#call = call;
    this.#family = family;
  }

  #program(suffix: string): Program {
    return { name: `${prefix(this.#family)}${suffix}`, family: this.#family, variant: 'nf_tables' };
  }

  /** Undefined when it failed. */
  save(): string | undefined {
    const program = this.#program('-save');
    const stdout = new Gathered();
    const status = runSave({ ...this.#call, name: program.name, argv: [], stdout }, program);
    return status === 0 ? stdout.text() : undefined;
  }

  restore(text: string): boolean {
    const program = this.#program('-restore');
    const call = { ...this.#call, name: program.name, argv: [], stdin: textInput(text) };
    return runRestore(call, program) === 0;
  }

  /** Puts back what was there before. */
  revert(old: string): void {
    this.#call.stdout.write('Reverting to old iptables rules... ');
    this.restore(old);
    this.#call.stdout.write('done.\n');
  }
}

/** A character other than a blank; undefined when none comes in time. */
function ask({ stdin, stdout }: Call, seconds: number): string | undefined {
  stdout.write('Can you establish NEW connections to the machine? (y/N) ');
  const answer = seconds === 0 ? undefined : stdin.readLine(seconds * 1000);
  stdout.write('\n');
  const [first] = answer ?? '';
  return first === undefined || first === ' ' || first === '\t' ? undefined : first;
}

function read({ files, stderr }: Call, path: string): string {
  try {
    return files.isDirectory(path) ? '' : decodeUtf8(files.read(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    stderr.write(`Error: rulesfile not readable: ${path}\n`);
    throw new Done(2);
  }
}

function write(call: Call, path: string, text: string | undefined): void {
  call.stdout.write(`Writing successfully applied rules to '${path}'...\n`);
  try {
    if (text !== undefined) {
      call.files.write(path, text);
      return;
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const why = error.errno === 'EISDIR' ? STRERROR.EISDIR : STRERROR.ENOENT;
    call.stderr.write(`/usr/sbin/${call.name}: line 269: ${path}: ${why}\n`);
  }
  call.stderr.write(`Error: unknown error writing successfully applied rules: ${path}\n`);
  throw new Done(9);
}

function run(call: Call, family: Family): void {
  const { stdout, stderr, files } = call;
  const wanted = parse(call, family);
  if (wanted.command) {
    const command = wanted.file ?? `/etc/network/${prefix(family)}.up.run`;
    if (files.exists(command)) throw new NotEmulated(`${call.name} -c`);
    stderr.write(`Error: runcmd not executable: ${command}\n`);
    throw new Done(6);
  }
  const file = wanted.file ?? defaultRules(family);
  const text = read(call, file);
  const rules = new Rules(call, family);
  const old = rules.save();
  if (old === undefined) throw new Done(4);
  stdout.write(`Applying new iptables rules from '${file}'... `);
  if (!rules.restore(text)) {
    stdout.write('failed.\n');
    stderr.write(`Error: unknown error applying new iptables rules: ${file}\n`);
    rules.revert(old);
    throw new Done(5);
  }
  stdout.write('done.\n');
  const answer = ask(call, wanted.seconds);
  if (answer === 'y' || answer === 'Y') {
    if (wanted.saveTo !== undefined) write(call, wanted.saveTo, rules.save());
    stdout.write('... then my job is done. See you next time.\n');
    return;
  }
  const why =
    answer === undefined ? 'Timeout! Something happened (or did not).' : 'No affirmative response!';
  stdout.write(`${why} Better play it safe...\n`);
  rules.revert(old);
  throw new Done(255);
}

/** The program for one family. */
export const apply =
  (family: Family) =>
  (call: Call): number => {
    try {
      run(call, family);
      return 0;
    } catch (error) {
      if (error instanceof Done) return error.code;
      throw error;
    }
  };
