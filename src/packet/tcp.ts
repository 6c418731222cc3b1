/** The TCP header (RFC 9293) and its options. */
import { readUint, writeUint } from '../base/bytes.ts';

export const TCP_FLAG = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
  ece: 0x40,
  cwr: 0x80,
} as const;

export interface TcpFields {
  readonly sport: number;
  readonly dport: number;
  readonly seq: number;
  readonly ack: number;
  /** The eight flags of TCP_FLAG. */
  readonly flags: number;
  readonly window: number;
  readonly urgent: number;
  /** Bytes of header, options included. */
  readonly headerLength: number;
}

/** The header at `offset`; undefined when it is cut short. */
export function readTcp(data: Uint8Array, offset: number): TcpFields | undefined {
  if (offset + 20 > data.length) return undefined;
  return {
    sport: readUint(data, offset, 2),
    dport: readUint(data, offset + 2, 2),
    seq: readUint(data, offset + 4, 4),
    ack: readUint(data, offset + 8, 4),
    headerLength: ((data[offset + 12] ?? 0) >> 4) * 4,
    flags: data[offset + 13] ?? 0,
    window: readUint(data, offset + 14, 2),
    urgent: readUint(data, offset + 18, 2),
  };
}

/** A segment with checksum zero; options are padded with zeroes to a multiple of four. */
export function buildTcp(
  fields: Omit<TcpFields, 'headerLength'>,
  options: Uint8Array = new Uint8Array(0),
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const length = 20 + Math.ceil(options.length / 4) * 4;
  const out = new Uint8Array(length + payload.length);
  writeUint(out, 0, 2, fields.sport);
  writeUint(out, 2, 2, fields.dport);
  writeUint(out, 4, 4, fields.seq >>> 0);
  writeUint(out, 8, 4, fields.ack >>> 0);
  out[12] = (length / 4) << 4;
  out[13] = fields.flags;
  writeUint(out, 14, 2, fields.window);
  writeUint(out, 18, 2, fields.urgent);
  out.set(options, 20);
  out.set(payload, length);
  return out;
}

export interface TcpOption {
  readonly kind: number;
  /** From the start of the bytes given. */
  readonly offset: number;
  readonly length: number;
}

/** The options in order, EOL excluded; stops where one is malformed. */
export function* tcpOptions(data: Uint8Array, from: number, to: number): Generator<TcpOption> {
  for (let at = from; at < to; ) {
    const kind = data[at] ?? 0;
    if (kind === 0) return;
    const length = kind === 1 ? 1 : (data[at + 1] ?? 0);
    if (kind !== 1 && (at + 1 >= to || length < 2 || at + length > to)) return;
    yield { kind, offset: at, length };
    at += length;
  }
}
