/** nflab's tools in a directory: what is put there, what comes back, and what an interruption leaves. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realDirectories } from '../bin/directories.ts';
import { firewallPrograms } from '../commands/nflab/install.ts';
import { Installation } from '../commands/nflab/installation.ts';
import type { Directories } from '../commands/nflab/ports.ts';
import { tools } from '../commands/tools.ts';
import { openDesk } from './harness/nflab.ts';

let place = '';
let sbin = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'nflab-install-'));
  sbin = join(place, 'sbin');
  mkdirSync(sbin);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const run = (...argv: readonly string[]) => openDesk('.').run(argv);

/** Everything in a directory: kinds, modes, times and contents. */
function snapshot(directory: string): readonly string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => {
      const path = join(directory, name);
      const { mode, mtimeMs } = lstatSync(path);
      const link = lstatSync(path).isSymbolicLink();
      const content = link
        ? readlinkSync(path)
        : lstatSync(path).isDirectory()
          ? snapshot(path).join()
          : readFileSync(path, 'utf8');
      return `${name} ${mode} ${lstatSync(path).isDirectory() ? '' : mtimeMs} ${content}`;
    });
}

/** As in an image that has the real tools: a link to a program of many names, a program, and one of no interest. */
function fillWithOthers(): void {
  writeFileSync(join(sbin, 'multi'), 'the real one', { mode: 0o755 });
  symlinkSync('multi', join(sbin, 'iptables'));
  writeFileSync(join(sbin, 'nft'), '#!/bin/sh\n', { mode: 0o750 });
  writeFileSync(join(sbin, 'ip'), 'ip');
}

describe.runIf(process.platform !== 'win32')('nflab install', () => {
  it('puts the firewall tools there, once, and takes them away', () => {
    const { out, status } = run('install', sbin);
    expect(status).toBe(0);
    expect(out).toMatch(/^installed: .*\bconntrack .*\bip6tables .*\biptables-save .*\bnft\b/);
    const names = readdirSync(sbin);
    for (const name of ['ip', 'sysctl', 'modprobe', 'lsmod', 'ping', 'nc'])
      expect(names).not.toContain(name);
    const before = snapshot(sbin);
    expect(run('install', sbin)).toEqual({
      out: `${sbin} has them all already\n`,
      err: '',
      status: 0,
    });
    expect(snapshot(sbin)).toEqual(before);
    expect(run('uninstall', sbin).out).toMatch(/^removed: .*\biptables\b/);
    expect(readdirSync(sbin)).toEqual([]);
    expect(run('uninstall', sbin)).toEqual({
      out: '',
      err: `nflab: nflab is not installed in ${sbin}\n`,
      status: 2,
    });
  });

  it('leaves others alone unless forced, and puts them back', () => {
    fillWithOthers();
    const before = snapshot(sbin);
    expect(run('install', sbin)).toEqual({
      out: '',
      err: `nflab: ${sbin} has other programs of these names: iptables nft; --force puts them aside until \`nflab uninstall\`\n`,
      status: 2,
    });
    expect(snapshot(sbin)).toEqual(before);
    const { kept, installed, directory } = JSON.parse(
      run('install', '--force', '--json', sbin).out,
    );
    expect(kept).toEqual(['iptables', 'nft']);
    expect(installed).toContain('iptables');
    expect(directory).toBe(sbin);
    expect(run('install', sbin).status).toBe(0);
    expect(JSON.parse(run('uninstall', '--json', sbin).out)).toMatchObject({
      restored: ['iptables', 'nft'],
      foreign: [],
    });
    expect(snapshot(sbin)).toEqual(before);
  });

  it('does not touch what was put over its files', () => {
    fillWithOthers();
    run('install', '--force', sbin);
    rmSync(join(sbin, 'nft'));
    writeFileSync(join(sbin, 'nft'), 'upgraded');
    rmSync(join(sbin, 'ipset'));
    writeFileSync(join(sbin, 'ipset'), 'somebody else');
    const { out, status } = run('uninstall', sbin);
    expect(out).toContain(
      "left alone, not nflab's any more (the one before is in .nflab-kept): nft\n",
    );
    expect(status).toBe(1);
    expect(readFileSync(join(sbin, 'nft'), 'utf8')).toBe('upgraded');
    expect(readFileSync(join(sbin, 'ipset'), 'utf8')).toBe('somebody else');
    rmSync(join(sbin, 'nft'));
    expect(run('uninstall', sbin)).toEqual({ out: 'put back: nft\n', err: '', status: 0 });
    expect(readdirSync(sbin)).toEqual(['ip', 'ipset', 'iptables', 'multi', 'nft']);
  });

  it('says where it cannot be', () => {
    writeFileSync(join(place, 'file'), '');
    const say = (path: string) => run('install', path).err;
    expect(say(join(place, 'nosuch'))).toBe(`nflab: ${place}/nosuch: no such directory\n`);
    expect(say(join(place, 'file'))).toBe(`nflab: ${place}/file: not a directory\n`);
    mkdirSync(join(sbin, 'nft'));
    expect(run('install', '--force', sbin).err).toBe(`nflab: ${sbin}/nft is a directory\n`);
    symlinkSync('/etc/passwd', join(sbin, '.nflab-install.json'));
    expect(say(sbin)).toBe(`nflab: ${sbin}/.nflab-install.json is a symbolic link\n`);
    rmSync(join(sbin, '.nflab-install.json'));
    writeFileSync(join(sbin, '.nflab-install.json'), '{"format":2}');
    const message = `nflab: ${sbin}/.nflab-install.json is not a list this nflab wrote\n`;
    expect(say(sbin)).toBe(message);
    expect(run('uninstall', sbin).err).toBe(message);
    expect(
      openDesk('.', { processes: { ...openDesk('.').ports.processes, toolDirectory: sbin } }).run([
        'install',
        sbin,
      ]).err,
    ).toBe(`nflab: ${sbin} is nflab's own\n`);
  });

  it('follows a link to the directory', () => {
    symlinkSync('sbin', join(place, 'link'));
    expect(run('install', join(place, 'link')).status).toBe(0);
    expect(readdirSync(sbin)).toContain('iptables');
  });

  it('replaces its own files when nflab has moved, and takes away names it no longer has', () => {
    fillWithOthers();
    const before = snapshot(sbin);
    const installation = new Installation(realDirectories, sbin);
    installation.install(
      new Map([
        ['nft', 'old'],
        ['ipset', 'old'],
      ]),
      { force: true },
    );
    const changes = installation.install(new Map([['ipset', 'new']]), { force: false });
    expect(changes).toMatchObject({ installed: ['ipset'], restored: ['nft'], kept: [] });
    installation.uninstall();
    expect(snapshot(sbin)).toEqual(before);
  });
});

const BUILT = new URL('../dist/bin/', import.meta.url);

it.runIf(existsSync(BUILT))('every tool has been built as a program', () => {
  const built = readdirSync(BUILT);
  expect([...tools.keys()].filter((name) => !built.includes(name))).toEqual([]);
});

/** Stops, as a killed process does, in front of the operation with that number. */
function stopping(after: number): Directories {
  let count = 0;
  const step = <A extends readonly unknown[], R>(operation: (...args: A) => R) => {
    return (...args: A): R => {
      if (++count > after) throw new Error('killed');
      return operation(...args);
    };
  };
  const { put, rename, remove, make, removeDirectory, clear } = realDirectories;
  return {
    ...realDirectories,
    put: step(put),
    rename: step(rename),
    remove: step(remove),
    make: step(make),
    removeDirectory: step(removeDirectory),
    clear: step(clear),
  };
}

/** False when it was stopped. */
function completes(operation: () => unknown): boolean {
  try {
    operation();
    return true;
  } catch (error) {
    if (error instanceof Error && error.message === 'killed') return false;
    throw error;
  }
}

describe.runIf(process.platform !== 'win32')('interrupted', () => {
  const programs = new Map([
    ['iptables', 'our iptables'],
    ['nft', 'our nft'],
    ['ipset', 'our ipset'],
  ]);
  const install = (directories: Directories) =>
    new Installation(directories, sbin).install(programs, { force: true });
  const uninstall = (directories: Directories) => new Installation(directories, sbin).uninstall();

  it('an installation can be finished or taken back anywhere', () => {
    fillWithOthers();
    const before = snapshot(sbin);
    let steps = 0;
    while (!completes(() => install(stopping(steps)))) {
      if (steps > 0) uninstall(realDirectories);
      expect(snapshot(sbin)).toEqual(before);
      completes(() => install(stopping(steps)));
      install(realDirectories);
      for (const [name, text] of programs)
        expect(readFileSync(join(sbin, name), 'utf8')).toBe(text);
      uninstall(realDirectories);
      expect(snapshot(sbin)).toEqual(before);
      steps++;
    }
    expect(steps).toBeGreaterThan(6);
  });

  it('an uninstallation can be finished anywhere', () => {
    fillWithOthers();
    const before = snapshot(sbin);
    let steps = 0;
    for (let done = false; !done; steps++) {
      install(realDirectories);
      done = completes(() => uninstall(stopping(steps)));
      if (!done) uninstall(realDirectories);
      expect(snapshot(sbin)).toEqual(before);
    }
    expect(steps).toBeGreaterThan(5);
  });
});

describe.runIf(process.platform !== 'win32')('an installed program', () => {
  const call = (toolDirectory: string, interpreter = process.execPath) => {
    const text = firewallPrograms(tools, { toolDirectory, interpreter }).get('iptables') ?? '';
    realDirectories.put(join(sbin, 'iptables'), text, { executable: true });
    const { stdout, stderr, status } = spawnSync(join(sbin, 'iptables'), ['-A', "a b'c"], {
      encoding: 'utf8',
      env: {},
    });
    return { stdout, stderr, status };
  };

  it('runs the tool under its name, whatever the PATH', () => {
    const directory = join(place, "it's here");
    mkdirSync(directory);
    writeFileSync(
      join(directory, 'iptables'),
      'process.stdout.write(JSON.stringify(process.argv.slice(1))); process.exitCode = 3;',
    );
    const { stdout, stderr, status } = call(directory);
    expect(JSON.parse(stdout)).toEqual([join(directory, 'iptables'), '-A', "a b'c"]);
    expect([stderr, status]).toEqual(['', 3]);
  });

  it('says that nflab, or node, has gone', () => {
    const hint = 'install nflab there again, or run `nflab uninstall` for this directory';
    expect(call('/nosuch')).toEqual({
      stdout: '',
      stderr: `nflab: /nosuch/iptables is gone; ${hint}\n`,
      status: 125,
    });
    expect(call('/nosuch', '/no/node').stderr).toBe(`nflab: /no/node is gone; ${hint}\n`);
  });
});
