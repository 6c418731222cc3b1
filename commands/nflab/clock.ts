/** `nflab clock`: the lab's virtual time. */
import type { Command } from 'commander';
import { formatIso, parseIso } from '../../src/base/calendar.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { labClock } from '../../src/lab/clock.ts';
import { type Context, usage } from './context.ts';
import { parseDuration } from './duration.ts';

export function addClock(program: Command, { ports }: Context): void {
  const { store, stdout, wall } = ports;
  const show = (lab: Draft, json: boolean): void => {
    const { mode } = lab.clock.get();
    const time = formatIso(labClock(lab, wall).now());
    stdout.write(json ? `${JSON.stringify({ time, mode })}\n` : `${time} (${MODES[mode]})\n`);
  };
  const clock = program.command('clock').description("show and move the lab's virtual time");
  clock
    .command('show', { isDefault: true })
    .description('print the time')
    .option('--json', 'as JSON')
    .action(({ json = false }: { json?: boolean }) => store.read((lab) => show(lab, json)));
  clock
    .command('advance')
    .argument('<duration>', 'such as 30, 50ms, 1h30m')
    .description('move the time forward: timeouts run out, rate limits refill')
    .action((text: string) => {
      const nanos = parseDuration(text);
      if (nanos === undefined) throw usage(`not a duration: ${text}`);
      store.transact((lab) => {
        labClock(lab, wall).advance(nanos);
        show(lab, false);
      });
    });
  clock
    .command('freeze')
    .argument('[time]', 'such as 2026-01-31T12:00:00Z; now when left out')
    .description('stop the time; it moves only by `advance`')
    .action((text: string | undefined) => {
      const given = text === undefined ? undefined : parseIso(text);
      if (text !== undefined && given === undefined) throw usage(`not a time: ${text}`);
      store.transact((lab) => {
        lab.clock.set({ mode: 'frozen', nanos: given ?? labClock(lab, wall).now() });
        show(lab, false);
      });
    });
  clock
    .command('follow')
    .description(
      "let the time run with the machine's, from what it is now; --wall takes the machine's own time",
    )
    .option('--wall', "set it to the machine's time")
    .action(({ wall: same = false }: { wall?: boolean }) => {
      store.transact((lab) => {
        const nanos = same ? 0n : labClock(lab, wall).now() - wall.now();
        lab.clock.set({ mode: 'wall', nanos });
        show(lab, false);
      });
    });
}

const MODES = { wall: 'running', frozen: 'frozen' } as const;
