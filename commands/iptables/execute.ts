/** Carries out a parsed command (do_commandx in iptables' xtables.c). */
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
      return each((rule) => backend.append(table, chain, rule));
    case 'I':
      return each((rule) => backend.insert(table, chain, rule, number ?? 1));
    case 'R':
      return replaceFirst(command, backend, screen);
    case 'D':
      if (number !== undefined) return backend.deleteNumber(table, chain, number);
      return each((rule) => {
        const canonical = canonicalize(rule, backend);
        const found = backend.find(table, chain, canonical);
        backend.delete(table, chain, canonical);
        return found.exprs;
      });
    case 'C':
      return each((rule) => backend.find(table, chain, canonicalize(rule, backend)).exprs);
    case 'L':
    case 'S':
      (letter === 'L' ? listRules : saveRules)(backend, command, screen);
      if (command.zero) zero(command, backend, screen);
      return;
    case 'F':
      return flush(command, backend, screen);
    case 'Z':
      return zero(command, backend, screen);
    case 'N':
      return backend.newChain(table, chain);
    case 'X':
      return deleteChains(command, backend, screen);
    case 'E':
      return backend.rename(table, chain, command.newName ?? '');
    case 'P':
      return backend.policy(table, chain, command.policy ?? '');
  }
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
  if (chain !== undefined && number !== undefined) return backend.zeroNumber(table, chain, number);
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
  if (chain === undefined) return backend.deleteChains(table, each);
  const view = backend.chain(table, chain);
  if (view?.record && view.policy === undefined) each(chain);
  backend.deleteChain(table, chain);
}
