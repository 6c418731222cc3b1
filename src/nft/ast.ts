/**
 * The nodes of the nft language. The parser makes them; evaluation fills in types, lengths and byte orders; listing makes
 * them again from kernel expressions. `bits` is the length of a value, 0 while unknown.
 */
import type { ExprOf, Family, HookName, ObjectType, SetRecord } from '../kernel/nftables/model.ts';
import type { DataType } from './datatypes/types.ts';
import type { Location } from './location.ts';
import type { Field, Protocol } from './protocols/types.ts';

export type Order = 'host' | 'big' | undefined;
export type BinaryOp = '&' | '|' | '^' | '<<' | '>>';
export type RelationalOp = '==' | '!=' | '<' | '>' | '<=' | '>=' | '!' | undefined;

interface Node {
  loc: Location;
  type: DataType;
  order: Order;
  bits: number;
}

export interface SymbolNode extends Node {
  readonly kind: 'symbol';
  readonly name: string;
  /** `@name`. */
  readonly set: boolean;
}
export interface ValueNode extends Node {
  readonly kind: 'value';
  value: bigint;
}
export interface VerdictNode extends Node {
  readonly kind: 'verdict';
  readonly code: 'accept' | 'drop' | 'continue' | 'jump' | 'goto' | 'return';
  chain?: Expression | undefined;
}
export interface PrefixNode extends Node {
  readonly kind: 'prefix';
  expr: Expression;
  readonly length: number;
}
export interface RangeNode extends Node {
  readonly kind: 'range';
  from: Expression;
  to: Expression;
}
export interface ListNode extends Node {
  readonly kind: 'list' | 'concat';
  items: Expression[];
}
export interface SetNode extends Node {
  readonly kind: 'set';
  items: Expression[];
}
export interface ElementNode extends Node {
  readonly kind: 'element';
  key: Expression;
  timeout?: number | 'never';
  expires?: number;
  comment?: string;
  statements: Statement[];
}
export interface MappingNode extends Node {
  readonly kind: 'mapping';
  left: Expression;
  right: Expression;
}
export interface MapNode extends Node {
  readonly kind: 'map';
  key: Expression;
  mappings: Expression;
}
export interface BinaryNode extends Node {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  left: Expression;
  right: Expression;
}
export interface RelationalNode extends Node {
  readonly kind: 'relational';
  op: RelationalOp;
  left: Expression;
  right: Expression;
}
export interface PayloadNode extends Node {
  readonly kind: 'payload';
  /** Absent for raw payload. */
  proto?: Protocol | undefined;
  field?: Field | undefined;
  base: PayloadBaseName;
  /** In bits. */
  offset: number;
  inner?: Protocol | undefined;
}
export type PayloadBaseName = 'link' | 'network' | 'transport' | 'inner';
export interface ExthdrNode extends Node {
  readonly kind: 'exthdr';
  readonly family: 'ipv6' | 'tcpopt' | 'ipv4' | 'sctp' | 'dccp';
  /** Words of the language: header or option, and field. */
  readonly header: string;
  readonly field: string;
  readonly number: number;
  /** In bits. */
  offset: number;
  readonly present: boolean;
  readonly raw?: boolean;
}
export interface MetaNode extends Node {
  readonly kind: 'meta';
  readonly key: string;
}
export interface CtNode extends Node {
  readonly kind: 'ct';
  key: string;
  readonly dir?: 'original' | 'reply' | undefined;
  /** `ct original ip saddr`. */
  readonly l3?: 'ip' | 'ip6' | undefined;
}
export interface SocketNode extends Node {
  readonly kind: 'socket';
  readonly key: 'transparent' | 'mark' | 'wildcard' | 'cgroupv2';
  readonly level: number;
}
export interface RtNode extends Node {
  readonly kind: 'rt';
  key: 'classid' | 'nexthop4' | 'nexthop6' | 'tcpmss' | 'ipsec';
  readonly bare: boolean;
}
export interface FibNode extends Node {
  readonly kind: 'fib';
  readonly flags: readonly string[];
  readonly result: 'oif' | 'oifname' | 'type';
}
export interface OsfNode extends Node {
  readonly kind: 'osf';
  readonly ttl: 'strict' | 'loose' | 'skip';
  readonly version: boolean;
}
export interface NumgenNode extends Node {
  readonly kind: 'numgen';
  readonly how: 'inc' | 'random';
  readonly modulus: number;
  readonly offset: number;
}
export interface HashNode extends Node {
  readonly kind: 'hash';
  readonly how: 'jhash' | 'symhash';
  expr?: Expression | undefined;
  readonly modulus: number;
  readonly seed?: number | undefined;
  readonly offset: number;
}
export interface XfrmNode extends Node {
  readonly kind: 'xfrm';
  readonly dir: 'in' | 'out';
  readonly spnum: number;
  readonly key: 'reqid' | 'spi' | 'saddr4' | 'daddr4' | 'saddr6' | 'daddr6';
}
export interface SetRefNode extends Node {
  readonly kind: 'setref';
  readonly set: SetDeclaration;
}
export interface CatchallNode extends Node {
  readonly kind: 'catchall';
}

export type Expression =
  | SymbolNode
  | ValueNode
  | VerdictNode
  | PrefixNode
  | RangeNode
  | ListNode
  | SetNode
  | ElementNode
  | MappingNode
  | MapNode
  | BinaryNode
  | RelationalNode
  | PayloadNode
  | ExthdrNode
  | MetaNode
  | CtNode
  | SocketNode
  | RtNode
  | FibNode
  | OsfNode
  | NumgenNode
  | HashNode
  | XfrmNode
  | SetRefNode
  | CatchallNode;

/** A set as evaluation knows it: declared in this batch, or in the ruleset. */
export interface SetDeclaration {
  readonly family: Family;
  readonly table: string;
  /** Anonymous sets get theirs from the kernel. */
  name: string;
  flags: Set<SetRecord['flags'][number]>;
  key: Expression;
  data?: Expression | undefined;
  objectType?: ObjectType | undefined;
  timeout?: number | undefined;
  gcInterval?: number | undefined;
  size?: number | undefined;
  policy?: 'performance' | 'memory' | undefined;
  autoMerge: boolean;
  statements: Statement[];
  comment?: string | undefined;
  init?: SetNode | undefined;
  /** `typeof` was used: the words of key and data are kept. */
  typeOf: boolean;
  loc: Location;
}

export interface LimitNode {
  readonly kind: 'limit';
  loc: Location;
  rate: bigint;
  unit: 'second' | 'minute' | 'hour' | 'day' | 'week';
  burst: number;
  type: 'packets' | 'bytes';
  over: boolean;
}
export interface LogNode {
  readonly kind: 'log';
  loc: Location;
  prefix?: string;
  group?: number;
  snaplen?: number;
  threshold?: number;
  level?: number;
  flags: number;
}
export interface RejectNode {
  readonly kind: 'reject';
  loc: Location;
  type?: 'icmp' | 'icmpv6' | 'icmpx' | 'tcp-reset';
  expr?: Expression | undefined;
  /** As lowered. */
  code?: number;
}
export interface NatNode {
  readonly kind: 'nat';
  loc: Location;
  readonly type: 'snat' | 'dnat' | 'masquerade' | 'redirect';
  family?: 'ip' | 'ip6';
  addr?: Expression | undefined;
  port?: Expression | undefined;
  flags: number;
  concat?: boolean;
  prefix?: boolean;
}
export interface TproxyNode {
  readonly kind: 'tproxy';
  loc: Location;
  family?: 'ip' | 'ip6' | undefined;
  addr?: Expression | undefined;
  port?: Expression | undefined;
}
export interface SynproxyNode {
  readonly kind: 'synproxy';
  loc: Location;
  mss?: number;
  wscale?: number;
  timestamp: boolean;
  sackPerm: boolean;
}
export interface QueueNode {
  readonly kind: 'queue';
  loc: Location;
  queue?: Expression;
  flags: Set<'bypass' | 'fanout'>;
}
export interface ObjrefNode {
  readonly kind: 'objref';
  loc: Location;
  readonly type: ObjectType;
  expr: Expression;
}
export interface SetStatementNode {
  readonly kind: 'set';
  loc: Location;
  readonly op: 'add' | 'update' | 'delete';
  key: ElementNode;
  data?: ElementNode | undefined;
  set: Expression;
  statements: Statement[];
}
export interface MeterNode {
  readonly kind: 'meter';
  loc: Location;
  readonly name: string;
  readonly size: number;
  key: ElementNode;
  statement: Statement;
}

export type Statement =
  | { readonly kind: 'match'; loc: Location; expr: Expression }
  | { readonly kind: 'verdict'; loc: Location; expr: Expression }
  | { readonly kind: 'counter'; loc: Location; packets: bigint; bytes: bigint }
  | { readonly kind: 'last'; loc: Location; used?: bigint }
  | {
      readonly kind: 'quota';
      loc: Location;
      bytes: bigint;
      used: bigint;
      over: boolean;
    }
  | { readonly kind: 'connlimit'; loc: Location; count: number; over: boolean }
  | LimitNode
  | LogNode
  | RejectNode
  | NatNode
  | TproxyNode
  | SynproxyNode
  | QueueNode
  | ObjrefNode
  | SetStatementNode
  | MeterNode
  | { readonly kind: 'dup'; loc: Location; to?: Expression; dev?: Expression | undefined }
  | {
      readonly kind: 'fwd';
      loc: Location;
      dev: Expression;
      addr?: Expression | undefined;
      family?: 'ip' | 'ip6' | undefined;
    }
  | { readonly kind: 'meta set'; loc: Location; key: string; expr: Expression }
  | {
      readonly kind: 'ct set';
      loc: Location;
      key: string;
      dir?: 'original' | 'reply' | undefined;
      expr: Expression;
    }
  | { readonly kind: 'payload set'; loc: Location; target: Expression; expr: Expression }
  | { readonly kind: 'exthdr reset'; loc: Location; target: ExthdrNode }
  | { readonly kind: 'notrack'; loc: Location }
  | { readonly kind: 'flow'; loc: Location; name: string }
  | {
      readonly kind: 'chain';
      loc: Location;
      jump: 'jump' | 'goto';
      chain: ChainBlock;
      name?: string;
    }
  | {
      readonly kind: 'xt';
      loc: Location;
      expr: ExprOf<'match'> | ExprOf<'target'>;
      /** In nft's words; undefined where there are none. */
      text?: string | undefined;
    };

export interface RuleNode {
  readonly loc: Location;
  statements: Statement[];
  comment?: string;
}

export interface Identifier {
  readonly name: string;
  readonly loc: Location;
}

/** What a command names. */
export interface Spec {
  readonly family: Family | undefined;
  readonly table?: Identifier | undefined;
  readonly item?: Identifier | undefined;
  readonly handle?: { readonly id: bigint; readonly loc: Location } | undefined;
  readonly position?: { readonly id: bigint; readonly loc: Location } | undefined;
  readonly index?: { readonly id: bigint; readonly loc: Location } | undefined;
}

export interface Priority {
  loc: Location;
  /** A number, or a name with an offset. */
  readonly name?: string;
  readonly value: number;
  readonly bad?: boolean;
}

export interface ChainBlock {
  readonly block: 'chain';
  loc?: Location;
  hookLoc?: Location;
  base?: {
    readonly type: string;
    readonly typeLoc: Location;
    readonly hook: HookName;
    readonly hookLoc: Location;
    readonly priority: Priority;
    readonly loc: Location;
  };
  devices?: readonly Identifier[] | undefined;
  policy?: { readonly verdict: string; readonly loc: Location };
  offload: boolean;
  comment?: string;
  rules: RuleNode[];
  scope: Scope;
}

export interface SetBlock {
  readonly block: 'set';
  readonly map: boolean;
  loc?: Location;
  key?: Expression;
  data?: Expression;
  typeOf: boolean;
  objectType?: ObjectType;
  dataInterval: boolean;
  flags: Set<SetRecord['flags'][number]>;
  timeout?: number;
  gcInterval?: number;
  size?: number;
  policy?: 'performance' | 'memory';
  autoMerge: boolean;
  statements: Statement[];
  init?: Expression;
  comment?: string;
}

export interface ObjectBlock {
  readonly block: 'object';
  type?: ObjectType;
  comment?: string;
  counter: { packets: bigint; bytes: bigint };
  quota: { bytes: bigint; used: bigint; over: boolean };
  limit?: LimitNode;
  synproxy: { mss: number; wscale: number; timestamp: boolean; sackPerm: boolean };
  helper?: string;
  protocol?: 'tcp' | 'udp';
  l3proto?: Family;
  policy: { readonly state: string; readonly seconds: number; readonly loc: Location }[];
  dport?: number;
  timeout?: number;
  size?: number;
}

export interface FlowtableBlock {
  readonly block: 'flowtable';
  loc?: Location;
  hook?: string;
  priority?: Priority;
  devices: readonly Identifier[];
  counter: boolean;
  offload: boolean;
  comment?: string;
}

export interface TableBlock {
  readonly block: 'table';
  flags: Set<'dormant' | 'owner' | 'persist'>;
  comment?: string;
  readonly chains: { readonly id: Identifier; readonly block: ChainBlock }[];
  readonly sets: { readonly id: Identifier; readonly block: SetBlock }[];
  readonly objects: { readonly id: Identifier; readonly block: ObjectBlock }[];
  readonly flowtables: { readonly id: Identifier; readonly block: FlowtableBlock }[];
  scope: Scope;
}

/** Variables of `define`, innermost first. */
export interface Scope {
  readonly parent?: Scope | undefined;
  readonly symbols: Map<string, Expression>;
}

export type Verb =
  | 'add'
  | 'create'
  | 'insert'
  | 'replace'
  | 'delete'
  | 'destroy'
  | 'get'
  | 'list'
  | 'reset'
  | 'flush'
  | 'rename'
  | 'describe'
  | 'monitor'
  | 'import'
  | 'export';

export interface Command {
  loc: Location;
  readonly verb: Verb;
  /** table, chain, rule, set, elements, counter, ... or their plurals. */
  readonly object: string;
  readonly spec: Spec;
  readonly table?: TableBlock;
  readonly chain?: ChainBlock;
  readonly rule?: RuleNode;
  readonly set?: SetBlock;
  readonly elements?: Expression;
  readonly flowtable?: FlowtableBlock;
  readonly item?: ObjectBlock;
  readonly name?: Identifier;
  readonly expr?: Expression;
  readonly words?: readonly string[];
}
