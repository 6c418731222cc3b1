/**
 * Builds dist/: a script for each tool family, the `nflab` command, and dist/bin with one executable per tool name.
 * Needs no install scripts: `npm run build`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { build, transform } from 'esbuild';
import { link, writeScript } from './link.config.mjs';

const root = dirname(fileURLToPath(import.meta.url));
/** Takes the place of dist/ when all is built. */
const dist = join(root, 'dist.new');
const { version } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'));

/** The families, and commands whose modules are worth having at hand: the usual ones. */
const FAMILIES = {
  iptables: [
    'iptables -A INPUT -p tcp --dport 22 -j ACCEPT',
    'iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT',
    'iptables -L -n',
    'iptables -S',
  ],
  arptables: ['arptables -A INPUT -s 10.0.0.1 -j DROP', 'arptables -L'],
  xtables: ['xtables-nft-multi iptables -S'],
  nft: ['nft add table ip t', 'nft list ruleset'],
  ipvsadm: ['ipvsadm -A -t 10.0.0.1:80 -s rr', 'ipvsadm -L -n'],
  ipset: ['ipset create s hash:ip', 'ipset add s 10.0.0.1', 'ipset list'],
  conntrack: ['conntrack -L'],
  host: ['ip address', 'sysctl net.ipv4.ip_forward'],
};

fs.rmSync(dist, { recursive: true, force: true });
fs.mkdirSync(join(dist, 'bin'), { recursive: true });
// The executables have no ending, and are CommonJS whatever the package says.
fs.writeFileSync(join(dist, 'bin/package.json'), '{"type":"commonjs"}\n');
await Promise.all([buildNflab(), ...Object.keys(FAMILIES).map(buildFamily)]);
fs.rmSync(join(root, 'dist'), { recursive: true, force: true });
fs.renameSync(dist, join(root, 'dist'));

async function buildNflab() {
  const outfile = join(dist, 'nflab.cjs');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['bin/nflab.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    define: { NFLAB_VERSION: JSON.stringify(version) },
    banner: { js: '#!/usr/bin/env node' },
    metafile: true,
  });
  fs.chmodSync(outfile, 0o755);
  fs.writeFileSync(join(dist, 'LICENSES.txt'), licences(metafile));
}

async function buildFamily(family) {
  const modules = await link(root, join(root, `bin/${family}.ts`));
  const usual = await usualModules(modules, FAMILIES[family]);
  const { text, more } = writeScript(modules, { inside: ({ name }) => usual.has(name) });
  fs.writeFileSync(join(dist, `${family}.main`), text);
  fs.writeFileSync(join(dist, `${family}.more`), more);
  const loader = await loaderOf(family, createHash('sha256').update(text).digest('hex'));
  for (const name of await toolNames(family)) {
    const path = join(dist, 'bin', name);
    fs.writeFileSync(path, loader, { mode: 0o755 });
    fs.writeFileSync(`${path}.cmd`, `@node "%~dp0${name}" %*\r\n`);
  }
}

/** The text of an executable. */
async function loaderOf(family, hash) {
  const source = fs.readFileSync(join(root, 'bin/loader.cjs'), 'utf8');
  const { code } = await transform(source, { minify: true, target: 'node20.19' });
  const script = code.replaceAll('FAMILY', family).replace('SCRIPT_ID', hash.slice(0, 24));
  return script.replace('#!/usr/bin/env node', `#!${interpreter()}`);
}

/**
 * What runs the executables: this node, as looking for it on PATH takes a twelfth of a command's time. In a package for
 * other machines, whichever is on PATH.
 */
function interpreter() {
  const { execPath, env, platform } = process;
  const stays = env.npm_lifecycle_event !== 'prepack';
  return stays && platform !== 'win32' && /^[!-~]{1,100}$/.test(execPath)
    ? execPath
    : '/usr/bin/env node';
}

/** Names of the modules that some commands evaluate, found by running them one after the other on a lab of their own. */
async function usualModules(modules, commands) {
  const directory = fs.mkdtempSync(join(tmpdir(), 'nflab-build-'));
  const { text, names } = writeScript(modules, {
    end: 'process.on("exit",()=>console.error("\\0"+Object.keys($done)));$use(0);',
  });
  const usual = new Set();
  for (const command of commands) {
    const [name, ...argv] = command.split(' ');
    const script = join(directory, `${name}.cjs`);
    fs.writeFileSync(script, `${text}(require,__filename)`);
    const said = await standardError(script, argv, { NFLAB_STATE_DIR: join(directory, 'state') });
    for (const i of said.slice(said.lastIndexOf('\0') + 1).split(',')) usual.add(names[Number(i)]);
  }
  fs.rmSync(directory, { recursive: true });
  return usual;
}

function standardError(script, argv, variables) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...argv], {
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (data) => {
      text += data;
    });
    child.on('error', reject).on('close', () => resolve(text));
  });
}

/** The names a family answers to, from its own table. */
async function toolNames(family) {
  const modules = await link(root, join(root, `commands/${family}/tools.ts`));
  const { text } = writeScript(modules);
  return [...runInThisContext(text)(process.getBuiltinModule).tools.keys()];
}

/** The licence texts of the packages whose code is in the `nflab` command; the tools have none in them. */
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
    const text = fs.readFileSync(join(root, path, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
