/** The conntrack tool, version 1.4.8. */
import type { Tool } from '../tool.ts';
import { loadFile } from './load-file.ts';
import { parseCommand } from './parse.ts';
import { runCommand, summarize } from './run.ts';

const conntrack: Tool = (call) => {
  const [first, path] = call.argv;
  if ((first === '-R' || first === '--load-file') && path !== undefined) {
    return loadFile(path, call);
  }
  const command = parseCommand([call.name, ...call.argv]);
  const { counted } = runCommand(command, call);
  return summarize(command, counted, call);
};

export const tools: ReadonlyMap<string, Tool> = new Map([['conntrack', conntrack]]);
