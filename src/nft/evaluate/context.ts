/** What evaluation knows while it goes through a rule (nftables' struct eval_ctx and proto_ctx). */
import type { Family } from '../../kernel/nftables/model.ts';
import type { Expression, Order, PayloadBaseName, SetDeclaration, Statement } from '../ast.ts';
import { invalidType } from '../datatypes/table.ts';
import type { DataType } from '../datatypes/types.ts';
import type { ValueEnv } from '../datatypes/values.ts';
import type { Location } from '../location.ts';
import { inetHeader, netdevHeader, protocol } from '../protocols/table.ts';
import type { Protocol } from '../protocols/types.ts';

/** What a right-hand side is to be. */
export interface Wanted {
  readonly type: DataType;
  readonly order: Order;
  readonly bits: number;
  /** Largest value, when smaller than the bits allow. */
  readonly max?: bigint;
  readonly key?: Expression;
}

export const ANY: Wanted = { type: invalidType, order: undefined, bits: 0 };

export interface ProtocolContext {
  /** What each layer is known to be, and where that was said. */
  readonly layers: Map<PayloadBaseName, { readonly proto: Protocol; readonly loc?: Location }>;
  /** Link layer headers stacked on the first (vlan), in bits. */
  linkOffset: number;
  icmpType?: number;
}

export interface EvalState {
  readonly family: Family;
  readonly table: string;
  readonly env: ValueEnv;
  protocols: ProtocolContext;
  /** Statements so far, implied ones among them. */
  out: Statement[];
  findSet(name: string): SetDeclaration | undefined;
  /** An anonymous set of a rule; it is added before the rule. */
  addAnonymous(set: SetDeclaration): void;
  /** A set a `meter` statement makes. */
  addMeter(set: SetDeclaration): void;
  addChain(statement: Statement & { kind: 'chain' }): void;
  suggestSet(name: string): string | undefined;
}

/** The context at the start of a rule. */
export function freshProtocols(family: Family): ProtocolContext {
  const layers: ProtocolContext['layers'] = new Map();
  if (family === 'ip' || family === 'ip6' || family === 'arp')
    layers.set('network', { proto: protocol(family) });
  if (family === 'bridge') layers.set('link', { proto: protocol('ether') });
  if (family === 'inet') layers.set('link', { proto: inetHeader });
  if (family === 'netdev') layers.set('link', { proto: netdevHeader });
  return { layers, linkOffset: 0 };
}
