/** `nflab replay`: recorded cases in, what this kernel model makes of them out, as lines of JSON. */
import type { Command } from 'commander';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import type { Context } from './context.ts';
import type { NflabPorts } from './ports.ts';
import { isScenario, replayScenario } from './replay/ipvs.ts';
import { replayCase } from './replay/replay.ts';

export function addReplay(program: Command, { ports }: Context): void {
  program
    .command('replay')
    .description('run packet cases given as JSON on standard input, each on a fresh machine')
    .option('--batch', 'one case per line, one answer per line')
    .action(({ batch = false }: { batch?: boolean }) => {
      const { stdin, stdout } = ports;
      const answer = (text: string): void => {
        stdout.write(`${answerCase(text, ports)}\n`);
        stdout.flush?.();
      };
      if (!batch) {
        answer(decodeUtf8(stdin.readAll()));
        return;
      }
      for (let line = stdin.readLine(); line !== undefined; line = stdin.readLine())
        if (line.trim() !== '') answer(line);
    });
}

/** Numbers of any size as JSON writes them. */
const encode = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v));

function answerCase(text: string, ports: NflabPorts): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return encode({ error: 'not JSON' });
  }
  const { tools, labs } = ports;
  const outside = { ports, tools, memory: labs.memory };
  return encode(isScenario(value) ? replayScenario(value, outside) : replayCase(value, outside));
}
