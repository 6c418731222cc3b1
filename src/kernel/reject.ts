/** Refusals: ICMP unreachable and TCP resets (net/ipv4/netfilter/nf_reject_ipv4.c and its IPv6 twin). */
import { readUint } from '../base/bytes.ts';
import { checksum, pseudoSum } from '../packet/checksum.ts';
import { buildIpv4, DF } from '../packet/ipv4.ts';
import { buildIpv6 } from '../packet/ipv6.ts';
import { Packet } from '../packet/packet.ts';
import { ETHERTYPE, PROTO } from '../packet/protocols.ts';
import { buildTcp, readTcp, TCP_FLAG } from '../packet/tcp.ts';
import { addresses, setTransportChecksum, transportChecksumOk } from '../packet/transport.ts';
import { sendIcmpError } from './icmp-error.ts';
import type { ConntrackEngine, HookEnv } from './netfilter.ts';

const UNCHECKED = new Set<number>([PROTO.ah, PROTO.esp, PROTO.sctp, PROTO.udplite, PROTO.dccp]);
const UNREACHABLE = { ip: 3, ip6: 1 } as const;

/** Answers with "destination unreachable" of that code, unless the packet's checksum is wrong. */
export function rejectUnreachable(packet: Packet, code: number, env: HookEnv): void {
  if (packet.family === undefined || packet.transport.fragment !== 0) return;
  if (hasChecksum(packet) && !checksumHolds(packet)) return;
  sendIcmpError(packet, { type: UNREACHABLE[packet.family], code }, env);
}

/** nf_reject_verify_csum: protocols whose checksum is absent, of another kind or of a part only are not checked. */
function hasChecksum({ data, transport: { proto, offset } }: Packet): boolean {
  switch (proto) {
    case PROTO.udp:
      return readUint(data, offset + 6, 2) !== 0;
    case PROTO.gre:
      return ((data[offset] ?? 0) & 0x80) !== 0;
    default:
      return !UNCHECKED.has(proto);
  }
}

/** nf_ip_checksum and nf_ip6_checksum: the whole payload sums up, with the pseudo header where there is one. */
function checksumHolds(packet: Packet): boolean {
  const { data, family } = packet;
  const { proto, offset } = packet.transport;
  const withPseudo = family === 'ip6' || proto === PROTO.tcp || proto === PROTO.udp;
  const { src, dst } = addresses(packet);
  const start = withPseudo ? pseudoSum(src, dst, proto, data.length - offset) : 0;
  return checksum(data, offset, data.length, start) === 0;
}

/** Answers a TCP segment with a reset, unless it is one itself or damaged. */
export function rejectReset(packet: Packet, env: HookEnv, conntrack: ConntrackEngine): void {
  const reset = resetFor(packet);
  if (!reset) return;
  const { src, dst } = addresses(packet);
  const route = env.routing.lookup({ dst: src, src: dst, mark: 0, iif: undefined });
  if (!route) return;
  reset.local = true;
  conntrack.attach(packet, reset);
  env.localOut(reset, route);
}

/** The reset to a TCP segment; undefined for one that gets none: a reset itself, a damaged one. */
export function resetFor(packet: Packet, tos = 0): Packet | undefined {
  const { proto, offset, fragment } = packet.transport;
  if (packet.family === undefined || proto !== PROTO.tcp || fragment !== 0) return undefined;
  const tcp = readTcp(packet.data, offset);
  if (!tcp || tcp.flags & TCP_FLAG.rst || !transportChecksumOk(packet)) return undefined;
  const acked = (tcp.flags & TCP_FLAG.ack) !== 0;
  const length = packet.data.length - offset - tcp.headerLength;
  const control = (tcp.flags & TCP_FLAG.syn ? 1 : 0) + (tcp.flags & TCP_FLAG.fin ? 1 : 0);
  const segment = buildTcp({
    sport: tcp.dport,
    dport: tcp.sport,
    seq: acked ? tcp.ack : 0,
    ack: acked ? 0 : (tcp.seq + length + control) >>> 0,
    flags: acked ? TCP_FLAG.rst : TCP_FLAG.rst | TCP_FLAG.ack,
    window: 0,
    urgent: 0,
  });
  const { src, dst } = addresses(packet);
  const header = { src: dst, dst: src };
  const reset =
    packet.family === 'ip'
      ? new Packet(
          buildIpv4({ ...header, proto: PROTO.tcp, tos, flags: DF }, segment),
          ETHERTYPE.ip,
        )
      : new Packet(
          buildIpv6({ ...header, nextHeader: PROTO.tcp, trafficClass: tos }, segment),
          ETHERTYPE.ip6,
        );
  setTransportChecksum(reset);
  return reset;
}
