/** `reset`: lists, then sets counters and quotas back. */
import { NotEmulated } from '../../src/base/errors.ts';
import { itemKey, objectKey } from '../../src/kernel/model.ts';
import type { Expr } from '../../src/kernel/nftables/model.ts';
import type { Command } from '../../src/nft/ast.ts';
import { type Listing, printChain, tableHead, tableParts } from '../../src/nft/print/ruleset.ts';
import { list } from './list.ts';

const zero = (e: Expr): Expr => {
  if (e.op === 'counter') return { ...e, packets: 0n, bytes: 0n };
  if (e.op === 'quota') return { ...e, consumed: 0n };
  return e;
};

function resetObjects(l: Listing, c: Command, type: 'counter' | 'quota'): void {
  for (const o of [...l.ruleset.objects.values()]) {
    if (o.type !== type || !o.expr) continue;
    if (c.spec.family !== undefined && o.family !== c.spec.family) continue;
    if (c.spec.table && o.table !== c.spec.table.name) continue;
    if (c.spec.item && o.name !== c.spec.item.name) continue;
    l.ruleset.objects.edit(objectKey(o.family, o.table, o.type, o.name)).expr = zero(o.expr);
  }
}

function resetRules(l: Listing, c: Command): string {
  let out = '';
  for (const table of l.ruleset.tables.values()) {
    if (c.spec.family !== undefined && table.family !== c.spec.family) continue;
    if (
      c.spec.table &&
      (table.name !== c.spec.table.name || table.family !== (c.spec.family ?? 'ip'))
    )
      continue;
    const chains = tableParts(l.ruleset.chains.values(), table).filter(
      (ch) => !c.spec.item || ch.name === c.spec.item.name,
    );
    const texts: string[] = [];
    for (const chain of chains) {
      const rules = l.ruleset.rules(itemKey(chain.family, chain.table, chain.name));
      const wanted = [...rules.values()].filter(
        (r) => !c.spec.handle || BigInt(r.handle) === c.spec.handle.id,
      );
      texts.push(printChain(l, chain, wanted));
      for (const r of wanted)
        if (r.exprs.some((e) => e.op === 'counter' || e.op === 'quota'))
          rules.edit(r.handle).exprs = r.exprs.map(zero);
    }
    out += `${tableHead(l, table, c.object === 'rules' || c.object === 'chain' || c.object === 'rule')}${texts.join('')}}\n`;
  }
  return out;
}

/** Runs one reset command; returns its listing. */
export function resetAll(l: Listing, c: Command): string {
  switch (c.object) {
    case 'counter':
    case 'counters':
    case 'quota':
    case 'quotas': {
      const out = list(l, { ...c, verb: 'list' });
      resetObjects(l, c, c.object.startsWith('counter') ? 'counter' : 'quota');
      return out;
    }
    case 'rules':
    case 'rule':
    case 'chain':
    case 'table':
      return resetRules(l, c);
    default:
      throw new NotEmulated(`nft reset ${c.object}`);
  }
}
