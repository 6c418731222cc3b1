/** Throws changed recordings of saved rulesets and scripts at what reads them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tools } from '../../commands/tools.ts';
import { Machine, PATIENCE, runs } from './machine.ts';
import { textFrom } from './mutate.ts';
import { seedsOf } from './seeds.ts';

const IPTABLES = [0, 1, 2, 3, 4, 70];

/** What was committed in front of a failure stays; true when nothing but comments and empty lines comes after the first COMMIT. */
const isOneCommit = (text: string): boolean => !/^\s*COMMIT[^\n]*\n(\n|#.*\n)*[^\n#]/m.test(text);

describe('any text', () => {
  for (const name of ['iptables-restore', 'ip6tables-restore']) {
    const texts = seedsOf(['iptables-restore', 'ip6tables-restore']).texts;
    it(
      `is restored or refused by ${name}`,
      () => {
        fc.assert(
          fc.property(
            textFrom(texts),
            textFrom(texts),
            fc.constantFrom<string[]>([], ['-n'], ['-t'], ['-c'], ['-n', '-w'], ['-T', 'filter']),
            (first, second, options) => {
              const machine = new Machine(tools);
              for (const text of [first, second])
                machine.check(
                  name,
                  options,
                  { statuses: IPTABLES, atomic: isOneCommit(text) || options.includes('-t') },
                  text,
                );
              const saved = machine.check(`${name.replace('restore', 'save')}`, [], {
                statuses: [0],
                atomic: true,
              });
              expect(saved.stored).toBe(false);
            },
          ),
          { numRuns: runs(60) },
        );
      },
      PATIENCE,
    );
  }

  it(
    'is restored or refused by ipset restore',
    () => {
      fc.assert(
        fc.property(textFrom(seedsOf(['ipset']).texts), fc.boolean(), (text, exist) => {
          const machine = new Machine(tools);
          const argv = exist ? ['restore', '-exist'] : ['restore'];
          machine.check('ipset', argv, { statuses: [0, 1, 2, 3, 70], atomic: false }, text);
          machine.check('ipset', ['save'], { statuses: [0], atomic: true });
        }),
        { numRuns: runs(60) },
      );
    },
    PATIENCE,
  );

  it(
    'is loaded or refused by nft -f',
    () => {
      fc.assert(
        fc.property(textFrom(seedsOf(['nft']).texts), fc.boolean(), (text, checkOnly) => {
          const machine = new Machine(tools);
          const argv = checkOnly ? ['-c', '-f', '-'] : ['-f', '-'];
          const { stored } = machine.check(
            'nft',
            argv,
            { statuses: [0, 1, 70], atomic: true },
            text,
          );
          if (checkOnly) expect(stored).toBe(false);
          machine.check('nft', ['list', 'ruleset'], { statuses: [0], atomic: true });
        }),
        { numRuns: runs(80) },
      );
    },
    PATIENCE,
  );

  it(
    'is restored or refused by ipvsadm -R',
    () => {
      const { texts, calls } = seedsOf(['ipvsadm', 'ipvsadm-restore']);
      const lines = [...texts, ...calls.map((words) => `${words.join(' ')}\n`)];
      fc.assert(
        fc.property(textFrom(lines), textFrom(lines), (first, second) => {
          const machine = new Machine(tools);
          const expectation = { statuses: [0, 1, 2, 255, 70], atomic: false };
          machine.check('ipvsadm', ['-R'], expectation, `${first}${second}`);
          machine.check('ipvsadm', ['-S', '-n'], { statuses: [0], atomic: true });
        }),
        { numRuns: runs(60) },
      );
    },
    PATIENCE,
  );
});
