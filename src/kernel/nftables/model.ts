/** Stored records of nf_tables: what the kernel keeps, as one sees it in `nft --debug=netlink` and `list ruleset`. */
import type { Nanos } from '../../base/ports.ts';

export type Family = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';
export type HookName =
  | 'prerouting'
  | 'input'
  | 'forward'
  | 'output'
  | 'postrouting'
  | 'ingress'
  | 'egress';
export type ChainType = 'filter' | 'nat' | 'route';

/** Plain data that survives the codec: no functions, no classes but Uint8Array. */
export type PlainValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };
export type PlainRecord = { readonly [key: string]: PlainValue };

export interface TableRecord {
  readonly family: Family;
  readonly name: string;
  readonly handle: number;
  flags: readonly ('dormant' | 'owner' | 'persist')[];
  /** The next handle given out for a chain, rule, set or object of this table (table->hgenerator in the kernel). */
  nextHandle: number;
  comment?: string;
}

export interface HookSpec {
  readonly type: ChainType;
  readonly hook: HookName;
  readonly priority: number;
  /** netdev and inet-ingress chains: the devices they hang on. */
  readonly devices: readonly string[];
}

export interface ChainRecord {
  readonly family: Family;
  readonly table: string;
  name: string;
  readonly handle: number;
  /** Absent for a regular (user) chain. */
  base?: HookSpec;
  /** Base chains only. */
  policy?: 'accept' | 'drop';
  /** Policy counters, kept when iptables made the chain; bigint packets and bytes. */
  counters?: CounterState;
  /** Rules, elements and bindings that jump or go to this chain (chain->use less its own rules). */
  references: number;
  flags: readonly ('offload' | 'binding')[];
  /** iptables-legacy: the nf_tables base chains there were before it (`registration`); of equal priority it comes ahead of them. */
  older?: readonly string[];
  /** __chain%u number of an anonymous chain, made by `jump { ... }`. */
  anonymous?: boolean;
  comment?: string;
}

export interface CounterState {
  packets: bigint;
  bytes: bigint;
}

export interface RuleRecord {
  readonly handle: number;
  exprs: readonly Expr[];
  comment?: string;
}

export type Verdict =
  | { readonly code: 'accept' | 'drop' | 'continue' | 'break' | 'return' }
  | { readonly code: 'jump' | 'goto'; readonly chain: string };

/**
 * A register as netlink numbers it: 0 the verdict, 1-4 the 16-byte ones, 8-23 the 4-byte ones (8-11 overlay 1, and so
 * on). Values lie in a register as in the kernel's memory: payload bytes in network order, `meta mark`, `ct state` and
 * other host integers little-endian (the emulated host is x86-64).
 */
export type Reg = number;

export type PayloadBase = 'link' | 'network' | 'transport' | 'inner' | 'tunnel';
export type CompareOp = 'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte';
export type LimitUnit = 'second' | 'minute' | 'hour' | 'day' | 'week';

export type MetaKey =
  | 'len'
  | 'protocol'
  | 'priority'
  | 'mark'
  | 'iif'
  | 'oif'
  | 'iifname'
  | 'oifname'
  | 'iiftype'
  | 'oiftype'
  | 'skuid'
  | 'skgid'
  | 'nftrace'
  | 'rtclassid'
  | 'secmark'
  | 'nfproto'
  | 'l4proto'
  | 'bri_iifname'
  | 'bri_oifname'
  | 'pkttype'
  | 'cpu'
  | 'iifgroup'
  | 'oifgroup'
  | 'cgroup'
  | 'prandom'
  | 'secpath'
  | 'iifkind'
  | 'oifkind'
  | 'bri_iifpvid'
  | 'bri_iifvproto'
  | 'time'
  | 'day'
  | 'hour'
  | 'sdif'
  | 'sdifname'
  | 'bri_broute'
  | 'bri_iifhwaddr';

export type CtKey =
  | 'state'
  | 'direction'
  | 'status'
  | 'mark'
  | 'secmark'
  | 'expiration'
  | 'helper'
  | 'l3protocol'
  | 'src'
  | 'dst'
  | 'protocol'
  | 'proto_src'
  | 'proto_dst'
  | 'label'
  | 'packets'
  | 'bytes'
  | 'avgpkt'
  | 'zone'
  | 'event'
  | 'src_ip'
  | 'dst_ip'
  | 'src_ip6'
  | 'dst_ip6'
  | 'id';

/** One kernel expression. `op` is the netlink name of the expression, with the variant where one name covers several. */
export type Expr =
  | { readonly op: 'immediate'; readonly dreg: Reg; readonly data: Uint8Array }
  | { readonly op: 'verdict'; readonly verdict: Verdict }
  | {
      readonly op: 'payload';
      readonly base: PayloadBase;
      readonly offset: number;
      readonly len: number;
      readonly dreg: Reg;
    }
  | {
      readonly op: 'payload set';
      readonly base: PayloadBase;
      readonly offset: number;
      readonly len: number;
      readonly sreg: Reg;
      /** 0 none, 1 internet checksum. */
      readonly csumType: number;
      readonly csumOffset: number;
      readonly csumFlags: number;
    }
  | {
      readonly op: 'exthdr';
      readonly kind: 'ipv6' | 'tcpopt' | 'ipv4' | 'sctp' | 'dccp';
      readonly type: number;
      readonly offset: number;
      readonly len: number;
      readonly dreg: Reg;
      readonly present: boolean;
    }
  | {
      readonly op: 'exthdr set';
      readonly kind: 'tcpopt';
      readonly type: number;
      readonly offset: number;
      readonly len: number;
      readonly sreg: Reg;
    }
  | { readonly op: 'exthdr reset'; readonly type: number }
  | { readonly op: 'meta'; readonly key: MetaKey; readonly dreg: Reg }
  | { readonly op: 'meta set'; readonly key: MetaKey; readonly sreg: Reg }
  | {
      readonly op: 'ct';
      readonly key: CtKey;
      readonly dir?: 'original' | 'reply';
      readonly dreg: Reg;
    }
  | {
      readonly op: 'ct set';
      readonly key: CtKey;
      readonly dir?: 'original' | 'reply';
      readonly sreg: Reg;
    }
  | { readonly op: 'notrack' }
  | { readonly op: 'cmp'; readonly cmp: CompareOp; readonly sreg: Reg; readonly data: Uint8Array }
  | {
      readonly op: 'range';
      readonly cmp: 'eq' | 'neq';
      readonly sreg: Reg;
      readonly from: Uint8Array;
      readonly to: Uint8Array;
    }
  | {
      readonly op: 'bitwise';
      readonly sreg: Reg;
      readonly dreg: Reg;
      readonly len: number;
      readonly mask: Uint8Array;
      readonly xor: Uint8Array;
    }
  | {
      readonly op: 'shift';
      readonly dir: 'left' | 'right';
      readonly sreg: Reg;
      readonly dreg: Reg;
      readonly len: number;
      readonly bits: number;
    }
  | {
      readonly op: 'bitwise reg';
      readonly how: 'and' | 'or' | 'xor';
      readonly sreg: Reg;
      readonly sreg2: Reg;
      readonly dreg: Reg;
      readonly len: number;
    }
  | {
      readonly op: 'byteorder';
      readonly how: 'hton' | 'ntoh';
      readonly sreg: Reg;
      readonly dreg: Reg;
      readonly len: number;
      readonly size: number;
    }
  | {
      readonly op: 'lookup';
      readonly sreg: Reg;
      readonly set: string;
      readonly invert: boolean;
      /** Maps only; register 0 for verdict maps. */
      readonly dreg?: Reg;
    }
  | {
      readonly op: 'dynset';
      readonly how: 'add' | 'update' | 'delete';
      readonly set: string;
      readonly sregKey: Reg;
      readonly sregData?: Reg;
      /** Milliseconds; absent when the statement gives none. */
      readonly timeout?: number;
      readonly exprs: readonly Expr[];
    }
  | ({ readonly op: 'counter' } & CounterState)
  | {
      readonly op: 'limit';
      readonly rate: bigint;
      readonly unit: LimitUnit;
      readonly burst: number;
      readonly type: 'packets' | 'bytes';
      readonly over: boolean;
      bucket?: { tokens: bigint; last: Nanos };
    }
  | { readonly op: 'quota'; readonly bytes: bigint; readonly over: boolean; consumed: bigint }
  | { readonly op: 'last'; set?: Nanos }
  | {
      readonly op: 'connlimit';
      readonly count: number;
      readonly over: boolean;
      live?: readonly number[];
    }
  | {
      readonly op: 'log';
      readonly prefix?: string;
      readonly level?: number;
      readonly logflags?: number;
      readonly group?: number;
      readonly snaplen?: number;
      readonly qthreshold?: number;
    }
  | { readonly op: 'reject'; readonly type: 'icmp' | 'tcp-reset' | 'icmpx'; readonly code: number }
  | {
      readonly op: 'nat';
      readonly type: 'snat' | 'dnat';
      readonly family: 'ip' | 'ip6';
      readonly addrMin?: Reg;
      readonly addrMax?: Reg;
      readonly protoMin?: Reg;
      readonly protoMax?: Reg;
      readonly flags: number;
    }
  | {
      readonly op: 'masq';
      readonly protoMin?: Reg;
      readonly protoMax?: Reg;
      readonly flags: number;
    }
  | {
      readonly op: 'redir';
      readonly protoMin?: Reg;
      readonly protoMax?: Reg;
      readonly flags: number;
    }
  | {
      readonly op: 'tproxy';
      readonly family: 'ip' | 'ip6' | 'unspec';
      readonly addr?: Reg;
      readonly port?: Reg;
    }
  | {
      readonly op: 'fib';
      readonly result: 'oif' | 'oifname' | 'type';
      readonly flags: readonly ('saddr' | 'daddr' | 'mark' | 'iif' | 'oif' | 'present')[];
      readonly dreg: Reg;
    }
  | {
      readonly op: 'rt';
      readonly key: 'classid' | 'nexthop4' | 'nexthop6' | 'tcpmss' | 'ipsec';
      readonly dreg: Reg;
    }
  | {
      readonly op: 'socket';
      readonly key: 'transparent' | 'mark' | 'wildcard' | 'cgroupv2';
      readonly level?: number;
      readonly dreg: Reg;
    }
  | { readonly op: 'osf'; readonly dreg: Reg; readonly ttl: number; readonly version: boolean }
  | {
      readonly op: 'numgen';
      readonly how: 'inc' | 'random';
      readonly modulus: number;
      readonly offset: number;
      readonly dreg: Reg;
      next?: number;
    }
  | {
      readonly op: 'hash';
      readonly how: 'jhash' | 'symhash';
      readonly sreg?: Reg;
      readonly len?: number;
      readonly modulus: number;
      readonly seed?: number;
      readonly offset: number;
      readonly dreg: Reg;
    }
  | { readonly op: 'objref'; readonly type: ObjectType; readonly name: string }
  | { readonly op: 'objref map'; readonly sreg: Reg; readonly set: string }
  | { readonly op: 'dup'; readonly addr?: Reg; readonly dev?: Reg }
  | { readonly op: 'fwd'; readonly dev: Reg; readonly addr?: Reg; readonly family?: 'ip' | 'ip6' }
  | {
      readonly op: 'queue';
      readonly num?: number;
      readonly total?: number;
      readonly sreg?: Reg;
      readonly flags: readonly ('bypass' | 'fanout')[];
    }
  | {
      readonly op: 'synproxy';
      readonly mss: number;
      readonly wscale: number;
      readonly flags: number;
    }
  | {
      readonly op: 'xfrm';
      readonly dir: 'in' | 'out';
      readonly key: 'reqid' | 'spi' | 'saddr4' | 'daddr4' | 'saddr6' | 'daddr6';
      readonly spnum: number;
      readonly dreg: Reg;
    }
  | { readonly op: 'tunnel'; readonly key: 'path' | 'id'; readonly dreg: Reg }
  | {
      readonly op: 'inner';
      readonly type: 'vxlan' | 'geneve' | 'gre' | 'gretap';
      readonly hdrsize: number;
      readonly flags: number;
      readonly expr: Expr;
    }
  | { readonly op: 'flow'; readonly table: string }
  | {
      readonly op: 'match';
      readonly name: string;
      readonly rev: number;
      readonly info: PlainRecord;
      live?: PlainRecord;
    }
  | {
      readonly op: 'target';
      readonly name: string;
      readonly rev: number;
      readonly info: PlainRecord;
      live?: PlainRecord;
    };

export type ExprOf<K extends Expr['op']> = Extract<Expr, { readonly op: K }>;

export interface SetRecord {
  readonly family: Family;
  readonly table: string;
  /** Anonymous sets have their kernel name, such as __set3 or __map0. */
  readonly name: string;
  readonly handle: number;
  flags: readonly (
    | 'anonymous'
    | 'constant'
    | 'interval'
    | 'map'
    | 'timeout'
    | 'dynamic'
    | 'object'
    | 'concat'
  )[];
  /** nftables' datatype number of the key (TYPE_IPADDR = 7 ...), concatenations six bits a part. */
  readonly keyType: number;
  /** Bytes, concatenation parts padded to four. */
  readonly keyLen: number;
  readonly dataType?: number;
  readonly dataLen?: number;
  readonly objectType?: ObjectType;
  /** Milliseconds, as all set timeouts. */
  timeout?: number | undefined;
  gcInterval?: number | undefined;
  size?: number | undefined;
  readonly policy?: 'performance' | 'memory';
  /** Byte lengths of the parts of a concatenated interval key. */
  readonly fieldLens?: readonly number[];
  /** Expressions every element gets (`counter`, `limit` ...). */
  readonly exprs: readonly Expr[];
  /** What nft keeps in userdata: byte orders, `typeof` forms, auto-merge, comment. */
  readonly userdata: PlainRecord;
  /** Rules that use it. */
  references: number;
  comment?: string;
}

/** Keyed in its set by hex of key, `-`, hex of keyEnd, and `$` for an interval end. */
export interface ElementRecord {
  readonly key: Uint8Array;
  /** Closing bound of a concatenated interval. */
  readonly keyEnd?: Uint8Array;
  /** The exclusive end of an rbtree interval. */
  readonly intervalEnd?: boolean;
  readonly catchall?: boolean;
  readonly data?: Uint8Array;
  readonly verdict?: Verdict;
  /** Name of a stateful object (object maps). */
  readonly object?: string;
  /** Milliseconds. */
  timeout?: number;
  /** Virtual time at which it is gone. */
  expires?: Nanos;
  exprs: readonly Expr[];
  comment?: string;
  /** nft's userdata flag of an interval that was open at its right end. */
  readonly intervalOpen?: boolean;
}

export type ObjectType =
  | 'counter'
  | 'quota'
  | 'limit'
  | 'ct helper'
  | 'ct timeout'
  | 'ct expectation'
  | 'secmark'
  | 'synproxy'
  | 'tunnel';

export interface ObjectRecord {
  readonly family: Family;
  readonly table: string;
  readonly name: string;
  readonly handle: number;
  readonly type: ObjectType;
  /** counter, quota, limit and synproxy objects hold the expression of the same name. */
  expr?: Expr;
  /** The other kinds: their attributes. */
  readonly config?: PlainRecord;
  references: number;
  comment?: string;
}

export interface FlowtableRecord {
  readonly family: Family;
  readonly table: string;
  readonly name: string;
  readonly handle: number;
  readonly priority: number;
  readonly devices: readonly string[];
  readonly flags: readonly ('offload' | 'counter')[];
  references: number;
}
