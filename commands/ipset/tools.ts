/** ipset. */
import type { Tool } from '../tool.ts';
import { AddBuffer } from './buffer.ts';
import { Finished } from './report.ts';
import { runInteractive, runRestore } from './restore.ts';
import { runLine } from './run.ts';
import { Session } from './session.ts';

function run(session: Session): number {
  const { call } = session;
  const buffer = new AddBuffer(session);
  const wish = runLine(session, buffer, call.argv, 0);
  if (wish === 'restore') return runRestore(session, buffer);
  if (wish === 'interactive') {
    const next = (): string | undefined => {
      const line = call.stdin.readLine();
      return line === undefined ? undefined : `${line}\n`;
    };
    runInteractive(session, buffer, next, 0);
  }
  return 0;
}

const ipset: Tool = (call) => {
  try {
    return run(new Session(call));
  } catch (error) {
    if (error instanceof Finished) return error.status;
    throw error;
  }
};

export const tools: ReadonlyMap<string, Tool> = new Map([['ipset', ipset]]);
