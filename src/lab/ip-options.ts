/** What the kernel does with IPv4 options of packets it receives (net/ipv4/ip_options.c). */

import { writeUint } from '../base/bytes.ts';
import { NotEmulated } from '../base/errors.ts';
import { checksum } from '../packet/checksum.ts';
import type { Packet } from '../packet/packet.ts';

const END = 0;
const NOP = 1;
const RECORD_ROUTE = 7;
const TIMESTAMP = 68;
const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;

interface Option {
  readonly kind: number;
  readonly offset: number;
  readonly length: number;
}

/** Undefined at its end marks options that are malformed. */
function* options({ data }: Packet): Generator<Option | undefined> {
  const end = ((data[0] ?? 0) & 15) * 4;
  for (let at = 20; at < end; ) {
    const kind = data[at] ?? END;
    if (kind === END) return;
    const length = kind === NOP ? 1 : (data[at + 1] ?? 0);
    if (kind !== NOP && (length < 2 || at + length > end)) return yield undefined;
    yield { kind, offset: at, length };
    at += length;
  }
}

const hasOptions = ({ data, family }: Packet): boolean =>
  family === 'ip' && ((data[0] ?? 0) & 15) > 5;

/** Why a packet with these options goes no further; source routing is off unless every device allows it. */
export function optionFault(packet: Packet, sourceRouting: boolean): string | undefined {
  if (!hasOptions(packet)) return undefined;
  for (const option of options(packet)) {
    if (!option) return 'malformed IP options';
    if (option.kind === LOOSE_SOURCE_ROUTE || option.kind === STRICT_SOURCE_ROUTE) {
      if (sourceRouting) throw new NotEmulated('IP source routing');
      return 'IP source routing is off';
    }
  }
  return undefined;
}

/** Writes the address a packet leaves by, or is received at, into its record-route option. */
export function recordRoute(packet: Packet, address: Uint8Array | undefined): void {
  if (!hasOptions(packet)) return;
  for (const option of options(packet)) {
    if (option?.kind === TIMESTAMP) throw new NotEmulated('the IP timestamp option');
    if (option?.kind !== RECORD_ROUTE || !address) continue;
    const pointer = packet.data[option.offset + 2] ?? 0;
    if (pointer + 3 > option.length) continue;
    packet.data.set(address, option.offset + pointer - 1);
    packet.data[option.offset + 2] = pointer + 4;
    writeUint(packet.data, 10, 2, 0);
    writeUint(packet.data, 10, 2, checksum(packet.data, 0, ((packet.data[0] ?? 0) & 15) * 4));
  }
}
