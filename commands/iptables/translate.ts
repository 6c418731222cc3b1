/** iptables-translate and iptables-restore-translate: commands in nft's words; the ruleset is not looked at. */
import { formatCtime } from '../../src/base/calendar.ts';
import { Getopt, type LongOption } from '../../src/base/getopt.ts';
import { parseHosts } from '../../src/base/hosts.ts';
import { FileError } from '../../src/base/ports.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { labClock } from '../../src/lab/clock.ts';
import { XtablesError } from '../../src/xtables/errors.ts';
import { type Outside, type TranslatedRule, translateRule } from '../../src/xtables/translate.ts';
import type { Call } from '../tool.ts';
import type { CommandLine } from './command-line.ts';
import { answer } from './iptables.ts';
import { parseCommand } from './parse.ts';
import { Exit, type Program, report, VERSION } from './program.ts';
import { type Action, BrokenFile, RestoreFile } from './restore-file.ts';
import { builtinChain } from './tables.ts';

interface Line {
  readonly text: string;
  /** In quotes. */
  readonly rule?: boolean;
  /** Without `nft` in front: the tool writes that once for each source, not for each destination. */
  readonly bare?: boolean;
}

/** A rule that cannot be translated at all, with so many sources. */
interface Untranslated {
  readonly sources: number;
  /** The command's words as the tool has left them. */
  readonly words: readonly string[];
}

/** Lines of nft commands; undefined where there are none for the command.  */
function translate(
  command: CommandLine,
  { family }: Program,
  outside: Outside,
): readonly Line[] | Untranslated | undefined {
  const { letter, table, chain, number } = command;
  const one = (text: string): readonly Line[] => [{ text }];
  switch (letter) {
    case 'A':
      return translateRules(command, `add rule ${family} ${table} ${chain}`, family, outside);
    case 'I': {
      const index = number !== undefined && number > 1 ? ` index ${number}` : '';
      const start = `insert rule ${family} ${table} ${chain}${index}`;
      return translateRules(command, start, family, outside);
    }
    case 'F':
      return one(
        chain === undefined
          ? `flush table ${family} ${table}`
          : `flush chain ${family} ${table} ${chain}`,
      );
    case 'L':
      return one(`list table ${family} ${table}`);
    case 'N':
      return one(`add chain ${family} ${table} ${chain}`);
    case 'X':
      // The tool does not check whether there is a chain.
      return one(`delete chain ${family} ${table} ${chain ?? '(null)'}`);
    default:
      return undefined;
  }
}

function translateRules(
  { rules, destinations, table, words }: CommandLine,
  start: string,
  family: string,
  outside: Outside,
): readonly Line[] | Untranslated {
  const lines: Line[] = [];
  for (const [i, rule] of rules.entries()) {
    const done: TranslatedRule | undefined = translateRule(rule, outside);
    if (!done) return { sources: rules.length / destinations, words };
    let bare = i % destinations !== 0;
    if (done.sets.length > 0) {
      lines.push({ text: `add set ${family} ${table} ${done.sets.join(' ')}`, rule: true, bare });
      bare = false;
    }
    lines.push({ text: `${start} ${done.text}`, rule: true, bare });
  }
  return lines;
}

const echo = (words: readonly string[]): string => words.map((word) => `${word} `).join('');

function outside({ stderr }: Call): Outside {
  let next = 0;
  return { serial: () => next++, warn: (text) => stderr.write(text) };
}

export function runTranslate(call: Call, program: Program): number {
  const { argv, stdout, stderr, store } = call;
  const hosts = parseHosts(call.hosts);
  try {
    return store.read((lab) => {
      const command = parseCommand(argv, { program, stdout, stderr, hosts, lab });
      if (!command) return 0;
      const done = translate(command, program, outside(call));
      if (!done) {
        stdout.write('nft ');
        stderr.write('Translation not implemented\n');
        return 1;
      }
      if ('sources' in done) stdout.write(`${'nft '.repeat(done.sources)}# ${echo(done.words)}\n`);
      else
        for (const { text, rule, bare } of done)
          stdout.write(`${bare ? '' : 'nft '}${rule ? `'${text}'` : text}\n`);
      return 0;
    });
  } catch (error) {
    return answer(error, call, program);
  }
}

const LONG: readonly LongOption[] = [
  { name: 'help', arg: 'no', value: 'h' },
  { name: 'version', arg: 'no', value: 'V' },
  { name: 'file', arg: 'required', value: 'f' },
];

/** The name of the file, or an exit code. */
function parseFile({ argv, stdout, stderr }: Call, { name }: Program): string | number {
  const usage = (first = ''): number => {
    stderr.write(
      `${first}${name} ${VERSION} (c) 2014 by Pablo Neira Ayuso <pablo@netfilter.org>\n` +
        `Usage: ${name} [-h] [-f <FILE>] [-V]\n\t[ --help ]\n\t[ --file=<FILE> ]\n\t[ --version ]\n`,
    );
    return 1;
  };
  const getopt = new Getopt(argv, ':hf:V');
  let file: string | undefined;
  for (;;) {
    const parsed = getopt.next(LONG);
    if (!parsed) break;
    if (parsed.kind !== 'option') continue;
    if (parsed.value === 'h') return usage();
    if (parsed.value === 'V') {
      stdout.write(`${name} v${VERSION}\n`);
      return 0;
    }
    file = parsed.arg;
  }
  return file ?? usage('ERROR: missing file name\n');
}

export function runRestoreTranslate(call: Call, program: Program): number {
  const path = parseFile(call, program);
  if (typeof path === 'number') return path;
  const { stdout, stderr, store, files, wall } = call;
  // Messages have the words the other way round.
  const name = program.name.replace('restore-translate', 'translate-restore');
  const inner: Program = { ...program, name };
  let text: string;
  try {
    text = decodeUtf8(files.read(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    stderr.write(`Cannot open file ${path}\n`);
    return 1;
  }
  let file: RestoreFile | undefined;
  const needs = outside(call);
  try {
    store.read((lab) => {
      const date = formatCtime(labClock(lab, wall).now());
      stdout.write(`# Translated by ${program.name} v${VERSION} on ${date}\n`);
      const hosts = parseHosts(call.hosts);
      file = new RestoreFile(text, {
        name,
        family: program.family,
        variant: program.variant,
        counters: false,
        only: undefined,
        commitOptional: true,
        parse: (argv, table, line) =>
          parseCommand(argv, {
            program: inner,
            stdout,
            stderr,
            hosts,
            lab,
            restore: { table, line },
          }),
        table: (table) => stdout.write(`add table ${program.family} ${table}\n`),
        step: (action, table) =>
          stdout.write(
            translateAction(action, table, {
              program: inner,
              line: file?.line ?? 0,
              outside: needs,
            }),
          ),
      });
      while (file.next());
      stdout.write(`# Completed on ${date}\n`);
    });
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (error instanceof XtablesError) return report(error, inner, stderr, { line: file?.line });
    if (!(error instanceof BrokenFile)) throw error;
    stderr.write(`${error.message}\n`);
    return 1;
  }
}

interface Translating {
  readonly program: Program;
  readonly line: number;
  readonly outside: Outside;
}

function translateAction(
  action: Action,
  table: string,
  { program, line, outside }: Translating,
): string {
  const { family, name } = program;
  if (action.kind === 'chain') return `add chain ${family} ${table} ${action.chain}\n`;
  if (action.kind === 'policy') {
    const base = builtinChain(table, action.chain)?.base;
    const policy = action.policy === '-' ? '' : ` policy ${action.policy.toLowerCase()};`;
    const hook = base ? `type ${base.type} hook ${base.hook} priority ${base.priority};` : '';
    return `add chain ${family} ${table} ${action.chain} { ${hook}${policy} }\n`;
  }
  const done = translate(action.command, program, outside);
  if (!done) throw new BrokenFile(`${name}: line ${line} failed`);
  if ('sources' in done) return `# -t ${table} ${echo(done.words)}\n`;
  return done.map(({ text }) => `${text}\n`).join('');
}
