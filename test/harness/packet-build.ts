/** Builds the exact bytes of a packet case's packets from their named fields. */
import { parseAddress, parseMac } from '../../src/base/address.ts';
import { be, concatBytes, fromHex, toHex } from '../../src/base/bytes.ts';
import { buildEthernet } from '../../src/packet/ethernet.ts';
import { buildIcmp, echoWord } from '../../src/packet/icmp.ts';
import { buildIpv4, DF, MF } from '../../src/packet/ipv4.ts';
import { buildIpv6 } from '../../src/packet/ipv6.ts';
import { Packet } from '../../src/packet/packet.ts';
import { ETHERTYPE, PROTO } from '../../src/packet/protocols.ts';
import { buildTcp } from '../../src/packet/tcp.ts';
import { checksumOffset, setTransportChecksum } from '../../src/packet/transport.ts';
import { buildUdp } from '../../src/packet/udp.ts';
import { type JsonObject, listOf, objectOf } from './json.ts';

const PROTOCOLS = new Map<string, number>([
  ['hopopt', 0],
  ['icmp', PROTO.icmp],
  ['igmp', PROTO.igmp],
  ['tcp', PROTO.tcp],
  ['udp', PROTO.udp],
  ['dccp', PROTO.dccp],
  ['gre', PROTO.gre],
  ['esp', PROTO.esp],
  ['ah', PROTO.ah],
  ['icmpv6', PROTO.icmpv6],
  ['none', PROTO.none],
  ['sctp', PROTO.sctp],
  ['udplite', PROTO.udplite],
]);
const TCP_LETTERS = 'FSRPAUEC';
const CHUNKS =
  'data init init-ack sack heartbeat heartbeat-ack abort shutdown shutdown-ack error cookie-echo cookie-ack - - shutdown-complete'.split(
    ' ',
  );

const number = (fields: JsonObject, name: string, otherwise = 0): number =>
  Number(fields[name] ?? otherwise);
const hex = (fields: JsonObject, name: string): Uint8Array => fromHex(String(fields[name] ?? ''));
const address = (value: unknown): Uint8Array => {
  const bytes = parseAddress(String(value));
  if (!bytes) throw new Error(`not an address: ${value}`);
  return bytes;
};

/** The layer-3 packet. */
export function buildPacket(fields: JsonObject): Uint8Array {
  if (fields.raw !== undefined) return hex(fields, 'raw');
  const src = address(fields.src);
  const dst = address(fields.dst);
  const proto = protocolNumber(fields);
  const whole = transportMessage(fields, src, dst, proto);
  const frag = fields.frag === undefined ? undefined : objectOf(fields.frag);
  const offset = frag ? number(frag, 'offset') : 0;
  const part = frag ? whole.slice(offset, offset + number(frag, 'len')) : whole;
  const tos = number(fields, 'tos', (number(fields, 'dscp') << 2) | number(fields, 'ecn'));
  const ttl = number(fields, 'ttl', 64);
  if (src.length === 4) {
    const more = (frag ?? fields).mf === true ? MF : 0;
    const flags = (fields.df === true ? DF : 0) | more | (offset / 8);
    const options = hex(fields, 'ip_options_hex');
    const packet = buildIpv4(
      { src, dst, proto, tos, ttl, flags, id: number(fields, 'id', 1), options },
      part,
    );
    if (fields.bad_ip_csum === true) spoil(packet, 10, 2);
    return packet;
  }
  const extensions = listOf(fields.ext).map(objectOf);
  if (frag) extensions.push({ type: 'frag', offset, mf: frag.mf, id: frag.id ?? fields.id ?? 1 });
  const [nextHeader, payload] = extensions.reduceRight(prependExtension, [proto, part] as const);
  return buildIpv6(
    {
      src,
      dst,
      nextHeader,
      trafficClass: tos,
      flowLabel: number(fields, 'flowlabel'),
      hopLimit: ttl,
    },
    payload,
  );
}

/** Ethernet frame of a packet that arrives at the interface with that address. */
export function buildFrame(fields: JsonObject, mac: string): Uint8Array {
  const packet = buildPacket(fields);
  const wide = (packet[0] ?? 0) >> 4 === 6;
  const last = toHex(packet.subarray(wide ? 23 : 15, wide ? 24 : 16));
  const dst = parseMac(String(fields.l2_dst ?? mac)) ?? new Uint8Array(6);
  const src = parseMac(String(fields.l2_src ?? `02:00:00:00:99:${last}`)) ?? new Uint8Array(6);
  const type = number(fields, 'ethertype', wide ? ETHERTYPE.ip6 : ETHERTYPE.ip);
  return concatBytes(buildEthernet(dst, src, type), packet);
}

function protocolNumber({ proto = 'udp' }: JsonObject): number {
  return typeof proto === 'number' ? proto : (PROTOCOLS.get(String(proto)) ?? Number(proto));
}

function spoil(bytes: Uint8Array, offset: number, length: number): void {
  for (let i = offset; i < offset + length; i++) bytes[i] = (bytes[i] ?? 0) ^ 0x55;
}

/** The transport message with its checksum, as one packet without options would carry it. */
function transportMessage(
  fields: JsonObject,
  src: Uint8Array,
  dst: Uint8Array,
  proto: number,
): Uint8Array {
  const body = transportBody(fields, proto);
  const wide = src.length === 16;
  const data = wide
    ? buildIpv6({ src, dst, nextHeader: proto }, body)
    : buildIpv4({ src, dst, proto }, body);
  const at = wide ? 40 : 20;
  const known =
    proto === PROTO.sctp || (proto !== PROTO.dccp && checksumOffset(proto) !== undefined);
  if (!known) return body;
  setTransportChecksum(new Packet(data, wide ? ETHERTYPE.ip6 : ETHERTYPE.ip));
  const message = data.slice(at);
  const field = proto === PROTO.sctp ? 8 : (checksumOffset(proto) ?? 0);
  if (fields.no_csum === true) message.fill(0, field, field + 2);
  else if (fields.bad_csum === true) spoil(message, field, proto === PROTO.sctp ? 4 : 2);
  return message;
}

function payloadOf(fields: JsonObject): Uint8Array {
  if (fields.payload_hex !== undefined) return hex(fields, 'payload_hex');
  if (fields.payload !== undefined)
    return Uint8Array.from(String(fields.payload), (c) => c.charCodeAt(0));
  return Uint8Array.from({ length: number(fields, 'payload_len') }, (_, i) => i & 0xff);
}

function transportBody(fields: JsonObject, proto: number): Uint8Array {
  const payload = payloadOf(fields);
  const ports = { sport: number(fields, 'sport'), dport: number(fields, 'dport') };
  switch (proto) {
    case PROTO.tcp: {
      let flags = 0;
      for (const letter of String(fields.flags ?? 'S')) flags |= 1 << TCP_LETTERS.indexOf(letter);
      const [seq, ack] = [number(fields, 'seq', 1000), number(fields, 'ack')];
      const [window, urgent] = [number(fields, 'win', 65535), number(fields, 'urp')];
      return buildTcp({ ...ports, seq, ack, flags, window, urgent }, tcpOptions(fields), payload);
    }
    case PROTO.udp:
      return buildUdp(ports, payload);
    case PROTO.udplite: {
      const message = buildUdp(ports, payload);
      message.fill(0, 4, 6);
      return message;
    }
    case PROTO.icmp:
    case PROTO.icmpv6:
      return icmpBody(fields, proto, payload);
    case PROTO.sctp: {
      const chunk = fields.chunk === undefined ? payload : sctpChunk(fields, payload);
      return concatBytes(
        be(ports.sport, 2),
        be(ports.dport, 2),
        be(number(fields, 'vtag'), 4),
        new Uint8Array(4),
        chunk,
      );
    }
    default:
      return payload;
  }
}

function tcpOptions(fields: JsonObject): Uint8Array {
  const parts = listOf(fields.options).map((option) => {
    const [kind, a, b] = listOf(option);
    switch (kind) {
      case 'mss':
        return concatBytes(Uint8Array.of(2, 4), be(Number(a), 2));
      case 'wscale':
        return Uint8Array.of(3, 3, Number(a));
      case 'sackok':
        return Uint8Array.of(4, 2);
      case 'ts':
        return concatBytes(Uint8Array.of(8, 10), be(Number(a), 4), be(Number(b), 4));
      case 'nop':
        return Uint8Array.of(1);
      case 'eol':
        return Uint8Array.of(0);
      case 'raw':
        return fromHex(String(a));
      default:
        throw new Error(`no such TCP option: ${String(kind)}`);
    }
  });
  return concatBytes(...parts);
}

/** Types whose second header word is an id and a sequence number. */
const ECHOES = new Set([0, 8, 13, 14, 15, 16, 17, 18]);
const ECHOES6 = new Set([128, 129]);

function icmpBody(fields: JsonObject, proto: number, payload: Uint8Array): Uint8Array {
  const old = proto === PROTO.icmp;
  const type = number(fields, 'type', old ? 8 : 128);
  const code = number(fields, 'code');
  if (fields.inner !== undefined) {
    const inner = buildPacket(objectOf(fields.inner));
    const mtu = be(number(fields, 'mtu') % (old ? 0x10000 : 2 ** 32), 4);
    const cut = number(fields, 'inner_trunc') || inner.length;
    return buildIcmp(type, code, mtu, inner.slice(0, cut));
  }
  const echo = fields.icmp_id !== undefined || fields.icmp_seq !== undefined;
  if (echo || (old ? ECHOES : ECHOES6).has(type)) {
    const word = echoWord(number(fields, 'icmp_id', 1), number(fields, 'icmp_seq', 1));
    return buildIcmp(type, code, word, payload);
  }
  return buildIcmp(
    type,
    code,
    fields.rest_hex === undefined ? undefined : hex(fields, 'rest_hex'),
    payload,
  );
}

function sctpChunk(fields: JsonObject, payload: Uint8Array): Uint8Array {
  const type = CHUNKS.indexOf(String(fields.chunk));
  let body = payload;
  if ((type === 1 || type === 2) && body.length === 0)
    body = concatBytes(
      be(number(fields, 'itag', 77), 4),
      be(65536, 4),
      be(1, 2),
      be(1, 2),
      be(1, 4),
    );
  if (type === 0 && body.length === 0)
    body = concatBytes(
      be(1, 4),
      new Uint8Array(8),
      Uint8Array.from('data', (c) => c.charCodeAt(0)),
    );
  return concatBytes(Uint8Array.of(type, type === 0 ? 3 : 0), be(4 + body.length, 2), body);
}

const EXTENSIONS = new Map([
  ['hopopts', 0],
  ['routing', 43],
  ['frag', 44],
  ['ah', 51],
  ['dstopts', 60],
]);

function prependExtension(
  [next, rest]: readonly [number, Uint8Array],
  header: JsonObject,
): readonly [number, Uint8Array] {
  const type = String(header.type);
  return [EXTENSIONS.get(type) ?? 0, concatBytes(extensionHeader(type, header, next), rest)];
}

function extensionHeader(type: string, header: JsonObject, next: number): Uint8Array {
  if (type === 'frag') {
    const offset = (number(header, 'offset') & 0xfff8) | (header.mf === true ? 1 : 0);
    return concatBytes(Uint8Array.of(next, 0), be(offset, 2), be(number(header, 'id', 1), 4));
  }
  if (type === 'routing') {
    const data =
      header.data_hex === undefined
        ? new Uint8Array(4 + 16 * number(header, 'addrs'))
        : hex(header, 'data_hex');
    const units = Math.floor((data.length + 4) / 8) - 1;
    const fixed = [next, units, number(header, 'rtype'), number(header, 'segsleft')];
    return concatBytes(Uint8Array.from(fixed), data);
  }
  const data = fromHex(String(header.data_hex ?? '010400000000'));
  const units = Math.ceil((data.length + 2) / 8);
  const out = new Uint8Array(units * 8);
  out.set([next, units - 1]);
  out.set(data, 2);
  return out;
}
