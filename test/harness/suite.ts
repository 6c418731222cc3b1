/** Vitest suites over folders of recordings. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { tools } from '../../commands/tools.ts';
import { type Case, findCases, runCases } from './cases.ts';
import { caseName, compareKnown, type Known, readKnown } from './known.ts';

const TEST = fileURLToPath(new URL('..', import.meta.url));
/** Recordings shared with other projects: beside the checkout, or where NFLAB_CORPUS says. */
export const CORPUS = process.env.NFLAB_CORPUS ?? join(TEST, '..', '..', 'shared', 'corpus');

/** One test per file of a folder of this project's own transcripts. */
export function ownCases(folder: string): void {
  caseSuite('transcripts', join(TEST, 'transcripts'), folder);
}

/** One test per file of packet cases this project recorded. */
export function ownPacketCases(): void {
  caseSuite('packets', join(TEST, 'packets'), '.');
}

/** One test per file of a folder of the shared corpus, or a line saying that it was skipped. */
export function corpusCases(folder: string): void {
  withCorpus(folder, () => caseSuite('corpus', CORPUS, folder));
}

/** Runs `define` when the corpus is there; else says SKIPPED, and fails where NFLAB_REQUIRE_CORPUS asks for it. */
export function withCorpus(folder: string, define: () => void): void {
  if (existsSync(join(CORPUS, folder))) {
    define();
    return;
  }
  const required = process.env.NFLAB_REQUIRE_CORPUS === '1';
  describe(`corpus ${folder}`, () => {
    it.skipIf(!required)('is beside the checkout', () => {
      expect(required, `no ${join(CORPUS, folder)}`).toBe(false);
    });
  });
  process.stdout.write(`SKIPPED corpus ${folder}: not beside the checkout, see NFLAB_CORPUS\n`);
}

function caseSuite(suite: string, root: string, folder: string): void {
  const known = readKnown();
  let passed = 0;
  let failed = 0;
  describe(`${suite} ${folder}`, () => {
    for (const file of findCases(join(root, folder))) {
      it(relative(root, file), { timeout: 120_000 }, async () => {
        const name = caseName(suite, root, file);
        const cases = await runCases(tools, file, name);
        const failures = cases.filter((each) => !each.passed);
        if (suite === 'transcripts') keepDifferences(`${file}.got`, failures);
        passed += cases.length - failures.length;
        failed += failures.length;
        judge(name, cases.length, failures, known);
      });
    }
    afterAll(() => {
      process.stdout.write(
        `${suite} ${folder}: ${passed + failed} cases, ${passed} as recorded, ${failed} not\n`,
      );
    });
  });
}

function judge(name: string, count: number, failures: readonly Case[], known: Known): void {
  const numbers = failures.map(({ number }) => number);
  const { unlisted, stale } = compareKnown(known, name, numbers);
  const first = failures.find(({ number }) => number === unlisted[0]);
  if (first)
    expect.fail(
      `${unlisted.length} of ${count} cases differ from the recording and are not in known-failures.txt; the first:\n${first.difference}`,
    );
  if (stale.length > 0)
    expect.fail(
      `now as recorded; take out of known-failures.txt (npm run known): ${stale.map((n) => `${name}:${n}`).join(' ')}`,
    );
}

/** Leaves what differs beside the recording, or takes an old such file away. */
function keepDifferences(path: string, failures: readonly Case[]): void {
  if (failures.length === 0) rmSync(path, { force: true });
  else writeFileSync(path, failures.map(({ difference }) => `${difference}\n\n`).join(''));
}
