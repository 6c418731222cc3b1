/** arptables: one command. */
import { parseHosts } from '../../src/base/hosts.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { answer } from '../iptables/iptables.ts';
import { type Program, versionProblem } from '../iptables/program.ts';
import type { Call } from '../tool.ts';
import { arpBackend } from './backend.ts';
import { executeArp } from './execute.ts';
import { parseArp } from './parse.ts';

export function runArptables(call: Call, program: Program): number {
  const { argv, stdout, stderr, store, wall } = call;
  const hosts = parseHosts(call.hosts);
  try {
    const command = store.read((lab: Draft) =>
      parseArp(argv, { program, stdout, stderr, hosts, lab }),
    );
    if (command.table !== 'filter') versionProblem(`table '${command.table}' does not exist`);
    const screen = { stdout, hosts };
    if ('LSC'.includes(command.letter) && !command.zero)
      store.read((lab) => executeArp(command, arpBackend(lab, wall), screen));
    else
      store.transact((lab, record) => {
        const events = { process: program.name, record };
        const backend = arpBackend(lab, wall, undefined, events);
        executeArp(command, backend, screen);
        backend.commit();
      });
    return 0;
  } catch (error) {
    return answer(error, call, program);
  }
}
