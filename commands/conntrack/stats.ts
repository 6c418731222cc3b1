/** -S: the tracker's counters. An emulated host has two processors, the first of which does all the work. */
import type { PlainRecord } from '../../src/kernel/nftables/model.ts';
import type { Action } from './action.ts';
import { look } from './session.ts';

const COUNTERS = [
  'found',
  'invalid',
  'insert',
  'insert_failed',
  'drop',
  'early_drop',
  'error',
  'search_restart',
  'clash_resolve',
  'chaintoolong',
];
const EXPECT_COUNTERS = ['expect_new', 'expect_create', 'expect_delete'];
const PROCESSORS = 2;

function processorLine(cpu: number, names: readonly string[], stats: PlainRecord): string {
  const values = names.map((name) => {
    const value = stats[name];
    return `${name}=${typeof value === 'number' ? value : 0} `;
  });
  return `cpu=${String(cpu).padEnd(4)}\t${values.join('')}`;
}

const show =
  (names: readonly string[]): Action =>
  (_command, call, out) =>
    look(call, (lab) => {
      const { stats } = lab.conntrackGlobals.get();
      for (let cpu = 0; cpu < PROCESSORS; cpu++) {
        out.print(processorLine(cpu, names, cpu === 0 ? stats : {}));
      }
      return undefined;
    });

export const showStats = show(COUNTERS);
export const showExpectStats = show(EXPECT_COUNTERS);
