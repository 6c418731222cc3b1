/** The IPv6 header and its extension headers (RFC 8200). */
import { readUint, writeUint } from '../base/bytes.ts';
import { PROTO } from './protocols.ts';

export interface Ipv6Fields {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly nextHeader: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
  readonly hopLimit?: number;
}

/** A packet from its fields and what follows the fixed header. */
export function buildIpv6(fields: Ipv6Fields, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(40 + payload.length);
  const word =
    0x60000000 + ((fields.trafficClass ?? 0) << 20) + ((fields.flowLabel ?? 0) & 0xfffff);
  writeUint(out, 0, 4, word);
  writeUint(out, 4, 2, payload.length);
  out[6] = fields.nextHeader;
  out[7] = fields.hopLimit ?? 64;
  out.set(fields.src, 8);
  out.set(fields.dst, 24);
  out.set(payload, 40);
  return out;
}

export const trafficClass = (data: Uint8Array): number => (readUint(data, 0, 2) >> 4) & 0xff;
export const flowLabel = (data: Uint8Array): number => readUint(data, 1, 3) & 0xfffff;

/** One extension header, or the upper protocol at the end of the chain. */
export interface ExtensionHeader {
  readonly type: number;
  readonly offset: number;
  /** Bytes; to the end of the packet for the upper protocol. */
  readonly length: number;
}

const EXTENSIONS = new Set<number>([
  PROTO.hopopts,
  PROTO.routing,
  PROTO.fragment,
  PROTO.ah,
  PROTO.dstopts,
]);

/** The headers after the fixed one, in order, ending with the upper protocol (which a later fragment does not have). */
export function* extensionHeaders(data: Uint8Array): Generator<ExtensionHeader> {
  let type = data[6] ?? PROTO.none;
  let offset = 40;
  while (EXTENSIONS.has(type) && offset + 8 <= data.length) {
    const units = data[offset + 1] ?? 0;
    const length =
      type === PROTO.fragment ? 8 : type === PROTO.ah ? (units + 2) * 4 : (units + 1) * 8;
    yield { type, offset, length };
    if (type === PROTO.fragment && (readUint(data, offset + 2, 2) & 0xfff8) !== 0) return;
    type = data[offset] ?? PROTO.none;
    offset += length;
  }
  yield { type, offset, length: data.length - offset };
}
