/** Headers as data. */
import type { PayloadBaseName } from '../ast.ts';
import type { DataType } from '../datatypes/types.ts';

/** One field: offset and length in bits. */
export interface Field {
  readonly name: string;
  readonly type: DataType;
  readonly offset: number;
  readonly bits: number;
  readonly order?: 'host' | 'big';
  /** The meta key that tells the same (`meta l4proto` for `ip protocol`). */
  readonly meta?: string;
  /** ICMP fields that exist for some types only. */
  readonly needs?: 'echo' | 'mtu' | 'redirect' | 'param-problem' | 'max-delay' | 'taddr' | 'daddr';
}

export interface Protocol {
  readonly name: string;
  readonly base: PayloadBaseName;
  readonly fields: readonly Field[];
  /** The field that names the next protocol, and its values. */
  readonly key?: string;
  readonly next?: readonly (readonly [number, string])[];
  /** Where the checksum of a changed field is, in bytes; pseudo: over the network header, too. */
  readonly checksum?: { readonly offset: number; readonly pseudo: boolean };
  readonly length?: number;
}
