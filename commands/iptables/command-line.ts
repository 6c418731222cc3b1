/** What a command line (or a line of a restored file) asks for. */
import type { CounterState } from '../../src/kernel/nftables/model.ts';
import type { XtRule } from '../../src/xtables/rule.ts';

export type CommandLetter =
  | 'A'
  | 'C'
  | 'D'
  | 'R'
  | 'I'
  | 'L'
  | 'S'
  | 'F'
  | 'Z'
  | 'N'
  | 'X'
  | 'E'
  | 'P';

export interface CommandLine {
  /** `-L` and `-S` may come with `-Z`; then this is not Z. */
  readonly letter: CommandLetter;
  /** -Z was given, with or without a rule number. */
  readonly zero: boolean;
  readonly table: string;
  readonly chain: string | undefined;
  /** From 1. */
  readonly number: number | undefined;
  readonly newName: string | undefined;
  readonly policy: string | undefined;
  /** 0, 1, 2 ... */
  readonly verbose: number;
  readonly numeric: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
  /** One for each pair of source and destination. */
  /** The words given, as the tool leaves them: exclamation marks are gone, protocols in small letters. */
  readonly words: readonly string[];
  /** How many of the rules there are for each source. */
  readonly destinations: number;
  readonly rules: readonly XtRule[];
  /** The chain the rules jump or go to, which has to exist. */
  readonly jumpTo: string | undefined;
  readonly counters: CounterState;
}
