/** nft's options, as getopt_long reads them. */
import { NotEmulated, ToolError } from '../../src/base/errors.ts';
import { encodeUtf8 } from '../../src/base/utf8.ts';
import type { PrintOptions } from '../../src/nft/datatypes/values.ts';
import type { Call } from '../tool.ts';

export interface Options {
  readonly print: PrintOptions;
  readonly file: string | undefined;
  readonly include: readonly string[];
  readonly defines: readonly (readonly [string, string])[];
  readonly json: boolean;
  readonly echo: boolean;
  readonly check: boolean;
  /** `--debug=netlink` */
  readonly debug: boolean;
  readonly interactive: boolean;
  readonly words: readonly string[];
}

const VERSION = 'nftables v1.1.3 (Commodore Bullmoose #4)';

/** Long names, with their letter; a letter followed by : takes an argument. */
const LONG: readonly (readonly [string, string])[] = [
  ['help', 'h'],
  ['version', 'v'],
  ['check', 'c'],
  ['file', 'f:'],
  ['define', 'D:'],
  ['interactive', 'i'],
  ['numeric', 'n'],
  ['stateless', 's'],
  ['reversedns', 'N'],
  ['service', 'S'],
  ['includepath', 'I:'],
  ['debug', 'd:'],
  ['handle', 'a'],
  ['echo', 'e'],
  ['json', 'j'],
  ['guid', 'u'],
  ['numeric-priority', 'y'],
  ['numeric-protocol', 'p'],
  ['numeric-time', 'T'],
  ['terse', 't'],
  ['optimize', 'o'],
];
const WITH_ARGUMENT = new Set(['f', 'D', 'I', 'd']);
const LETTERS = new Set([...LONG.map(([, l]) => l[0]), 'V']);

const HELP = `Usage: nft [options] [commands]

nflab's nft: reads nftables commands from the command line, or from a file with -f.

  -f, --file NAME          commands from NAME, from standard input with -
  -D, --define NAME=VALUE  a variable for the file
  -I, --includepath DIR    where include looks
  -i, --interactive        commands from the keyboard
  -c, --check              checks without changing anything
  -e, --echo               shows what was added
  -a, --handle             shows handles
  -j, --json               JSON output and input
  -n -s -t -N -S -u -p -y -T   how much is shown, and how
  -o, --optimize           merges rules
  -v, --version            -V says more
`;

interface Found {
  readonly letters: Map<string, string[]>;
  readonly words: string[];
}

function scan(argv: readonly string[]): Found {
  const letters = new Map<string, string[]>();
  const note = (letter: string, value = ''): void => {
    letters.set(letter, [...(letters.get(letter) ?? []), value]);
  };
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (arg === '--') {
      words.push(...argv.slice(i + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      words.push(...argv.slice(i));
      break;
    }
    if (arg.startsWith('--')) {
      const [name = '', ...rest] = arg.slice(2).split('=');
      const matches =
        LONG.filter(([n]) => n === name).length > 0
          ? LONG.filter(([n]) => n === name)
          : LONG.filter(([n]) => n.startsWith(name));
      const [found] = matches;
      if (!found || name === '') throw new ToolError(`nft: unrecognized option '--${name}'`, 1);
      const letter = found[1][0] ?? '';
      if (!found[1].endsWith(':')) note(letter);
      else if (rest.length > 0) note(letter, rest.join('='));
      else {
        i += 1;
        const value = argv[i];
        if (value === undefined)
          throw new ToolError(`nft: option '--${found[0]}' requires an argument`, 1);
        note(letter, value);
      }
      continue;
    }
    for (let k = 1; k < arg.length; k++) {
      const letter = arg[k] ?? '';
      if (!LETTERS.has(letter)) throw new ToolError(`nft: invalid option -- '${letter}'`, 1);
      if (!WITH_ARGUMENT.has(letter)) {
        note(letter);
        continue;
      }
      let value: string | undefined = arg.slice(k + 1);
      if (value === '') {
        i += 1;
        value = argv[i];
      }
      if (value === undefined)
        throw new ToolError(`nft: option requires an argument -- '${letter}'`, 1);
      note(letter, value);
      break;
    }
  }
  return { letters, words };
}

/** Options whose argument is the next word, as nft's own look over the words takes them: by the first letter alone. */
const TAKES_NEXT = /^(-[dIfD]|--(debug|includepath|define|file)$)/;

/**
 * Options after the command: nft looks for them first, up to the first word that begins with a brace, and shows where
 * they stand.
 */
function misplaced({ argv, name, stdout, stderr }: Call): boolean {
  let inCommand = false;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word.startsWith('{')) return false;
    if (!word.startsWith('-')) {
      inCommand = true;
    } else if (inCommand) {
      const before = encodeUtf8([name, ...argv.slice(0, i), ''].join(' ')).length;
      stdout.write(`\n   ^${'~~'.padStart(before - 2)}\n`);
      stderr.write('Error: syntax error, options must be specified before commands\n');
      stderr.write(`${[name, ...argv].join(' ')} `);
      return true;
    } else if (TAKES_NEXT.test(word)) {
      i += 1;
    }
  }
  return false;
}

/** Options, or the exit code when they ended the run. */
export function parseOptions(call: Call): Options | number {
  if (misplaced(call)) return 1;
  const { letters, words } = scan(call.argv);
  const has = (letter: string): boolean => letters.has(letter);
  if (has('h')) {
    call.stdout.write(HELP);
    return 0;
  }
  if (has('v')) {
    call.stdout.write(`${VERSION}\n`);
    return 0;
  }
  if (has('V')) {
    call.stdout.write(
      `${VERSION}\n  cli:\t\teditline\n  json:\t\tyes\n  minigmp:\tno\n  libxtables:\tyes\n`,
    );
    return 0;
  }
  const levels = (letters.get('d') ?? []).flatMap((value) => value.split(','));
  for (const level of levels)
    if (level !== 'netlink') throw new NotEmulated(`nft --debug=${level}`);
  if (has('o')) throw new NotEmulated('nft --optimize');
  const file = letters.get('f')?.at(-1);
  if (has('D') && file === undefined)
    throw new ToolError('Error: -D/--define can only be used with -f/--filename', 1);
  if (has('i')) throw new NotEmulated('nft --interactive');
  if (file === undefined && words.length === 0) throw new ToolError('nft: no command specified', 1);
  const n = has('n');
  return {
    print: {
      service: has('S'),
      numericProtocol: n || has('p'),
      numericIds: !has('u') || n,
      numericPriority: n || has('y'),
      numericTime: false,
      numericSymbols: n,
      reverseDns: has('N'),
      stateless: has('s'),
      handles: has('a'),
      terse: has('t'),
    },
    file,
    include: letters.get('I') ?? [],
    defines: (letters.get('D') ?? []).map((d) => {
      const at = d.indexOf('=');
      return [at < 0 ? d : d.slice(0, at), at < 0 ? '' : d.slice(at + 1)] as const;
    }),
    json: has('j'),
    echo: has('e'),
    check: has('c'),
    debug: levels.length > 0,
    interactive: has('i'),
    words,
  };
}
