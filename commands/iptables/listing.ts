/** -L and -S. */
import type { Hosts } from '../../src/base/hosts.ts';
import type { Output } from '../../src/base/ports.ts';
import { XtablesError } from '../../src/xtables/errors.ts';
import type { Lifted } from '../../src/xtables/lift.ts';
import { printHeading, printRule } from '../../src/xtables/list.ts';
import type { XtRule } from '../../src/xtables/rule.ts';
import { saveRule } from '../../src/xtables/save.ts';
import type { ChainView, Tables } from './backend.ts';
import type { CommandLine } from './command-line.ts';
import { type Program, Refused } from './program.ts';

/** Where listings go, and what they need. */
export interface Screen {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly hosts: Hosts;
  readonly program: Program;
}

/** The rule, or the tool's complaints about its expressions. */
export function readable({ rule, errors }: Lifted, { stderr }: Pick<Screen, 'stderr'>): XtRule {
  for (const error of errors) stderr.write(`Error: ${error}\n`);
  if (errors.length > 0) throw new XtablesError('version', 'Parsing nftables rule failed');
  return rule;
}

function checkCompatible(backend: Tables, table: string, chain: string | undefined): void {
  if (backend.isCompatible(table, chain)) return;
  const what = chain === undefined ? '' : `chain \`${chain}' in `;
  throw new XtablesError('other', `${what}table \`${table}' is incompatible, use 'nft' tool.`);
}

/** The chains asked for; ends the command when there is no such chain. */
function chosen(backend: Tables, { table, chain }: CommandLine): readonly ChainView[] {
  if (chain === undefined) return backend.chains(table);
  const view = backend.chain(table, chain);
  if (!view) throw new Refused('No chain/target/match by that name');
  return [view];
}

const rulesOf = (backend: Tables, table: string, { record, name }: ChainView) =>
  record ? backend.rules(table, name) : [];

function warnTainted(backend: Tables, { table, chain }: CommandLine, { stdout }: Screen): void {
  if (chain === undefined && backend.isTainted(table))
    stdout.write(
      `# Table \`${table}' contains incompatible base-chains, use 'nft' tool to list them.\n`,
    );
}

export function listRules(backend: Tables, command: CommandLine, screen: Screen): void {
  const { table, number } = command;
  checkCompatible(backend, table, command.chain);
  const chains = chosen(backend, command);
  warnTainted(backend, command, screen);
  const format = {
    numeric: command.numeric,
    verbose: command.verbose > 0,
    exact: command.exact,
    lineNumbers: command.lineNumbers,
    hosts: screen.hosts,
    warn: (text: string) => screen.stderr.write(text),
  };
  for (const [i, chain] of chains.entries()) {
    if (i > 0) screen.stdout.write('\n');
    if (number === undefined) screen.stdout.write(printHeading(chain, format));
    for (const [at, rule] of rulesOf(backend, table, chain).entries())
      if (number === undefined || at === number - 1)
        screen.stdout.write(printRule(readable(backend.lift(rule), screen), at + 1, format));
  }
}

export function saveRules(backend: Tables, command: CommandLine, screen: Screen): void {
  const { table, number } = command;
  const { stdout } = screen;
  const warn = (text: string) => screen.stderr.write(text);
  checkCompatible(backend, table, command.chain);
  const chains = chosen(backend, command);
  warnTainted(backend, command, screen);
  const counters = command.verbose > 0;
  if (number === undefined) for (const chain of chains) stdout.write(saveChain(chain, counters));
  for (const chain of chains)
    for (const [at, rule] of rulesOf(backend, table, chain).entries())
      if (number === undefined || at === number - 1) {
        const words = saveRule(readable(backend.lift(rule), screen), { counters, warn });
        stdout.write(`-A ${chain.name}${words}\n`);
      }
}

function saveChain({ name, policy, counters }: ChainView, counted: boolean): string {
  if (policy === undefined) return `-N ${name}\n`;
  return `-P ${name} ${policy}${counted ? ` -c ${counters.packets} ${counters.bytes}` : ''}\n`;
}
