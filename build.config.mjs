/**
 * Builds dist/: one bundle per tool family, the `nflab` command, and dist/bin with one executable per tool name.
 * Needs no install scripts; `npm run build`.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
const FAMILIES = ['iptables', 'nft', 'ipvsadm', 'ipset', 'conntrack', 'host'];

const { version } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'));

const settings = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  // The loader reads bundles as Latin-1.
  charset: 'ascii',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { NFLAB_VERSION: JSON.stringify(version) },
};

fs.rmSync(dist, { recursive: true, force: true });
fs.mkdirSync(join(dist, 'bin'), { recursive: true });
// The bundles are CommonJS whatever the package says.
fs.writeFileSync(join(dist, 'package.json'), '{"type":"commonjs"}\n');

const [{ metafile }, names] = await Promise.all([
  build({
    ...settings,
    entryPoints: [...FAMILIES, 'nflab'].map((name) => ({ in: `bin/${name}.ts`, out: name })),
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    metafile: true,
  }),
  toolNames(),
]);
fs.chmodSync(join(dist, 'nflab.cjs'), 0o755);
for (const family of FAMILIES) writeShims(family, names[family]);
fs.writeFileSync(join(dist, 'LICENSES.txt'), licences(metafile));

/** The names each family answers to, from its own table. */
async function toolNames() {
  const lines = FAMILIES.map(
    (name) => `export { tools as ${name} } from './commands/${name}/tools.ts';`,
  );
  const { outputFiles } = await build({
    ...settings,
    format: 'esm',
    stdin: { contents: lines.join('\n'), resolveDir: root },
    write: false,
  });
  const tables = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  return Object.fromEntries(FAMILIES.map((name) => [name, [...tables[name].keys()]]));
}

/** One executable per name: the loader, told which bundle to run. */
function writeShims(family, tools) {
  const bundle = fs.readFileSync(join(dist, `${family}.cjs`));
  const id = createHash('sha256').update(bundle).digest('hex').slice(0, 24);
  const loader = fs
    .readFileSync(join(root, 'bin/loader.cjs'), 'utf8')
    .replace('FAMILY', family)
    .replace('BUNDLE_ID', `${family}-${id}`);
  for (const tool of tools) {
    const path = join(dist, 'bin', tool);
    fs.writeFileSync(path, loader, { mode: 0o755 });
    fs.writeFileSync(`${path}.cmd`, `@node "%~dp0${tool}" %*\r\n`);
  }
}

/** The licence texts of the packages whose code is in the bundles. */
function licences({ inputs }) {
  const packages = new Set();
  for (const input of Object.keys(inputs)) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const texts = [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(
      fs.readFileSync(join(root, path, 'package.json'), 'utf8'),
    );
    const file = fs.readdirSync(join(root, path)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${relative(root, path)} has no licence file`);
    return `${name} ${version} (${license})\n\n${fs.readFileSync(join(root, path, file), 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
