import { expect, test } from 'vitest';
import { COMMAND_GRAMMAR } from './commands.ts';
import { EXPRESSION_GRAMMAR } from './expressions.ts';
import { makeTables } from './lalr.ts';
import { STATEMENT_GRAMMAR } from './statements.ts';
import { TOKEN_LIST } from './tokens.ts';

/** `npx vitest run -u src/nft/grammar` writes tables.ts anew after a change of the grammar. */
test('the stored tables are those of the grammar', async () => {
  const grammar = [COMMAND_GRAMMAR, STATEMENT_GRAMMAR, EXPRESSION_GRAMMAR]
    .map((text) => text.trim())
    .join('\n');
  const json = JSON.stringify(makeTables(TOKEN_LIST, grammar, () => {}));
  const literal = json.replace(/[\\']/g, (character) => `\\${character}`);
  await expect(`/** Made from the grammar by lalr.ts; not edited by hand. */
import type { ParserTables } from './lalr.ts';

// biome-ignore format: generated
export const TABLES: ParserTables = JSON.parse(
  '${literal}',
);
`).toMatchFileSnapshot('./tables.ts');
}, 60_000);
