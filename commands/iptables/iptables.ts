/** iptables and ip6tables: one command. */
import { parseHosts } from '../../src/base/hosts.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { XtablesError } from '../../src/xtables/errors.ts';
import type { Call } from '../tool.ts';
import { look, register, rulesetOf, runBatch } from './batch.ts';
import { execute } from './execute.ts';
import { type ParseContext, parseCommand } from './parse.ts';
import { Exit, type Program, Refused, report } from './program.ts';

export function runIptables(call: Call, program: Program): number {
  const { argv, stdout, stderr, store, wall } = call;
  const hosts = parseHosts(call.hosts);
  try {
    // Reading for the parser is a transaction of its own: what a command asks of the lab does not change while it runs.
    const command = store.read((lab: Draft) => {
      const context: ParseContext = { program, stdout, stderr, hosts, lab };
      return parseCommand(argv, context);
    });
    if (!command) return 0;
    register(store, wall, program, command.table);
    const run = 'LSC'.includes(command.letter) && !command.zero ? look : runBatch;
    run(store, wall, program, (backend) =>
      execute(command, backend, { stdout, stderr, hosts, program }),
    );
    if ((command.letter === 'L' || command.letter === 'S') && program.variant === 'nf_tables')
      store.read((lab) => warnLegacy(lab, program, call));
    return 0;
  } catch (error) {
    return answer(error, call, program);
  }
}

/** Says what stopped the command; returns the exit code. */
export function answer(error: unknown, { stderr }: Call, program: Program): number {
  if (error instanceof Exit) return error.code;
  if (error instanceof XtablesError) return report(error, program, stderr, {});
  if (error instanceof Refused) {
    const log = error.seeLog ? " Run `dmesg' for more information." : '';
    stderr.write(`${program.name.replace(/-.*/, '')}: ${error.message}.${log}\n`);
    return 1;
  }
  throw error;
}

/** A reminder that there are rules this program does not see. */
export function warnLegacy(
  lab: Draft,
  { family, name }: Program,
  { stderr }: Pick<Call, 'stderr'>,
): void {
  const save = name.endsWith('-save') ? '-save' : '';
  const legacy = rulesetOf(lab, { family, name, variant: 'legacy' });
  for (const { family: of } of legacy.tables.values())
    if (of === family) {
      const tool = family === 'ip' ? 'iptables' : 'ip6tables';
      stderr.write(
        `# Warning: ${tool}-legacy tables present, use ${tool}-legacy${save} to see them\n`,
      );
      return;
    }
}
