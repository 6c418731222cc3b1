/** Carries out a parsed command (do_commandx in iptables' xtables.c). */
import { NotEmulated } from '../../src/base/errors.ts';
import type { Expr } from '../../src/kernel/nftables/model.ts';
import { printRule } from '../../src/xtables/list.ts';
import type { XtRule } from '../../src/xtables/rule.ts';
import type { Tables } from './backend.ts';
import type { CommandLine } from './command-line.ts';
import { listRules, readable, type Screen, saveRules } from './listing.ts';
import { fetchedRules, watchObjects } from './objects.ts';
import { type Program, versionProblem } from './program.ts';
import { builtinChains } from './tables.ts';

/** Throws what the tool reports. */
export function execute(command: CommandLine, backend: Tables, screen: Screen): void {
  if (command.verbose > 1) executeWatched(command, backend, screen);
  else carryOut(command, backend, screen);
}

/** `-vv`: what goes to the kernel is shown, too; more of it with a third `-v`. */
function executeWatched(command: CommandLine, backend: Tables, screen: Screen): void {
  const { letter, number, verbose } = command;
  const { variant, family } = screen.program;
  if (
    'LSC'.includes(letter) &&
    !command.zero &&
    command.chain !== undefined &&
    variant !== 'legacy'
  ) {
    screen.stdout.write(fetchedRules(command, family, backend));
    carryOut(command, backend, screen);
    return;
  }
  const shown = 'AN'.includes(letter) || (letter === 'I' && number === 1);
  if (!shown || verbose > 2 || variant === 'legacy') throw new NotEmulated('-v given twice');
  const added = watchObjects(command, family, backend);
  carryOut(command, backend, screen);
  screen.stdout.write(added(command.rules.map((rule) => backend.lower(rule))));
}

function carryOut(command: CommandLine, backend: Tables, screen: Screen): void {
  const { letter, table, number } = command;
  if (!builtinChains(table)) noTable(table, screen.program);
  const chain = command.chain ?? '';
  const each = (act: (rule: XtRule) => readonly Expr[]) => {
    for (const rule of command.rules) {
      backend.checkJump({ table, name: command.jumpTo, kind: rule.target.kind });
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
      // The nf_tables variant takes counters here, and forgets them.
      backend.policy(
        table,
        chain,
        command.policy ?? '',
        screen.program.variant === 'legacy' ? command.counters : undefined,
      );
  }
}

function noTable(table: string, { variant, family }: Program): never {
  if (variant === 'nf_tables') versionProblem(`table '${table}' does not exist`);
  const why = 'Table does not exist (do you need to insmod?)';
  const tool = family === 'ip' ? 'iptables' : 'ip6tables';
  return versionProblem(`can't initialize ${tool} table \`${table}': ${why}`);
}

function deleteLike(rule: XtRule, table: string, chain: string, backend: Tables): readonly Expr[] {
  const canonical = canonicalize(rule, backend);
  const { exprs } = backend.find(table, chain, canonical);
  backend.delete(table, chain, canonical);
  return exprs;
}

/** Rules are compared as they come back from the kernel. */
const canonicalize = (rule: XtRule, backend: Tables): XtRule =>
  backend.lift({ handle: 0, exprs: backend.lower(rule) }).rule;

/** `-v` shows the rule, as it reads from its expressions. */
function tell(
  { verbose }: CommandLine,
  screen: Screen,
  backend: Tables,
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
    warn: (text: string) => screen.stderr.write(text),
    loose: true,
  };
  screen.stdout.write(printRule(rule, 0, format));
}

function replaceFirst(command: CommandLine, backend: Tables, screen: Screen): void {
  const { table, chain = '', number = 1, rules, jumpTo } = command;
  const [rule] = rules;
  if (!rule) throw new Error('-R without a rule');
  backend.checkJump({ table, name: jumpTo, kind: rule.target.kind });
  tell(command, screen, backend, backend.replace(table, chain, rule, number));
}

function flush({ table, chain, verbose }: CommandLine, backend: Tables, screen: Screen): void {
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

function zero(command: CommandLine, backend: Tables, screen: Screen): void {
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
  backend: Tables,
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
