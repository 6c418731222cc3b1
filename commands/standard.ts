/** The standard tools that scripts put around firewall commands, as far as such scripts need them (POSIX.1-2017, XCU). */
import { FileError } from '../src/base/ports.ts';
import { NeedsShell } from '../src/base/shell.ts';
import { decodeUtf8 } from '../src/base/utf8.ts';
import type { Tools } from './dispatch.ts';
import { sysctl } from './host/sysctl.ts';
import type { Tool } from './tool.ts';

const SYSCTLS = '/proc/sys/';

/** Sysctls are the lab's, as sysctl(8) has them; other files are the machine's. */
const cat: Tool = (call) => {
  const { argv, files, stdin, stdout, stderr } = call;
  let status = 0;
  for (const path of argv.length > 0 ? argv : ['-']) {
    if (path.startsWith(SYSCTLS)) {
      const name = path.slice(SYSCTLS.length).replaceAll('/', '.');
      status = sysctl({ ...call, name: 'sysctl', argv: ['-n', name] }) || status;
      continue;
    }
    try {
      stdout.write(decodeUtf8(path === '-' ? stdin.readAll() : files.read(path)));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      stderr.write(`cat: ${path}: No such file or directory\n`);
      status = 1;
    }
  }
  return status;
};

const echo: Tool = ({ argv, stdout }) => {
  stdout.write(formatEcho(argv));
  return 0;
};

const printf: Tool = ({ argv, stdout }) => {
  stdout.write(formatPrintf(argv));
  return 0;
};

const succeed: Tool = () => 0;
const fail: Tool = () => 1;

export const STANDARD_TOOLS: Tools = new Map([
  ['cat', cat],
  ['echo', echo],
  ['printf', printf],
  ['true', succeed],
  [':', succeed],
  ['false', fail],
]);

const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
]);

/** What echo prints; throws NeedsShell where shells differ: `-n` and backslashes. */
export function formatEcho(argv: readonly string[]): string {
  if (argv[0]?.startsWith('-') || argv.some((word) => word.includes('\\')))
    throw new NeedsShell('echo with options or backslashes');
  return `${argv.join(' ')}\n`;
}

/** What printf(1) prints for these arguments: `%s`, `%%` and letter escapes; throws NeedsShell for more. */
export function formatPrintf(argv: readonly string[]): string {
  const [format, ...args] = argv[0] === '--' ? argv.slice(1) : argv;
  if (format === undefined) throw new NeedsShell('printf without a format');
  const rest = [...args];
  let out = '';
  do {
    const before = rest.length;
    out += formatOnce(format, rest);
    if (rest.length === before) break;
  } while (rest.length > 0);
  return out;
}

function formatOnce(format: string, args: string[]): string {
  let out = '';
  for (let i = 0; i < format.length; i++) {
    const c = format[i] ?? '';
    if (c === '\\') {
      const text = ESCAPES.get(format[++i] ?? '');
      if (text === undefined) throw new NeedsShell(`printf \\${format[i]}`);
      out += text;
    } else if (c === '%') {
      const letter = format[++i];
      if (letter === '%') out += '%';
      else if (letter === 's') out += args.shift() ?? '';
      else throw new NeedsShell(`printf %${letter}`);
    } else {
      out += c;
    }
  }
  return out;
}
