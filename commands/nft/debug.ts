/** `--debug=netlink`: rules as the kernel gets them, and gives them back (nftnl_rule_snprintf). */
import { NotEmulated } from '../../src/base/errors.ts';
import { itemKey, type Ruleset } from '../../src/kernel/model.ts';
import { dumpExpr } from '../../src/kernel/nftables/expressions/table.ts';
import type { ChainRecord, Expr } from '../../src/kernel/nftables/model.ts';
import type { ItemRef } from '../../src/kernel/nftables/ruleset.ts';
import type { Command } from '../../src/nft/ast.ts';

function refuseSets(ruleset: Ruleset, family: string | undefined, table: string | undefined): void {
  for (const set of ruleset.sets.values())
    if ((family === undefined || set.family === family) && (!table || set.table === table))
      throw new NotEmulated('nft --debug=netlink of sets');
}

const lines = (head: string, exprs: readonly Expr[]): string =>
  [head, ...exprs.map((e) => `  [ ${dumpExpr(e)} ]`)].map((line) => `${line}\n`).join('');

/** A rule on its way to the kernel. */
export function dumpNewRule({ family, table, name }: ItemRef, exprs: readonly Expr[]): string {
  if (exprs.some((e) => 'set' in e)) throw new NotEmulated('nft --debug=netlink of sets');
  return lines(`${family} ${table} ${name}`, exprs);
}

/** A chain's rules as the kernel gives them: with their handles, and those of the rules before them. */
function dumpChain(ruleset: Ruleset, chain: Readonly<ChainRecord>): string {
  const { family, table, name } = chain;
  let before = '';
  let out = '';
  for (const rule of ruleset.rules(itemKey(family, table, name)).values()) {
    out += lines(`${family} ${table} ${name} ${rule.handle}${before}`, rule.exprs);
    before = ` ${rule.handle}`;
  }
  return out;
}

/** What a listing reads before it is printed; refuses commands whose traffic is not shown. */
export function dumpListed(ruleset: Ruleset, { verb, object, spec }: Command): string {
  if (object === 'rule' && ['add', 'insert', 'replace'].includes(verb)) return '';
  if (verb !== 'list' || !['chain', 'table', 'ruleset'].includes(object))
    throw new NotEmulated(`nft --debug=netlink ${verb} ${object}`);
  const family = object === 'ruleset' ? spec.family : (spec.family ?? 'ip');
  const table = spec.table?.name;
  refuseSets(ruleset, family, table);
  const wanted = [...ruleset.chains.values()].filter(
    (c) =>
      (family === undefined || c.family === family) &&
      (table === undefined || c.table === table) &&
      (spec.item === undefined || c.name === spec.item.name),
  );
  return wanted.map((c) => dumpChain(ruleset, c)).join('');
}
