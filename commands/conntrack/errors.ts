/** The tool's error messages: one prefix, a hint after problems with parameters. */
import { type Errno, STRERROR, ToolError } from '../../src/base/errors.ts';

export const VERSION = '1.4.8';
export const BANNER = `conntrack v${VERSION} (conntrack-tools): `;

/** A mistake in the command line. */
export const parameterProblem = (message: string): ToolError =>
  new ToolError(
    `${BANNER}${message}\nTry \`conntrack -h' or 'conntrack --help' for more information.`,
    2,
  );

/** Anything else that goes wrong. */
export const otherProblem = (message: string): ToolError => new ToolError(BANNER + message, 1);

export type CommandName =
  | 'list'
  | 'create'
  | 'update'
  | 'delete'
  | 'get'
  | 'flush'
  | 'event'
  | 'version'
  | 'help'
  | 'expect list'
  | 'expect create'
  | 'expect delete'
  | 'expect get'
  | 'expect flush'
  | 'expect event'
  | 'count'
  | 'expect count'
  | 'stats'
  | 'expect stats'
  | 'add';

/** Commands whose bit is among the low sixteen: "invalid parameters" is said for these alone. */
const LOW_COMMANDS: ReadonlySet<CommandName> = new Set([
  'list',
  'create',
  'update',
  'delete',
  'get',
  'flush',
  'event',
  'version',
  'help',
  'expect list',
  'expect create',
  'expect delete',
  'expect get',
  'expect flush',
  'expect event',
  'count',
]);

const GONE: ReadonlySet<CommandName> = new Set(['create', 'get', 'delete', 'add']);

/** What the tool says of an errno, by command; strerror for the rest. */
export function kernelProblem(errno: Errno, command: CommandName): ToolError {
  return otherProblem(`Operation failed: ${words(errno, command)}`);
}

function words(errno: Errno, command: CommandName): string {
  if (errno === 'EINVAL' && LOW_COMMANDS.has(command)) return 'invalid parameters';
  if (errno === 'EEXIST' && command === 'create') return 'Such conntrack exists, try -U to update';
  if (errno === 'ENOENT' && GONE.has(command)) return "such conntrack doesn't exist";
  if (errno === 'ENOENT' && command === 'expect create') return 'master conntrack not found';
  if (errno === 'ENOMEM' && (command === 'create' || command === 'get' || command === 'add')) {
    return 'not enough memory';
  }
  if (errno === 'EAFNOSUPPORT' && command === 'get') return 'protocol not supported';
  if (errno === 'EPERM') {
    return 'sorry, you must be root or get CAP_NET_ADMIN capability to do this';
  }
  return STRERROR[errno];
}
