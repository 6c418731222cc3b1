/** The iptables programs by the names they answer to. */

import type { Tools } from '../dispatch.ts';
import type { Call, Tool } from '../tool.ts';
import { runIptables } from './iptables.ts';
import type { Program } from './program.ts';
import { runRestore } from './restore.ts';
import { runSave } from './save.ts';
import { runRestoreTranslate, runTranslate } from './translate.ts';

type Run = (call: Call, program: Program) => number;

const PROGRAMS: readonly (readonly [string, Run])[] = [
  ['', runIptables],
  ['-save', runSave],
  ['-restore', runRestore],
  ['-translate', runTranslate],
  ['-restore-translate', runRestoreTranslate],
];

function* entries(): Generator<readonly [string, Tool]> {
  for (const [prefix, family] of [
    ['iptables', 'ip'],
    ['ip6tables', 'ip6'],
  ] as const)
    for (const [suffix, run] of PROGRAMS) {
      const name = `${prefix}${suffix}`;
      const tool: Tool = (call) => run(call, { name, family, variant: 'nf_tables' });
      yield [name, tool];
      yield [`${prefix}-nft${suffix}`, tool];
    }
}

export const tools: Tools = new Map(entries());
