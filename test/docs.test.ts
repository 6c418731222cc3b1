import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rerun } from './harness/docs.ts';

const ROOT = new URL('../', import.meta.url);
const documents = [
  'README.md',
  ...readdirSync(new URL('docs', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** UPDATE_DOCS=1 writes what the commands say now into the documents, for reading over before it is committed. */
const update = process.env.UPDATE_DOCS === '1';

describe('every command shown', () => {
  // Some examples use tools of a Linux shell.
  it.runIf(process.platform === 'linux').each(documents)(
    'in %s says what is shown',
    async (name) => {
      const path = new URL(name, ROOT);
      const text = readFileSync(path, 'utf8');
      const now = await rerun(text);
      if (update) writeFileSync(path, now);
      else expect(now).toBe(text);
    },
  );
});

describe('code shown in CONTRIBUTING.md', () => {
  const text = readFileSync(new URL('CONTRIBUTING.md', ROOT), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)];

  it.each(blocks.map(([, path = '', code = '']) => [path, code] as const))(
    'is in %s',
    (path, code) => {
      expect(readFileSync(new URL(path, ROOT), 'utf8')).toContain(code);
    },
  );
});
