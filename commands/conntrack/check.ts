/** Which options a command needs and allows (generic_opt_check). */
import { type CommandName, parameterProblem } from './errors.ts';
import { ALLOWED, CHECKED } from './options.ts';
import { NEED_COLUMNS, type ProtocolField, type ProtocolHandler } from './protocols.ts';

function checkOne(need: string, given: boolean, name: string): void {
  if (!given && need === '1') {
    throw parameterProblem(`You need to supply the \`--${name}' option for this command`);
  }
  if (given && need === '0') {
    throw parameterProblem(`Illegal option \`--${name}' with this command`);
  }
}

/** The general options: all of them are of no use without a command. */
export function checkOptions(command: CommandName | undefined, given: ReadonlySet<string>): void {
  const needs = (command && ALLOWED[command]) ?? '0'.repeat(CHECKED.length);
  for (const [i, [letter, name]] of CHECKED.entries()) {
    checkOne(needs[i] ?? '0', given.has(letter), name);
  }
  if (!needs.includes('3')) return;
  const complete = (a: string, b: string): boolean => given.has(a) && given.has(b);
  if (complete('s', 'd') || complete('r', 'q')) return;
  const reply = !given.has('s') && !given.has('d') && (given.has('r') || given.has('q'));
  throw parameterProblem(
    reply
      ? "you have to specify `--reply-src' and `--reply-dst'"
      : "you have to specify `--src' and `--dst'",
  );
}

const columnOf = (command: CommandName | undefined): number => {
  const name = command === 'add' ? 'create' : command;
  return (NEED_COLUMNS as readonly (CommandName | undefined)[]).indexOf(name);
};

/** The options of the protocol. */
export function checkProtocol(
  command: CommandName | undefined,
  { options, couples }: ProtocolHandler,
  given: ReadonlySet<ProtocolField>,
): void {
  const column = columnOf(command);
  let coupled = false;
  for (const { field, names, needs } of options) {
    const need = column < 0 ? '0' : (needs[column] ?? '0');
    checkOne(need, given.has(field), names[0] ?? '');
    if (need === '3') coupled = true;
  }
  if (!coupled || !couples) return;
  const complete = (side: 'orig' | 'reply'): boolean =>
    given.has(`${side} sport`) && given.has(`${side} dport`);
  if (complete('orig') || complete('reply')) return;
  const some = (side: 'orig' | 'reply'): boolean =>
    given.has(`${side} sport`) || given.has(`${side} dport`);
  const [first, second] = couples[!some('orig') && some('reply') ? 1 : 0];
  throw parameterProblem(`you have to specify \`--${first}' and \`--${second}'`);
}
