/** A packet as a record of named fields, for listings, checks and the packet cases. */
import { formatIpv4, formatIpv6 } from '../base/address.ts';
import { readUint, toHex } from '../base/bytes.ts';
import { fold, sumWords } from './checksum.ts';
import { isIcmpError } from './icmp.ts';
import { extensionHeaders, flowLabel, trafficClass } from './ipv6.ts';
import { Packet } from './packet.ts';
import { ETHERTYPE, PROTO } from './protocols.ts';
import { tcpOptions } from './tcp.ts';
import { transportChecksumOk } from './transport.ts';

export type FieldValue = string | number | boolean | readonly FieldValue[] | PacketFields;
/** Only the fields that apply are there; numbers are in host order, bytes in hex. */
export type PacketFields = { [name: string]: FieldValue };

const PROTOCOL_NAMES = new Map<number, string>([
  [PROTO.icmp, 'icmp'],
  [PROTO.igmp, 'igmp'],
  [PROTO.tcp, 'tcp'],
  [PROTO.udp, 'udp'],
  [PROTO.dccp, 'dccp'],
  [PROTO.gre, 'gre'],
  [PROTO.esp, 'esp'],
  [PROTO.ah, 'ah'],
  [PROTO.icmpv6, 'icmpv6'],
  [PROTO.none, 'none'],
  [PROTO.sctp, 'sctp'],
  [PROTO.udplite, 'udplite'],
]);
const EXTENSION_NAMES = new Map<number, string>([
  [PROTO.hopopts, 'hopopts'],
  [PROTO.routing, 'routing'],
  [PROTO.fragment, 'frag'],
  [PROTO.dstopts, 'dstopts'],
]);
const protocolName = (proto: number): string => PROTOCOL_NAMES.get(proto) ?? `${proto}`;

interface Body {
  readonly proto: number;
  readonly bytes: Uint8Array;
  readonly version: 4 | 6;
  /** Present when the message is whole, so that its checksum can be judged. */
  readonly checksumOk?: () => boolean;
}

/** The fields of a layer-3 packet. `quoted`: the possibly cut packet inside an ICMP error. */
export function packetFields(data: Uint8Array, quoted = false): PacketFields {
  return (data[0] ?? 0) >> 4 === 6 ? ipv6Fields(data, quoted) : ipv4Fields(data, quoted);
}

function ipv4Fields(data: Uint8Array, quoted: boolean): PacketFields {
  if (data.length < 20) throw new Error('IPv4 header cut short');
  const headerLength = ((data[0] ?? 0) & 15) * 4;
  const flags = readUint(data, 6, 2);
  const length = readUint(data, 2, 2);
  const proto = data[9] ?? 0;
  const out: PacketFields = {
    v: 4,
    src: formatIpv4(data.subarray(12, 16)),
    dst: formatIpv4(data.subarray(16, 20)),
    proto: protocolName(proto),
    ttl: data[8] ?? 0,
    tos: data[1] ?? 0,
    id: readUint(data, 4, 2),
    df: (flags & 0x4000) !== 0,
    mf: (flags & 0x2000) !== 0,
    frag_off: (flags & 0x1fff) * 8,
    len: length,
  };
  if (headerLength > 20) out.ip_options_hex = toHex(data.subarray(20, headerLength));
  if (!quoted) out.ip_csum_ok = fold(sumWords(data, 0, headerLength)) === 0xffff;
  const bytes = quoted ? data.subarray(headerLength) : data.subarray(headerLength, length);
  if ((flags & 0x1fff) !== 0) {
    out.payload_hex = toHex(bytes);
    return out;
  }
  const whole = !quoted && (flags & 0x3fff) === 0;
  addTransport(
    out,
    bodyOf(data.subarray(0, quoted ? data.length : length), proto, bytes, 4, whole),
  );
  return out;
}

function bodyOf(
  data: Uint8Array,
  proto: number,
  bytes: Uint8Array,
  version: 4 | 6,
  whole: boolean,
): Body {
  if (!whole) return { proto, bytes, version };
  const etherType = version === 4 ? ETHERTYPE.ip : ETHERTYPE.ip6;
  return {
    proto,
    bytes,
    version,
    checksumOk: () => transportChecksumOk(new Packet(data, etherType)),
  };
}

function ipv6Fields(data: Uint8Array, quoted: boolean): PacketFields {
  if (data.length < 40) throw new Error('IPv6 header cut short');
  const payloadLength = readUint(data, 4, 2);
  const end = quoted ? data.length : 40 + payloadLength;
  const packet = data.subarray(0, end);
  const out: PacketFields = {
    v: 6,
    src: formatIpv6(data.subarray(8, 24)),
    dst: formatIpv6(data.subarray(24, 40)),
    proto: '',
    ttl: data[7] ?? 0,
    tos: trafficClass(data),
    flowlabel: flowLabel(data),
    len: 40 + payloadLength,
  };
  const ext: PacketFields[] = [];
  let proto = data[6] ?? PROTO.none;
  let at = 40;
  let fragment: number | undefined;
  for (const header of extensionHeaders(packet)) {
    const name = EXTENSION_NAMES.get(header.type);
    if (name === undefined || header.offset + 8 > end) break;
    ext.push(extensionFields(name, packet.subarray(header.offset, header.offset + header.length)));
    if (header.type === PROTO.fragment) fragment = readUint(data, header.offset + 2, 2);
    proto = data[header.offset] ?? PROTO.none;
    at = header.offset + header.length;
  }
  out.proto = protocolName(proto);
  if (ext.length > 0) out.ext = ext;
  const bytes = packet.subarray(at);
  if (fragment !== undefined && (fragment & 0xfff8) !== 0) {
    out.payload_hex = toHex(bytes);
    return out;
  }
  addTransport(out, bodyOf(packet, proto, bytes, 6, !quoted && fragment === undefined));
  return out;
}

function extensionFields(type: string, bytes: Uint8Array): PacketFields {
  if (type === 'frag') {
    const word = readUint(bytes, 2, 2);
    return { type, offset: word & 0xfff8, mf: (word & 1) !== 0, id: readUint(bytes, 4, 4) };
  }
  if (type === 'routing') {
    const rtype = bytes[2] ?? 0;
    return { type, rtype, segsleft: bytes[3] ?? 0, data_hex: toHex(bytes.subarray(4)) };
  }
  return { type, data_hex: toHex(bytes.subarray(2)) };
}

function addTransport(out: PacketFields, body: Body): void {
  const { proto, bytes } = body;
  if (proto === PROTO.tcp && bytes.length >= 20) addTcp(out, body);
  else if ((proto === PROTO.udp || proto === PROTO.udplite) && bytes.length >= 8) addUdp(out, body);
  else if ((proto === PROTO.icmp || proto === PROTO.icmpv6) && bytes.length >= 4)
    addIcmp(out, body);
  else if (proto === PROTO.sctp && bytes.length >= 12) addSctp(out, body);
  else out.payload_hex = toHex(bytes);
}

const FLAG_LETTERS = 'FSRPAUEC';

/** Flags by their letters in the order FSRPAUEC. */
export function flagLetters(flags: number): string {
  return [...FLAG_LETTERS].filter((_, i) => (flags >> i) & 1).join('');
}

function addTcp(out: PacketFields, { bytes, checksumOk }: Body): void {
  const headerLength = ((bytes[12] ?? 0) >> 4) * 4;
  out.sport = readUint(bytes, 0, 2);
  out.dport = readUint(bytes, 2, 2);
  out.flags = flagLetters(bytes[13] ?? 0);
  out.seq = readUint(bytes, 4, 4);
  out.ack = readUint(bytes, 8, 4);
  out.win = readUint(bytes, 14, 2);
  const urgent = readUint(bytes, 18, 2);
  if (urgent !== 0) out.urp = urgent;
  if (headerLength > 20) out.options = optionFields(bytes.subarray(20, headerLength));
  out.payload_hex = toHex(bytes.subarray(headerLength));
  if (checksumOk) out.csum_ok = checksumOk();
}

function optionFields(bytes: Uint8Array): FieldValue[] {
  const out: FieldValue[] = [];
  let end = 0;
  for (const { kind, offset, length } of tcpOptions(bytes, 0, bytes.length)) {
    const value = bytes.subarray(offset + 2, offset + length);
    if (kind === 1) out.push(['nop']);
    else if (kind === 2 && length === 4) out.push(['mss', readUint(value, 0, 2)]);
    else if (kind === 3 && length === 3) out.push(['wscale', value[0] ?? 0]);
    else if (kind === 4 && length === 2) out.push(['sackok']);
    else if (kind === 8 && length === 10)
      out.push(['ts', readUint(value, 0, 4), readUint(value, 4, 4)]);
    else out.push(['raw', toHex(bytes.subarray(offset, offset + length))]);
    end = offset + length;
  }
  if (end < bytes.length && bytes[end] !== 0) out.push(['raw', toHex(bytes.subarray(end))]);
  return out;
}

function addUdp(out: PacketFields, { bytes, checksumOk }: Body): void {
  out.sport = readUint(bytes, 0, 2);
  out.dport = readUint(bytes, 2, 2);
  out.payload_hex = toHex(bytes.subarray(8));
  if (!checksumOk) return;
  if (readUint(bytes, 6, 2) === 0) out.no_csum = true;
  else out.csum_ok = checksumOk();
}

function addIcmp(out: PacketFields, { proto, bytes, checksumOk }: Body): void {
  const type = bytes[0] ?? 0;
  out.type = type;
  out.code = bytes[1] ?? 0;
  if (checksumOk) out.csum_ok = checksumOk();
  const v4 = proto === PROTO.icmp;
  if (isIcmpError(v4 ? 4 : 6, type) && (v4 || type <= 4) && bytes.length >= 8) {
    const mtu = v4 ? readUint(bytes, 6, 2) : readUint(bytes, 4, 4);
    if (mtu !== 0) out.mtu = mtu;
    addQuoted(out, bytes.subarray(8));
  } else if (v4 ? [0, 8, 13, 14, 15, 16, 17, 18].includes(type) : type === 128 || type === 129) {
    if (bytes.length >= 8) {
      out.icmp_id = readUint(bytes, 4, 2);
      out.icmp_seq = readUint(bytes, 6, 2);
    }
    out.payload_hex = toHex(bytes.subarray(8));
  } else {
    out.rest_hex = toHex(bytes.subarray(4, 8));
    out.payload_hex = toHex(bytes.subarray(8));
  }
}

function addQuoted(out: PacketFields, bytes: Uint8Array): void {
  const needed = (bytes[0] ?? 0) >> 4 === 6 ? 40 : 20;
  if (bytes.length >= needed) out.inner = packetFields(bytes, true);
  else out.inner_hex = toHex(bytes);
}

function addSctp(out: PacketFields, { bytes, checksumOk }: Body): void {
  out.sport = readUint(bytes, 0, 2);
  out.dport = readUint(bytes, 2, 2);
  out.vtag = readUint(bytes, 4, 4);
  out.payload_hex = toHex(bytes.subarray(12));
  if (checksumOk) out.csum_ok = checksumOk();
}
