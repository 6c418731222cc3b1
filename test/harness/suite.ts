/** Vitest suites over folders of recordings. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { tools } from '../../commands/tools.ts';
import { caseName, compareKnown, readKnown } from './known.ts';
import { describeFailure, findTranscripts, runTranscript, type Verdict } from './run.ts';
import { formatStep } from './transcript.ts';

const TEST = fileURLToPath(new URL('..', import.meta.url));
/** Recordings shared with other projects: beside the checkout, or where NFLAB_CORPUS says. */
export const CORPUS = process.env.NFLAB_CORPUS ?? join(TEST, '..', '..', 'shared', 'corpus');

/** One test per transcript of a folder of this project. */
export function ownTranscripts(folder: string): void {
  transcriptSuite('transcripts', join(TEST, 'transcripts'), folder, { keepGot: true });
}

/** One test per transcript of a folder of the shared corpus, or a line saying that it was skipped. */
export function corpusTranscripts(folder: string): void {
  withCorpus(folder, () => transcriptSuite('corpus', CORPUS, folder, { keepGot: false }));
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

function transcriptSuite(
  suite: string,
  root: string,
  folder: string,
  { keepGot }: { readonly keepGot: boolean },
): void {
  const known = readKnown();
  let passed = 0;
  let failed = 0;
  describe(`${suite} ${folder}`, () => {
    for (const file of findTranscripts(join(root, folder))) {
      it(relative(root, file), { timeout: 120_000 }, async () => {
        const verdicts = await runTranscript(tools, file);
        if (keepGot) keepActual(`${file}.got`, verdicts);
        const failures = verdicts.filter((verdict) => !verdict.passed);
        passed += verdicts.length - failures.length;
        failed += failures.length;
        const name = caseName(suite, root, file);
        const numbers = failures.map(({ step }) => step.number);
        const { unlisted, stale } = compareKnown(known, name, numbers);
        const first = failures.find(({ step }) => step.number === unlisted[0]);
        if (first)
          expect.fail(
            `${unlisted.length} of ${verdicts.length} commands differ from the recording and are not in known-failures.txt; the first:\n${describeFailure(name, first)}`,
          );
        if (stale.length > 0)
          expect.fail(
            `now as recorded; take out of known-failures.txt (npm run known): ${stale.map((n) => `${name}:${n}`).join(' ')}`,
          );
      });
    }
    afterAll(() => {
      process.stdout.write(
        `${suite} ${folder}: ${passed + failed} commands, ${passed} as recorded, ${failed} known failures\n`,
      );
    });
  });
}

/** Leaves what came beside the recording, or takes an old such file away. */
function keepActual(path: string, verdicts: readonly Verdict[]): void {
  if (verdicts.every(({ passed }) => passed)) rmSync(path, { force: true });
  else {
    const lines = verdicts.flatMap(({ step, actual, passed }) =>
      formatStep(step.command, passed ? step : actual),
    );
    writeFileSync(path, `${lines.join('\n')}\n`);
  }
}
