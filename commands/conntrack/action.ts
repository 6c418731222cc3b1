/** What each command's function is like. */
import { KernelError, type ToolError } from '../../src/base/errors.ts';
import type { Call } from '../tool.ts';
import { type CommandName, kernelProblem } from './errors.ts';
import type { Printer } from './session.ts';
import type { Command } from './template.ts';

/** Prints to `out`; returns what it complains about at the end, after what it printed. */
export type Action = (command: Command, call: Call, out: Printer) => ToolError | undefined;

/** Runs `fn`; what the kernel refuses becomes the tool's message, and what was done before stays done. */
export function refusable(name: CommandName, fn: () => void): ToolError | undefined {
  try {
    fn();
    return undefined;
  } catch (error) {
    if (error instanceof KernelError) return kernelProblem(error.errno, name);
    throw error;
  }
}
