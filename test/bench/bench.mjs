/**
 * How quick the built tools are, as ratios, which hold on machines of any speed: `npm run build && npm run bench`.
 * Whole processes are timed, one after the other; the median counts. Pairs run in turn, so that a machine that slows
 * down slows both.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = join(dirname(fileURLToPath(import.meta.url)), '../../dist/bin');
const root = mkdtempSync(join(tmpdir(), 'nflab-bench-'));
const env = { ...process.env, NFLAB_STATE_DIR: join(root, 'state') };
// Reading certificates is Node's affair, not ours.
delete env.NODE_EXTRA_CA_CERTS;

/** Runs a program to its end; milliseconds. Throws when it fails. */
function time(lab, program, argv, input = '') {
  const start = process.hrtime.bigint();
  const { status, error, stderr } = spawnSync(program, argv, {
    input,
    env: { ...env, NFLAB_LAB: lab },
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 30,
  });
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  if (error || status !== 0) throw new Error(`${program} ${argv.join(' ')}: ${error ?? stderr}`);
  return ms;
}

const tool = (name) => join(bin, process.platform === 'win32' ? `${name}.cmd` : name);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** The median of a's time over b's, pair by pair. */
function ratio(runs, a, b) {
  a();
  b();
  return median(Array.from({ length: runs }, () => a() / b()));
}

const rule = (i) =>
  `-A INPUT -s 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32 -p tcp -m tcp --dport ${1 + (i % 60000)} -j ACCEPT`;
const ruleset = (n) =>
  `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${Array.from({ length: n }, (_, i) => `${rule(i)}\n`).join('')}COMMIT\n`;

const lab = (n) => `rules-${n}`;
const fill = (n) => time(lab(n), tool('iptables-restore'), [], ruleset(n));
const append = (n) => time(lab(n), tool('iptables'), rule(n + 1).split(' '));

function report(what, value) {
  console.log(`${what.padEnd(58)} ${value}`);
}

function startUp() {
  const list = () => time(lab(10), tool('iptables'), ['-L', '-n']);
  const bare = () => time(lab(10), process.execPath, ['-e', '0']);
  report('iptables -L -n, over bare node', ratio(41, list, bare).toFixed(2));
  report('iptables -A, over bare node', ratio(41, () => append(10), bare).toFixed(2));
}

function appending() {
  for (const n of [20_000, 50_000]) {
    fill(n);
    const value = ratio(
      21,
      () => append(n),
      () => append(10),
    );
    report(`iptables -A to ${n} rules, over to 10`, value.toFixed(2));
  }
}

/** Linear work takes five times as long on five times as much; less, as starting is part of it. */
function bulk() {
  const works = [
    ['iptables-restore', (n) => fill(n)],
    ['iptables-save', (n) => time(lab(n), tool('iptables-save'), [])],
    ['iptables -L -n', (n) => time(lab(n), tool('iptables'), ['-L', '-n'])],
  ];
  for (const [name, work] of works) {
    const [few, many] = [10_000, 50_000].map((n) => {
      fill(n);
      return median(Array.from({ length: 3 }, () => work(n)));
    });
    report(
      `${name} of 50,000 rules, over 10,000`,
      `${(many / few).toFixed(2)}   (${Math.round(many)} ms, ${Math.round(few)} ms)`,
    );
  }
}

try {
  fill(10);
  startUp();
  appending();
  bulk();
} finally {
  rmSync(root, { recursive: true, force: true });
}
