import { expect, it } from 'vitest';
import { dispatch } from '../commands/dispatch.ts';
import { readPacket } from '../commands/nflab/packet.ts';
import { splitWords } from '../src/base/shell.ts';
import { frame } from '../src/lab/flow.ts';
import { openMachine } from '../src/lab/open.ts';
import type { Trace } from '../src/lab/trace.ts';
import { type PacketFields, packetFields } from '../src/packet/fields.ts';
import { buildWords } from '../src/packet/word-packet.ts';
import { type Desk, openDesk } from './harness/nflab.ts';

/** A router with these commands run. */
function router(...lines: readonly string[]): Desk {
  const desk = openDesk('.');
  desk.run(['reset', '--host', 'router']);
  for (const line of lines) {
    const [tool = '', ...argv] = splitWords(line);
    if (tool === 'nflab') expect(desk.run(argv).status, line).toBe(0);
    else expect(dispatch(desk.ports.tools, tool, argv, desk.ports), line).toBe(0);
  }
  return desk;
}

/** A packet in words, to a host that answers unless told not to. */
function ask(
  desk: Desk,
  text: string,
  { answers = true, change = (data: Uint8Array) => data } = {},
): Trace {
  const words = readPacket(text.split(' '));
  const data = change(buildWords(words, words.src ?? new Uint8Array(4)));
  return desk.ports.store.transact((lab) => {
    const machine = openMachine(lab, desk.ports.wall, { answers });
    return words.dev === undefined
      ? machine.send(data)
      : machine.inject(words.dev, frame(machine, words.dev, data));
  });
}

/** What the host said, as it left. */
const said = (trace: Trace): readonly PacketFields[] =>
  trace.answers.flatMap(({ sent }) => sent.map(({ data }) => packetFields(data)));

const LISTEN = 'nflab host listen tcp 22';
const TCP = 'tcp 10.0.0.10:40000 10.0.0.1:22 --in eth1';
const TCP6 = 'tcp [fd00:1::10]:40000 [fd00:1::1]:22 --in eth1';

it.each([
  [LISTEN, TCP, 4],
  [LISTEN, TCP6, 6],
  ['nflab host listen tcp 10.0.0.1:22', TCP, 4],
])('%s: a SYN is accepted', (listen, words, v) => {
  expect(said(ask(router(listen), `${words} syn seq 1000`))).toMatchObject([
    { v, proto: 'tcp', sport: 22, dport: 40000, flags: 'SA', ack: 1001, csum_ok: true },
  ]);
});

it.each([
  ['to a closed port', undefined, `${TCP} syn seq 1000`, { flags: 'RA', seq: 0, ack: 1001 }],
  ['to a closed port', undefined, `${TCP6} syn seq 1000`, { flags: 'RA', seq: 0, ack: 1001 }],
  ['to a closed port', undefined, `${TCP} ack acknum 7`, { flags: 'R', seq: 7, ack: 0 }],
  ['of no connection', LISTEN, `${TCP} ack acknum 7`, { flags: 'R', seq: 7, ack: 0 }],
])('a segment %s is reset', (_, listen, words, fields) => {
  const desk = router(...(listen === undefined ? [] : [listen]));
  expect(said(ask(desk, words))).toMatchObject([{ ...fields, csum_ok: true }]);
});

it.each([
  ['another address', 'nflab host listen tcp 192.168.50.1:22', TCP],
  ['another protocol', 'nflab host listen udp 22', TCP],
  ['another family', 'nflab host listen tcp 10.0.0.1:22', TCP6],
])('a listener at %s does not accept', (_, line, words) => {
  expect(said(ask(router(line), `${words} syn`))).toMatchObject([{ flags: 'RA' }]);
});

it.each([
  [`${TCP} rst`],
  ['tcp 10.0.0.10:40000 10.0.0.255:22 --in eth1 syn'],
  ['udp 10.0.0.10:40000 10.0.0.255:53 --in eth1'],
])('never answers a reset or a broadcast: %s', (words) => {
  expect(ask(router(LISTEN), words).answers).toEqual([]);
});

it.each([
  ['udp 10.0.0.10:40000 10.0.0.1:53 --in eth1', { proto: 'icmp', type: 3, code: 3 }],
  ['udp [fd00:1::10]:40000 [fd00:1::1]:53 --in eth1', { type: 1, code: 4 }],
  ['gre 10.0.0.10 10.0.0.1 --in eth1', { proto: 'icmp', type: 3, code: 2 }],
  ['gre fd00:1::10 fd00:1::1 --in eth1', { type: 4, code: 1 }],
  ['sctp 10.0.0.10:40000 10.0.0.1:5 --in eth1', { proto: 'icmp', type: 3, code: 2 }],
])('%s is unreachable', (words, fields) => {
  expect(said(ask(router(), words))).toMatchObject([
    { ...fields, csum_ok: true, inner: expect.anything() },
  ]);
});

it('leaves a datagram to the program that listens', () => {
  const desk = router('nflab host listen udp 53');
  expect(ask(desk, 'udp 10.0.0.10:40000 10.0.0.1:53 --in eth1').answers).toEqual([]);
});

it.each([
  ['icmp 10.0.0.10 10.0.0.1 --in eth1', { v: 4, type: 0, code: 0 }],
  ['icmp fd00:1::10 fd00:1::1 --in eth1', { v: 6, type: 129, code: 0 }],
])('%s is echoed with id, sequence and payload', (words, fields) => {
  const trace = ask(router(), words);
  const asked = packetFields(trace.delivered[0]?.data ?? new Uint8Array(0));
  const { icmp_id, icmp_seq, payload_hex } = asked;
  expect(said(trace)).toMatchObject([
    { ...fields, icmp_id, icmp_seq, payload_hex, src: asked.dst, dst: asked.src, csum_ok: true },
  ]);
});

it('answers nothing that is damaged', () => {
  const spoil = (data: Uint8Array): Uint8Array => {
    data[data.length - 1] = (data[data.length - 1] ?? 0) ^ 1;
    return data;
  };
  for (const words of [`${TCP} syn`, 'icmp 10.0.0.10 10.0.0.1 --in eth1'])
    expect(ask(router(), words, { change: spoil }).answers, words).toEqual([]);
});

it('answers nothing that its rules drop, and nothing at all unless asked to', () => {
  expect(ask(router('iptables -P INPUT DROP'), `${TCP} syn`).answers).toEqual([]);
  const trace = ask(router(LISTEN), `${TCP} syn`, { answers: false });
  expect(trace.delivered).toHaveLength(1);
  expect(trace.answers).toEqual([]);
});

it('sends its answers through output rules and the connection', () => {
  const desk = router(
    LISTEN,
    'iptables -A OUTPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -m conntrack --ctstate ESTABLISHED -j DROP',
  );
  const [answer] = ask(desk, `${TCP} syn`).answers;
  expect(answer?.groups[0]?.events).toMatchObject([{ chain: 'OUTPUT', verdict: 'drop' }]);
  expect(answer?.sent).toEqual([]);
});

const flow = (desk: Desk, words: string) => desk.run(['send', ...words.split(' '), '--flow']).out;

it('tells a flow that nothing listens, and how to', () => {
  const desk = router();
  expect(flow(desk, TCP)).toContain(
    `client SYN: tcp 10.0.0.10:40000 > 10.0.0.1:22 SYN; delivered to this host
server RST: tcp 10.0.0.1:22 > 10.0.0.10:40000 RST+ACK; sent out of eth1
refused: nothing listens on tcp 10.0.0.1:22; to listen: nflab host listen tcp 22
`,
  );
  expect(flow(desk, 'udp 10.0.0.10:40000 10.0.0.1:53 --in eth1')).toContain(
    'refused: nothing listens on udp 10.0.0.1:53; to listen: nflab host listen udp 53\n',
  );
  const { out } = desk.run([
    'send',
    ...TCP.replace('40000', '40001').split(' '),
    '--flow',
    '--json',
  ]);
  expect(JSON.parse(out)).toMatchObject({
    complete: false,
    flow: [
      { label: 'SYN', failure: 'refused: nothing listens on tcp 10.0.0.1:22' },
      { label: 'RST' },
    ],
  });
});

it.each([
  ['tcp 10.0.0.10:40000 10.0.0.1:22 --in eth1', 8],
  ['tcp [fd00:1::10]:40000 [fd00:1::1]:22 --in eth1', 8],
  ['tcp to 10.0.0.1:22', 8],
  ['udp 10.0.0.10:40000 10.0.0.1:53 --in eth1', 2],
  ['udp to 127.0.0.1:53', 2],
  ['icmp 10.0.0.10 10.0.0.1 --in eth1', 2],
  ['icmp fd00:1::10 fd00:1::1 --in eth1', 2],
  // The host is the client: what comes back has a socket.
  ['tcp to 198.51.100.7:443', 8],
  ['udp to 198.51.100.7:53', 2],
  // NAT leads to the host itself.
  ['tcp 198.51.100.7:40000 203.0.113.2:2222 --in eth0', 8],
])('a flow is complete: %s', (words, length) => {
  const desk = router(
    LISTEN,
    'nflab host listen udp 53',
    'iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 2222 -j REDIRECT --to-ports 22',
    'iptables -A INPUT -m conntrack --ctstate INVALID -j DROP',
    'iptables -A OUTPUT -m conntrack --ctstate INVALID -j DROP',
  );
  const { out } = desk.run(['send', ...words.split(' '), '--flow', '--json']);
  const story = JSON.parse(out);
  expect(story).toMatchObject({ complete: true });
  expect(story.flow).toHaveLength(length);
});

it('says where an echo stays unanswered', () => {
  expect(flow(router(), 'icmp 10.0.0.10 10.0.0.255 --in eth1')).toContain(
    'unanswered: this host says nothing to icmp 10.0.0.255\n',
  );
});
