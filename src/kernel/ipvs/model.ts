/** Stored records of IPVS (include/net/ip_vs.h). */
import type { Nanos } from '../../base/ports.ts';

export type IpvsProtocol = 'TCP' | 'UDP' | 'SCTP';
export type IpvsFamily = 'ip' | 'ip6';

export interface IpvsStats {
  conns: bigint;
  inPkts: bigint;
  outPkts: bigint;
  inBytes: bigint;
  outBytes: bigint;
}

/** What a service is called by. A firewall-mark service has only family and mark. */
export type IpvsServiceId =
  | { readonly family: IpvsFamily; readonly fwmark: number }
  | {
      readonly family: IpvsFamily;
      readonly protocol: IpvsProtocol;
      readonly address: Uint8Array;
      readonly port: number;
    };

/** The three bits a scheduler gives a meaning to: for sh and mh the first two are fallback and port. */
export type IpvsSchedFlag = 'flag-1' | 'flag-2' | 'flag-3';

/** A remembered choice of lblc (one destination) or lblcr (a set of them, newest first). */
export interface IpvsCacheEntry {
  /** Hex of the destination address of the packets. */
  readonly address: string;
  /** Keys of destinations. */
  readonly destinations: readonly string[];
  readonly lastUse: Nanos;
  readonly lastModified: Nanos;
}

/** What a scheduler carries from one decision to the next. */
export interface IpvsSchedulerState {
  /** rr, wrr: key of the destination last used; undefined at the head of the list. */
  readonly last?: string | undefined;
  /** wrr: current weight. */
  readonly currentWeight?: number;
  /** lblc, lblcr. */
  readonly cache?: readonly IpvsCacheEntry[];
}

/** Keyed by `serviceKey(id)`. */
export interface IpvsService {
  readonly id: IpvsServiceId;
  scheduler: string;
  schedFlags: readonly IpvsSchedFlag[];
  onePacket: boolean;
  /** Seconds; undefined when not persistent. */
  persistent?: number | undefined;
  /** IPv4: the mask as bytes; IPv6: one byte, the prefix length. Kept whether persistent or not. */
  netmask: Uint8Array;
  pe?: string | undefined;
  stats: IpvsStats;
  /** Subtracted from `stats` in listings: what they were at the last -Z. */
  statsZero: IpvsStats;
  live: IpvsSchedulerState;
}

export type IpvsForwarding = 'masq' | 'tunnel' | 'route';

export interface IpvsTunnel {
  readonly type: 'ipip' | 'gue' | 'gre';
  /** gue only. */
  readonly port: number;
  readonly csum: 'none' | 'csum' | 'remcsum';
}

/** Keyed in its service by `destinationKey`; the collection's order is the kernel's list order, newest first. */
export interface IpvsDestination {
  readonly family: IpvsFamily;
  readonly address: Uint8Array;
  readonly port: number;
  forwarding: IpvsForwarding;
  tunnel: IpvsTunnel;
  weight: number;
  /** The last weight that was not set to zero by an edit: what sh and mh fill their tables by. */
  lastWeight: number;
  upper: number;
  lower: number;
  overloaded: boolean;
  active: number;
  inactive: number;
  /** Persistence templates. */
  persistentConns: number;
  stats: IpvsStats;
  statsZero: IpvsStats;
}

/** A removed destination, kept while connections refer to it and for two minutes after. */
export interface IpvsTrash {
  readonly service: string;
  readonly destination: string;
  record: IpvsDestination;
  /** When it was first seen without connections. */
  idleSince?: Nanos;
}

export interface IpvsConnection {
  readonly id: number;
  readonly family: IpvsFamily;
  /** IP protocol number; 0 for the template of a firewall mark. */
  readonly protocol: number;
  readonly client: Uint8Array;
  readonly clientPort: number;
  readonly virtual: Uint8Array;
  /** 65535 once a template may not be used any more. */
  virtualPort: number;
  readonly destFamily: IpvsFamily;
  readonly destination: Uint8Array;
  destinationPort: number;
  /** Keys of the service and destination it counts for, which may be in the trash; undefined when it never had one. */
  readonly service?: string;
  readonly dest?: string;
  readonly forwarding: IpvsForwarding;
  readonly tunnel: IpvsTunnel;
  /** True when the destination address is this host's. */
  readonly local: boolean;
  /** Template entries stand for persistence, not for traffic. */
  readonly template: boolean;
  readonly fwmark: number;
  state: string;
  /** Counted as inactive by its destination. */
  inactive: boolean;
  /** A TCP connection seen only from the client (DR, TUN). */
  noOutput: boolean;
  onePacket: boolean;
  expires: Nanos;
  /** The timer is set to this on each packet. */
  timeout: Nanos;
  /** Id of the template it was made from. */
  controlledBy?: number;
  /** Connections made from this template that still exist. */
  controls: number;
  inPackets: number;
  pe?: string;
  peData?: Uint8Array;
}

export interface IpvsDaemon {
  readonly state: 'master' | 'backup';
  readonly mcastInterface: string;
  readonly syncid: number;
  readonly maxlen: number;
  readonly group: Uint8Array;
  readonly port: number;
  readonly ttl: number;
}

export interface IpvsGlobals {
  /** Seconds. */
  timeouts: { readonly tcp: number; readonly tcpfin: number; readonly udp: number };
  daemons: readonly IpvsDaemon[];
  nextConnection: number;
  /** Of all services since the lab is new. */
  total: IpvsStats;
  /** Newest last. */
  trash: readonly IpvsTrash[];
  /** When the trash is looked through next. */
  trashCheck?: Nanos;
  /** No connection expires before. */
  nextExpiry?: Nanos | undefined;
}
