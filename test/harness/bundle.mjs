/** Bundles the harness with every family of tools that builds, so that plain node can run it. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The harness modules and `tools`. A family that does not build is left out with a warning. */
export async function loadHarness() {
  const cache = join(root, 'node_modules', '.cache', `nflab-harness-${process.pid}`);
  mkdirSync(cache, { recursive: true });
  try {
    await bundleWhatBuilds(cache);
    return await import(pathToFileURL(join(cache, 'entry.mjs')).href);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

async function bundleWhatBuilds(cache) {
  const families = readdirSync(join(root, 'commands')).filter((family) =>
    existsSync(join(root, 'commands', family, 'tools.ts')),
  );
  try {
    await bundle(cache, families);
  } catch {
    const good = [];
    for (const family of families) {
      try {
        await bundle(cache, [family]);
        good.push(family);
      } catch (error) {
        const lines = error.message.split('\n').slice(1, 3).join(' ');
        console.error(`WARNING: commands/${family} left out: ${lines}`);
      }
    }
    await bundle(cache, good);
  }
}

function bundle(cache, families) {
  const from = (path) => JSON.stringify(join(root, path));
  const lines = [
    ...families.map((f, i) => `import { tools as t${i} } from ${from(`commands/${f}/tools.ts`)};`),
    `export const tools = new Map([${families.map((_, i) => `...t${i}`).join(', ')}]);`,
    ...['cases', 'sandbox', 'known'].map(
      (name) => `export * from ${from(`test/harness/${name}.ts`)};`,
    ),
  ];
  writeFileSync(join(cache, 'entry.ts'), lines.join('\n'));
  return build({
    entryPoints: [join(cache, 'entry.ts')],
    outfile: join(cache, 'entry.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'silent',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
}
