/** Failures of a rule's words, as xtables_error tells them apart; the tool adds its banner and the closing lines. */

/** `parameter` ends with the "Try" line (exit 2), `version` with "Perhaps ... upgraded" (3), `resource` is the kernel's (4). */
export type Problem = 'other' | 'parameter' | 'version' | 'resource';

export class XtablesError extends Error {
  override readonly name = 'XtablesError';
  readonly problem: Problem;
  constructor(problem: Problem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** Stops with a message about the words of the command. A message that upstream ends with a newline keeps it. */
export function parameterProblem(message: string): never {
  throw new XtablesError('parameter', message);
}
