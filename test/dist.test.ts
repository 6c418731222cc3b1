import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const bin = join(import.meta.dirname, '../dist/bin');

/** What `npm run build` made, as processes. */
describe.skipIf(process.platform === 'win32')('built tools', () => {
  let root: string;
  beforeEach(() => {
    root = fs.mkdtempSync(join(tmpdir(), 'nflab-dist-'));
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  const run = (command: string, environment: Readonly<Record<string, string>> = {}) => {
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
      encoding: 'utf8',
      env: {
        PATH: `${bin}:/usr/bin:/bin`,
        NFLAB_STATE_DIR: join(root, 'state'),
        XDG_CACHE_HOME: join(root, 'cache'),
        ...environment,
      },
    });
    return { status, stdout, stderr };
  };
  const said = (stdout: string) => ({ status: 0, stdout, stderr: '' });
  const cacheFiles = () => {
    const directory = join(root, 'cache/nflab');
    return fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  };

  test('each command is a process on the same lab', () => {
    expect(run('iptables -A INPUT -p tcp --dport 22 -j ACCEPT; echo done')).toEqual(said('done\n'));
    expect(run('iptables -S INPUT')).toEqual(
      said('-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n'),
    );
    expect(run('NFLAB_LAB=other iptables -S INPUT')).toEqual(said('-P INPUT ACCEPT\n'));
  });

  test('extensions that are seldom used are found as well', () => {
    const rule =
      '-A INPUT -p tcp -m tcpmss --mss 1:100 -m statistic --mode nth --every 3 --packet 0 -j DROP';
    run(`iptables ${rule}`);
    expect(run('iptables -S | tail -1')).toEqual(said(`${rule}\n`));
  });

  test('rules come from standard input', () => {
    const text = '*filter\\n-A INPUT -j DROP\\nCOMMIT\\n';
    expect(run(`printf '${text}' | iptables-restore && iptables -S INPUT | tail -1`)).toEqual(
      said('-A INPUT -j DROP\n'),
    );
  });

  test('a reader that goes away is no error', () => {
    expect(run('iptables -L | :')).toEqual(said(''));
    expect(run('iptables -L >&-')).toEqual(said(''));
  });

  test('a lab that cannot be used is told in one line', () => {
    expect(run('iptables -L', { NFLAB_LAB: '../x' })).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringMatching(/^nflab: bad lab name "\.\.\/x".*\n$/),
    });
    run('iptables -N x');
    fs.writeFileSync(join(root, 'state/default/meta'), 'nonsense');
    expect(run('iptables -A INPUT -j DROP')).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/^nflab: the lab in .* is damaged .*\n$/),
    });
    expect(fs.readFileSync(join(root, 'state/default/meta'), 'utf8')).toBe('nonsense');
  });

  test('compiled code is kept in a directory of the user alone', () => {
    run('iptables -S');
    expect(cacheFiles()).toHaveLength(1);
    expect(fs.statSync(join(root, 'cache/nflab')).mode & 0o777).toBe(0o700);
    fs.chmodSync(join(root, 'cache/nflab'), 0o770);
    const [file = ''] = cacheFiles();
    fs.writeFileSync(join(root, 'cache/nflab', file), 'not compiled code');
    expect(run('iptables -S INPUT')).toEqual(said('-P INPUT ACCEPT\n'));
    expect(run('iptables -N x; iptables -N y')).toEqual(said(''));
    expect(cacheFiles()).toHaveLength(1);
    fs.chmodSync(join(root, 'cache/nflab'), 0o700);
    expect(run('iptables -S INPUT')).toEqual(said('-P INPUT ACCEPT\n'));
  });

  test('a failed command is noted for nflab run', () => {
    const log = join(root, 'failures');
    run('iptables -D INPUT 1; iptables -S', { NFLAB_FAILURES: log });
    const lines = fs.readFileSync(log, 'utf8').split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { command: ['iptables', '-D', 'INPUT', '1'], status: 1 },
    ]);
  });
});
