/** What the host itself says to packets delivered to it: sockets that listen, closed ports, echo, unknown protocols. */
import { formatAddress } from '../base/address.ts';
import { be, concatBytes, readUint } from '../base/bytes.ts';
import { isLinkLocal } from '../kernel/host/routes.ts';
import { sendIcmpError } from '../kernel/icmp-error.ts';
import type { HookEnv } from '../kernel/netfilter.ts';
import { resetFor } from '../kernel/reject.ts';
import { type Route, routeOf } from '../kernel/routing.ts';
import { findListener } from '../kernel/sockets.ts';
import { buildIpv4, DF } from '../packet/ipv4.ts';
import { buildIpv6, trafficClass } from '../packet/ipv6.ts';
import { Packet, type Socket } from '../packet/packet.ts';
import { ETHERTYPE, PROTO } from '../packet/protocols.ts';
import { buildTcp, readTcp, TCP_FLAG, type TcpFields } from '../packet/tcp.ts';
import {
  addresses,
  ports,
  setTransportChecksum,
  transportChecksumOk,
} from '../packet/transport.ts';

/** A listener's first sequence number; Linux makes it from the addresses and the time. */
export const LISTENER_ISN = 5000;

const ICMP_OF = { ip: PROTO.icmp, ip6: PROTO.icmpv6 } as const;
const ECHO_REQUEST = 8;
const ECHO_REPLY = 0;
const ECHO_REQUEST_V6 = 128;
const ECHO_REPLY_V6 = 129;
const PORT_UNREACHABLE = { ip: { type: 3, code: 3 }, ip6: { type: 1, code: 4 } } as const;
const PROTOCOL_UNREACHABLE = { type: 3, code: 2 } as const;
const UNKNOWN_NEXT_HEADER = { type: 4, code: 1 } as const;
const NO_OWNER: Socket = {};
/** Congestion bits, which answers do not copy (INET_ECN_MASK). */
const ECN = 3;

/** The sockets of a host while one machine runs: listeners, and connections made meanwhile. */
export class Answers {
  private readonly waiting: Packet[] = [];
  private readonly connections = new Set<string>();

  /** A packet came to its end at this host; it is answered once it and those it caused have gone their way. */
  delivered(packet: Packet): void {
    this.waiting.push(packet);
  }

  /** The next packet to answer. */
  next(): Packet | undefined {
    return this.waiting.shift();
  }

  /** This host sends the packet: what comes back has a socket. */
  opened(packet: Packet): void {
    const { src, dst } = addresses(packet);
    const { sport, dport } = ports(packet) ?? { sport: 0, dport: 0 };
    this.connections.add(
      connection(packet, { local: src, lport: sport, remote: dst, rport: dport }),
    );
  }

  /** Its way out starts before this returns. */
  answer(packet: Packet, env: HookEnv): void {
    const { proto, fragment } = packet.transport;
    if (proto < 0 || fragment !== 0 || packet.family === undefined) return;
    switch (proto) {
      case PROTO.tcp:
        this.answerTcp(packet, env);
        break;
      case PROTO.udp:
      case PROTO.udplite:
        this.answerUdp(packet, packet.family, env);
        break;
      case ICMP_OF[packet.family]:
        answerEcho(packet, packet.family, env);
        break;
      default:
        refuseProtocol(packet, packet.family, env);
    }
  }

  /** tcp_v4_rcv, tcp_rcv_state_process in LISTEN. */
  private answerTcp(packet: Packet, env: HookEnv): void {
    const tcp = readTcp(packet.data, packet.transport.offset);
    if (!tcp || !isUnicast(packet) || !transportChecksumOk(packet)) return;
    if (this.isConnected(packet)) return;
    const socket = socketFor(packet, env);
    const { syn, ack, rst, fin } = TCP_FLAG;
    if (socket && (tcp.flags & (ack | rst)) === 0) {
      if ((tcp.flags & syn) === 0 || (tcp.flags & fin) !== 0) return;
      if (sendSynAck(packet, tcp, socket, env)) this.accept(packet);
      return;
    }
    const reset = resetFor(packet, tosOf(packet) & ~ECN);
    if (reset) send(reset, NO_OWNER, packet, env);
  }

  /** __udp4_lib_rcv: what a program says to a datagram is not the host's. */
  private answerUdp(packet: Packet, family: 'ip' | 'ip6', env: HookEnv): void {
    if (!transportChecksumOk(packet)) return;
    if (this.isConnected(packet) || socketFor(packet, env)) return;
    sendIcmpError(packet, PORT_UNREACHABLE[family], env);
  }

  private isConnected(packet: Packet): boolean {
    return this.connections.has(incoming(packet));
  }

  private accept(packet: Packet): void {
    this.connections.add(incoming(packet));
  }
}

interface Ends {
  readonly local: Uint8Array;
  readonly lport: number;
  readonly remote: Uint8Array;
  readonly rport: number;
}

const connection = (
  { transport: { proto } }: Packet,
  { local, lport, remote, rport }: Ends,
): string => `${proto} ${formatAddress(local)} ${lport} ${formatAddress(remote)} ${rport}`;

function incoming(packet: Packet): string {
  const { src, dst } = addresses(packet);
  const { sport, dport } = ports(packet) ?? { sport: 0, dport: 0 };
  return connection(packet, { local: dst, lport: dport, remote: src, rport: sport });
}

/** Meant for this host alone, on the link as by its address. */
const isUnicast = (packet: Packet): boolean =>
  packet.type === 'host' && routeOf(packet)?.type === 'local';

/** The listener it reaches: the one TPROXY chose, or by address and port. */
function socketFor(packet: Packet, { lab }: HookEnv): Socket | undefined {
  if (packet.socket) return packet.socket;
  const listener = findListener(lab.host.get().listeners, packet);
  return listener && { uid: listener.uid };
}

const tosOf = ({ data, family }: Packet): number =>
  family === 'ip6' ? trafficClass(data) : (data[1] ?? 0);

const WINDOW_MAX = 65535;
const MSS = 2;

/** tcp_make_synack, with no option but the segment size. False when there is no way back. */
function sendSynAck(packet: Packet, tcp: TcpFields, socket: Socket, env: HookEnv): boolean {
  const route = wayBack(packet, env);
  if (!route) return false;
  const { src, dst } = addresses(packet);
  const headers = dst.length === 16 ? 60 : 40;
  const mss = route.advmss ?? Math.min(route.mtu, 0xffff) - headers;
  const segment = buildTcp(
    {
      sport: tcp.dport,
      dport: tcp.sport,
      seq: LISTENER_ISN,
      ack: (tcp.seq + 1) >>> 0,
      flags: TCP_FLAG.syn | TCP_FLAG.ack,
      window: WINDOW_MAX - (WINDOW_MAX % mss),
      urgent: 0,
    },
    concatBytes(Uint8Array.of(MSS, 4), be(mss, 2)),
  );
  send(
    build({ src: dst, dst: src, proto: PROTO.tcp, tos: 0, flags: DF }, segment),
    socket,
    packet,
    env,
  );
  return true;
}

/** icmp_echo and icmpv6_echo_reply: the message itself, id, sequence and data as they came. */
function answerEcho(packet: Packet, family: 'ip' | 'ip6', env: HookEnv): void {
  const { data, transport } = packet;
  const { proto, offset } = transport;
  const [request, reply] =
    family === 'ip' ? [ECHO_REQUEST, ECHO_REPLY] : [ECHO_REQUEST_V6, ECHO_REPLY_V6];
  if (data[offset] !== request || offset + 8 > data.length || !transportChecksumOk(packet)) return;
  // icmp_echo_ignore_broadcasts is 1 by default; answers to multicast would need an address of its own.
  if (!isUnicast(packet)) return;
  const message = data.slice(offset);
  message[0] = reply;
  const { src, dst } = addresses(packet);
  send(
    build({ src: dst, dst: src, proto, tos: tosOf(packet), flags: 0 }, message),
    NO_OWNER,
    packet,
    env,
  );
}

/** Protocols with a receiver that says nothing; SCTP's, there once a program listens, is not emulated. */
function hasReceiver(proto: number, { lab }: HookEnv): boolean {
  if (proto === PROTO.sctp) return lab.host.get().listeners.some((each) => each.proto === 'sctp');
  return proto === PROTO.igmp || proto === PROTO.none;
}

/** ip_protocol_deliver_rcu, ip6_protocol_deliver_rcu: no receiver for the protocol. */
function refuseProtocol(packet: Packet, family: 'ip' | 'ip6', env: HookEnv): void {
  if (hasReceiver(packet.transport.proto, env)) return;
  const kind =
    family === 'ip'
      ? PROTOCOL_UNREACHABLE
      : { ...UNKNOWN_NEXT_HEADER, rest: be(nextHeaderOffset(packet), 4) };
  sendIcmpError(packet, kind, env);
}

const NEXT_HEADER = 6;
const FIXED_HEADER = 40;

/** Where an IPv6 packet names its transport protocol. */
function nextHeaderOffset({ data, transport }: Packet): number {
  let at = NEXT_HEADER;
  let header = FIXED_HEADER;
  while (header < transport.offset) {
    const kind = data[at];
    at = header;
    const units = readUint(data, header + 1, 1);
    if (kind === PROTO.fragment) header += 8;
    else header += kind === PROTO.ah ? (units + 2) * 4 : (units + 1) * 8;
  }
  return at;
}

interface AnswerHeader {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly proto: number;
  readonly tos: number;
  /** IPv4. */
  readonly flags: number;
}

function build({ src, dst, proto, tos, flags }: AnswerHeader, payload: Uint8Array): Packet {
  return src.length === 16
    ? new Packet(
        buildIpv6({ src, dst, nextHeader: proto, trafficClass: tos }, payload),
        ETHERTYPE.ip6,
      )
    : new Packet(buildIpv4({ src, dst, proto, tos, flags }, payload), ETHERTYPE.ip);
}

/** The route from the address a packet came to back to its sender. */
function wayBack(packet: Packet, { routing }: HookEnv): Route | undefined {
  const { src, dst } = addresses(packet);
  const oif = isLinkLocal(src) ? packet.iif?.name : undefined;
  const route = routing.lookup({ dst: src, src: dst, mark: 0, iif: undefined, oif });
  return route?.type === 'unicast' || route?.type === 'local' ? route : undefined;
}

function send(answer: Packet, socket: Socket, to: Packet, env: HookEnv): void {
  const route = wayBack(to, env);
  if (!route) return;
  setTransportChecksum(answer);
  answer.local = true;
  answer.socket = socket;
  env.localOut(answer, route);
}
