/** Blocks as the commands nft makes of them (nft_cmd_expand): each is evaluated, and refused, by itself. */
import type { ChainBlock, Command, Identifier, SetBlock, TableBlock } from '../../src/nft/ast.ts';

interface Outer {
  readonly family: Command['spec']['family'];
  readonly table: Identifier | undefined;
}

const within = ({ family, table }: Outer, item: Identifier): Command['spec'] => ({
  family,
  table,
  item,
});

function rulesOf(outer: Outer, id: Identifier, chain: ChainBlock): Command[] {
  return chain.rules.map(
    (rule): Command => ({
      verb: 'add',
      object: 'rule',
      spec: within(outer, id),
      rule,
      loc: rule.loc ?? id.loc,
    }),
  );
}

/** The elements of a set block are added by a command of their own. */
function elementsOf(outer: Outer, id: Identifier, set: SetBlock): Command[] {
  if (!set.init) return [];
  return [{ verb: 'add', object: 'set elements', spec: within(outer, id), set, loc: id.loc }];
}

function contents(outer: Outer, table: TableBlock): Command[] {
  return [
    ...table.chains.map(
      ({ id, block }): Command => ({
        verb: 'add',
        object: 'chain',
        spec: within(outer, id),
        chain: { ...block, rules: [] },
        loc: id.loc,
      }),
    ),
    ...table.objects.map(
      ({ id, block }): Command => ({
        verb: 'add',
        object: block.type ?? 'counter',
        spec: within(outer, id),
        item: block,
        loc: id.loc,
      }),
    ),
    ...table.sets.flatMap(({ id, block }): Command[] => [
      { verb: 'add', object: 'set', spec: within(outer, id), set: block, loc: id.loc },
      ...elementsOf(outer, id, block),
    ]),
    ...table.flowtables.map(
      ({ id, block }): Command => ({
        verb: 'add',
        object: 'flowtable',
        spec: within(outer, id),
        flowtable: block,
        loc: id.loc,
      }),
    ),
    ...table.chains.flatMap(({ id, block }) => rulesOf(outer, id, block)),
  ];
}

/** A command and what its block holds. */
export function expand(c: Command): readonly Command[] {
  const { family, table, item } = c.spec;
  const outer: Outer = { family, table };
  if (c.verb !== 'add' && c.verb !== 'create') return [c];
  if (c.object === 'table' && c.table) return [c, ...contents(outer, c.table)];
  if (c.object === 'chain' && c.chain && item) return [c, ...rulesOf(outer, item, c.chain)];
  if (c.object === 'set' && c.set && item) return [c, ...elementsOf(outer, item, c.set)];
  return [c];
}
