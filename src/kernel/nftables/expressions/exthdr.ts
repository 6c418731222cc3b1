import { readUint, writeUint } from '../../../base/bytes.ts';
import { NotEmulated } from '../../../base/errors.ts';
import { updateChecksum } from '../../../packet/checksum.ts';
import { extensionHeaders } from '../../../packet/ipv6.ts';
import type { Packet } from '../../../packet/packet.ts';
import { PROTO } from '../../../packet/protocols.ts';
import { readTcp, type TcpOption, tcpOptions } from '../../../packet/tcp.ts';
import { BREAK, CONTINUE } from '../context.ts';
import type { ExprOf } from '../model.ts';
import { loadReg, storeReg, storeU8 } from '../registers.ts';
import { defineExpr } from './define.ts';

/** Where a header or option begins in the packet; undefined when it is not there. */
type Find = (packet: Packet, type: number) => number | undefined;

function tcpOption({ data, transport }: Packet, type: number): TcpOption | undefined {
  if (transport.proto !== PROTO.tcp || transport.fragment !== 0) return undefined;
  const tcp = readTcp(data, transport.offset);
  if (!tcp || transport.offset + tcp.headerLength > data.length) return undefined;
  const end = transport.offset + tcp.headerLength;
  for (const option of tcpOptions(data, transport.offset + 20, end))
    if (option.kind === type) return option;
  return undefined;
}

function ipv4Option({ data, family }: Packet, type: number): number | undefined {
  if (family !== 'ip') return undefined;
  const end = ((data[0] ?? 0) & 15) * 4;
  for (let at = 20; at < end; ) {
    const kind = data[at] ?? 0;
    if (kind === type) return at;
    if (kind === 0) return undefined;
    const length = kind === 1 ? 1 : (data[at + 1] ?? 0);
    if (kind !== 1 && length < 2) return undefined;
    at += length;
  }
  return undefined;
}

function sctpChunk({ data, transport }: Packet, type: number): number | undefined {
  if (transport.proto !== PROTO.sctp || transport.fragment !== 0) return undefined;
  for (let at = transport.offset + 12; at + 4 <= data.length; ) {
    if (data[at] === type) return at;
    const length = readUint(data, at + 2, 2);
    if (length < 4) return undefined;
    at += Math.ceil(length / 4) * 4;
  }
  return undefined;
}

const FIND: { readonly [K in ExprOf<'exthdr'>['kind']]: Find } = {
  ipv6({ data, family }, type) {
    if (family !== 'ip6') return undefined;
    for (const header of extensionHeaders(data)) if (header.type === type) return header.offset;
    return undefined;
  },
  tcpopt: (packet, type) => tcpOption(packet, type)?.offset,
  ipv4: ipv4Option,
  sctp: sctpChunk,
  dccp() {
    throw new NotEmulated('dccp option');
  },
};

/** libnftnl has no word for the last two. */
const KIND_NAMES = { ipv6: 'ipv6 ', tcpopt: 'tcpopt ', ipv4: 'ipv4 ', sctp: '', dccp: '' };

export const exthdr = defineExpr({
  op: 'exthdr',
  evaluate({ kind, type, offset, len, dreg, present }, { packet, registers }) {
    const at = FIND[kind](packet, type);
    if (present) {
      storeU8(registers, dreg, at === undefined ? 0 : 1);
      return CONTINUE;
    }
    if (at === undefined || at + offset + len > packet.data.length) return BREAK;
    if (kind === 'tcpopt' && offset + len > (tcpOption(packet, type)?.length ?? 0)) return BREAK;
    storeReg(registers, dreg, packet.data.subarray(at + offset, at + offset + len));
    return CONTINUE;
  },
  dump({ kind, type, offset, len, dreg, present }) {
    return `exthdr load ${KIND_NAMES[kind]}${len}b @ ${type} + ${offset}${present ? ' present' : ''} => reg ${dreg}`;
  },
});

/** Writes bytes of a TCP segment and carries the change into its checksum; words are taken at even offsets. */
function writeCovered(packet: Packet, at: number, bytes: Uint8Array): void {
  const { data, transport } = packet;
  const from = at - ((at - transport.offset) % 2);
  const to = at + bytes.length + ((at + bytes.length - transport.offset) % 2);
  const was = data.slice(from, to);
  data.set(bytes, at);
  const field = transport.offset + 16;
  writeUint(data, field, 2, updateChecksum(readUint(data, field, 2), was, data.slice(from, to)));
}

const MSS = 2;

export const exthdrSet = defineExpr({
  op: 'exthdr set',
  evaluate({ type, offset, len, sreg }, { packet, registers }) {
    if (packet.transport.proto !== PROTO.tcp) return BREAK;
    const option = tcpOption(packet, type);
    // An absent option is no reason to leave the rule: nothing is written.
    if (!option) return CONTINUE;
    if (offset + len > option.length) return BREAK;
    const value = loadReg(registers, sreg, len);
    const at = option.offset + offset;
    // The maximum segment size is only ever lowered (nft_exthdr_tcp_set_eval).
    if (type === MSS && len === 2 && readUint(packet.data, at, 2) <= readUint(value, 0, 2))
      return CONTINUE;
    writeCovered(packet, at, value);
    return CONTINUE;
  },
  dump: ({ type, offset, len, sreg }) =>
    `exthdr write tcpopt reg ${sreg} => ${len}b @ ${type} + ${offset}`,
});

const NOP = 1;

export const exthdrReset = defineExpr({
  op: 'exthdr reset',
  evaluate({ type }, { packet }) {
    if (packet.transport.proto !== PROTO.tcp) return BREAK;
    const option = tcpOption(packet, type);
    if (option) writeCovered(packet, option.offset, new Uint8Array(option.length).fill(NOP));
    return CONTINUE;
  },
  dump: ({ type }) => `exthdr reset tcpopt ${type}`,
});
