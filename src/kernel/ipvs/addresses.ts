/** Which addresses a destination may have, and which are the host's (inet_addr_type, ipv6_addr_type). */
import { compareBytes } from '../../base/bytes.ts';
import type { HostRecord } from '../host/model.ts';

const ownAddresses = (host: Readonly<HostRecord>) =>
  host.interfaces.filter((dev) => dev.up).flatMap((dev) => dev.addresses);

/** True for an address of an interface that is up, and for all of an IPv4 loopback prefix. */
export function isHostAddress(host: Readonly<HostRecord>, address: Uint8Array): boolean {
  if (address.length === 4 && address[0] === 127) return !isDirectedBroadcast(host, address);
  return ownAddresses(host).some((own) => compareBytes(own.address, address) === 0);
}

function isDirectedBroadcast(host: Readonly<HostRecord>, address: Uint8Array): boolean {
  return ownAddresses(host).some(({ address: own, prefix }) => {
    if (own.length !== 4 || prefix > 30) return false;
    return address.every((byte, i) => {
      const free = 0xff >> Math.min(8, Math.max(0, prefix - 8 * i));
      return byte === ((own[i] ?? 0) | free);
    });
  });
}

function isIpv4Unicast(host: Readonly<HostRecord>, address: Uint8Array): boolean {
  const first = address[0] ?? 0;
  if (first >= 224 && first < 240) return false;
  if (address.every((byte) => byte === 0) || address.every((byte) => byte === 255)) return false;
  return !isDirectedBroadcast(host, address);
}

function isIpv6Unicast(host: Readonly<HostRecord>, address: Uint8Array): boolean {
  if (isHostAddress(host, address)) return true;
  const first = address[0] ?? 0;
  if (first === 0xff || (first === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80)) return false;
  // The unspecified address and IPv4-mapped ones are of no unicast kind.
  const mapped = address[10] === 0xff && address[11] === 0xff;
  return (
    address.subarray(0, 10).some((byte) => byte !== 0) ||
    (!mapped && address.some((byte) => byte !== 0))
  );
}

/** What the kernel asks of a destination's address. */
export const isUnicast = (host: Readonly<HostRecord>, address: Uint8Array): boolean =>
  address.length === 4 ? isIpv4Unicast(host, address) : isIpv6Unicast(host, address);
