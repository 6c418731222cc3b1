/** Packets of traffic scenarios: from their fields, and back into what a peer on a link sees. */
import { formatAddress, parseAddress } from '../../../src/base/address.ts';
import { be, concatBytes, readUint } from '../../../src/base/bytes.ts';
import { encodeUtf8 } from '../../../src/base/utf8.ts';
import { buildIcmp } from '../../../src/packet/icmp.ts';
import { buildIpv4, DF } from '../../../src/packet/ipv4.ts';
import { buildIpv6 } from '../../../src/packet/ipv6.ts';
import { Packet } from '../../../src/packet/packet.ts';
import { ETHERTYPE } from '../../../src/packet/protocols.ts';
import { buildTcp } from '../../../src/packet/tcp.ts';
import { setTransportChecksum } from '../../../src/packet/transport.ts';
import { buildUdp } from '../../../src/packet/udp.ts';
import { BadCase } from './case.ts';

export type Fields = { readonly [name: string]: unknown };

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['ipip', 4],
  ['tcp', 6],
  ['udp', 17],
  ['ipv6', 41],
  ['gre', 47],
  ['icmp6', 58],
  ['sctp', 132],
]);
const NAMES: ReadonlyMap<number, string> = new Map([...PROTOCOLS].map(([name, n]) => [n, name]));
const FLAGS = 'FSRPAUEC';
const CHUNKS: ReadonlyMap<string, number> = new Map([
  ['DATA', 0],
  ['INIT', 1],
  ['INIT_ACK', 2],
  ['SACK', 3],
  ['HEARTBEAT', 4],
  ['HEARTBEAT_ACK', 5],
  ['ABORT', 6],
  ['SHUTDOWN', 7],
  ['SHUTDOWN_ACK', 8],
  ['ERROR', 9],
  ['COOKIE_ECHO', 10],
  ['COOKIE_ACK', 11],
  ['SHUTDOWN_COMPLETE', 14],
]);
const WINDOW = 64240;
const GUE_PORT = 6080;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (fields: Fields, name: string): string =>
  typeof fields[name] === 'string' ? fields[name] : '';
const numberOf = (fields: Fields, name: string, otherwise = 0): number =>
  typeof fields[name] === 'number' ? fields[name] : otherwise;

function addressOf(fields: Fields, name: string): Uint8Array {
  const address = parseAddress(textOf(fields, name));
  if (!address) throw new BadCase(`packet: ${name} is no address`);
  return address;
}

function transportOf(fields: Fields): Uint8Array {
  const ports = { sport: numberOf(fields, 'sport'), dport: numberOf(fields, 'dport') };
  const data =
    'data' in fields
      ? encodeUtf8(textOf(fields, 'data'))
      : new Uint8Array(numberOf(fields, 'payload')).fill(0x78);
  switch (fields.proto) {
    case 'tcp': {
      const flags = [...textOf(fields, 'flags')].reduce(
        (sum, c) => sum | (1 << FLAGS.indexOf(c)),
        0,
      );
      const seq = numberOf(fields, 'seq');
      const ack = numberOf(fields, 'ack');
      const window = numberOf(fields, 'win', WINDOW);
      return buildTcp({ ...ports, seq, ack, flags, window, urgent: 0 }, undefined, data);
    }
    case 'udp':
      return buildUdp(ports, data);
    case 'icmp':
    case 'icmp6': {
      const quoted = isFields(fields.inner)
        ? buildPacket(fields.inner).subarray(0, numberOf(fields, 'quote', 65535))
        : data;
      const rest = be(numberOf(fields, 'rest'), 4);
      return buildIcmp(numberOf(fields, 'type'), numberOf(fields, 'code'), rest, quoted);
    }
    case 'sctp': {
      const chunk = CHUNKS.get(textOf(fields, 'chunk'));
      if (chunk === undefined) throw new BadCase('packet: unknown chunk');
      const body = chunk === 1 || chunk === 2 ? new Uint8Array(16) : data;
      const head = concatBytes(be(ports.sport, 2), be(ports.dport, 2), be(chunk === 1 ? 0 : 1, 4));
      return concatBytes(
        head,
        new Uint8Array(4),
        Uint8Array.of(chunk, 0),
        be(4 + body.length, 2),
        body,
      );
    }
    default:
      throw new BadCase(`packet: protocol ${String(fields.proto)}`);
  }
}

/** Layer 3 and up, checksums right. */
export function buildPacket(fields: Fields): Uint8Array {
  const src = addressOf(fields, 'src');
  const dst = addressOf(fields, 'dst');
  const proto = PROTOCOLS.get(textOf(fields, 'proto')) ?? 255;
  const payload = transportOf(fields);
  const ttl = numberOf(fields, 'ttl', 64);
  const wide = src.length === 16;
  const data = wide
    ? buildIpv6({ src, dst, nextHeader: proto, hopLimit: ttl }, payload)
    : buildIpv4({ src, dst, proto, ttl, flags: fields.df === false ? 0 : DF }, payload);
  const packet = new Packet(data, wide ? ETHERTYPE.ip6 : ETHERTYPE.ip);
  setTransportChecksum(packet);
  return packet.data;
}

/** What a peer notices of a packet. */
export function observe(data: Uint8Array): Fields {
  const wide = (data[0] ?? 0) >> 4 === 6;
  const header = wide ? 40 : ((data[0] ?? 0) & 15) * 4;
  const length = wide ? 40 + readUint(data, 4, 2) : readUint(data, 2, 2);
  const proto = data[wide ? 6 : 9] ?? 255;
  return {
    src: formatAddress(wide ? data.subarray(8, 24) : data.subarray(12, 16)),
    dst: formatAddress(wide ? data.subarray(24, 40) : data.subarray(16, 20)),
    proto: NAMES.get(proto) ?? `${proto}`,
    ...observeTransport(proto, data.subarray(header, length)),
    ttl: data[wide ? 7 : 8] ?? 0,
    len: length,
  };
}

function observeTransport(proto: number, data: Uint8Array): Fields {
  const ports = { sport: readUint(data, 0, 2), dport: readUint(data, 2, 2) };
  switch (proto) {
    case 6: {
      const bits = data[13] ?? 0;
      const flags = [...FLAGS].filter((_, i) => bits & (1 << i)).join('');
      const payload = data.length - ((data[12] ?? 0) >> 4) * 4;
      return { ...ports, flags, seq: readUint(data, 4, 4), ack: readUint(data, 8, 4), payload };
    }
    case 17:
      return { ...ports, payload: data.length - 8, ...observeGue(ports.dport, data) };
    case 132:
      return { ...ports, chunk_type: data[12] ?? 0 };
    case 1:
    case 58: {
      const type = data[0] ?? 0;
      const error = proto === 1 ? [3, 11, 12].includes(type) : type < 128;
      const inner = error ? { inner: observe(data.subarray(8)) } : {};
      return { type, code: data[1] ?? 0, ...inner };
    }
    case 4:
    case 41:
      return { inner: observe(data) };
    case 47: {
      const flags = readUint(data, 0, 2);
      return {
        gre_flags: flags,
        gre_proto: `0x${readUint(data, 2, 2).toString(16).padStart(4, '0')}`,
        inner: observe(data.subarray(flags & 0x8000 ? 8 : 4)),
      };
    }
    default:
      return {};
  }
}

function observeGue(dport: number, data: Uint8Array): Fields {
  if (dport !== GUE_PORT || data.length <= 12) return {};
  const length = ((data[8] ?? 0) & 31) * 4;
  return {
    encap: 'gue',
    gue_proto: data[9] ?? 0,
    gue_hlen: length,
    inner: observe(data.subarray(12 + length)),
  };
}

const CARRIERS = new Set(['ipip', 'ipv6', 'gre', 'udp']);
const STEP_FIELDS = ['flags', 'payload', 'seq', 'ack', 'chunk', 'ttl', 'data'];

/** A peer's answer to a packet it received: the innermost one the other way round, and what the step says. */
export function answerTo(received: Fields, step: Fields): Fields {
  let packet = received;
  while (isFields(packet.inner) && CARRIERS.has(textOf(packet, 'proto'))) packet = packet.inner;
  const answer: { [name: string]: unknown } = {
    src: packet.dst,
    dst: packet.src,
    proto: packet.proto,
  };
  if ('sport' in packet) {
    answer.sport = packet.dport;
    answer.dport = packet.sport;
  }
  for (const name of STEP_FIELDS) if (name in step) answer[name] = step[name];
  return answer;
}
