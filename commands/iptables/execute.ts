/** Carries out a parsed command (do_commandx in iptables' xtables.c). */
import { NotEmulated } from '../../src/base/errors.ts';
import type { Expr } from '../../src/kernel/nftables/model.ts';
import { printRule } from '../../src/xtables/list.ts';
import { lowerRule } from '../../src/xtables/lower.ts';
import type { XtRule } from '../../src/xtables/rule.ts';
import type { Backend } from './backend.ts';
import type { CommandLine } from './command-line.ts';
import { listRules, readable, type Screen, saveRules } from './listing.ts';
import { versionProblem } from './program.ts';
import { builtinChains } from './tables.ts';

/** Throws what the tool reports. */
export function execute(command: CommandLine, backend: Backend, screen: Screen): void {
  const { letter, table, number } = command;
  // The tool then prints its netlink objects, too.
  if (command.verbose > 1) throw new NotEmulated('-v given twice');
  if (!builtinChains(table)) versionProblem(`table '${table}' does not exist`);
  const chain = command.chain ?? '';
  const each = (act: (rule: XtRule) => readonly Expr[]) => {
    for (const rule of command.rules) {
      backend.checkJump(table, command.jumpTo);
      tell(command, screen, backend, act(rule));
    }
  };
  switch (letter) {
    case 'A':
      each((rule) => backend.append(table, chain, rule));
      return;
    case 'I':
      each((rule) => backend.insert(table, chain, rule, number ?? 1));
      return;
    case 'R':
      replaceFirst(command, backend, screen);
      return;
    case 'D':
      if (number !== undefined) backend.deleteNumber(table, chain, number);
      else each((rule) => deleteLike(rule, table, chain, backend));
      return;
    case 'C':
      each((rule) => backend.find(table, chain, canonicalize(rule, backend)).exprs);
      return;
    case 'L':
    case 'S':
      (letter === 'L' ? listRules : saveRules)(backend, command, screen);
      if (command.zero) zero(command, backend, screen);
      return;
    case 'F':
      flush(command, backend, screen);
      return;
    case 'Z':
      zero(command, backend, screen);
      return;
    case 'N':
      backend.newChain(table, chain);
      return;
    case 'X':
      deleteChains(command, backend, screen);
      return;
    case 'E':
      backend.rename(table, chain, command.newName ?? '');
      return;
    case 'P':
      backend.policy(table, chain, command.policy ?? '');
  }
}

function deleteLike(rule: XtRule, table: string, chain: string, backend: Backend): readonly Expr[] {
  const canonical = canonicalize(rule, backend);
  const { exprs } = backend.find(table, chain, canonical);
  backend.delete(table, chain, canonical);
  return exprs;
}

/** Rules are compared as they come back from the kernel. */
const canonicalize = (rule: XtRule, backend: Backend): XtRule =>
  backend.lift({ handle: 0, exprs: lowerRule(rule) }).rule;

/** `-v` shows the rule, as it reads from its expressions. */
function tell(
  { verbose }: CommandLine,
  screen: Screen,
  backend: Backend,
  exprs: readonly Expr[],
): void {
  if (verbose === 0) return;
  const rule = readable(backend.lift({ handle: 0, exprs }), screen);
  const format = {
    numeric: true,
    verbose: true,
    exact: false,
    lineNumbers: false,
    hosts: screen.hosts,
    loose: true,
  };
  screen.stdout.write(printRule(rule, 0, format));
}

function replaceFirst(command: CommandLine, backend: Backend, screen: Screen): void {
  const { table, chain = '', number = 1, rules, jumpTo } = command;
  const [rule] = rules;
  if (!rule) throw new Error('-R without a rule');
  backend.checkJump(table, jumpTo);
  tell(command, screen, backend, backend.replace(table, chain, rule, number));
}

function flush({ table, chain, verbose }: CommandLine, backend: Backend, screen: Screen): void {
  if (chain === undefined && verbose === 0) {
    backend.flushTable(table);
    return;
  }
  const names = chain === undefined ? backend.chains(table).map((c) => c.name) : [chain];
  for (const name of names) {
    backend.flush(table, name);
    if (verbose > 0) screen.stdout.write(`Flushing chain \`${name}'\n`);
  }
}

function zero(command: CommandLine, backend: Backend, screen: Screen): void {
  const { table, chain, number, verbose } = command;
  if (chain !== undefined && number !== undefined) {
    backend.zeroNumber(table, chain, number);
    return;
  }
  const names = chain === undefined ? backend.chains(table).map((c) => c.name) : [chain];
  for (const name of names) {
    backend.zero(table, name);
    if (verbose > 0) screen.stdout.write(`Zeroing chain \`${name}'\n`);
  }
}

function deleteChains(
  { table, chain, verbose }: CommandLine,
  backend: Backend,
  screen: Screen,
): void {
  const each = (name: string) => {
    if (verbose > 0) screen.stdout.write(`Deleting chain \`${name}'\n`);
  };
  if (chain === undefined) {
    backend.deleteChains(table, each);
    return;
  }
  const view = backend.chain(table, chain);
  if (view?.record && view.policy === undefined) each(chain);
  backend.deleteChain(table, chain);
}
