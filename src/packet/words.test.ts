import { describe, expect, it } from 'vitest';
import { packetFields } from './fields.ts';
import { buildWords } from './word-packet.ts';
import { PacketWordsError, parseEnd, parsePacketWords } from './words.ts';

const parse = (text: string) => parsePacketWords(text.split(' '));
const fields = (text: string) => {
  const words = parse(text);
  return packetFields(buildWords(words, words.src ?? new Uint8Array(words.dst.length)));
};

describe('packet words', () => {
  it('build packets', () => {
    expect(fields('tcp from 10.0.0.10:40000 to 198.51.100.7:80 in eth1')).toMatchObject({
      src: '10.0.0.10',
      dst: '198.51.100.7',
      proto: 'tcp',
      sport: 40000,
      dport: 80,
      flags: 'S',
      csum_ok: true,
      ip_csum_ok: true,
    });
    expect(
      fields('psh ack in eth1 to 1.2.3.4 dport 22 from 4.3.2.1 ttl 3 length 10'),
    ).toMatchObject({
      flags: 'PA',
      ttl: 3,
      dport: 22,
      payload_hex: '00'.repeat(10),
    });
    expect(fields('icmp from fd00::1 to fd00::2 in eth0')).toMatchObject({
      proto: 'icmpv6',
      type: 128,
    });
    expect(fields('udp to [fd00::2]:53 payload hi')).toMatchObject({
      dport: 53,
      payload_hex: '6869',
    });
    expect(fields('protocol 47 to 1.2.3.4')).toMatchObject({ proto: 'gre' });
  });

  it('are options, too', () => {
    const words = 'tcp 198.51.100.7:40000 10.96.10.100:80 --in eth0 --syn';
    expect(parse(words)).toEqual(
      parse('tcp from 198.51.100.7:40000 to 10.96.10.100:80 in eth0 syn'),
    );
    expect(fields('udp --dport=53 --payload syn [fd00::1]:5 [fd00::2]')).toMatchObject({
      src: 'fd00::1',
      sport: 5,
      dport: 53,
      payload_hex: '73796e',
    });
    expect(parse('-p udp -s 10.0.0.1 --destination 10.0.0.2 -i eth1 --len 3')).toMatchObject({
      dev: 'eth1',
      proto: 17,
      payload: new Uint8Array(3),
    });
    expect(parse('tcp 10.0.0.2:22 --out eth1')).toMatchObject({ oif: 'eth1', src: undefined });
  });

  it.each([
    ['--flags SA', 'SA'],
    ['--flags fin,psh,urg', 'FPU'],
    ['--flags none', ''],
    ['--syn --ack', 'SA'],
    ['', 'S'],
  ])('set flags: %s', (words, flags) => {
    expect(fields(`tcp 10.0.0.1 10.0.0.2 ${words}`.trim()).flags).toBe(flags);
  });

  it('know names', () => {
    expect(fields('icmp 10.0.0.1 10.0.0.2 --type port-unreachable')).toMatchObject({
      type: 3,
      code: 3,
    });
    expect(parse('icmp fd00::1 fd00::2 type echo-reply')).toMatchObject({ type: 129 });
    expect(parse('icmp 10.0.0.2 --type 11/1')).toMatchObject({ type: 11, code: 1 });
    expect(parse('tcp 10.0.0.2 --dscp ef')).toMatchObject({ tos: 0xb8 });
    expect(fields('sctp 10.0.0.1:5 10.0.0.2:6')).toMatchObject({ dport: 6, csum_ok: true });
  });

  it('tell who sends', () => {
    expect(parse('to 1.2.3.4 uid 1000 mark 0x10')).toMatchObject({
      dev: undefined,
      src: undefined,
      uid: 1000,
      mark: 16,
    });
  });

  const EXAMPLE = 'example: tcp 198.51.100.7:40000 10.0.0.1:22 --in eth0 --syn';
  it.each([
    ['tcp', `to is missing; for ${EXAMPLE}`],
    ['tcp to 1.2.3.4 in eth0', `from is missing; for ${EXAMPLE}`],
    ['tcp 1.2.3.4 --in eth0', `from is missing; for ${EXAMPLE}`],
    ['tcp to 1.2.3.4 from fd00::1', 'from and to are of different families'],
    ['tcp to here', 'to needs an address, with a port or without: here'],
    ['tcp to 1.2.3.4 ttl 256', 'ttl needs a number up to 255, not 256'],
    ['tcp to 1.2.3.4 constructor', `not a packet word: constructor; for ${EXAMPLE}`],
    ['tcp to 1.2.3.4 --__proto__=5', `not a packet word: --__proto__=5; for ${EXAMPLE}`],
    ['tcp 1.2.3.4 --sny', `not a packet word: --sny; did you mean syn? For ${EXAMPLE}`],
    ['tpc 1.2.3.4', `not a packet word: tpc; did you mean tcp? For ${EXAMPLE}`],
    [
      'tcp 10.0.0.300:80',
      'not an address, with a port or without: 10.0.0.300:80; for example: 198.51.100.7:40000',
    ],
    ['tcp 1.1.1.1 2.2.2.2 3.3.3.3', 'too many addresses: a packet has a source and a destination'],
    [
      'tcp 1.1.1.1 2.2.2.2 --in eth0 --out eth1',
      'out is for packets this host sends; the way out of one that comes in is for the routes to choose',
    ],
    ['tcp to', 'to needs a value'],
    ['tcp 1.1.1.1 --ttl', 'ttl needs a value'],
    ['tcp 1.1.1.1 ttl 5 --ttl 6', 'ttl is given twice'],
    [
      'icmp 1.1.1.1 --type x',
      'type needs a number or a name such as echo-request or port-unreachable, not x',
    ],
    ['tcp 1.1.1.1 --flags XY', 'flags needs letters of FSRPAUEC, names, or none, not XY'],
  ])('%s: %s', (text, message) => {
    expect(() => parse(text)).toThrow(new PacketWordsError(message));
  });

  it('read ends', () => {
    expect(parseEnd('1.2.3.4:70000')).toBeUndefined();
    expect(parseEnd('[fd00::1]:80')?.port).toBe(80);
    expect(parseEnd('fd00::1')?.port).toBeUndefined();
  });
});
