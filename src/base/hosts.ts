/** Host names from hosts(5) text; nothing else resolves. */
import { parseIpv4, parseIpv6 } from './address.ts';
import { compareBytes } from './bytes.ts';

export interface Hosts {
  /** Addresses of a name or alias in the file's order, repeated where the file repeats them; letter case does not matter. */
  lookup(name: string, family: 'ip' | 'ip6'): readonly Uint8Array[];
  /** The canonical name of an address: the first of the first line that has it. */
  reverse(address: Uint8Array): string | undefined;
}

interface Line {
  readonly ip?: Uint8Array | undefined;
  readonly ip6?: Uint8Array | undefined;
  readonly names: readonly string[];
}

/** As glibc's files backend: asked for IPv4, a line of ::1 says 127.0.0.1, and one of a mapped address its IPv4. */
function asIpv4(address: Uint8Array): Uint8Array | undefined {
  if (address.subarray(0, 10).some((byte) => byte !== 0)) return undefined;
  if (address[10] === 0xff && address[11] === 0xff) return address.slice(12);
  const loopback = Uint8Array.of(0, 0, 0, 0, 0, 1);
  return compareBytes(address.subarray(10), loopback) === 0
    ? Uint8Array.of(127, 0, 0, 1)
    : undefined;
}

function parseLine(line: string): Line {
  const [first = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
  const ip6 = parseIpv6(first);
  return { ip: ip6 ? asIpv4(ip6) : parseIpv4(first), ip6, names };
}

/** Reads hosts(5) text, when a name is first asked for; lines that do not begin with an address are passed over. */
export function parseHosts(text: string): Hosts {
  let parsed: readonly Line[] | undefined;
  const lines = () => {
    parsed ??= text.split('\n').map(parseLine);
    return parsed;
  };
  return {
    lookup(name, family) {
      const wanted = name.toLowerCase();
      return lines().flatMap((line) => {
        const address = line[family];
        return address && line.names.some((n) => n.toLowerCase() === wanted) ? [address] : [];
      });
    },
    reverse(address) {
      // As gethostbyaddr: a mapped IPv6 address is looked up as the IPv4 one.
      const mapped = address.length === 16 && address[10] === 0xff && asIpv4(address);
      const wanted = mapped || address;
      const family = wanted.length === 4 ? 'ip' : 'ip6';
      return lines().find((line) => {
        const own = line[family];
        return own && compareBytes(own, wanted) === 0;
      })?.names[0];
    },
  };
}
