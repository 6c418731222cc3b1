/** iptables-restore and ip6tables-restore. */
import { NotEmulated } from '../../src/base/errors.ts';
import { Getopt, type LongOption, type Parsed } from '../../src/base/getopt.ts';
import { parseHosts } from '../../src/base/hosts.ts';
import { FileError } from '../../src/base/ports.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { XtablesError } from '../../src/xtables/errors.ts';
import type { Call } from '../tool.ts';
import type { Tables } from './backend.ts';
import { register, runBatch } from './batch.ts';
import { execute } from './execute.ts';
import type { Screen } from './listing.ts';
import { parseCommand } from './parse.ts';
import { banner, Exit, fileMessage, type Program, Refused, report } from './program.ts';
import { BrokenFile, RestoreFile, type Step, type TableBlock } from './restore-file.ts';

const LONG: readonly LongOption[] = [
  { name: 'counters', arg: 'no', value: 'c' },
  { name: 'verbose', arg: 'no', value: 'v' },
  { name: 'version', arg: 'no', value: 'V' },
  { name: 'test', arg: 'no', value: 't' },
  { name: 'help', arg: 'no', value: 'h' },
  { name: 'noflush', arg: 'no', value: 'n' },
  { name: 'modprobe', arg: 'required', value: 'M' },
  { name: 'table', arg: 'required', value: 'T' },
  { name: 'wait', arg: 'optional', value: 'w' },
  { name: 'wait-interval', arg: 'optional', value: 'W' },
  { name: 'ipv4', arg: 'no', value: '4' },
  { name: 'ipv6', arg: 'no', value: '6' },
];

interface Wanted {
  readonly counters: boolean;
  readonly verbose: boolean;
  readonly test: boolean;
  readonly flush: boolean;
  readonly only: string | undefined;
  readonly file: string | undefined;
}

const HELP = (program: Program) => `${banner(program)}, emulated by nflab

Usage: ${program.name} [options] [FILE]
  --counters -c         counters of rules and policies count
  --verbose -v          say what is done
  --test -t             change nothing
  --noflush -n          keep what the tables hold
  --table -T TABLE      only this table
  --wait -w [SECONDS], --wait-interval -W USECS, --modprobe -M COMMAND   accepted, without effect
  --version -V, --help -h
`;

/** What getopt says of an option it does not know or that lacks its value. */
export function complaint(parsed: Parsed, last: string): string | undefined {
  const long = last.startsWith('--');
  if (parsed.kind === 'unknown' && long && parsed.letter !== undefined)
    return `option '${last.split('=', 1)[0]}' doesn't allow an argument`;
  if (parsed.kind === 'unknown')
    return parsed.letter ? `invalid option -- '${parsed.letter}'` : `unrecognized option '${last}'`;
  if (parsed.kind === 'missing argument')
    return long
      ? `option '${last}' requires an argument`
      : `option requires an argument -- '${last.at(-1)}'`;
  return undefined;
}

/** What goes before `Try ...`: empty for options getopt knows and the tool does not. */
function beforeTry(parsed: Parsed, name: string, last: string): string | undefined {
  if (parsed.kind === 'option') return '46'.includes(parsed.value) ? '' : undefined;
  const wrong = complaint(parsed, last);
  return wrong === undefined ? undefined : `${name}: ${wrong}\n`;
}

function parseWanted(call: Call, program: Program): Wanted | number {
  const { argv, stdout, stderr } = call;
  const { name } = program;
  const getopt = new Getopt(argv, ':bcvVthnw::W::M:T:');
  const flags = new Map<string, string>();
  for (let parsed = getopt.next(LONG); parsed; parsed = getopt.next(LONG)) {
    const wrong = beforeTry(parsed, call.name, getopt.lastWord);
    if (wrong !== undefined) {
      stderr.write(`${wrong}Try \`${name} -h' for more information.\n`);
      return 1;
    }
    if (parsed.kind !== 'option') continue;
    const { value, arg } = parsed;
    if (value === 'b') stderr.write('-b/--binary option is not implemented\n');
    if (value === 'V' || value === 'h') {
      stdout.write(value === 'V' ? `${banner(program)}\n` : HELP(program));
      return 0;
    }
    if (value === 'v' && flags.has('v')) throw new NotEmulated(`${name} -v given twice`);
    flags.set(value, arg ?? '');
    // A number apart from -w or -W is taken along.
    const apart = (value === 'w' || value === 'W') && arg === undefined;
    if (apart && /^\d/.test(argv[getopt.optind] ?? '')) getopt.optind += 1;
  }
  const [file, ...more] = getopt.operands;
  if (more.length > 0) {
    stderr.write('Unknown arguments found on commandline\n');
    return 1;
  }
  return {
    counters: flags.has('c'),
    verbose: flags.has('v'),
    test: flags.has('t'),
    flush: !flags.has('n'),
    only: flags.get('T'),
    file,
  };
}

export function runRestore(call: Call, program: Program): number {
  const wanted = parseWanted(call, program);
  if (typeof wanted === 'number') return wanted;
  const { store, stdout, stderr } = call;
  const hosts = parseHosts(call.hosts);
  let text: string;
  try {
    text = decodeUtf8(
      wanted.file === undefined ? call.stdin.readAll() : call.files.read(wanted.file),
    );
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    stderr.write(`Can't open ${wanted.file}: ${fileMessage(error)}\n`);
    return 1;
  }
  const file = new RestoreFile(text, {
    name: program.name,
    family: program.family,
    variant: program.variant,
    counters: wanted.counters,
    only: wanted.only,
    parse: (argv, table, line) =>
      parseCommand(argv, {
        program,
        stdout,
        stderr,
        hosts,
        lab: currentLab(),
        restore: { table, line },
      }),
    ...(wanted.verbose && { comment: (comment: string) => stdout.write(comment) }),
  });
  let lab: Parameters<typeof parseCommand>[1]['lab'] | undefined;
  const currentLab = () => {
    if (!lab) throw new Error('read outside of a transaction');
    return lab;
  };
  try {
    for (;;) {
      const block = store.read((draft) => {
        lab = draft;
        return file.next();
      });
      if (!block) return 0;
      restoreTable(call, program, wanted, { ...block, file }, { stdout, stderr, hosts, program });
    }
  } catch (error) {
    return answer(error, call, program, file.line);
  }
}

/** One batch: all of the table or nothing. */
function restoreTable(
  { store, wall }: Call,
  program: Program,
  wanted: Wanted,
  { table, steps, file }: TableBlock & { readonly file: RestoreFile },
  screen: Screen,
): void {
  let current: Step | undefined;
  const legacy = program.variant === 'legacy';
  // A test reads the file; the ruleset is not asked.
  if (wanted.test && !legacy) return;
  register(store, wall, program, table);
  const act = (backend: Tables) => {
    if (wanted.flush) flushTable(backend, table, wanted, screen);
    for (const step of steps) {
      current = step;
      run(step, table, backend, screen, wanted);
    }
    current = undefined;
    if (wanted.test) throw new Exit(0);
  };
  try {
    runBatch(store, wall, program, act, () => current?.line);
  } catch (error) {
    if (wanted.test && error instanceof Exit) return;
    // iptables-legacy does what a line asks for as it reads it.
    if (legacy && current) file.line = current.line;
    if (!(error instanceof Refused)) throw error;
    if (legacy) legacyFailure(error, program, current, file.line);
    if (!current) throw error;
    throw new BrokenFile(`${program.name}: line ${current.line} failed: ${error.message}.`);
  }
}

/** iptables-legacy names the line alone, and says more of policies only. */
function legacyFailure(
  { message }: Refused,
  { name }: Program,
  step: Step | undefined,
  line: number,
): never {
  if (!step || step.action.kind === 'command') throw new BrokenFile(`${name}: line ${line} failed`);
  const { policy, chain } = step.action;
  const what = `Can't set policy \`${policy}' on \`${chain}' line ${line}: ${message}`;
  throw new XtablesError('other', what);
}

function flushTable(backend: Tables, table: string, { verbose }: Wanted, { stdout }: Screen): void {
  if (!verbose) {
    backend.dropTable(table);
    return;
  }
  for (const { name } of backend.chains(table)) {
    backend.flush(table, name);
    stdout.write(`Flushing chain \`${name}'\n`);
  }
  backend.deleteChains(table, (name) => stdout.write(`Deleting chain \`${name}'\n`));
}

function run(
  { action }: Step,
  table: string,
  backend: Tables,
  screen: Screen,
  { verbose, flush }: Wanted,
): void {
  switch (action.kind) {
    case 'policy':
      if (action.policy === '-') return;
      backend.policy(table, action.chain, action.policy, action.counters);
      return;
    case 'chain':
      backend.restoreChain(table, action.chain);
      if (screen.program.variant === 'legacy' && action.policy !== '-')
        backend.policy(table, action.chain, action.policy);
      return;
    case 'command': {
      const { command } = action;
      const loud = verbose && flush ? Math.max(1, command.verbose) : command.verbose;
      execute({ ...command, verbose: loud }, backend, screen);
    }
  }
}

function answer(error: unknown, { stderr }: Call, program: Program, line: number): number {
  if (error instanceof Exit) return error.code;
  if (error instanceof XtablesError) return report(error, program, stderr, { line });
  if (error instanceof BrokenFile) {
    stderr.write(`${error.message}\n`);
    return 1;
  }
  throw error;
}
