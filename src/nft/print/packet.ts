/** The headers of a packet as `nft monitor trace` words them (trace_print_packet in nftables' netlink.c). */
import { fromBe } from '../../base/bytes.ts';
import type { Family } from '../../kernel/nftables/model.ts';
import { Packet } from '../../packet/packet.ts';
import { ETHERTYPE } from '../../packet/protocols.ts';
import { internalLocation as loc } from '../location.ts';
import { valueNode } from '../nodes.ts';
import { fieldOf, nextProtocol, protocol, serviceHeader } from '../protocols/table.ts';
import type { Field, Protocol } from '../protocols/types.ts';
import { type PrintEnv, printExpression } from './expressions.ts';

/** What one trace event carries of its packet. */
export interface TracedPacket {
  readonly family: Family;
  readonly in: string | undefined;
  readonly out: string | undefined;
  readonly link: Uint8Array;
  readonly data: Uint8Array;
}

/** Fields in the order they are shown; those left out never are. */
const SHOWN: ReadonlyMap<string, readonly string[]> = new Map([
  ['ip', ['saddr', 'daddr', 'dscp', 'ecn', 'ttl', 'id', 'protocol', 'length']],
  ['ip6', ['saddr', 'daddr', 'dscp', 'ecn', 'hoplimit', 'flowlabel', 'nexthdr', 'length']],
  ['tcp', ['sport', 'dport', 'flags', 'window']],
  ['udp', ['sport', 'dport', 'length', 'checksum']],
  ['udplite', ['sport', 'dport', 'csumcov', 'checksum']],
  ['icmp', ['type', 'code', 'id', 'sequence']],
  ['icmpv6', ['type', 'code', 'parameter-problem', 'taddr']],
  ['sctp', ['sport', 'dport', 'vtag']],
  ['dccp', ['sport', 'dport']],
  ['gre', ['flags']],
  ['ah', ['spi', 'hdrlength', 'nexthdr']],
  ['esp', ['spi', 'sequence']],
  ['comp', ['flags', 'cpi']],
  ['igmp', ['type', 'mrt']],
]);

/** The kernel sends so many bytes of a transport header (NFT_TRACETYPE_TRANSPORT_HSIZE). */
const TRANSPORT_SIZE = 20;

/** Bits of a header from a field's offset on; fewer where the header ends before it. */
function fieldValue(data: Uint8Array, { offset, bits }: Field): bigint | undefined {
  const first = offset >> 3;
  const end = Math.min(Math.ceil((offset + bits) / 8), data.length);
  if (first >= end) return undefined;
  const spare = end * 8 - (offset + bits);
  const value = fromBe(data.subarray(first, end)) >> BigInt(Math.max(spare, 0));
  return value & ((1n << BigInt(bits)) - 1n);
}

function words(proto: Protocol, field: Field, data: Uint8Array, env: PrintEnv): string {
  const value = fieldValue(data, field);
  if (value === undefined) return '';
  const name = `${proto.name} ${field.name} `;
  if (proto.name === 'tcp' && field.name === 'flags') {
    const single = value !== 0n && (value & (value - 1n)) === 0n;
    const text = printExpression(valueNode(loc, field.type, field.bits, value, 'big'), env);
    return `${name}== ${single ? text : `0x${value.toString(16)}`} `;
  }
  return `${name}${printExpression(valueNode(loc, field.type, field.bits, value, 'big'), env)} `;
}

function header(
  proto: Protocol,
  data: Uint8Array,
  env: PrintEnv,
  hidden: string | undefined,
): string {
  const names = SHOWN.get(proto.name) ?? [];
  return names
    .filter((name) => name !== hidden)
    .map((name) => {
      const field = fieldOf(proto, name);
      return field ? words(proto, field, data, env) : '';
    })
    .join('');
}

function ethernet(link: Uint8Array, env: PrintEnv): string {
  const proto = protocol('ether');
  return ['saddr', 'daddr']
    .map((name) => {
      const field = fieldOf(proto, name);
      return field ? words(proto, field, link, env) : '';
    })
    .join('');
}

/** From `iif` on, without the blank nft ends the line with. */
export function printTracedPacket(traced: TracedPacket, env: PrintEnv): string {
  const { family, link, data } = traced;
  const wide = (data[0] ?? 0) >> 4 === 6;
  const packet = new Packet(data, wide ? ETHERTYPE.ip6 : ETHERTYPE.ip);
  let out = '';
  if (traced.in !== undefined) out += `iif "${traced.in}" `;
  if (traced.out !== undefined) out += `oif "${traced.out}" `;
  if (link.length >= 14 && traced.in !== 'lo' && traced.in !== undefined)
    out += ethernet(link, env);
  const { proto, offset, fragment } = packet.transport;
  // Of a later fragment of IPv6 nft shows no more than that it is IPv6.
  if (wide && fragment !== 0) return `${out}ether type ip6`;
  const network = protocol(wide ? 'ip6' : 'ip');
  const named = fieldOf(network, wide ? 'nexthdr' : 'protocol');
  const first = named && fieldValue(data, named);
  const upper = first === BigInt(proto) ? nextProtocol(serviceHeader, proto) : undefined;
  // What the transport header says again is not shown where the family fixes the layer below.
  const implied = upper && (family === 'ip' || family === 'ip6');
  out += header(network, data, env, implied ? named?.name : undefined);
  if (upper) out += header(upper, data.subarray(offset, offset + TRANSPORT_SIZE), env, undefined);
  return out.trimEnd();
}
