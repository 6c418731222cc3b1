import { describe, expect, it } from 'vitest';
import { dispatch } from '../commands/dispatch.ts';
import { splitWords } from '../src/base/shell.ts';
import { type Desk, openDesk } from './harness/nflab.ts';

/** A router with these rules. */
function router(...lines: readonly string[]): Desk {
  const desk = openDesk('.');
  desk.run(['reset', '--host', 'router']);
  for (const line of lines) {
    const [tool = '', ...argv] = splitWords(line);
    expect(dispatch(desk.ports.tools, tool, argv, desk.ports), line).toBe(0);
  }
  return desk;
}

const send = (desk: Desk, words: string) => desk.run(['send', ...words.split(' ')]);
const NAT = 'iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE';
const CLOSED = 'iptables -P FORWARD DROP';

describe('nflab send', () => {
  it('takes options and words alike', () => {
    const options = send(router(), 'tcp 198.51.100.7:40000 10.0.0.10:80 --in eth0 --syn');
    expect(options).toEqual({
      out: 'tcp 198.51.100.7:40000 > 10.0.0.10:80 SYN, in by eth0\n  forwarded out of eth1\n',
      err: '',
      status: 0,
    });
    expect(send(router(), 'tcp from 198.51.100.7 to 10.0.0.10:80 in eth0')).toEqual(options);
  });

  it('names the policy that dropped', () => {
    expect(send(router(CLOSED), 'tcp 198.51.100.7 10.0.0.10:80 --in eth0').out).toBe(
      `tcp 198.51.100.7:40000 > 10.0.0.10:80 SYN, in by eth0
  forward  ip filter FORWARD  policy  drop  [1:40]
  dropped by the policy of ip filter FORWARD
`,
    );
  });

  it.each([
    [
      'iptables -A FORWARD -p tcp -m tcp --dport 80 -j DROP',
      'dropped by rule 1 of ip filter FORWARD: -A FORWARD -p tcp -m tcp --dport 80 -j DROP',
    ],
    ['nft -f -', 'dropped by rule 2 of inet fw forward: tcp dport 80 counter drop'],
  ])('names the rule that dropped, as its tool lists it: %s', (line, end) => {
    const desk = openDesk('.');
    desk.run(['reset', '--host', 'router']);
    const [tool = '', ...argv] = splitWords(line);
    const text =
      'table inet fw { chain forward { type filter hook forward priority 0; tcp dport 22 accept; tcp dport 80 counter drop; }; }';
    const stdin = { readAll: () => new TextEncoder().encode(text), readLine: () => undefined };
    dispatch(desk.ports.tools, tool, argv, {
      ...desk.ports,
      stdin: { ...stdin, isTerminal: false },
    });
    expect(send(desk, 'tcp 198.51.100.7 10.0.0.10:80 --in eth0').out).toContain(`  ${end}\n`);
  });

  it('shows translation, the packet in the end, the connection and named counters', () => {
    const desk = router(
      NAT,
      'nft add table inet t',
      'nft add counter inet t seen',
      'nft add chain inet t c "{ type filter hook forward priority 5; }"',
      'nft add rule inet t c counter name seen',
    );
    expect(send(desk, 'tcp 10.0.0.10 198.51.100.7:443 --in eth1').out).toBe(
      `tcp 10.0.0.10:40000 > 198.51.100.7:443 SYN, in by eth1
  forward      inet t c 1            counter name "seen"                   continue
               inet t c              policy                                accept
  postrouting  ip nat POSTROUTING 1  -A POSTROUTING -o eth0 -j MASQUERADE  accept    [1:40]
  source 10.0.0.10:40000 became 203.0.113.2:40000
  forwarded out of eth0 as tcp 203.0.113.2:40000 > 198.51.100.7:443 SYN
  counter inet t seen [1:40]
  connection new: tcp      6 120 SYN_SENT src=10.0.0.10 dst=198.51.100.7 sport=40000 dport=443 [UNREPLIED] src=198.51.100.7 dst=203.0.113.2 sport=443 dport=40000 mark=0 use=1
`,
    );
  });

  it('speaks JSON', () => {
    const { out } = send(router(CLOSED, NAT), 'tcp 10.0.0.10 198.51.100.7:443 --in eth1 --json');
    expect(JSON.parse(out)).toMatchObject({
      format: 1,
      outcome: { kind: 'dropped', reason: 'rules' },
      packets: [
        {
          start: 'received',
          dev: 'eth1',
          packet: { proto: 'tcp', flags: 'S' },
          by: { table: 'filter', chain: 'FORWARD', counter: { packets: 1, bytes: 40 } },
        },
      ],
      connections: [],
      counters: [],
    });
  });

  it('holds a conversation', () => {
    const desk = router(CLOSED, NAT, 'iptables -A FORWARD -i eth1 -j ACCEPT');
    const words = 'tcp 10.0.0.10 198.51.100.7:443 --in eth1 --flow';
    expect(send(desk, words).out).toContain(
      'server SYN ACK: tcp 198.51.100.7:443 > 203.0.113.2:40000 SYN+ACK; dropped by the policy of ip filter FORWARD\n',
    );
    expect(JSON.parse(send(desk, `${words} --json`).out)).toMatchObject({
      complete: false,
      flow: [
        { label: 'SYN', from: 'client', arrived: true },
        { label: 'SYN ACK', arrived: false },
      ],
    });
  });

  it('shows which server IPVS chose', () => {
    const desk = router(
      'ipvsadm -A -t 203.0.113.2:80 -s rr',
      'ipvsadm -a -t 203.0.113.2:80 -r 10.0.0.11:8080 -m',
      'ipvsadm -a -t 203.0.113.2:80 -r 10.0.0.12:8080 -m',
    );
    const words = 'tcp 198.51.100.7 203.0.113.2:80 --in eth0';
    expect(send(desk, words).out).toContain(
      '  destination 203.0.113.2:80 became 10.0.0.12:8080\n  stolen: taken by IPVS\n',
    );
    desk.run(['reset', '--host', 'router']);
    for (const line of ['-A -t 203.0.113.2:80', '-a -t 203.0.113.2:80 -r 10.0.0.11 -m'])
      dispatch(desk.ports.tools, 'ipvsadm', line.split(' '), desk.ports);
    expect(send(desk, `${words} --count 4`).out).toBe('4  stolen: taken by IPVS to 10.0.0.11:80\n');
  });

  it('counts how many packets end', () => {
    const desk = router(
      'iptables -A FORWARD -m limit --limit 1/min --limit-burst 3 -j ACCEPT',
      CLOSED,
    );
    const words = 'icmp 198.51.100.7 10.0.0.10 --in eth0 --count 5';
    expect(send(desk, words).out).toBe(
      '3  forwarded out of eth1\n2  dropped by the policy of ip filter FORWARD\n',
    );
    expect(JSON.parse(send(desk, `${words} --json`).out)).toEqual({
      format: 1,
      count: 5,
      fates: [{ end: 'dropped by the policy of ip filter FORWARD', count: 5 }],
    });
  });

  it.each([
    [
      'tcp 1.1.1.1 --sny',
      'not a packet word: --sny; did you mean syn? For example: tcp 198.51.100.7:40000 10.0.0.1:22 --in eth0 --syn',
    ],
    ['tcp 1.1.1.1 2.2.2.2 --in eth9', 'the lab has no interface eth9; `nflab host` lists them'],
    ['gre 1.1.1.1 2.2.2.2 --in eth0 --flow', 'a flow is tcp, udp or icmp'],
  ])('%s is wrong usage', (words, message) => {
    expect(send(router(), words)).toEqual({ out: '', err: `nflab: ${message}\n`, status: 2 });
  });

  it('refuses a count that is none', () => {
    const { err, status } = send(router(), 'tcp 1.1.1.1 --count none');
    expect(err).toContain('It is a number from 1 to 100000.');
    expect(status).toBe(2);
  });
});
