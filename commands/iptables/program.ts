/** Which of the iptables programs runs, and what it says when it fails. */
import { STRERROR } from '../../src/base/errors.ts';
import type { FileError, Output } from '../../src/base/ports.ts';
import { XtablesError } from '../../src/xtables/errors.ts';
import type { XtFamily } from '../../src/xtables/names.ts';

export interface Program {
  /** As messages name it, such as ip6tables-restore. */
  readonly name: string;
  readonly family: XtFamily;
  readonly variant: 'nf_tables' | 'legacy';
}

export const VERSION = '1.8.11';

export const banner = ({ name, variant }: Program): string => `${name} v${VERSION} (${variant})`;

/** Stops the command at once with an exit code; what was to be said has been said. */
export class Exit extends Error {
  override readonly name = 'Exit';
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

const EXIT = { other: 1, parameter: 2, version: 3, resource: 4 } as const;

/** Where in a restored file the words stand. */
export interface Place {
  /** Undefined on a command line. */
  readonly line?: number | undefined;
}

/** `Try ...` on stderr, after the line number of a restored file. */
export function tryHelp({ name }: Program, stderr: Output, { line }: Place): void {
  if (line !== undefined) stderr.write(`Error occurred at line: ${line}\n`);
  stderr.write(`Try \`${name} -h' or '${name} --help' for more information.\n`);
}

/** xtables_error: the message with banner and what follows by its kind; returns the exit code. */
export function report(
  error: XtablesError,
  program: Program,
  stderr: Output,
  place: Place,
): number {
  stderr.write(`${banner(program)}: ${error.message}\n`);
  if (error.problem === 'parameter') tryHelp(program, stderr, place);
  if (error.problem === 'version')
    stderr.write(`Perhaps ${program.name} or your kernel needs to be upgraded.\n`);
  return EXIT[error.problem];
}

/** A request the tool itself turns down, with the text that ends its message (nft_strerror). */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** The kernel log is named, too (EINVAL). */
  readonly seeLog: boolean;
  constructor(text: string, { seeLog = false } = {}) {
    super(text);
    this.seeLog = seeLog;
  }
}

export const versionProblem = (message: string): never => {
  throw new XtablesError('version', message);
};

/** Why a file cannot be opened (strerror). */
export function fileMessage({ errno }: FileError): string {
  return Object.hasOwn(STRERROR, errno) ? STRERROR[errno as keyof typeof STRERROR] : errno;
}
