/** Stored records of IPVS. */
import type { Nanos } from '../../base/ports.ts';

export type IpvsProtocol = 'TCP' | 'UDP' | 'SCTP';

export interface IpvsStats {
  conns: bigint;
  inPkts: bigint;
  outPkts: bigint;
  inBytes: bigint;
  outBytes: bigint;
}

export interface IpvsService {
  readonly key: string;
  readonly family: 'ip' | 'ip6';
  /** A firewall-mark service has `fwmark`, the others protocol, address and port. */
  readonly fwmark?: number;
  readonly protocol?: IpvsProtocol;
  readonly address?: Uint8Array;
  readonly port?: number;
  scheduler: string;
  /** Scheduler flags sh-fallback, sh-port, mh-fallback, mh-port, flag-1 ... */
  schedFlags: readonly string[];
  onePacket: boolean;
  /** Seconds; undefined when not persistent. */
  persistent?: number;
  netmask: Uint8Array;
  pe?: string;
  stats: IpvsStats;
  /** Subtracted from `stats` in listings: what they were at the last -Z. */
  statsZero: IpvsStats;
  /** What the scheduler carries from one decision to the next; owned by the scheduler. */
  live: { readonly [key: string]: unknown };
}

export interface IpvsDestination {
  readonly key: string;
  readonly family: 'ip' | 'ip6';
  readonly address: Uint8Array;
  readonly port: number;
  forwarding: 'masq' | 'tunnel' | 'route' | 'local';
  tunnel?: {
    readonly type: 'ipip' | 'gue' | 'gre';
    readonly port?: number;
    readonly csum: 'none' | 'csum' | 'remcsum';
  };
  weight: number;
  upper: number;
  lower: number;
  /** Position in the kernel's list: greater is newer, and newest comes first. */
  readonly order: number;
  overloaded: boolean;
  stats: IpvsStats;
  statsZero: IpvsStats;
}

export interface IpvsConnection {
  readonly id: number;
  readonly family: 'ip' | 'ip6';
  readonly protocol: number;
  readonly client: Uint8Array;
  readonly clientPort: number;
  readonly virtual: Uint8Array;
  readonly virtualPort: number;
  readonly destination: Uint8Array;
  readonly destinationPort: number;
  /** Keys of the service and destination it counts for; undefined once they are gone. */
  service?: string;
  dest?: string;
  readonly forwarding: IpvsDestination['forwarding'];
  /** Template entries stand for persistence, not for traffic. */
  readonly template: boolean;
  readonly fwmark: number;
  state: string;
  flags: readonly string[];
  expires: Nanos;
  /** Seconds the timer is set to on each packet. */
  timeout: number;
  controlledBy?: number;
  inPackets: number;
  peData?: Uint8Array;
}

export interface IpvsGlobals {
  timeouts: { tcp: number; tcpfin: number; udp: number };
  daemons: readonly {
    readonly state: 'master' | 'backup';
    readonly mcastInterface: string;
    readonly syncid: number;
    readonly config: { readonly [key: string]: string | number };
  }[];
  nextConnection: number;
  nextOrder: number;
}
