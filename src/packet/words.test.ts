import { describe, expect, it } from 'vitest';
import { packetFields } from './fields.ts';
import { buildWords, PacketWordsError, parseEnd, parsePacketWords } from './words.ts';

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

  it('tell who sends', () => {
    expect(parse('to 1.2.3.4 uid 1000 mark 0x10')).toMatchObject({
      dev: undefined,
      src: undefined,
      uid: 1000,
      mark: 16,
    });
  });

  it.each([
    ['tcp', 'to is missing'],
    ['tcp to 1.2.3.4 in eth0', 'from is missing'],
    ['tcp to 1.2.3.4 from fd00::1', 'from and to are of different families'],
    ['tcp to here', 'to needs an address, with a port or without: here'],
    ['tcp to 1.2.3.4 ttl 256', 'ttl needs a number up to 255'],
    ['tcp to 1.2.3.4 constructor', 'not a packet word: constructor'],
    ['tcp to', 'to needs a value'],
  ])('%s: %s', (text, message) => {
    expect(() => parse(text)).toThrow(new PacketWordsError(message));
  });

  it('read ends', () => {
    expect(parseEnd('1.2.3.4:70000')).toBeUndefined();
    expect(parseEnd('[fd00::1]:80')?.port).toBe(80);
    expect(parseEnd('fd00::1')?.port).toBeUndefined();
  });
});
