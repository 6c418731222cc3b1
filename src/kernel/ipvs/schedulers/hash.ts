/** What the hashing schedulers share. */
import { readUint } from '../../../base/bytes.ts';
import type { IpvsDestination } from '../model.ts';

/** An address as 32 bits: IPv6 by exclusive or of its words. */
export function foldAddress(address: Uint8Array): number {
  let out = 0;
  for (let at = 0; at < address.length; at += 4) out ^= readUint(address, at, 4);
  return out >>> 0;
}

/** hash_32 of include/linux/hash.h, eight bits of it. */
export const hash8 = (value: number): number => Math.imul(value, 0x61c88647) >>> 24;

/** Cannot be given a connection, though its slots stay its own. */
export const isUnavailable = (dest: IpvsDestination): boolean =>
  dest.weight <= 0 || dest.overloaded;
