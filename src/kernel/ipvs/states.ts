/** States of connections and their timeouts (ip_vs_proto_tcp.c, ip_vs_proto_udp.c, ip_vs_proto_sctp.c). */
import { readUint } from '../../base/bytes.ts';
import type { Nanos } from '../../base/ports.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { readTcp, TCP_FLAG } from '../../packet/tcp.ts';
import type { IpvsConnection, IpvsGlobals } from './model.ts';

export const SECOND: Nanos = 1_000_000_000n;

export type Direction = 'in' | 'out';

/** Columns of the TCP tables. */
const TCP = {
  NO: 'NONE',
  ES: 'ESTABLISHED',
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  FW: 'FIN_WAIT',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  LI: 'LISTEN',
  SA: 'SYNACK',
} as const;
type TcpColumn = keyof typeof TCP;
const TCP_COLUMNS: readonly TcpColumn[] = [
  'NO',
  'ES',
  'SS',
  'SR',
  'FW',
  'TW',
  'CL',
  'CW',
  'LA',
  'LI',
  'SA',
];

/** Next states by event; one word for each column above. */
const TCP_TABLES = {
  in: {
    syn: 'SR ES ES SR SR SR SR SR SR SR SR',
    fin: 'CL CW SS TW TW TW CL CW LA LI TW',
    ack: 'ES ES SS ES FW TW CL CW CL LI ES',
    rst: 'CL CL CL SR CL CL CL CL LA LI SR',
  },
  out: {
    syn: 'SS ES SS SR SS SS SS SS SS LI SR',
    fin: 'TW FW SS TW FW TW CL TW LA LI TW',
    ack: 'ES ES SS ES FW TW CL CW LA ES ES',
    rst: 'CL CL SS CL CL TW CL CL CL CL CL',
  },
  inOnly: {
    syn: 'SR ES ES SR SR SR SR SR SR SR SR',
    fin: 'CL FW SS TW FW TW CL CW LA LI TW',
    ack: 'ES ES SS ES FW TW CL CW CL LI ES',
    rst: 'CL CL CL SR CL CL CL CL LA LI CL',
  },
} as const;

/** Seconds; established and FIN_WAIT are set by --set. */
const TCP_TIMEOUT: ReadonlyMap<string, number> = new Map([
  ['NONE', 2],
  ['SYN_SENT', 120],
  ['SYN_RECV', 60],
  ['TIME_WAIT', 120],
  ['CLOSE', 10],
  ['CLOSE_WAIT', 60],
  ['LAST_ACK', 30],
  ['LISTEN', 120],
  ['SYNACK', 120],
]);
const TCP_ACTIVE = new Set(['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'SYNACK']);

function tcpEvent(flags: number): 'syn' | 'fin' | 'ack' | 'rst' | undefined {
  if (flags & TCP_FLAG.rst) return 'rst';
  if (flags & TCP_FLAG.syn) return 'syn';
  if (flags & TCP_FLAG.fin) return 'fin';
  return flags & TCP_FLAG.ack ? 'ack' : undefined;
}

/** What a packet makes of a connection. */
export interface Transition {
  readonly state: string;
  /** Seconds. */
  readonly timeout: number;
  readonly active: boolean;
  readonly noOutput: boolean;
  /** The template it was made from counts as answered. */
  readonly assured: boolean;
}

type Timeouts = IpvsGlobals['timeouts'];

function tcpTransition(
  conn: Readonly<IpvsConnection>,
  packet: Packet,
  direction: Direction,
  timeouts: Timeouts,
): Transition {
  const flags = readTcp(packet.data, packet.transport.offset)?.flags ?? 0;
  const noOutput = conn.noOutput && direction === 'in';
  const event = tcpEvent(flags);
  const column = TCP_COLUMNS.findIndex((each) => TCP[each] === conn.state);
  const row = event && TCP_TABLES[noOutput ? 'inOnly' : direction][event].split(' ')[column];
  const next = TCP_COLUMNS.find((each) => each === row);
  // Without any of the flags the state becomes CLOSE (new_state's first value).
  const state = next ? TCP[next] : TCP.CL;
  const timeout =
    state === 'ESTABLISHED'
      ? timeouts.tcp
      : state === 'FIN_WAIT'
        ? timeouts.tcpfin
        : (TCP_TIMEOUT.get(state) ?? 2);
  const assured = state === 'ESTABLISHED' && state !== conn.state;
  return { state, timeout, active: TCP_ACTIVE.has(state), noOutput, assured };
}

const SCTP = {
  NO: 'NONE',
  I1: 'INIT1',
  IN: 'INIT',
  CS: 'C-SENT',
  CR: 'C-REPLIED',
  CW: 'C-WAIT',
  CO: 'COOKIE',
  CE: 'C-ECHOED',
  ES: 'ESTABLISHED',
  SS: 'S-SENT',
  SR: 'S-RECEIVED',
  SA: 'S-ACK-SENT',
  RJ: 'REJECTED',
  CL: 'CLOSED',
} as const;
type SctpColumn = keyof typeof SCTP;
const SCTP_COLUMNS: readonly SctpColumn[] = [
  'NO',
  'I1',
  'IN',
  'CS',
  'CR',
  'CW',
  'CO',
  'CE',
  'ES',
  'SS',
  'SR',
  'SA',
  'RJ',
  'CL',
];

/** Rows of the SCTP tables, by chunk type; what is not named counts as data. */
const SCTP_EVENTS: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 1],
  [2, 2],
  [10, 3],
  [11, 4],
  [7, 5],
  [8, 6],
  [14, 7],
  [9, 8],
  [6, 9],
]);

const SCTP_TABLES = {
  in: [
    'ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
    'I1 IN IN IN IN IN CO CE ES SS SR SA IN IN',
    'CW CW CW CS CR CO CO CE ES SS SR SA RJ CL',
    'CR IN IN CR CR CW CO CE ES SS SR SA RJ CL',
    'ES I1 IN CS CR CW CO ES ES SS SR SA RJ CL',
    'SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL',
    'CL IN IN CS CR CW CO CE ES CL SR CL RJ CL',
    'CL CL CL CS CR CW CO CE ES SS SR CL RJ CL',
    'CL I1 IN CS CR CW CO CL ES SS SR SA RJ CL',
    'CL CL CL CL CL RJ CL CL CL CL CL CL CL CL',
  ],
  out: [
    'ES I1 IN CS CR CW CO CE ES SS SR SA CL CL',
    'CW CW CW CW CW CW CW CW ES CW CW CW CW CW',
    'CS CS CS CS CR CW CO CE ES SS SR SA RJ CL',
    'CE CE CE CE CE CE CE CE ES SS SR SA RJ CL',
    'ES ES ES ES ES ES ES ES ES SS SR SA RJ CL',
    'SS SS SS SS SS SS SS SS SS SS SR SA RJ CL',
    'SA SA SA SA SA CW CO CE ES SA SA SA RJ CL',
    'CL I1 IN CS CR CW CO CE ES SS SR CL RJ CL',
    'CL CL CL CL CL CW CO CE ES SS SR SA RJ CL',
    'CL CL CL CL CL CL CL CL CL CL CL CL CL CL',
  ],
  inOnly: [
    'ES I1 IN CS CR ES CO CE ES SS SR SA RJ CL',
    'I1 IN IN IN IN IN CO CE ES SS SR SA IN IN',
    'CE CE CE CE CE CE CO CE ES SS SR SA RJ CL',
    'ES ES ES ES ES ES CO CE ES SS SR SA RJ CL',
    'ES I1 IN ES ES CW ES ES ES SS SR SA RJ CL',
    'SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL',
    'CL IN IN CS CR CW CO CE CL SS CL SA RJ CL',
    'CL CL CL CL CL CW CO CE ES CL CL CL RJ CL',
    'CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
    'CL CL CL CL CL CL CL CL CL CL CL CL CL CL',
  ],
} as const;

/** Seconds. */
const SCTP_TIMEOUT: ReadonlyMap<string, number> = new Map([
  ['NONE', 2],
  ['INIT1', 3],
  ['INIT', 60],
  ['C-SENT', 60],
  ['C-REPLIED', 60],
  ['C-WAIT', 60],
  ['COOKIE', 60],
  ['C-ECHOED', 60],
  ['ESTABLISHED', 900],
  ['S-SENT', 60],
  ['S-RECEIVED', 60],
  ['S-ACK-SENT', 60],
  ['REJECTED', 60],
  ['CLOSED', 60],
]);

const SCTP_COOKIE_ECHO = 10;
const SCTP_DATA = 0;

/** The event's chunk: the first one, but an authenticated or bundled DATA after a cookie does not count. */
const sctpChunk = (packet: Packet): number =>
  packet.data[packet.transport.offset + 12] ?? SCTP_DATA;

/** True for the chunk that opens an association. */
export const isSctpInit = (packet: Packet): boolean => sctpChunk(packet) === 1;

function sctpTransition(
  conn: Readonly<IpvsConnection>,
  packet: Packet,
  direction: Direction,
): Transition {
  const { offset } = packet.transport;
  let chunk = sctpChunk(packet);
  // A cookie may come with data; an ABORT behind it decides.
  if (chunk === SCTP_COOKIE_ECHO) {
    const length = Math.ceil(readUint(packet.data, offset + 14, 2) / 4) * 4;
    const second = packet.data[offset + 12 + length];
    if (length >= 4 && second === 6) chunk = second;
  }
  const noOutput = conn.noOutput && direction === 'in';
  const event = SCTP_EVENTS.get(chunk) ?? 0;
  const column = SCTP_COLUMNS.findIndex((each) => SCTP[each] === conn.state);
  const row = SCTP_TABLES[noOutput ? 'inOnly' : direction][event]?.split(' ')[column];
  const next = SCTP_COLUMNS.find((each) => each === row);
  const state = next ? SCTP[next] : conn.state;
  const assured = state === 'ESTABLISHED' && state !== conn.state;
  const timeout = SCTP_TIMEOUT.get(state) ?? 2;
  return { state, timeout, active: state === 'ESTABLISHED', noOutput, assured };
}

/** The state a packet brings a connection to. */
export function transition(
  conn: Readonly<IpvsConnection>,
  packet: Packet,
  direction: Direction,
  timeouts: Timeouts,
): Transition {
  if (conn.protocol === PROTO.tcp) return tcpTransition(conn, packet, direction, timeouts);
  if (conn.protocol === PROTO.sctp) return sctpTransition(conn, packet, direction);
  const { noOutput } = conn;
  const assured = direction === 'out';
  return { state: 'UDP', timeout: timeouts.udp, active: false, noOutput, assured };
}
