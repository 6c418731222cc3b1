import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { FileError } from '../src/base/ports.ts';
import { openDesk } from './harness/nflab.ts';

const desk = () => openDesk('.');
const said = (argv: readonly string[]) => desk().run(argv);

describe('nflab', () => {
  it('prints its version and help', () => {
    expect(said(['--version'])).toEqual({ out: '0.0.0\n', err: '', status: 0 });
    expect(said(['version']).out).toContain('iptables 1.8.11 (nf_tables)');
    expect(said(['--help']).out).toContain('Usage: nflab');
    expect(said(['help', 'reset']).out).toContain('--host');
  });

  it.each([
    [['nonsense'], "nflab: unknown command 'nonsense'\nTry `nflab --help`.\n"],
    [['clock', 'advance', 'soon'], 'nflab: not a duration: soon\n'],
    [['reset', '--seed', '-1'], 'nflab: not a seed: -1\n'],
  ])('%s is wrong usage', (argv, err) => {
    expect(said(argv)).toEqual({ out: '', err, status: 2 });
  });

  it('shows subcommands when given none', () => {
    const { err, status } = said([]);
    expect(err).toContain('Usage: nflab');
    expect(status).toBe(2);
  });
});

describe('nflab clock', () => {
  it('runs with the machine, stops, and moves', () => {
    const { run } = desk();
    const clock = (...argv: readonly string[]) => run(['clock', ...argv]).out;
    expect(clock()).toBe('2026-01-02T03:04:05Z (running)\n');
    expect(clock('advance', '1h30m')).toBe('2026-01-02T04:34:05Z (running)\n');
    expect(clock('freeze', '2030-05-06')).toBe('2030-05-06T00:00:00Z (frozen)\n');
    expect(clock('advance', '50ms')).toBe('2030-05-06T00:00:00.05Z (frozen)\n');
    expect(clock('follow')).toBe('2030-05-06T00:00:00.05Z (running)\n');
    expect(clock('show', '--json')).toBe('{"time":"2030-05-06T00:00:00.05Z","mode":"wall"}\n');
    expect(clock('follow', '--wall')).toBe('2026-01-02T03:04:05Z (running)\n');
  });
});

describe('nflab host', () => {
  it('listens, and stops listening', () => {
    const { run } = desk();
    const listeners = (): string[] => JSON.parse(run(['host', '--json']).out).listeners;
    expect(run(['host', 'listen', 'tcp', '22', '--process', 'sshd']).status).toBe(0);
    expect(run(['host', 'listen', 'udp', '127.0.0.1:53']).status).toBe(0);
    expect(run(['host', 'listen', 'udp', '127.0.0.1:53']).status).toBe(0);
    expect(listeners()).toEqual([
      'tcp 0.0.0.0:22 (sshd)',
      'tcp [::]:22 (sshd)',
      'udp 127.0.0.1:53',
    ]);
    expect(run(['host', 'close', 'tcp', '22']).status).toBe(0);
    expect(listeners()).toEqual(['udp 127.0.0.1:53']);
    expect(run(['host', 'close', 'tcp', '22'])).toEqual({
      out: '',
      err: 'nflab: nothing listens there: 22\n',
      status: 2,
    });
  });

  it('describes a new lab', () => {
    expect(said(['host']).out).toBe(
      `Interfaces
  lo  up  loopback  00:00:00:00:00:00  65536  127.0.0.1/8 ::1/128
Forwarding
  IPv4 off, IPv6 off
`,
    );
  });

  it('describes the router', () => {
    const { run } = desk();
    expect(run(['reset', '--host', 'router'])).toEqual({ out: '', err: '', status: 0 });
    expect(run(['host']).out).toBe(
      `Interfaces
  lo    up  loopback  00:00:00:00:00:00  65536  127.0.0.1/8 ::1/128
  eth0  up  ether     52:54:00:00:00:01  1500   203.0.113.2/24 2001:db8::2/64
  eth1  up  ether     52:54:00:00:00:02  1500   10.0.0.1/24 fd00:1::1/64
  eth2  up  ether     52:54:00:00:00:03  1500   192.168.50.1/24 fd00:2::1/64
Routes
  203.0.113.0/24 dev eth0 src 203.0.113.2
  2001:db8::/64 dev eth0
  10.0.0.0/24 dev eth1 src 10.0.0.1
  fd00:1::/64 dev eth1
  192.168.50.0/24 dev eth2 src 192.168.50.1
  fd00:2::/64 dev eth2
  default via 203.0.113.1 dev eth0
  default via 2001:db8::1 dev eth0
Forwarding
  IPv4 on, IPv6 on
Sysctls
  net.ipv4.ip_forward = 1
  net.ipv6.conf.all.forwarding = 1
`,
    );
    expect(JSON.parse(run(['host', '--json']).out)).toMatchObject({ forwarding: { ipv4: true } });
    run(['reset']);
    expect(run(['host']).out).not.toContain('eth0');
  });
});

describe('--lab', () => {
  it('names the lab before or after the command', () => {
    const { run } = desk();
    expect(run(['reset', '--lab', 'b', '--host', 'router'])).toMatchObject({ status: 0 });
    expect(run(['host', '--lab', 'b']).out).toContain('eth0');
    expect(run(['--lab', 'b', 'host']).out).toContain('eth0');
    expect(run(['host']).out).not.toContain('eth0');
    expect(run(['env', '--lab', 'b']).out).toContain("NFLAB_LAB='b'");
    expect(run(['clock', 'show', '--lab', 'b']).status).toBe(0);
    expect(run(['send', '--lab', 'b', 'tcp', '10.0.0.9', '10.0.0.1', '--in', 'eth1']).status).toBe(
      0,
    );
  });
});

describe('the superuser on Linux', () => {
  /** What was run, when `unshare` answers so. */
  const asRoot = (unshare: () => number, ...argv: readonly string[]) => {
    const ran: string[][] = [];
    const { processes } = desk().ports;
    const outcome = openDesk('.', {
      processes: {
        ...processes,
        root: true,
        run(program, words) {
          if (program === 'unshare' && words.at(-1) === 'true') return unshare();
          ran.push([program, ...words]);
          return 7;
        },
      },
      environment: new Map([['SHELL', '/bin/sh']]),
    }).run(['shell', ...argv, '-c', 'iptables -S']);
    return { ...outcome, ran };
  };
  const REFUSAL =
    'nflab: as root a real firewall command would change this machine, and a network namespace of its own cannot be made here; give --unconfined to go on without\n';

  it('gets a network namespace', () => {
    expect(asRoot(() => 0)).toEqual({
      out: '',
      err: '',
      status: 7,
      ran: [['unshare', '--net', '--', '/bin/sh', '-c', 'iptables -S']],
    });
  });

  it.each([
    [
      'there is no unshare',
      () => {
        throw new FileError('ENOENT', 'unshare');
      },
    ],
    ['it is not allowed', () => 1],
  ])('is refused where there can be none: %s', (_, unshare) => {
    expect(asRoot(unshare)).toEqual({ out: '', err: REFUSAL, status: 2, ran: [] });
    expect(asRoot(unshare, '--unconfined')).toEqual({
      out: '',
      err: '',
      status: 7,
      ran: [['/bin/sh', '-c', 'iptables -S']],
    });
  });
});

describe('nflab env', () => {
  it('speaks to shells', () => {
    expect(said(['env', '--bin-dir']).out).toBe('/opt/nflab/bin\n');
    expect(said(['env']).out).toBe(
      `export PATH='/opt/nflab/bin':"$PATH"\nexport NFLAB_LAB='default'\n`,
    );
    expect(said(['env', '--shell', 'fish']).out).toContain("set -gx NFLAB_LAB 'default'");
    expect(said(['env', '--shell', 'powershell']).out).toContain("$env:NFLAB_LAB = 'default'");
  });
});

describe('nflab completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s', (shell) => {
    expect(said(['completion', shell]).out).toMatch(/completion/);
  });

  it.runIf(process.platform === 'linux')('completes in bash', () => {
    const script = `${said(['completion', 'bash']).out}
COMP_WORDS=(nflab clock a); COMP_CWORD=2; _nflab; echo "\${COMPREPLY[@]}"
COMP_WORDS=(nflab res); COMP_CWORD=1; _nflab; echo "\${COMPREPLY[@]}"`;
    expect(spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).stdout).toBe(
      'advance\nreset\n',
    );
  });
});
