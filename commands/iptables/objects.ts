/** What `-vv` shows of the kernel objects a command sends (nftnl_*_snprintf in libnftnl). */

import { dumpExpr } from '../../src/kernel/nftables/expressions/table.ts';
import type { Expr } from '../../src/kernel/nftables/model.ts';
import type { Tables } from './backend.ts';
import type { CommandLine } from './command-line.ts';
import { builtinChain } from './tables.ts';

const dumpRule = (head: string, exprs: readonly Expr[]): string =>
  [head, ...exprs.map((expr) => `  [ ${dumpExpr(expr)} ]`)].map((line) => `${line}\n`).join('');

/** Writes down what is there before the command; the function it gives tells what the command added, with these rules. */
export function watchObjects(
  { letter, table, chain = '' }: CommandLine,
  family: string,
  backend: Tables,
): (rules: readonly (readonly Expr[])[]) => string {
  const hadTable = backend.hasTable(table);
  const hadChain = backend.chain(table, chain)?.record !== undefined;
  const base = builtinChain(table, chain)?.base;
  return (rules) => {
    const lines: string[] = [];
    if (!hadTable) lines.push(`table ${table} ${family} flags 0 use 0 handle 0`);
    if (letter === 'N') lines.push(`${family} ${table} ${chain} use 0`);
    else if (!hadChain && base)
      lines.push(
        `${family} ${table} ${chain} use 0 type ${base.type} hook ${base.hook} prio ${base.priority} policy accept packets 0 bytes 0`,
      );
    const sent = rules.map((exprs) => dumpRule(`${family} ${table} ${chain}`, exprs));
    return lines.map((line) => `${line}\n`).join('') + sent.join('');
  };
}

/** The rules of the command's chain as they are read: with their handles, and those of the rules before them. */
export function fetchedRules(
  { table, chain = '' }: CommandLine,
  family: string,
  backend: Tables,
): string {
  if (!backend.chain(table, chain)?.record) return '';
  let before = '';
  let out = '';
  for (const { handle, exprs } of backend.rules(table, chain)) {
    out += dumpRule(`${family} ${table} ${chain} ${handle}${before}`, exprs);
    before = ` ${handle}`;
  }
  return out;
}
