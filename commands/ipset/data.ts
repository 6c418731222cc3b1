/** The data blob of a libipset session: what a command line has said so far. */
import type { UserType } from './types.ts';

export type UserFamily = 'inet' | 'inet6' | 'unspec';

/** Options without a value. They share one attribute, so that none of them is ever "already specified". */
export type Flag =
  | 'counters'
  | 'create-comment'
  | 'forceadd'
  | 'skbinfo'
  | 'before'
  | 'physdev'
  | 'nomatch'
  | 'wildcard';

/** Values by their option; what is absent was not given. */
export interface Values {
  setname?: string;
  setname2?: string;
  type?: UserType;
  family?: UserFamily;
  ip?: Uint8Array;
  ipTo?: Uint8Array;
  cidr?: number;
  mark?: number;
  port?: number;
  portTo?: number;
  timeout?: number;
  hashsize?: number;
  maxelem?: number;
  markmask?: number;
  netmask?: number;
  bitmask?: Uint8Array;
  bucketsize?: number;
  initval?: number;
  size?: number;
  ip2?: Uint8Array;
  ip2To?: Uint8Array;
  cidr2?: number;
  proto?: number;
  mac?: Uint8Array;
  name?: string;
  nameref?: string;
  iface?: string;
  packets?: bigint;
  bytes?: bigint;
  comment?: string;
  skbmark?: { readonly mark: number; readonly mask: number };
  skbprio?: { readonly major: number; readonly minor: number };
  skbqueue?: number;
}

export type Option = keyof Values;

/** Old options that are accepted without effect, by what they once set. */
export type IgnoredOption = 'probes' | 'resize' | 'gc' | 'from' | 'to';

export class Data {
  values: Values = {};
  flags = new Set<Flag>();
  /** `family` stands here while it is only a default. */
  ignored = new Set<IgnoredOption | 'family'>();

  has(option: Option): boolean {
    return this.values[option] !== undefined;
  }

  reset(): void {
    this.values = {};
    this.flags = new Set();
    this.ignored = new Set();
  }

  /** The family in force; addresses met before any is set are IPv4. */
  addressFamily(): 'inet' | 'inet6' {
    const { family = 'unspec' } = this.values;
    if (family !== 'unspec') return family;
    this.values.family = 'inet';
    return 'inet';
  }
}
