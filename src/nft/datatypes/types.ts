/** Data types of the nft language (nftables' datatype.c). */
import type { Order } from '../ast.ts';

/** How values are shown when they are not symbols. */
export type Base =
  | 'integer' // decimal or hexadecimal
  | 'hex'
  | 'string'
  | 'bitmask'
  | 'ether'
  | 'ip'
  | 'ip6'
  | 'service'
  | 'protocol'
  | 'mark'
  | 'boolean'
  | 'time'
  | 'date'
  | 'hour'
  | 'ifindex'
  | 'uid'
  | 'gid'
  | 'handle'
  | 'label'
  | 'verdict'
  | 'concat'
  | 'invalid'
  | 'll';

export interface DataType {
  readonly name: string;
  readonly description: string;
  /** 0: not fixed. */
  readonly bits: number;
  readonly order: Order;
  readonly base: Base;
  /** Number in set descriptions (TYPE_...). */
  readonly number: number;
  /** Names of values, in the order of `nft describe`. */
  readonly symbols?: readonly (readonly [string, number])[];
  /** Values without a symbol are shown in decimal when true, hexadecimal else; as `nft describe` says. */
  readonly decimal?: boolean;
  /** Symbols are read but not written. */
  readonly readOnlySymbols?: boolean;
  /** Parts of a concatenation. */
  readonly parts?: readonly DataType[];
  /** What `describe` says in parentheses about its base types. */
  readonly basetypes?: string;
}
