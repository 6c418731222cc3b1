/** `reset`: lists, then sets counters and quotas back. */
import { NotEmulated } from '../../src/base/errors.ts';
import { itemKey, objectKey } from '../../src/kernel/model.ts';
import type { ChainRecord, Expr } from '../../src/kernel/nftables/model.ts';
import type { Command } from '../../src/nft/ast.ts';
import { type Location, NftError } from '../../src/nft/location.ts';
import {
  type Listing,
  printChain,
  printTable,
  tableHead,
  tableParts,
} from '../../src/nft/print/ruleset.ts';
import { list, NOT_FOUND, tablesOf } from './list.ts';

const isCounted = ({ op }: Expr): boolean => op === 'counter' || op === 'quota';

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

/** A chain with the rules asked for, which start over after it. */
function resetChain(l: Listing, chain: Readonly<ChainRecord>, handle: bigint | undefined): string {
  const rules = l.ruleset.rules(itemKey(chain.family, chain.table, chain.name));
  const wanted = [...rules.values()].filter((r) => !handle || BigInt(r.handle) === handle);
  const text = printChain(l, chain, wanted);
  for (const { handle: id, exprs } of wanted)
    if (exprs.some(isCounted)) rules.edit(id).exprs = exprs.map(zero);
  return text;
}

/** With a chain named only that is shown; else all of the table. */
function resetRules(l: Listing, { object, spec }: Command): string {
  const one = object === 'chain' || (object === 'rules' && spec.item !== undefined);
  const show = (chain: Readonly<ChainRecord>): string | undefined =>
    spec.item && chain.name !== spec.item.name ? undefined : resetChain(l, chain, spec.handle?.id);
  const texts = tablesOf(l, spec).map((table) => {
    if (!one) return printTable(l, table, show);
    const chains = tableParts(l.ruleset.chains.values(), table);
    const chain = chains.find((each) => each.name === spec.item?.name);
    if (!chain) throw new NftError(NOT_FOUND, spec.item?.loc as Location);
    return `${tableHead(l, table, true)}${show(chain) ?? ''}}\n`;
  });
  return texts.join('');
}

/** A set or map; the counters of its elements start over. */
function resetSet(l: Listing, c: Command): string {
  const text = list(l, { ...c, verb: 'list' });
  const elements = l.ruleset.elements(
    itemKey(c.spec.family ?? 'ip', c.spec.table?.name ?? '', c.spec.item?.name ?? ''),
  );
  for (const [key, { exprs }] of [...elements.entries()])
    if (exprs.some(isCounted)) elements.edit(key).exprs = exprs.map(zero);
  return text;
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
    case 'set':
    case 'map':
      return resetSet(l, c);
    default:
      throw new NotEmulated(`nft reset ${c.object}`);
  }
}
