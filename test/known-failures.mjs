/**
 * Brings test/known-failures.txt up to date. It may only shrink:
 *
 *     npm run known                      takes out what passes now; fails when something fails that is not listed
 *     npm run known -- --add PREFIX      lists the failing cases of files whose name begins with PREFIX
 *     npm run known -- --only PREFIX     looks at these files alone
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadHarness } from './harness/bundle.mjs';

const { values } = parseArgs({
  options: {
    add: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', default: '' },
  },
});

const here = fileURLToPath(new URL('.', import.meta.url));
const corpus = process.env.NFLAB_CORPUS ?? join(here, '..', '..', 'shared', 'corpus');
const list = join(here, 'known-failures.txt');
const { tools, readKnown, writeKnown, caseName, findCases, runCases } = await loadHarness();

const before = readKnown(list);
const after = new Map(before);
const unlisted = [];

for (const [suite, root] of [
  ['transcripts', join(here, 'transcripts')],
  ['packets', join(here, 'packets')],
  ['corpus', corpus],
]) {
  if (!existsSync(root)) continue;
  for (const file of findCases(root)) {
    const name = caseName(suite, root, file);
    if (!name.startsWith(values.only) || name.startsWith('corpus/cli/everyday/')) continue;
    const failing = (await runCases(tools, file))
      .filter((each) => !each.passed)
      .map((each) => each.number);
    const listed = before.get(name) ?? new Map();
    const add = values.add.some((prefix) => name.startsWith(prefix));
    const kept = failing.filter((n) => add || listed.has(n)).map((n) => [n, listed.get(n) ?? '']);
    unlisted.push(...failing.filter((n) => !add && !listed.has(n)).map((n) => `${name}:${n}`));
    if (kept.length > 0) after.set(name, new Map(kept));
    else after.delete(name);
  }
}

writeKnown(after, list);
const count = (known) => [...known.values()].reduce((sum, numbers) => sum + numbers.size, 0);
console.log(`${count(before)} known failures before, ${count(after)} now`);
if (unlisted.length > 0) {
  console.log(`${unlisted.length} failing and not listed:\n${unlisted.slice(0, 50).join('\n')}`);
  process.exitCode = 1;
}
