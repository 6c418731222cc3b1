/** The one entry for every emulated tool: cold process, resident process, check and replay all come through here. */
import { NOT_EMULATED_EXIT, NotEmulated, ToolError } from '../src/base/errors.ts';
import type { Ports, Tool } from './tool.ts';

/** Tools by the names they answer to. A bundle of one tool has only its own names. */
export type Tools = ReadonlyMap<string, Tool>;

/** Runs one command; returns its exit code. Nothing is stored when the tool fails by throwing. */
export function dispatch(
  tools: Tools,
  name: string,
  argv: readonly string[],
  ports: Ports,
): number {
  const tool = tools.get(name);
  if (!tool) {
    ports.stderr.write(`nflab: not emulated: ${name}\n`);
    return NOT_EMULATED_EXIT;
  }
  try {
    return tool({ ...ports, name, argv });
  } catch (error) {
    if (error instanceof NotEmulated) {
      ports.stderr.write(`nflab: not emulated: ${error.what}\n`);
      return NOT_EMULATED_EXIT;
    }
    if (error instanceof ToolError) {
      if (error.message !== '') ports.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    throw error;
  }
}
