/** Stored records of ipset. */
import type { Nanos } from '../../base/ports.ts';

export interface IpsetRecord {
  name: string;
  /** Such as hash:ip,port. */
  readonly type: string;
  readonly revision: number;
  readonly family: 'inet' | 'inet6' | 'unspec';
  /** Create options with their defaults filled in (hashsize, maxelem, netmask, range ...). */
  readonly header: { readonly [option: string]: string | number | boolean };
  /** Seconds; undefined for a set without timeouts. */
  readonly timeout?: number;
  readonly counters: boolean;
  readonly comment: boolean;
  readonly skbinfo: boolean;
  readonly forceadd: boolean;
  /** For hash sets: as shown, 32 bits. */
  readonly initval?: number;
  /** Rules and list:set members that use it. */
  references: number;
}

/** Keyed in its set by the canonical bytes of the member, in hex. */
export interface IpsetMember {
  /** Parts in the order of the type's dimensions. */
  readonly parts: readonly IpsetPart[];
  readonly nomatch: boolean;
  expires?: Nanos;
  /** Seconds, 0 for ever. */
  timeout?: number;
  packets?: bigint;
  bytes?: bigint;
  comment?: string;
  skbmark?: { readonly mark: number; readonly mask: number };
  skbprio?: { readonly major: number; readonly minor: number };
  skbqueue?: number;
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
