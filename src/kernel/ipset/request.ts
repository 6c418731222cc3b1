/** What userspace asks of ipset: the attributes of its netlink messages, and the errors it is answered with. */
import type { Nanos, Rng } from '../../base/ports.ts';
import type { Draft } from '../model.ts';

/** Errors: the private ones of ip_set.h, and the system's. */
export type IpsetErrno =
  | 'PROTOCOL'
  | 'FIND_TYPE'
  | 'EXIST_SETNAME2'
  | 'BUSY'
  | 'TYPE_MISMATCH'
  | 'INVALID_CIDR'
  | 'INVALID_NETMASK'
  | 'INVALID_FAMILY'
  | 'INVALID_MARKMASK'
  | 'BITMASK_NETMASK_EXCL'
  | 'TIMEOUT'
  | 'COUNTER'
  | 'COMMENT'
  | 'SKBINFO'
  | 'REFERENCED'
  | 'EXIST'
  | 'BITMAP_RANGE'
  | 'BITMAP_RANGE_SIZE'
  | 'HASH_FULL'
  | 'HASH_ELEM'
  | 'INVALID_PROTO'
  | 'MISSING_PROTO'
  | 'HASH_RANGE_UNSUPPORTED'
  | 'HASH_RANGE'
  | 'NAME'
  | 'LOOP'
  | 'BEFORE'
  | 'NAMEREF'
  | 'REF_EXIST'
  /** What hash:ip,mac answers to an extension it was made without: a truth value where an error belongs. */
  | 'MINUS_ONE'
  | 'ENOENT'
  | 'EEXIST'
  | 'EINVAL'
  | 'ENOMEM';

/** What every operation needs: the sets, virtual time, and chance for `initval`. */
export interface IpsetContext {
  readonly lab: Pick<Draft, 'ipsets' | 'ipsetMembers' | 'dropIpsetMembers' | 'swapIpsetMembers'>;
  readonly now: Nanos;
  readonly rng: Rng;
}

/** Extensions given with an element; absent ones are left to the set's defaults. */
export interface ExtensionRequest {
  readonly timeout?: number | undefined;
  readonly packets?: bigint | undefined;
  readonly bytes?: bigint | undefined;
  readonly comment?: string | undefined;
  readonly skbmark?: { readonly mark: number; readonly mask: number } | undefined;
  readonly skbprio?: { readonly major: number; readonly minor: number } | undefined;
  readonly skbqueue?: number | undefined;
}

/** An element, or a range of them; addresses are bytes of the set's family. */
export interface ElementRequest extends ExtensionRequest {
  readonly ip?: Uint8Array | undefined;
  readonly ipTo?: Uint8Array | undefined;
  readonly cidr?: number | undefined;
  readonly ip2?: Uint8Array | undefined;
  readonly ip2To?: Uint8Array | undefined;
  readonly cidr2?: number | undefined;
  readonly port?: number | undefined;
  readonly portTo?: number | undefined;
  readonly proto?: number | undefined;
  readonly mark?: number | undefined;
  readonly mac?: Uint8Array | undefined;
  readonly iface?: string | undefined;
  readonly physdev?: boolean | undefined;
  readonly wildcard?: boolean | undefined;
  readonly nomatch?: boolean | undefined;
  /** list:set: the member, and the one it is to stand beside. */
  readonly name?: string | undefined;
  readonly nameref?: string | undefined;
  readonly before?: boolean | undefined;
}

/** `ipset create`. */
export interface CreateRequest {
  readonly name: string;
  readonly type: string;
  readonly family: 'inet' | 'inet6' | 'unspec';
  readonly timeout?: number | undefined;
  readonly counters: boolean;
  readonly comment: boolean;
  readonly skbinfo: boolean;
  readonly forceadd: boolean;
  readonly hashsize?: number | undefined;
  readonly maxelem?: number | undefined;
  readonly bucketsize?: number | undefined;
  readonly initval?: number | undefined;
  readonly netmask?: number | undefined;
  readonly bitmask?: Uint8Array | undefined;
  readonly markmask?: number | undefined;
  readonly size?: number | undefined;
  /** Range of a bitmap. */
  readonly ip?: Uint8Array | undefined;
  readonly ipTo?: Uint8Array | undefined;
  readonly cidr?: number | undefined;
  readonly port?: number | undefined;
  readonly portTo?: number | undefined;
}

export type ElementCommand = 'add' | 'del' | 'test';
