/** IPv4, IPv6 and link-layer addresses: bytes in network order inside, text at the edges (inet_pton, inet_ntop). */

/** inet_pton(AF_INET): four decimal parts, no leading signs or blanks; undefined when it is not one. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const out = new Uint8Array(4);
  for (let i = 0; i < 4; i++) {
    const part = parts[i] ?? '';
    if (!/^\d{1,3}$/.test(part) || (part.length > 1 && part[0] === '0')) return undefined;
    const value = Number(part);
    if (value > 255) return undefined;
    out[i] = value;
  }
  return out;
}

/** Dotted decimal. */
export function formatIpv4(bytes: Uint8Array): string {
  return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
}

function ipv6Groups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const v4 = i === parts.length - 1 ? parseIpv4(part) : undefined;
      if (!v4) return undefined;
      groups.push(((v4[0] ?? 0) << 8) | (v4[1] ?? 0), ((v4[2] ?? 0) << 8) | (v4[3] ?? 0));
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** inet_pton(AF_INET6); undefined when it is not one. No zone index. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const gap = text.indexOf('::');
  let groups: number[] | undefined;
  if (gap < 0) {
    groups = ipv6Groups(text);
  } else {
    const head = ipv6Groups(text.slice(0, gap));
    const tail = ipv6Groups(text.slice(gap + 2));
    if (!head || !tail || head.length + tail.length > 7) return undefined;
    groups = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  }
  if (groups?.length !== 8) return undefined;
  const out = new Uint8Array(16);
  for (const [i, group] of groups.entries()) {
    out[2 * i] = group >> 8;
    out[2 * i + 1] = group & 0xff;
  }
  return out;
}

/** inet_ntop(AF_INET6): longest run of two or more zero groups as `::`, IPv4 tail for mapped and compatible ones. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > bestLength) {
      best = i;
      bestLength = n;
    }
  }
  const v4tail =
    best === 0 &&
    (bestLength === 6 ||
      (bestLength === 7 && groups[7] !== 1) ||
      (bestLength === 5 && groups[5] === 0xffff));
  let out = '';
  for (let i = 0; i < 8; i++) {
    if (i === best) {
      out += i === 0 ? '::' : ':';
      i += bestLength - 1;
      continue;
    }
    if (i === 6 && v4tail) return out + formatIpv4(bytes.subarray(12));
    out += (groups[i] ?? 0).toString(16);
    if (i < 7) out += ':';
  }
  return out;
}

/** An IPv4 or IPv6 address by its length in bytes. */
export function formatAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes);
}

/** Either family. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** A mask of `bits` leading ones in `length` bytes. */
export function prefixMask(bits: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const n = Math.min(8, Math.max(0, bits - 8 * i));
    out[i] = (0xff << (8 - n)) & 0xff;
  }
  return out;
}

/** The prefix length of a contiguous mask, undefined when it has holes. */
export function maskPrefix(mask: Uint8Array): number | undefined {
  let bits = 0;
  let ended = false;
  for (const byte of mask) {
    for (let bit = 7; bit >= 0; bit--) {
      if ((byte >> bit) & 1) {
        if (ended) return undefined;
        bits++;
      } else {
        ended = true;
      }
    }
  }
  return bits;
}

/** `address & mask`. */
export function maskAddress(address: Uint8Array, mask: Uint8Array): Uint8Array {
  return address.map((byte, i) => byte & (mask[i] ?? 0));
}

/** Six colon-separated bytes, lower-case, two digits each. */
export function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(':');
}

/** Six colon-separated hex bytes of one or two digits; undefined when it is not one. */
export function parseMac(text: string): Uint8Array | undefined {
  const parts = text.split(':');
  if (parts.length !== 6 || !parts.every((p) => /^[0-9a-fA-F]{1,2}$/.test(p))) return undefined;
  return Uint8Array.from(parts, (p) => Number.parseInt(p, 16));
}
