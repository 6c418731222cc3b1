/** Text to commands. */
import type { Command, Scope } from '../ast.ts';
import type { Location, Message, Source } from '../location.ts';
import { blockActions } from './actions/commands.ts';
import { expressionActions } from './actions/expressions.ts';
import type { ParseState } from './actions/state.ts';
import { statementActions } from './actions/statements.ts';
import { type Actions, runParser } from './parser.ts';
import { Scanner } from './scanner.ts';

export interface Parsed {
  readonly commands: readonly Command[];
  readonly messages: Message[];
  /** False when anything was wrong. */
  readonly ok: boolean;
}

export interface ParseEnv {
  /** The variables of the session (`-D`, earlier `define`s of an interactive one). */
  readonly scope: Scope;
  include(pattern: string, loc: Location, from: Source): readonly Source[] | string;
  /** Words that stand beside the text. */
  readonly words?: readonly string[];
}

/** Reads all commands of a source; those that could be read are there even when others had errors. */
export function parse(source: Source, env: ParseEnv): Parsed {
  const messages: Message[] = [];
  const state: ParseState = { scope: env.scope, commands: [], errors: 0, include: env.include };
  const actions: Actions = new Map([
    ...blockActions(state),
    ...statementActions(state),
    ...expressionActions(state),
  ]);
  const finished = runParser(new Scanner(source, env.words), actions, messages);
  return { commands: state.commands, messages, ok: finished && messages.length === 0 };
}
