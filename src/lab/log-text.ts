/** The kernel's log line for a packet (net/netfilter/nf_log_syslog.c). */
import { formatIpv4, formatMac } from '../base/address.ts';
import { readUint, toHex } from '../base/bytes.ts';
import { extensionHeaders, flowLabel, trafficClass } from '../packet/ipv6.ts';
import { ETHERTYPE, PROTO } from '../packet/protocols.ts';
import { readTcp, TCP_FLAG } from '../packet/tcp.ts';
import type { LogRecord } from './trace.ts';

/** NF_LOG_*. */
const TCP_SEQUENCE = 0x01;
const TCP_OPTIONS = 0x02;
const IP_OPTIONS = 0x04;
const OWNER = 0x08;
const DECODE_MAC = 0x20;

/** The message without level and time; it ends in a blank, as in the kernel. */
export function formatLog(record: LogRecord): string {
  const { prefix, flags, etherType, data } = record;
  const head = `${prefix}IN=${record.in?.name ?? ''} OUT=${record.out?.name ?? ''} `;
  const v6 = etherType === ETHERTYPE.ip6;
  const body = v6 ? dumpV6(data, flags, record, 0) : dumpV4(data, flags, record, 0);
  return `${head}${macText(record)}${body}${markText(record)}`;
}

function macText({ in: device, flags, link, etherType }: LogRecord): string {
  if (!device) return '';
  if (flags & DECODE_MAC && device.kind !== 'loopback' && link.length >= 14) {
    const type = etherType.toString(16).padStart(4, '0');
    return `MACSRC=${formatMac(link.subarray(6, 12))} MACDST=${formatMac(link.subarray(0, 6))} MACPROTO=${type} `;
  }
  const bytes = Array.from(link, (byte) => byte.toString(16).padStart(2, '0')).join(':');
  return `MAC=${bytes} `;
}

const markText = ({ mark }: LogRecord): string =>
  mark === 0 ? '' : `MARK=0x${mark.toString(16)} `;

const hex2 = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(2, '0')}`;

function dumpV4(data: Uint8Array, flags: number, record: LogRecord, depth: number): string {
  if (data.length < 20) return 'TRUNCATED';
  const headerLength = ((data[0] ?? 0) & 15) * 4;
  const tos = data[1] ?? 0;
  const fragment = readUint(data, 6, 2);
  let out = `SRC=${formatIpv4(data.subarray(12, 16))} DST=${formatIpv4(data.subarray(16, 20))} `;
  out += `LEN=${readUint(data, 2, 2)} TOS=${hex2(tos & 0x1e)} PREC=${hex2(tos & 0xe0)} `;
  out += `TTL=${data[8]} ID=${readUint(data, 4, 2)} `;
  if (fragment & 0x8000) out += 'CE ';
  if (fragment & 0x4000) out += 'DF ';
  if (fragment & 0x2000) out += 'MF ';
  if (fragment & 0x1fff) out += `FRAG:${fragment & 0x1fff} `;
  if (flags & IP_OPTIONS && headerLength > 20)
    out += `OPT (${toHex(data.subarray(20, headerLength)).toUpperCase()}) `;
  const proto = data[9] ?? 0;
  const body = data.subarray(headerLength);
  const later = (fragment & 0x1fff) !== 0;
  if (proto === PROTO.icmp) out += later ? 'PROTO=ICMP ' : dumpIcmp(body, flags, record, depth);
  else out += dumpTransport(proto, body, later, flags, record, depth);
  return out;
}

function dumpTransport(
  proto: number,
  body: Uint8Array,
  later: boolean,
  flags: number,
  record: LogRecord,
  depth: number,
): string {
  switch (proto) {
    case PROTO.tcp:
      return dumpTcp(body, later, flags) + (depth === 0 && !later ? ownerText(flags, record) : '');
    case PROTO.udp:
    case PROTO.udplite:
      return dumpUdp(proto, body, later) + (depth === 0 && !later ? ownerText(flags, record) : '');
    case PROTO.ah:
    case PROTO.esp:
      return dumpIpsec(proto, body, later);
    default:
      return `PROTO=${proto} `;
  }
}

const ownerText = (flags: number, { uid, gid }: LogRecord): string =>
  flags & OWNER && uid !== undefined ? `UID=${uid} GID=${gid ?? 0} ` : '';

const incomplete = (body: Uint8Array): string => `INCOMPLETE [${body.length} bytes] `;

const FLAG_WORDS = [
  [TCP_FLAG.cwr, 'CWR'],
  [TCP_FLAG.ece, 'ECE'],
  [TCP_FLAG.urg, 'URG'],
  [TCP_FLAG.ack, 'ACK'],
  [TCP_FLAG.psh, 'PSH'],
  [TCP_FLAG.rst, 'RST'],
  [TCP_FLAG.syn, 'SYN'],
  [TCP_FLAG.fin, 'FIN'],
] as const;

function dumpTcp(body: Uint8Array, later: boolean, flags: number): string {
  if (later) return 'PROTO=TCP ';
  const tcp = readTcp(body, 0);
  if (!tcp) return `PROTO=TCP ${incomplete(body)}`;
  let out = `PROTO=TCP SPT=${tcp.sport} DPT=${tcp.dport} `;
  if (flags & TCP_SEQUENCE) out += `SEQ=${tcp.seq} ACK=${tcp.ack} `;
  out += `WINDOW=${tcp.window} RES=${hex2((body[12] ?? 0) & 0x0f)} `;
  for (const [bit, word] of FLAG_WORDS) if (tcp.flags & bit) out += `${word} `;
  out += `URGP=${tcp.urgent} `;
  if (flags & TCP_OPTIONS && tcp.headerLength > 20)
    out += `OPT (${toHex(body.subarray(20, tcp.headerLength)).toUpperCase()}) `;
  return out;
}

function dumpUdp(proto: number, body: Uint8Array, later: boolean): string {
  const name = `PROTO=${proto === PROTO.udp ? 'UDP' : 'UDPLITE'} `;
  if (later) return name;
  if (body.length < 8) return `${name}${incomplete(body)}`;
  return `${name}SPT=${readUint(body, 0, 2)} DPT=${readUint(body, 2, 2)} LEN=${readUint(body, 4, 2)} `;
}

function dumpIpsec(proto: number, body: Uint8Array, later: boolean): string {
  const name = `PROTO=${proto === PROTO.ah ? 'AH' : 'ESP'} `;
  if (later) return name;
  const at = proto === PROTO.ah ? 4 : 0;
  if (body.length < at + 4) return `${name}${incomplete(body)}`;
  return `${name}SPI=0x${readUint(body, at, 4).toString(16)} `;
}

/** Bytes a message of a type needs; types not listed have no more to show. */
const ICMP_LENGTH = new Map([
  [0, 4],
  [3, 8],
  [4, 8],
  [5, 8],
  [8, 4],
  [11, 8],
  [12, 8],
  [13, 20],
  [14, 20],
  [15, 12],
  [16, 12],
  [17, 12],
  [18, 12],
]);

function dumpIcmp(body: Uint8Array, flags: number, record: LogRecord, depth: number): string {
  if (body.length < 4) return `PROTO=ICMP ${incomplete(body)}`;
  const type = body[0] ?? 0;
  const code = body[1] ?? 0;
  let out = `PROTO=ICMP TYPE=${type} CODE=${code} `;
  const needed = ICMP_LENGTH.get(type);
  if (needed !== undefined && body.length < needed) return out + incomplete(body);
  if (type === 0 || type === 8)
    return `${out}ID=${readUint(body, 4, 2)} SEQ=${readUint(body, 6, 2)} `;
  if (type === 12) out += `PARAMETER=${body[4]} `;
  if (type === 5) out += `GATEWAY=${formatIpv4(body.subarray(4, 8))} `;
  if ([3, 4, 5, 11, 12].includes(type) && depth === 0) {
    out += `[${dumpV4(body.subarray(8), flags, record, depth + 1)}] `;
    if (type === 3 && code === 4) out += `MTU=${readUint(body, 6, 2)} `;
  }
  return out;
}

/** Eight groups of four digits, none left out. */
function fullIpv6(bytes: Uint8Array): string {
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(toHex(bytes.subarray(i, i + 2)));
  return groups.join(':');
}

function dumpV6(data: Uint8Array, flags: number, record: LogRecord, depth: number): string {
  if (data.length < 40) return 'TRUNCATED';
  let out = `SRC=${fullIpv6(data.subarray(8, 24))} DST=${fullIpv6(data.subarray(24, 40))} `;
  out += `LEN=${readUint(data, 4, 2) + 40} TC=${trafficClass(data)} HOPLIMIT=${data[7]} FLOWLBL=${flowLabel(data)} `;
  for (const { type, offset } of extensionHeaders(data)) {
    if (type === PROTO.fragment) {
      const word = readUint(data, offset + 2, 2);
      out += `FRAG:${word & 0xfff8} `;
      if (word & 1) out += 'INCOMPLETE ';
      out += `ID:${toHex(data.subarray(offset + 4, offset + 8))} `;
      if (word & 0xfff8) return out;
    } else if (type === PROTO.hopopts || type === PROTO.routing || type === PROTO.dstopts) {
      if (flags & IP_OPTIONS) out += 'OPT ( ) ';
    } else if (type === PROTO.icmpv6) {
      return out + dumpIcmpv6(data.subarray(offset), flags, record, depth);
    } else {
      return out + dumpTransport(type, data.subarray(offset), false, flags, record, depth);
    }
  }
  return out;
}

function dumpIcmpv6(body: Uint8Array, flags: number, record: LogRecord, depth: number): string {
  if (body.length < 8) return `PROTO=ICMPv6 ${incomplete(body)}`;
  const type = body[0] ?? 0;
  let out = `PROTO=ICMPv6 TYPE=${type} CODE=${body[1]} `;
  if (type === 128 || type === 129)
    return `${out}ID=${readUint(body, 4, 2)} SEQ=${readUint(body, 6, 2)} `;
  if (type < 1 || type > 4) return out;
  if (type === 4) out += `POINTER=${readUint(body, 4, 4).toString(16).padStart(8, '0')} `;
  if (depth === 0) out += `[${dumpV6(body.subarray(8), flags, record, depth + 1)}] `;
  if (type === 2) out += `MTU=${readUint(body, 4, 4)} `;
  return out;
}
