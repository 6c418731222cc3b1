/** Throws changed recordings of arguments at every tool: it answers, in time, as the real one could. */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { tools } from '../../commands/tools.ts';
import { type Expectation, Machine, PATIENCE, runs } from './machine.ts';
import { argvFrom } from './mutate.ts';
import { seedsOf } from './seeds.ts';

interface Subject {
  readonly names: readonly string[];
  readonly statuses: readonly number[];
  /** A failure of these arguments leaves the lab as it was. */
  atomic(argv: readonly string[]): boolean;
  /** Cases when no number is asked for. */
  readonly few: number;
}

const always = (): boolean => true;

const SUBJECTS: readonly Subject[] = [
  { names: ['iptables', 'ip6tables'], statuses: [0, 1, 2, 3, 4, 70], atomic: always, few: 150 },
  {
    names: ['iptables-legacy', 'ip6tables-legacy'],
    statuses: [0, 1, 2, 3, 4, 70],
    atomic: always,
    few: 60,
  },
  { names: ['arptables'], statuses: [0, 1, 2, 3, 4, 70], atomic: always, few: 60 },
  {
    names: ['iptables-translate', 'ip6tables-translate', 'iptables-save', 'ip6tables-save'],
    statuses: [0, 1, 2, 3, 4, 70],
    atomic: always,
    few: 60,
  },
  { names: ['nft'], statuses: [0, 1, 70], atomic: always, few: 150 },
  {
    names: ['ipset'],
    statuses: [0, 1, 2, 3, 255, 70],
    // A range is added or deleted member by member, as the kernel does; so is a restore.
    atomic: (argv) => !argv.some((word) => /^(a|d|-A|-D|--add|--del|r|-R|-$|--r)/.test(word)),
    few: 100,
  },
  {
    names: ['conntrack'],
    statuses: [0, 1, 2, 3, 70],
    // It changes entry by entry, too.
    atomic: (argv) => !argv.some((word) => /^(-[DUFR]|--(del|upd|flu|load))/.test(word)),
    few: 100,
  },
  {
    names: ['ipvsadm'],
    statuses: [0, 1, 2, 255, 70],
    atomic: (argv) => !argv.some((word) => /^(-\w*R|--res)/.test(word)),
    few: 100,
  },
];

/** Interactive ways of a tool wait for its input; it is empty here. */
describe('any arguments', () => {
  for (const { names, statuses, atomic, few } of SUBJECTS) {
    const present = names.filter((name) => tools.has(name));
    const seeds = seedsOf(names);
    it.runIf(present.length > 0 && seeds.calls.length > 0)(
      `are answered by ${names[0]}`,
      () => {
        const call = fc.tuple(fc.constantFrom(...present), argvFrom(seeds));
        fc.assert(
          fc.property(fc.array(call, { minLength: 1, maxLength: 6 }), (calls) => {
            const machine = new Machine(tools);
            for (const [name, argv] of calls) {
              const expectation: Expectation = { statuses, atomic: atomic(argv) };
              machine.check(name, argv, expectation);
            }
          }),
          { numRuns: runs(few) },
        );
      },
      PATIENCE,
    );
  }
});
