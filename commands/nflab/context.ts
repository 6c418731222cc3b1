/** What every subcommand of `nflab` is given. */
import { ToolError } from '../../src/base/errors.ts';
import type { NflabPorts } from './ports.ts';

/** Exit code for wrong usage and broken files; 0 is done, 1 is a failed check. */
export const USAGE_EXIT = 2;

export interface Context {
  readonly ports: NflabPorts;
  /** Sets the exit code, 0 when nothing does. */
  exit(status: number): void;
}

/** A wrong use of nflab, in one line. */
export function usage(message: string): ToolError {
  return new ToolError(message, USAGE_EXIT);
}
