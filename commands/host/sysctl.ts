/** procps' `sysctl`. */
import { NotEmulated } from '../../src/base/errors.ts';
import { FileError } from '../../src/base/ports.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import type { HostRecord } from '../../src/kernel/host/model.ts';
import type { Draft } from '../../src/kernel/model.ts';
import type { Call, Tool } from '../tool.ts';
import { canonicalName, readSysctl, sysctlNames } from './sysctl-names.ts';

interface Options {
  write: boolean;
  quiet: boolean;
  values: boolean;
  names: boolean;
  ignore: boolean;
  all: boolean;
  load: string | undefined;
  readonly words: string[];
}

type Flag = 'write' | 'quiet' | 'values' | 'names' | 'ignore' | 'all';

const LETTERS: ReadonlyMap<string, Flag> = new Map([
  ['w', 'write'],
  ['q', 'quiet'],
  ['n', 'values'],
  ['N', 'names'],
  ['e', 'ignore'],
  ['a', 'all'],
  ['A', 'all'],
  ['X', 'all'],
]);
const LONG: ReadonlyMap<string, string> = new Map([
  ['write', 'w'],
  ['quiet', 'q'],
  ['values', 'n'],
  ['names', 'N'],
  ['ignore', 'e'],
  ['all', 'a'],
]);

function readOptions(argv: readonly string[]): Options {
  const options: Options = {
    write: false,
    quiet: false,
    values: false,
    names: false,
    ignore: false,
    all: false,
    load: undefined,
    words: [],
  };
  for (const word of argv) {
    if (word === '--system') throw new NotEmulated('sysctl --system');
    if (/^-[pf]/.test(word)) options.load = word.slice(2) || '/etc/sysctl.conf';
    else if (/^--load(=|$)/.test(word)) options.load = word.slice(7) || '/etc/sysctl.conf';
    else if (word.startsWith('-') && word !== '-') readFlags(options, word);
    else options.words.push(word);
  }
  return options;
}

function readFlags(options: Options, word: string): void {
  const letters = word.startsWith('--') ? [LONG.get(word.slice(2)) ?? word] : [...word.slice(1)];
  for (const letter of letters) {
    const flag = LETTERS.get(letter);
    if (!flag) throw new NotEmulated(`sysctl ${word}`);
    options[flag] = true;
  }
}

/** Slashes instead of dots: the first separator of a name decides which it is. */
function dotted(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  return separator === '/'
    ? name.replaceAll('.', '\0').replaceAll('/', '.').replaceAll('\0', '/')
    : name;
}

const pathOf = (name: string): string =>
  `/proc/sys/${name.replaceAll('/', '\0').replaceAll('.', '/').replaceAll('\0', '.')}`;

class Session {
  status = 0;
  readonly #call: Call;
  readonly #options: Options;

  constructor(call: Call, options: Options) {
    this.#call = call;
    this.#options = options;
  }

  run(lab: Draft, { load, all, write, words }: Options): void {
    if (load !== undefined)
      for (const path of words.length > 0 ? words : [load]) this.load(lab.host.edit(), path);
    else if (all) for (const name of sysctlNames(lab.host.get())) this.read(lab.host.get(), name);
    else for (const word of words) this.takeWord(lab, word, write);
  }

  /** `name=value` or `name`; the latter is no setting with -w. */
  takeWord(lab: Draft, word: string, write: boolean): void {
    const equals = word.indexOf('=');
    if (equals > 0) this.write(lab.host.edit(), word.slice(0, equals), word.slice(equals + 1));
    else if (write || equals === 0) this.complain('command line(0): invalid syntax, continuing...');
    else this.read(lab.host.get(), word);
  }

  complain(text: string): void {
    this.#call.stderr.write(`sysctl: ${text}\n`);
    this.status = 1;
  }

  print(name: string, value: string): void {
    const { values, names } = this.#options;
    this.#call.stdout.write(names ? `${name}\n` : values ? `${value}\n` : `${name} = ${value}\n`);
  }

  read(host: Readonly<HostRecord>, asked: string): void {
    const name = dotted(asked);
    const value = readSysctl(host, name);
    if (value !== undefined) this.print(name, value);
    else this.missing(name);
  }

  missing(name: string): void {
    if (!this.#options.ignore)
      this.complain(`cannot stat ${pathOf(name)}: No such file or directory`);
  }

  write(host: HostRecord, asked: string, value: string): void {
    const name = dotted(asked);
    const before = readSysctl(host, name);
    if (before === undefined) {
      this.missing(name);
      return;
    }
    const numeric = /^-?\d+(\s+-?\d+)*$/;
    if (numeric.test(before) && !numeric.test(value)) {
      this.complain(`setting key "${name}": Invalid argument`);
      return;
    }
    host.sysctls = { ...host.sysctls, [canonicalName(name)]: value.replaceAll(/\s+/g, '\t') };
    if (!this.#options.quiet) this.print(name, value);
  }

  /** Lines of a file of settings; `-` in front forgives errors. */
  load(host: HostRecord, path: string): void {
    let text: string;
    try {
      text = decodeUtf8(path === '-' ? this.#call.stdin.readAll() : this.#call.files.read(path));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.complain(`cannot open "${path}": No such file or directory`);
      return;
    }
    for (const line of text.split('\n')) {
      const [name = '', ...value] = line.trim().split('=');
      if (name === '' || /^[#;]/.test(name)) continue;
      if (value.length === 0) throw new NotEmulated(`sysctl -p: ${line}`);
      this.write(host, name.trim().replace(/^-/, ''), value.join('=').trim());
    }
  }
}

export const sysctl: Tool = (call) => {
  if (call.argv.includes('-V') || call.argv.includes('--version')) {
    call.stdout.write('sysctl from procps-ng 4.0.4\n');
    return 0;
  }
  const options = readOptions(call.argv);
  if (options.words.length === 0 && !options.all && options.load === undefined)
    throw new NotEmulated('sysctl without a name');
  const session = new Session(call, options);
  call.store.transact((lab) => session.run(lab, options));
  return session.status;
};
