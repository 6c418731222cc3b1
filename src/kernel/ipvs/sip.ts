/** The persistence engine `sip`: the Call-ID of a request over UDP (ip_vs_pe_sip.c). */
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';

const MAX_LENGTH = 255;

const decode = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** The Call-ID's bytes; undefined when the packet has none, and cannot be scheduled then. */
export function callId(packet: Packet): Uint8Array | undefined {
  const { proto, offset } = packet.transport;
  if (proto !== PROTO.udp) return undefined;
  const lines = decode(packet.data.subarray(offset + 8)).split(/\r\n|\n|\r/);
  for (const line of lines.slice(1)) {
    const value = /^(?:call-id|i)[ \t]*:[ \t]*([^ \t,;]+)/i.exec(line)?.[1];
    if (value !== undefined && value.length <= MAX_LENGTH)
      return Uint8Array.from(value, (c) => c.charCodeAt(0));
  }
  return undefined;
}
