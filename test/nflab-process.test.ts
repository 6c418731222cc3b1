import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../dist/nflab.cjs', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'nflab-process-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const start = (input: string, argv: readonly string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, ...argv], {
    cwd: place,
    input,
    encoding: 'utf8',
    env: { ...process.env, NFLAB_STATE_DIR: join(place, 'state'), SHELL: '/bin/sh', NO_COLOR: '1' },
  });
  return { stdout, stderr, status };
};
const run = Object.assign((...argv: readonly string[]) => start('', argv), {
  with: (input: string, ...argv: readonly string[]) => start(input, argv),
});

const write = (name: string, text: string): void => writeFileSync(join(place, name), text);

// The programs are built by `npm test`; they are for shells of Linux and macOS here.
describe.runIf(existsSync(PROGRAM) && process.platform !== 'win32')('nflab as a program', () => {
  it('keeps a lab from one process to the next', () => {
    expect(run('reset', '--host', 'router')).toEqual({ stdout: '', stderr: '', status: 0 });
    const line = 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT; iptables -S INPUT; exit 5';
    expect(run('shell', '--unconfined', '-c', line)).toEqual({
      stdout: '-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n',
      stderr: '',
      status: 5,
    });
    expect(run('send', ...'tcp from 10.0.0.10 to 10.0.0.1:22 in eth1'.split(' ')).stdout).toContain(
      'ip filter INPUT 1  -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT  accept',
    );
  });

  it('runs a script on a fresh lab and tells what failed', () => {
    write(
      'rules.sh',
      'for p in 22 80; do iptables -A INPUT -p tcp --dport $p -j ACCEPT; done\niptables -A NOSUCH -j DROP\niptables -S INPUT\nexit 3\n',
    );
    const { stdout, stderr, status } = run('run', '--unconfined', 'rules.sh');
    expect(stdout).toBe(
      '-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n',
    );
    expect(stderr).toMatch(
      /nflab run: 1 failed\n {2}rules\.sh:2: iptables -A NOSUCH -j DROP: exit status \d: iptables.*\n$/,
    );
    expect(status).toBe(3);
  });

  it('runs a script from standard input, and keeps what it did in a lab', () => {
    const input = 'iptables -A INPUT -j DROP\niptables -A NOSUCH -j DROP\nexit 4\n';
    const { stderr, status } = run.with(input, 'run', '--unconfined', '--lab', 'kept', '-');
    expect(stderr).toContain('  iptables -A NOSUCH -j DROP: exit status ');
    expect(status).toBe(4);
    expect(run('shell', '--unconfined', '--lab', 'kept', '-c', 'iptables -S INPUT').stdout).toBe(
      '-P INPUT ACCEPT\n-A INPUT -j DROP\n',
    );
  });

  it('does not let a script find a tool that is not emulated', () => {
    write('bridge.sh', 'ebtables -L\n');
    const { stderr, status } = run('run', '--unconfined', 'bridge.sh');
    expect(stderr).toContain('nflab: not emulated: ebtables\n');
    expect(status).toBe(70);
  });

  it('survives an interrupt of its script', () => {
    write(
      'interrupted.sh',
      'kill -INT $PPID; sleep 0.2; iptables -A NOSUCH -j DROP\nkill -INT $$\n',
    );
    const { stderr, status } = run('run', '--unconfined', 'interrupted.sh');
    expect(stderr).toContain('nflab run: 1 failed');
    expect(status).toBe(130);
  });

  it('refuses a lab name that is a path', () => {
    expect(run('host', '--lab', '../x')).toMatchObject({ stdout: '', status: 2 });
  });

  it('says what it cannot run', () => {
    expect(run('run', 'nosuch.sh')).toEqual({
      stdout: '',
      stderr: 'nflab: cannot read nosuch.sh: ENOENT\n',
      status: 2,
    });
  });

  it('answers replays line by line', () => {
    const { stdout, status } = spawnSync(process.execPath, [PROGRAM, 'replay', '--batch'], {
      input: 'nonsense\n{"setup":[],"steps":[{"sleep_ms":1}]}\n',
      encoding: 'utf8',
    });
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toEqual({ error: 'not JSON' });
    expect(second).toMatchObject({ steps: [{ kind: 'sleep' }] });
    expect(status).toBe(0);
  });
});
