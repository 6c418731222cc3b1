import { readUint, writeUint } from '../../../base/bytes.ts';
import { updateChecksum } from '../../../packet/checksum.ts';
import type { Packet } from '../../../packet/packet.ts';
import { PROTO } from '../../../packet/protocols.ts';
import { checksumOffset, setTransportChecksum } from '../../../packet/transport.ts';
import { BREAK, CONTINUE } from '../context.ts';
import type { PayloadBase } from '../model.ts';
import { loadReg, storeReg } from '../registers.ts';
import { defineExpr } from './define.ts';

/** Where a base begins in the packet's data; undefined when the packet has none, as nft_payload_eval breaks then. */
export function baseOffset(packet: Packet, base: Exclude<PayloadBase, 'link'>): number | undefined {
  if (base === 'network') return 0;
  const { proto, offset, fragment } = packet.transport;
  if (proto < 0 || fragment !== 0) return undefined;
  if (base === 'transport') return offset;
  if (base === 'tunnel') return undefined;
  return innerOffset(packet, proto, offset);
}

/** nft_payload_inner_offset. */
function innerOffset({ data }: Packet, proto: number, offset: number): number | undefined {
  if (proto === PROTO.udp) return offset + 8;
  if (proto === PROTO.tcp) {
    if (offset + 20 > data.length) return undefined;
    return offset + ((data[offset + 12] ?? 0) >> 4) * 4;
  }
  if (proto !== PROTO.gre || offset + 4 > data.length) return undefined;
  const flags = readUint(data, offset, 2);
  const version = flags & 7;
  if (version > 1) return undefined;
  const base = version === 0 ? 4 : 8;
  const optional = (flags & 0x8000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0);
  return (
    offset +
    base +
    (version === 0 && flags & 0x2000 ? 4 : 0) +
    (version === 0 ? optional : flags & 0x1000 ? 4 : 0)
  );
}

const BASE_NAMES: Record<PayloadBase, string> = {
  link: 'link header',
  network: 'network header',
  transport: 'transport header',
  inner: 'inner header',
  tunnel: 'tunnel header',
};

export const payload = defineExpr({
  op: 'payload',
  evaluate({ base, offset, len, dreg }, { packet, registers }) {
    if (base === 'link') {
      if (packet.link.length < offset + len) return BREAK;
      storeReg(registers, dreg, packet.link.subarray(offset, offset + len));
      return CONTINUE;
    }
    const start = baseOffset(packet, base);
    if (start === undefined || start + offset + len > packet.data.length) return BREAK;
    storeReg(registers, dreg, packet.data.subarray(start + offset, start + offset + len));
    return CONTINUE;
  },
  dump: ({ base, offset, len, dreg }) =>
    `payload load ${len}b @ ${BASE_NAMES[base]} + ${offset} => reg ${dreg}`,
});

const CSUM_INET = 1;
const CSUM_SCTP = 2;

/** Carries a change of covered bytes into the checksum at `at`; nft_csum_replace writes 0xffff for 0. */
function fixChecksum(data: Uint8Array, at: number, was: Uint8Array, now: Uint8Array): void {
  const sum = updateChecksum(readUint(data, at, 2), was, now);
  writeUint(data, at, 2, sum === 0 ? 0xffff : sum);
}

/** nft_payload_l4csum_update: the addresses are in the pseudo header. */
function fixTransport(packet: Packet, was: Uint8Array, now: Uint8Array): void {
  const { proto, offset, fragment } = packet.transport;
  if (proto < 0 || fragment !== 0 || proto === PROTO.icmp) return;
  const field = checksumOffset(proto);
  if (field === undefined || offset + field + 2 > packet.data.length) return;
  const isUdp = proto === PROTO.udp || proto === PROTO.udplite;
  if (isUdp && readUint(packet.data, offset + field, 2) === 0) return;
  fixChecksum(packet.data, offset + field, was, now);
}

export const payloadSet = defineExpr({
  op: 'payload set',
  evaluate(expr, { packet, registers }) {
    const { base, offset, len, sreg } = expr;
    const now = loadReg(registers, sreg, len);
    if (base === 'link') {
      if (packet.link.length < offset + len) return BREAK;
      packet.link = packet.link.slice();
      packet.link.set(now, offset);
      return CONTINUE;
    }
    const start = baseOffset(packet, base);
    if (start === undefined || start + offset + len > packet.data.length) return BREAK;
    const was = packet.data.slice(start + offset, start + offset + len);
    packet.data.set(now, start + offset);
    if (expr.csumType === CSUM_INET) {
      const at = start + expr.csumOffset;
      if (at + 2 <= packet.data.length) fixChecksum(packet.data, at, was, now);
    }
    if (expr.csumFlags !== 0) fixTransport(packet, was, now);
    packet.headersChanged();
    if (expr.csumType === CSUM_SCTP && packet.transport.proto === PROTO.sctp)
      setTransportChecksum(packet);
    return CONTINUE;
  },
  dump: (e) =>
    `payload write reg ${e.sreg} => ${e.len}b @ ${BASE_NAMES[e.base]} + ${e.offset} csum_type ${e.csumType} csum_off ${e.csumOffset} csum_flags 0x${e.csumFlags.toString(16)}`,
});
