/** Carries out a parsed command of arptables. */
import type { Hosts } from '../../src/base/hosts.ts';
import type { Output } from '../../src/base/ports.ts';
import { XtablesError } from '../../src/xtables/errors.ts';
import { printCounter } from '../../src/xtables/list.ts';
import type { ChainView } from '../iptables/backend.ts';
import { Refused } from '../iptables/program.ts';
import type { ArpBackend } from './backend.ts';
import type { ArpCommand } from './parse.ts';
import type { ArpRule } from './rule.ts';
import { arpWords } from './words.ts';

export interface ArpScreen {
  readonly stdout: Output;
  readonly hosts: Hosts;
}

/** Throws what the tool reports. */
export function executeArp(command: ArpCommand, backend: ArpBackend, screen: ArpScreen): void {
  const { letter, table, number, chain = '' } = command;
  const each = (act: (rule: ArpRule) => unknown) => {
    for (const rule of command.rules) {
      backend.checkJump({ table, name: command.jumpTo, kind: rule.target.kind });
      act(rule);
      if (command.verbose) tell(rule, backend, screen);
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
      each((rule) => backend.replace(table, chain, rule, number ?? 1));
      return;
    case 'D':
      if (number !== undefined) backend.deleteNumber(table, chain, number);
      else each((rule) => backend.delete(table, chain, canonical(rule, backend)));
      return;
    case 'C':
      each((rule) => backend.find(table, chain, canonical(rule, backend)));
      return;
    case 'L':
    case 'S':
      list(command, backend, screen);
      if (command.zero) zero(command, backend, screen);
      return;
    case 'N':
      backend.newChain(table, chain);
      return;
    case 'E':
      backend.rename(table, chain, command.newName ?? '');
      return;
    case 'P':
      backend.policy(table, chain, command.policy ?? '');
      return;
    case 'F':
      flush(command, backend, screen);
      return;
    case 'Z':
      zero(command, backend, screen);
      return;
    case 'X':
      deleteChains(command, backend, screen);
      return;
    default:
      throw new Error(`command without a meaning: ${letter}`);
  }
}

/** Rules are compared as they come back from the kernel. */
const canonical = (rule: ArpRule, backend: ArpBackend): ArpRule =>
  backend.lift({ handle: 0, exprs: backend.lower(rule) }).rule;

function tell(rule: ArpRule, backend: ArpBackend, { stdout, hosts }: ArpScreen): void {
  const words = arpWords(canonical(rule, backend), { numeric: true, verbose: true, hosts });
  stdout.write(`${words}\n`);
}

function chosen(backend: ArpBackend, { table, chain }: ArpCommand): readonly ChainView[] {
  if (chain === undefined) return backend.chains(table);
  const view = backend.chain(table, chain);
  if (!view) throw new Refused('No chain/target/match by that name');
  return [view];
}

function list(command: ArpCommand, backend: ArpBackend, screen: ArpScreen): void {
  const { table, chain, letter } = command;
  const { stdout } = screen;
  if (!backend.isCompatible(table, chain)) {
    const what = chain === undefined ? '' : `chain \`${chain}' in `;
    throw new XtablesError('other', `${what}table \`${table}' is incompatible, use 'nft' tool.`);
  }
  const chains = chosen(backend, command);
  if (chain === undefined && backend.isTainted(table))
    stdout.write(
      `# Table \`${table}' contains incompatible base-chains, use 'nft' tool to list them.\n`,
    );
  if (letter === 'L') listRules(chains, command, backend, screen);
  else saveRules(chains, command, backend, screen);
}

function rulesOf({ record, name }: ChainView, { table, number }: ArpCommand, backend: ArpBackend) {
  const rules = record ? backend.rules(table, name) : [];
  return [...rules.entries()]
    .filter(([at]) => number === undefined || at === number - 1)
    .map(([at, stored]) => [at + 1, backend.lift(stored).rule] as const);
}

function listRules(
  chains: readonly ChainView[],
  command: ArpCommand,
  backend: ArpBackend,
  { stdout, hosts }: ArpScreen,
): void {
  const { numeric, verbose } = command;
  for (const [i, chain] of chains.entries()) {
    if (i > 0) stdout.write('\n');
    if (command.number === undefined) stdout.write(heading(chain, verbose));
    for (const [at, rule] of rulesOf(chain, command, backend)) {
      const count = (value: bigint) => printCounter(value, false).trim();
      const { packets, bytes } = rule.counters;
      const counts = verbose ? ` , pcnt=${count(packets)} -- bcnt=${count(bytes)} ` : '';
      const place = command.lineNumbers ? `${at} ` : '';
      stdout.write(`${place}${arpWords(rule, { numeric, verbose, hosts })}${counts}\n`);
    }
  }
}

function heading({ name, policy, counters, references }: ChainView, verbose: boolean): string {
  const counts = verbose ? ` ${counters.packets} packets, ${counters.bytes} bytes` : '';
  const about = policy === undefined ? `${references} references` : `policy ${policy}${counts}`;
  return `Chain ${name} (${about})\n`;
}

function saveRules(
  chains: readonly ChainView[],
  command: ArpCommand,
  backend: ArpBackend,
  { stdout, hosts }: ArpScreen,
): void {
  if (command.number === undefined)
    for (const { name, policy, counters } of chains) {
      const counts = command.verbose ? ` -c ${counters.packets} ${counters.bytes}` : '';
      stdout.write(policy === undefined ? `-N ${name}\n` : `-P ${name} ${policy}${counts}\n`);
    }
  for (const chain of chains)
    for (const [, rule] of rulesOf(chain, command, backend))
      stdout.write(
        `-A ${chain.name} ${arpWords(rule, { numeric: true, verbose: false, hosts })}\n`,
      );
}

const named = (backend: ArpBackend, { table, chain }: ArpCommand): readonly string[] =>
  chain === undefined ? backend.chains(table).map(({ name }) => name) : [chain];

function flush(command: ArpCommand, backend: ArpBackend, { stdout }: ArpScreen): void {
  if (command.chain === undefined && !command.verbose) {
    backend.flushTable(command.table);
    return;
  }
  for (const name of named(backend, command)) {
    backend.flush(command.table, name);
    if (command.verbose) stdout.write(`Flushing chain \`${name}'\n`);
  }
}

function zero(command: ArpCommand, backend: ArpBackend, { stdout }: ArpScreen): void {
  const { table, chain, number } = command;
  if (chain !== undefined && number !== undefined) {
    backend.zeroNumber(table, chain, number);
    return;
  }
  for (const name of named(backend, command)) {
    backend.zero(table, name);
    if (command.verbose) stdout.write(`Zeroing chain \`${name}'\n`);
  }
}

function deleteChains(command: ArpCommand, backend: ArpBackend, { stdout }: ArpScreen): void {
  const { table, chain, verbose } = command;
  const each = (name: string) => {
    if (verbose) stdout.write(`Deleting chain \`${name}'\n`);
  };
  if (chain === undefined) {
    backend.deleteChains(table, each);
    return;
  }
  const view = backend.chain(table, chain);
  if (view?.record && view.policy === undefined) each(chain);
  backend.deleteChain(table, chain);
}
