import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putAside } from './aside.ts';
import { FileStore } from './file-store.ts';

const CHAIN = 'ip filter INPUT';
const handles = (directory: string) =>
  new FileStore({ directory }).read((lab) =>
    Array.from(lab.nft.rules(CHAIN).values(), (rule) => rule.handle),
  );

/** Appends rules one by one, from a number on, and says each one's number once it is committed. */
const WRITER = `
import { writeSync } from 'node:fs';
import { FileStore } from './file-store.ts';
const [directory, from, count] = process.argv.slice(2);
for (let i = 0; i < Number(count); i++) {
  const handle = Number(from) + i;
  new FileStore({ directory }).transact((lab) => {
    const rules = lab.nft.rules('${CHAIN}');
    rules.append(handle, { handle, exprs: [{ op: 'counter', packets: 0n, bytes: 0n }] });
    lab.nft.globals.edit().generation++;
  });
  writeSync(1, handle + '\\n');
}
`;

let root: string;
let writer: string;
beforeAll(async () => {
  root = fs.mkdtempSync(join(tmpdir(), 'nflab-crash-'));
  writer = join(root, 'writer.mjs');
  await build({
    stdin: { contents: WRITER, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: writer,
  });
});
afterAll(() => fs.rmSync(root, { recursive: true }));

interface Run {
  readonly child: ChildProcess;
  /** What it has said so far. */
  acknowledged(): number[];
  readonly ended: Promise<void>;
}

function startWriter(directory: string, from: number, count: number): Run {
  const child = spawn(process.execPath, [writer, directory, `${from}`, `${count}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout?.on('data', (data) => {
    text += data;
  });
  return {
    child,
    acknowledged: () => text.split('\n').slice(0, -1).map(Number),
    ended: new Promise((resolve) => child.on('close', () => resolve())),
  };
}

test('what was acknowledged survives kill -9, whenever it comes', async () => {
  const directory = join(root, 'killed');
  let said: number[] = [];
  for (let round = 0; round < 8; round++) {
    const run = startWriter(directory, round * 10_000 + 1, 10_000);
    await new Promise((resolve) => setTimeout(resolve, 90 + 17 * round));
    run.child.kill('SIGKILL');
    await run.ended;
    said = [...said, ...run.acknowledged()];
    const kept = handles(directory);
    expect(kept).toEqual(expect.arrayContaining(said));
    // At most the one under way was kept without being said.
    expect(kept.length - said.length).toBeLessThanOrEqual(round + 1);
  }
  expect(said.length).toBeGreaterThan(0);
}, 20_000);

test('processes that append at once lose nothing', async () => {
  const directory = join(root, 'crowd');
  const runs = [1, 1001, 2001, 3001].map((from) => startWriter(directory, from, 40));
  await Promise.all(runs.map((run) => run.ended));
  const kept = handles(directory);
  expect(kept).toHaveLength(160);
  expect(new Set(kept).size).toBe(160);
  expect(new FileStore({ directory }).serial).toBe(160);
  // Nobody's lock is left behind.
  expect(fs.readdirSync(directory).filter((name) => /^(held|token)/.test(name))).toEqual(['token']);
}, 20_000);

test.skipIf(process.platform === 'win32')('a full disk loses nothing', () => {
  const directory = join(root, 'full');
  // No file may grow beyond 8 KiB: writes fail in the middle of a line, as on a full disk.
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, writer, directory, '1', '1000'],
    { encoding: 'utf8' },
  );
  expect(status).toBe(1);
  expect(stderr).toContain('cannot be used: EFBIG');
  const said = stdout.split('\n').slice(0, -1).map(Number);
  expect(said.length).toBeGreaterThan(10);
  expect(handles(directory)).toEqual(said);
  new FileStore({ directory }).transact((lab) => {
    lab.nft.rules(CHAIN).append(5000, { handle: 5000, exprs: [] });
  });
  expect(handles(directory)).toEqual([...said, 5000]);
});

test('bytes that were written but not committed do not count', () => {
  const directory = join(root, 'tail');
  const append = (handle: number) =>
    new FileStore({ directory }).transact((lab) => {
      lab.nft.rules(CHAIN).append(handle, { handle, exprs: [] });
    });
  append(1);
  append(2);
  const copy = join(root, 'tail-copy');
  const before = new Map(
    fs
      .readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, fs.readFileSync(join(directory, name))]),
  );
  append(3);
  // A crash before the commit: any part of what was to be added is there, and the old meta.
  for (const [name, old] of before) {
    const now = fs.readFileSync(join(directory, name));
    if (name === 'meta' || now.equals(old)) continue;
    for (let length = old.length; length <= now.length; length++) {
      fs.rmSync(copy, { recursive: true, force: true });
      fs.cpSync(directory, copy, { recursive: true });
      fs.writeFileSync(join(copy, 'meta'), before.get('meta') ?? '');
      fs.truncateSync(join(copy, name), length);
      expect(handles(copy)).toEqual([1, 2]);
      new FileStore({ directory: copy }).transact((lab) => {
        lab.nft.rules(CHAIN).append(9, { handle: 9, exprs: [] });
      });
      expect(handles(copy)).toEqual([1, 2, 9]);
    }
  }
});

test('a lab put aside leaves a new one, and is one itself', () => {
  const directory = join(root, 'aside');
  const append = (handle: number) =>
    new FileStore({ directory }).transact((lab) => {
      lab.nft.rules(CHAIN).append(handle, { handle, exprs: [] });
    });
  expect(putAside(directory)).toBe(undefined);
  append(1);
  const resident = new FileStore({ directory });
  expect(resident.read((lab) => lab.nft.rules(CHAIN).size)).toBe(1);
  expect(putAside(directory)).toBe(`${directory}.1`);
  expect(resident.read((lab) => lab.nft.rules(CHAIN).size)).toBe(0);
  append(2);
  expect(resident.read((lab) => lab.nft.rules(CHAIN).get(2)?.handle)).toBe(2);
  expect(putAside(directory)).toBe(`${directory}.2`);
  expect(handles(`${directory}.1`)).toEqual([1]);
  expect(handles(`${directory}.2`)).toEqual([2]);
  new FileStore({ directory: `${directory}.1` }).transact((lab) => lab.nft.rules(CHAIN).clear());
  expect(handles(`${directory}.1`)).toEqual([]);
});

test('a lock of a process that is gone is broken', async () => {
  const directory = join(root, 'stale');
  const run = startWriter(directory, 1, 1);
  await run.ended;
  if (!fs.existsSync('/proc/self/ns/pid')) return;
  const namespace = fs.readlinkSync('/proc/self/ns/pid');
  const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  const place = `${namespace}${boot}`.replace(/[^A-Za-z0-9-]/g, '').slice(0, 100);
  // A number no process has, and the number of this one, in use since before it started.
  for (const owner of [
    `4194400_${process.hrtime.bigint()}_${place}`,
    `${process.pid}_1_${place}`,
  ]) {
    fs.renameSync(join(directory, 'token'), join(directory, `held.${owner}`));
    await startWriter(directory, Number.parseInt(owner, 10) * 10, 1).ended;
  }
  expect(handles(directory)).toHaveLength(3);
});
