/** Ranges of IPv4 addresses in host order, and the networks that cover them (pfxlen.c). */
import { maskAddress, prefixMask } from '../../base/address.ts';
import { be, readUint } from '../../base/bytes.ts';

/** An IPv4 address as a number. */
export const toNumber = (address: Uint8Array): number => readUint(address, 0, 4);

/** A number as an IPv4 address. */
export const toAddress = (ip: number): Uint8Array => be(ip, 4);

/** The address cut to a prefix. */
export const cut = (address: Uint8Array, prefix: number): Uint8Array =>
  maskAddress(address, prefixMask(prefix, address.length));

/** Numbers from first to last, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** All addresses of the network an address lies in. */
export function rangeOf(ip: number, prefix: number): Range {
  const hosts = 2 ** (32 - prefix);
  const first = Math.floor(ip / hosts) * hosts;
  return { first, last: first + hosts - 1 };
}

/** The kernel's after(): sequence-number order, so that 2^31 apart and more counts as the other way round. */
export const isAfter = (a: number, b: number): boolean => ((b - a) | 0) < 0;

/** The widest network that begins at `ip` and does not go past `last` (ip_set_range_to_cidr). */
function widest(ip: number, last: number): number {
  for (let prefix = 1; prefix < 32; prefix++) {
    const network = rangeOf(ip, prefix);
    if (network.first === ip && !isAfter(network.last, last)) return prefix;
  }
  return 32;
}

/** The networks that make up a range, in order; single addresses for as long as it is 2^31 wide. */
export function* networksOf({ first, last }: Range): Iterable<{ ip: number; prefix: number }> {
  for (let ip = first; ip <= last; ) {
    const prefix = widest(ip, last);
    yield { ip, prefix };
    ip = rangeOf(ip, prefix).last + 1;
  }
}

/** The prefix length of a range that is one network (range_to_mask); undefined when it is none. */
export function rangePrefix({ first, last }: Range): number | undefined {
  for (let prefix = 0; prefix <= 32; prefix++) {
    const whole = rangeOf(first, prefix);
    if (whole.first === first && whole.last === last) return prefix;
  }
  return undefined;
}
