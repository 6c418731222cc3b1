/** What a command line says of entries: to be looked for, made or changed. */
import type { Tuple } from '../../src/kernel/conntrack/model.ts';
import type { CommandName } from './errors.ts';
import type { ProtocolHandler } from './protocols.ts';

/** The parts of a tuple that were given. */
export interface TuplePart {
  l3?: Tuple['l3'];
  proto?: number;
  src?: Uint8Array;
  dst?: Uint8Array;
  sport?: number;
  dport?: number;
  icmpType?: number;
  icmpCode?: number;
}

export interface NatPart {
  address?: Uint8Array;
  port?: number;
}

export interface Template {
  readonly orig: TuplePart;
  readonly reply: TuplePart;
  /** --mask-src and --mask-dst, or the masks of -s and -d. */
  readonly mask: TuplePart;
  /** The expected tuple of an expectation. */
  readonly tuple: TuplePart;
  readonly snat: NatPart;
  readonly dnat: NatPart;
  /** Seconds. */
  timeout?: number;
  /** IPS_* bits. */
  status?: number;
  /** What the kernel compares of -u. */
  statusMask: number;
  mark?: { readonly value: number; readonly mask: number };
  state?: string;
  vtags: { orig?: number; reply?: number };
  role?: number;
  zone?: number;
  origZone?: number;
  replyZone?: number;
  id?: number;
}

export const emptyTemplate = (): Template => ({
  orig: {},
  reply: {},
  mask: {},
  tuple: {},
  snat: {},
  dnat: {},
  statusMask: 0,
  vtags: {},
});

export type OutputFlag = 'xml' | 'extended' | 'timestamp' | 'id' | 'ktimestamp' | 'labels' | 'save';
export type EventKind = 'new' | 'update' | 'destroy';

/** A command line, checked. */
export interface Command {
  readonly name: CommandName | undefined;
  readonly table: 'conntrack' | 'expect' | 'dying' | 'unconfirmed';
  /** Letters of the options given. */
  readonly options: ReadonlySet<string>;
  readonly family: Tuple['l3'] | undefined;
  readonly template: Template;
  readonly protocol:
    | { readonly number: number; readonly handler: ProtocolHandler | undefined }
    | undefined;
  readonly output: ReadonlySet<OutputFlag>;
  readonly events: ReadonlySet<EventKind>;
  /** Said on stderr while reading. */
  readonly warnings: readonly string[];
}
