/** The UDP header (RFC 768). */
import { writeUint } from '../base/bytes.ts';

/** A datagram with checksum zero. */
export function buildUdp(
  fields: { readonly sport: number; readonly dport: number },
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const out = new Uint8Array(8 + payload.length);
  writeUint(out, 0, 2, fields.sport);
  writeUint(out, 2, 2, fields.dport);
  writeUint(out, 4, 2, out.length);
  out.set(payload, 8);
  return out;
}
