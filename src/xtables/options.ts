/**
 * The option engine: extensions list their options in a table, the engine parses the values and words the errors.
 * Modelled on libxtables' xtables_option_entry; texts are those of iptables 1.8.11.
 */
import type { Hosts } from '../base/hosts.ts';
import type { Draft } from '../kernel/model.ts';
import { parameterProblem } from './errors.ts';
import type { HostMask, XtFamily } from './names.ts';
import { readValue } from './values.ts';

/** Both ends of a range; a single value is both. `single` says it was written as one. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly single: boolean;
}

export interface BigRange {
  readonly from: bigint;
  readonly to: bigint;
  readonly single: boolean;
}

export interface Masked {
  readonly value: number;
  readonly mask: number;
  /** False when no mask was written. */
  readonly masked: boolean;
}

/** What an option of each type is worth to `parse`. */
export interface ValueTypes {
  none: undefined;
  u8: number;
  u16: number;
  u32: number;
  u64: bigint;
  'u8 range': Range;
  'u16 range': Range;
  'u32 range': Range;
  'u64 range': BigRange;
  /** As 'u16 range'. */
  range: Range;
  double: number;
  string: string;
  /** An address, by name, too. */
  host: Uint8Array;
  hostmask: HostMask;
  /** Prefix length. */
  plen: number;
  /** A mask or prefix length. */
  plenmask: Uint8Array;
  protocol: number;
  port: number;
  'port range': Range;
  /** `value[/mask]`, 32 bits; without a mask it is all ones. */
  mark: Masked;
  /** Syslog level. */
  syslog: number;
  /** `value[/mask]` or a name; TOS. Without a mask it is 0xff for numbers and 0x3f for names. */
  tosmask: Masked;
  mac: Uint8Array;
  macmask: HostMask;
}

export type ValueType = keyof ValueTypes;

/** What a hand-written reader sees beside the text. */
export interface OptionCall {
  /** Name of the extension. */
  readonly extension: string;
  /** Name of the option, the first where it has several. */
  readonly option: string;
  readonly invert: boolean;
  readonly env: ParseEnv;
  /** The option (of this extension) was given before. */
  seen(option: string): boolean;
  /** How often the option was given before. */
  count(option: string): number;
  /** Takes one more word of the command line, unless it begins like an option or with `!`; for options with two arguments. */
  next(): string | undefined;
}

/** What parsing may know besides the words. */
export interface ParseEnv {
  readonly family: XtFamily;
  /** What `-p` has said so far; 0 for all. */
  readonly proto: number;
  readonly protoInvert: boolean;
  readonly hosts: Hosts;
  readonly lab: Pick<Draft, 'ipsets' | 'host'>;
  /** A line for stderr that does not stop the command. */
  warn(text: string): void;
}

export interface OptionSpec {
  readonly type: ValueType;
  /** Other names of the same option. Messages use the first. */
  readonly aliases?: readonly string[];
  readonly required?: boolean;
  readonly invertible?: boolean;
  /** May be repeated: `parse` gets all of them. */
  readonly multi?: boolean;
  /** May not be given together with these. */
  readonly excludes?: readonly string[];
  /** Needs these, too. */
  readonly also?: readonly string[];
  /** Bounds of numbers (inclusive), or of the length of strings in bytes. */
  readonly min?: number | bigint;
  readonly max?: number | bigint;
  /** Strings: bytes kept, the rest is cut off silently (size of the field less one). */
  readonly keep?: number;
  /** Ports: the protocol whose services count. */
  readonly proto?: string;
  /**
   * Reads the text at once, instead of the type's own reader (`none` then means: no argument). Throws
   * parameterProblem. With `own: true` the engine leaves even repetition and `!` to it, as options of parsers older than
   * the engine do.
   */
  readonly read?: (text: string, call: OptionCall) => unknown;
  readonly own?: boolean;
}

export type OptionTable = { readonly [name: string]: OptionSpec };

type ValueOf<S> = S extends { readonly read: (...args: never[]) => infer R }
  ? R
  : S extends { readonly type: infer T extends ValueType }
    ? ValueTypes[T]
    : never;

/** One occurrence on the command line. */
export interface Given<V> {
  readonly value: V;
  readonly invert: boolean;
}

type Field<S> = S extends { readonly multi: true }
  ? readonly Given<ValueOf<S>>[]
  : S extends { readonly required: true }
    ? Given<ValueOf<S>>
    : Given<ValueOf<S>> | undefined;

/** What `parse` gets: the last occurrence by option, all for `multi`, never undefined for `required`. */
export type Options<T extends OptionTable> = { readonly [K in keyof T]: Field<T[K]> };

/** The options of one loaded extension while a command line is read. */
export class OptionReader {
  readonly name: string;
  readonly table: OptionTable;
  readonly #given = new Map<string, Given<unknown>[]>();

  constructor(name: string, table: OptionTable) {
    this.name = name;
    this.table = table;
  }

  /** One occurrence (xtables_option_parse). `next` takes a further word of the command line. */
  give(
    option: string,
    text: string | undefined,
    invert: boolean,
    env: ParseEnv,
    next: () => string | undefined,
  ): void {
    const spec = this.table[option];
    if (!spec) throw new Error(`${this.name} has no option "${option}"`);
    const before = this.#given.get(option) ?? [];
    if (!spec.own) this.#check(option, spec, before.length > 0, invert);
    const call: OptionCall = {
      extension: this.name,
      option,
      invert,
      env,
      seen: (other) => this.#given.has(other),
      count: (other) => this.#given.get(other)?.length ?? 0,
      next,
    };
    const value = spec.read ? spec.read(text ?? '', call) : readValue(spec, text ?? '', call);
    this.#given.set(option, [...before, { value, invert }]);
  }

  #check(option: string, spec: OptionSpec, repeated: boolean, invert: boolean): void {
    const say = (rest: string) => parameterProblem(`${this.name}: option "--${option}" ${rest}.\n`);
    if (repeated && !spec.multi) say('can only be used once');
    if (invert && !spec.invertible) say('cannot be inverted');
  }

  /** The option was given. */
  has(option: string): boolean {
    return this.#given.has(option);
  }

  /** The value given last. */
  value(option: string): unknown {
    return this.#given.get(option)?.at(-1)?.value;
  }

  /** xtables_options_fcheck: required, also, excludes. */
  finish(): void {
    const fail = (rest: string) => parameterProblem(`${this.name}: option ${rest}`);
    for (const [option, spec] of Object.entries(this.table)) {
      if (!this.#given.has(option)) {
        if (spec.required) fail(`"--${option}" must be specified\n`);
        continue;
      }
      for (const other of Object.keys(this.table)) {
        if (other === option) continue;
        if (spec.also?.includes(other) && !this.#given.has(other))
          fail(`"--${option}" also requires "--${other}".\n`);
        if (spec.excludes?.includes(other) && this.#given.has(other))
          fail(`"--${option}" cannot be used together with "--${other}".\n`);
      }
    }
  }

  /** What was given, in the shape `parse` expects. */
  values(): { readonly [option: string]: unknown } {
    const out: { [option: string]: unknown } = {};
    for (const [option, spec] of Object.entries(this.table)) {
      const all = this.#given.get(option) ?? [];
      out[option] = spec.multi ? all : all.at(-1);
    }
    return out;
  }
}
