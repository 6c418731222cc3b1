/** A whole conversation through a machine: what a client sends, what the server answers to what reached it, and so on. */
import { concatBytes } from '../base/bytes.ts';
import { buildEthernet } from '../packet/ethernet.ts';
import { buildIcmp, echoWord, isIcmpError } from '../packet/icmp.ts';
import { buildIpv4, DF } from '../packet/ipv4.ts';
import { buildIpv6 } from '../packet/ipv6.ts';
import { Packet } from '../packet/packet.ts';
import { ETHERTYPE, PROTO } from '../packet/protocols.ts';
import { buildTcp, readTcp, TCP_FLAG } from '../packet/tcp.ts';
import { addresses, ports, setTransportChecksum } from '../packet/transport.ts';
import { buildUdp } from '../packet/udp.ts';
import { LISTENER_ISN } from './answer.ts';
import type { Machine } from './machine.ts';
import type { Trace } from './trace.ts';

/** Who talks to whom, and where the client's packets come from. */
export interface Conversation {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  /** The echo id for ICMP. */
  readonly sport: number;
  readonly dport: number;
  /** Interface the client's packets arrive at; undefined when this host is the client. */
  readonly dev: string | undefined;
}

export interface FlowStep {
  /** Such as `SYN`, `data`, `reply`. */
  readonly label: string;
  readonly from: 'client' | 'server';
  readonly data: Uint8Array;
  readonly trace: Trace;
  /** Where and as what it reached the other side; undefined when it did not. */
  readonly arrived: Arrival | undefined;
  /** It reached this host, which refused it (the refusal is the next step) or said nothing although it should. */
  readonly failure?: 'refused' | 'unanswered';
}

/** A packet at its end of the way: on a wire, or at a process of this host (`dev` undefined). */
export interface Arrival {
  readonly dev: string | undefined;
  readonly data: Uint8Array;
}

/** One packet of a conversation, before it has addresses. */
interface Part {
  readonly label: string;
  readonly from: FlowStep['from'];
  readonly flags?: number;
  readonly payload?: number;
  /** A host has to answer it, not only its program. */
  readonly asks?: boolean;
}

const { syn, ack, psh, fin } = TCP_FLAG;
const PAYLOAD = 100;
/** Handshake, one question and answer, close. */
const TCP: readonly Part[] = [
  { label: 'SYN', from: 'client', flags: syn, asks: true },
  { label: 'SYN ACK', from: 'server', flags: syn | ack },
  { label: 'ACK', from: 'client', flags: ack },
  { label: 'data', from: 'client', flags: psh | ack, payload: PAYLOAD },
  { label: 'data', from: 'server', flags: psh | ack, payload: PAYLOAD },
  { label: 'FIN', from: 'client', flags: fin | ack },
  { label: 'FIN', from: 'server', flags: fin | ack },
  { label: 'ACK', from: 'client', flags: ack },
];
const ECHO: readonly Part[] = [
  { label: 'request', from: 'client', payload: PAYLOAD, asks: true },
  { label: 'reply', from: 'server', payload: PAYLOAD },
];
const DATAGRAMS: readonly Part[] = [
  { label: 'request', from: 'client', payload: PAYLOAD },
  { label: 'reply', from: 'server', payload: PAYLOAD },
];

const PARTS = { tcp: TCP, udp: DATAGRAMS, icmp: ECHO } as const;

/** The addresses one side writes on its packets, and its place in their sequence. */
interface Side {
  readonly dev: string | undefined;
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly sport: number;
  readonly dport: number;
}

const CLIENT_ISN = 1000;
const WINDOW = 65535;

/**
 * Runs the conversation until it is over or a packet does not arrive. The server answers what reached it,
 * whoever that is; where that is this host and the machine has it answer, it says itself whether it accepts. */
export function converse(machine: Machine, conversation: Conversation): readonly FlowStep[] {
  const steps: FlowStep[] = [];
  const sequence = { client: CLIENT_ISN, server: LISTENER_ISN };
  const sides: { client: Side; server: Side | undefined } = {
    client: conversation,
    server: undefined,
  };
  for (const part of PARTS[conversation.proto]) {
    const side = sides[part.from];
    if (!side) break;
    const other = part.from === 'client' ? 'server' : 'client';
    const [said] = (part.from === 'server' && steps.at(-1)?.trace.answers) || [];
    const data = write(conversation.proto, part, side, sequence[part.from], sequence[other]);
    sequence[part.from] += (part.payload ?? 0) + (((part.flags ?? 0) & (syn | fin)) === 0 ? 0 : 1);
    const trace = said ?? put(machine, side.dev, data);
    const arrived = arrivalOf(trace);
    const failure = failureOf(machine, part, trace);
    const step = { label: part.label, from: part.from, data: said ? begun(said) : data, trace };
    steps.push({ ...step, arrived, ...(failure && { failure }) });
    if (failure === 'refused') steps.push(...trace.answers.map(refusalStep));
    if (!arrived || failure) break;
    if (part.from === 'client') sides.server ??= opposite(arrived, conversation);
  }
  return steps;
}

function put(machine: Machine, dev: string | undefined, data: Uint8Array): Trace {
  return dev === undefined ? machine.send(data) : machine.inject(dev, frame(machine, dev, data));
}

const begun = (trace: Trace): Uint8Array => trace.groups[0]?.data ?? new Uint8Array(0);

/** What the host that is the server thinks of a client's packet. */
function failureOf(machine: Machine, { from, asks }: Part, trace: Trace): FlowStep['failure'] {
  if (!machine.answers || from === 'server' || arrivalOf(trace)?.dev !== undefined)
    return undefined;
  if (trace.answers.some((each) => refusalOf(begun(each)) !== undefined)) return 'refused';
  const silent = trace.delivered.length > 0 && trace.answers.length === 0;
  return asks && silent ? 'unanswered' : undefined;
}

/** The name of a packet that refuses another; undefined for one that does not. */
function refusalOf(data: Uint8Array): string | undefined {
  const packet = new Packet(data, typeOf(data));
  const { proto, offset } = packet.transport;
  if (proto === PROTO.tcp)
    return (readTcp(data, offset)?.flags ?? 0) & TCP_FLAG.rst ? 'RST' : undefined;
  const version = packet.family === 'ip6' ? 6 : 4;
  const error = proto === PROTO.icmp || proto === PROTO.icmpv6;
  return error && isIcmpError(version, data[offset] ?? 0) ? 'unreachable' : undefined;
}

function refusalStep(trace: Trace): FlowStep {
  const data = begun(trace);
  const label = refusalOf(data) ?? 'answer';
  return { label, from: 'server', data, trace, arrived: arrivalOf(trace) };
}

/** Where the packet that was put in ended, if it reached anyone. */
export function arrivalOf(trace: Trace): Arrival | undefined {
  const [own, next] = trace.groups;
  // IPVS takes the packet and sends it on from this host: its second life is the same packet's.
  const group = own?.outcome?.kind === 'stolen' && next?.start === 'local' ? next : own;
  const local = trace.delivered.find((each) => each.group === group) ?? trace.delivered[0];
  if (local) return { dev: undefined, data: local.data };
  const sent = trace.sent.find((each) => each.group === group);
  return sent && { dev: sent.dev, data: sent.data };
}

function opposite({ dev, data }: Arrival, { proto, sport, dport }: Conversation): Side {
  const packet = new Packet(data, typeOf(data));
  const seen = addresses(packet);
  const at = proto === 'icmp' ? { sport, dport } : (ports(packet) ?? { sport, dport });
  return {
    dev,
    src: seen.dst.slice(),
    dst: seen.src.slice(),
    sport: proto === 'icmp' ? echoId(packet) : at.dport,
    dport: at.sport,
  };
}

const typeOf = (data: Uint8Array): number =>
  (data[0] ?? 0) >> 4 === 6 ? ETHERTYPE.ip6 : ETHERTYPE.ip;

/** NAT may have given the echo another id. */
function echoId({ data, transport }: Packet): number {
  return ((data[transport.offset + 4] ?? 0) << 8) | (data[transport.offset + 5] ?? 0);
}

function write(
  proto: Conversation['proto'],
  { from, flags = 0, payload = 0 }: Part,
  { src, dst, sport, dport }: Side,
  seq: number,
  other: number,
): Uint8Array {
  const wide = src.length === 16;
  const body = new Uint8Array(payload);
  let number: number;
  let message: Uint8Array;
  if (proto === 'tcp') {
    number = PROTO.tcp;
    const acknowledged = (flags & ack) === 0 ? 0 : other;
    message = buildTcp(
      { sport, dport, seq, ack: acknowledged, flags, window: WINDOW, urgent: 0 },
      undefined,
      body,
    );
  } else if (proto === 'udp') {
    number = PROTO.udp;
    message = buildUdp({ sport, dport }, body);
  } else {
    number = wide ? PROTO.icmpv6 : PROTO.icmp;
    const [request, reply] = wide ? [128, 129] : [8, 0];
    message = buildIcmp(from === 'client' ? request : reply, 0, echoWord(sport, 1), body);
  }
  const data = wide
    ? buildIpv6({ src, dst, nextHeader: number }, message)
    : buildIpv4({ src, dst, proto: number, flags: DF }, message);
  setTransportChecksum(new Packet(data, typeOf(data)));
  return data;
}

/** The packet as it comes in by Ethernet, from a neighbour. */
export function frame(machine: Machine, dev: string, data: Uint8Array): Uint8Array {
  const mac = machine.routing.device(dev)?.mac ?? new Uint8Array(6);
  const neighbour = Uint8Array.of(2, 0, 0, 0, 0x99, data[data.length > 15 ? 15 : 0] ?? 1);
  return concatBytes(buildEthernet(mac, neighbour, typeOf(data)), data);
}
