/** The arptables programs by the names they answer to. */
import type { Tools } from '../dispatch.ts';
import type { Program } from '../iptables/program.ts';
import type { Call, Tool } from '../tool.ts';
import { runArptables } from './arptables.ts';
import { runArpRestore } from './restore.ts';
import { runArpSave } from './save.ts';

type Run = (call: Call, program: Program) => number;

const PROGRAMS: readonly (readonly [string, Run])[] = [
  ['', runArptables],
  ['-save', runArpSave],
  ['-restore', runArpRestore],
];

function* entries(): Generator<readonly [string, Tool]> {
  for (const [suffix, run] of PROGRAMS)
    for (const prefix of ['arptables', 'arptables-nft']) {
      const name = suffix === '' ? 'arptables' : `${prefix}${suffix}`;
      yield [
        `${prefix}${suffix}`,
        (call) => run(call, { name, family: 'ip', variant: 'nf_tables' }),
      ];
    }
}

export const tools: Tools = new Map(entries());
