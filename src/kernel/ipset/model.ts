/** Stored records of ipset. */
import type { Nanos } from '../../base/ports.ts';

export interface IpsetRecord {
  name: string;
  /** Place in the kernel's array of sets: listings go by it, and a freed place is taken again. */
  readonly index: number;
  /** Such as hash:ip,port. */
  readonly type: string;
  readonly revision: number;
  readonly family: 'inet' | 'inet6' | 'unspec';
  /** Create options with their defaults filled in. */
  readonly header: IpsetHeader;
  /** Seconds; undefined for a set without timeouts. */
  readonly timeout?: number | undefined;
  readonly counters: boolean;
  readonly comment: boolean;
  readonly skbinfo: boolean;
  readonly forceadd: boolean;
  /** Rules and list:set members that use it. */
  references: number;
}

export type IpsetHeader =
  | {
      readonly kind: 'hash';
      readonly hashsize: number;
      readonly maxelem: number;
      readonly bucketsize: number;
      /** Seed of the hash, 32 bits. */
      readonly initval: number;
      /** hash:ip, hash:ip,port and hash:net,net: what addresses are cut with; undefined when nothing is cut. */
      readonly mask?: Uint8Array | undefined;
      /** The prefix length `mask` was given as, undefined when it was given as a bitmask. */
      readonly netmask?: number | undefined;
      /** hash:ip,mark. */
      readonly markmask?: number | undefined;
    }
  /** bitmap:ip and bitmap:ip,mac; addresses in host order. */
  | {
      readonly kind: 'bitmap-ip';
      readonly first: number;
      readonly last: number;
      readonly netmask: number;
    }
  | { readonly kind: 'bitmap-port'; readonly first: number; readonly last: number }
  | { readonly kind: 'list'; readonly size: number };

/** Keyed in its set by `memberKey` of its parts. */
export interface IpsetMember {
  /** Parts in the order of the type's dimensions. */
  readonly parts: readonly IpsetPart[];
  nomatch: boolean;
  /** Virtual time after which the member is gone; undefined for ever. */
  expires?: Nanos | undefined;
  /** bitmap:ip,mac without a MAC yet: seconds the timer will run once the MAC is known. */
  timeout?: number | undefined;
  packets?: bigint | undefined;
  bytes?: bigint | undefined;
  comment?: string | undefined;
  skbmark?: { readonly mark: number; readonly mask: number } | undefined;
  skbprio?: { readonly major: number; readonly minor: number } | undefined;
  skbqueue?: number | undefined;
}

export type IpsetPart =
  | { readonly kind: 'ip'; readonly address: Uint8Array; readonly prefix: number }
  | { readonly kind: 'port'; readonly proto: number; readonly port: number }
  | { readonly kind: 'mac'; readonly mac: Uint8Array }
  | {
      readonly kind: 'iface';
      readonly name: string;
      readonly physdev: boolean;
      readonly wildcard: boolean;
    }
  | { readonly kind: 'mark'; readonly mark: number }
  | { readonly kind: 'set'; readonly name: string };
