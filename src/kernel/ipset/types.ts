/** The set types of the kernel, at the revision Linux 6.18 has. */

/** One dimension of a hash type: what kind of value, and which address of the request it is made from. */
export type HashDimension =
  /** One address or, IPv4 only, a range of them, each a member of its own. */
  | { readonly kind: 'ip'; readonly from: 'ip' }
  /** One address, no range. */
  | { readonly kind: 'host'; readonly from: 'ip2' }
  /** A network; an IPv4 range becomes the fewest networks. `zero`: prefix length 0 is allowed. */
  | { readonly kind: 'net'; readonly from: 'ip' | 'ip2'; readonly zero: boolean }
  | { readonly kind: 'port' | 'mark' | 'mac' | 'iface' };

/** What sets are made of: sets of equal features and family may be swapped. */
export type Feature = 'ip' | 'port' | 'mac' | 'ip2' | 'iface' | 'mark' | 'nomatch' | 'name';

interface TypeCommon {
  readonly name: string;
  readonly revision: number;
  readonly features: readonly Feature[];
  /** Dimensions a rule has to name with src and dst. */
  readonly dimension: 1 | 2 | 3;
}

export type IpsetType = TypeCommon &
  (
    | {
        readonly kind: 'hash';
        readonly dims: readonly HashDimension[];
        /** hash:mac has no address, so no family. */
        readonly family: 'inet46' | 'unspec';
        /** Takes netmask and bitmask. */
        readonly masked: boolean;
      }
    | { readonly kind: 'bitmap-ip'; readonly mac: boolean; readonly family: 'inet' }
    | { readonly kind: 'bitmap-port' | 'list'; readonly family: 'unspec' }
  );

const IP: HashDimension = { kind: 'ip', from: 'ip' };
const HOST2: HashDimension = { kind: 'host', from: 'ip2' };
const NET: HashDimension = { kind: 'net', from: 'ip', zero: false };
const NET0: HashDimension = { kind: 'net', from: 'ip', zero: true };
const NET2: HashDimension = { kind: 'net', from: 'ip2', zero: false };
const NET20: HashDimension = { kind: 'net', from: 'ip2', zero: true };
const PORT: HashDimension = { kind: 'port' };

function hash(
  name: string,
  revision: number,
  features: readonly Feature[],
  dims: readonly HashDimension[],
  masked = false,
): IpsetType {
  const dimension = dims.length === 1 ? 1 : dims.length === 2 ? 2 : 3;
  const family = features.includes('ip') ? 'inet46' : 'unspec';
  return { kind: 'hash', name, revision, features, dims, dimension, family, masked };
}

const TYPES: readonly IpsetType[] = [
  {
    kind: 'bitmap-ip',
    name: 'bitmap:ip',
    revision: 3,
    features: ['ip'],
    dimension: 1,
    family: 'inet',
    mac: false,
  },
  {
    kind: 'bitmap-ip',
    name: 'bitmap:ip,mac',
    revision: 3,
    features: ['ip', 'mac'],
    dimension: 2,
    family: 'inet',
    mac: true,
  },
  {
    kind: 'bitmap-port',
    name: 'bitmap:port',
    revision: 3,
    features: ['port'],
    dimension: 1,
    family: 'unspec',
  },
  hash('hash:ip', 6, ['ip'], [IP], true),
  hash('hash:ip,port', 7, ['ip', 'port'], [IP, PORT], true),
  hash('hash:ip,port,ip', 6, ['ip', 'port', 'ip2'], [IP, PORT, HOST2]),
  hash('hash:ip,port,net', 8, ['ip', 'port', 'ip2', 'nomatch'], [IP, PORT, NET2]),
  hash('hash:ip,mark', 3, ['ip', 'mark'], [IP, { kind: 'mark' }]),
  hash('hash:ip,mac', 1, ['ip', 'mac'], [IP, { kind: 'mac' }]),
  hash('hash:mac', 1, ['mac'], [{ kind: 'mac' }]),
  hash('hash:net', 7, ['ip', 'nomatch'], [NET]),
  hash('hash:net,net', 4, ['ip', 'ip2', 'nomatch'], [NET, NET2], true),
  hash('hash:net,port', 8, ['ip', 'port', 'nomatch'], [NET, PORT]),
  hash('hash:net,port,net', 3, ['ip', 'port', 'ip2', 'nomatch'], [NET0, PORT, NET20]),
  hash('hash:net,iface', 8, ['ip', 'iface', 'nomatch'], [NET0, { kind: 'iface' }]),
  {
    kind: 'list',
    name: 'list:set',
    revision: 3,
    features: ['name'],
    dimension: 1,
    family: 'unspec',
  },
];

/** A set type by its full name. */
export function findIpsetType(name: string): IpsetType | undefined {
  return TYPES.find((type) => type.name === name);
}

/** The type of a stored set. */
export function ipsetType(name: string): IpsetType {
  const type = findIpsetType(name);
  if (!type) throw new Error(`set of unknown type "${name}"`);
  return type;
}
