import { expect, it } from 'vitest';
import { dispatch } from '../commands/dispatch.ts';
import { Gathered } from '../commands/shell.ts';
import { tools } from '../commands/tools.ts';
import { MemoryStore } from '../state/memory.ts';
import { openDesk } from './harness/nflab.ts';

/** What a monitor prints that was started before these commands. */
function watch(argv: readonly string[], lines: readonly string[]): string {
  const store = new MemoryStore();
  const { ports } = openDesk('.', { store });
  const before = store.serial;
  for (const line of lines) {
    const [name = '', ...words] = line.split(' ');
    dispatch(tools, name, words, { ...ports, stdout: new Gathered(), stderr: new Gathered() });
  }
  const stdout = new Gathered();
  const early = {
    serial: before,
    follow: (serial: number) => store.follow(serial),
    read: store.read.bind(store),
    transact: store.transact.bind(store),
  };
  expect(dispatch(tools, 'xtables-monitor', argv, { ...ports, store: early, stdout })).toBe(0);
  return stdout.text();
}

/** As iptables 1.8.11 prints them on Linux 6.12; process numbers are the lab's. */
it('shows what batches change as commands', () => {
  const said = watch(
    ['-e'],
    [
      'iptables -A INPUT -s 10.0.0.1 -j ACCEPT',
      'iptables -N foo',
      'iptables -R INPUT 1 -p tcp --dport 22 -j foo',
      'iptables -P INPUT DROP',
      'iptables -F',
      'iptables -X foo',
      'nft add table inet x',
      'nft delete table ip filter',
      'arptables -A INPUT -j DROP',
    ],
  );
  expect(said).toBe(` EVENT: nft: NEW table: table filter ip flags 0 use 1 handle 1
 EVENT: nft: NEW chain: ip filter INPUT use 1 type filter hook input prio 0 policy accept packets 0 bytes 0 flags 1
 EVENT: iptables -t filter -A INPUT -s 10.0.0.1/32 -j ACCEPT
NEWGEN: GENID=2 PID=1 NAME=iptables
 EVENT: iptables -t filter -N foo
NEWGEN: GENID=3 PID=1 NAME=iptables
 EVENT: iptables -t filter -D INPUT -s 10.0.0.1/32 -j ACCEPT
 EVENT: iptables -t filter -A INPUT -p tcp -m tcp --dport 22 -j foo
NEWGEN: GENID=4 PID=1 NAME=iptables
 EVENT: nft: NEW chain: ip filter INPUT use 1 type filter hook input prio 0 policy drop packets 0 bytes 0 flags 1
NEWGEN: GENID=5 PID=1 NAME=iptables
 EVENT: iptables -t filter -D INPUT -p tcp -m tcp --dport 22 -j foo
NEWGEN: GENID=6 PID=1 NAME=iptables
 EVENT: iptables -t filter -X foo
NEWGEN: GENID=7 PID=1 NAME=iptables
 EVENT: nft: NEW table: table x inet flags 0 use 0 handle 2
NEWGEN: GENID=8 PID=1 NAME=nft
 EVENT: iptables -t filter -X INPUT
 EVENT: nft: DEL table: table filter ip flags 0 use 0 handle 1
NEWGEN: GENID=9 PID=1 NAME=nft
 EVENT: nft: NEW table: table filter arp flags 0 use 1 handle 3
 EVENT: nft: NEW chain: arp filter INPUT use 1 type filter hook input prio 0 policy accept packets 0 bytes 0 flags 1
 EVENT: arptables -t filter -A INPUT -j DROP
NEWGEN: GENID=10 PID=1 NAME=arptables
`);
});

it('shows one family, and counters', () => {
  const lines = ['iptables -A INPUT -c 5 6 -j ACCEPT', 'ip6tables -N x'];
  expect(watch(['-6', '-e'], lines)).toBe(`NEWGEN: GENID=2 PID=1 NAME=iptables
 EVENT: nft: NEW table: table filter ip6 flags 0 use 1 handle 2
 EVENT: ip6tables -t filter -N x
NEWGEN: GENID=3 PID=1 NAME=ip6tables
`);
  expect(watch(['-ce'], lines)).toContain('EVENT: iptables -t filter [5:6] -A INPUT -j ACCEPT\n');
});
