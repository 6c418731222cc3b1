/** What an emulated tool is: a function from a call to an exit code. */
import type { Clock, Files, Input, Output } from '../src/base/ports.ts';
import type { Store } from '../src/kernel/model.ts';

/** The outside world as a tool sees it. `bin/` makes the real one, tests and replay make others. */
export interface Ports {
  readonly store: Store;
  readonly files: Files;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The moment the command starts, on the machine's clock; the lab's clock is made from it. */
  readonly wall: Clock;
  /** hosts(5) text of the lab: names come from here and nowhere else. */
  readonly hosts: string;
  /** Environment variables a real tool reads (XTABLES_LOCKFILE, IPSET_..., NFT_...); not the host's whole environment. */
  readonly env: ReadonlyMap<string, string>;
}

export interface Call extends Ports {
  /** The name it was called by, such as ip6tables-save: several names share a program. */
  readonly name: string;
  /** Arguments without the name. */
  readonly argv: readonly string[];
}

/** Returns the exit code. Throws only NotEmulated, ToolError (dispatch words them) and errors that are our own bugs. */
export type Tool = (call: Call) => number;
