/** How nflab's own reports look: colour on terminals only, tables. Never used for the output of an emulated tool. */
import { Chalk, type ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import type { Output } from '../../src/base/ports.ts';

/** Colours for that output: none unless a person reads it, and none under NO_COLOR. */
export function paintFor(output: Output, environment: ReadonlyMap<string, string>): ChalkInstance {
  const plain = !output.isTerminal || (environment.get('NO_COLOR') ?? '') !== '';
  return new Chalk({ level: plain ? 0 : 1 });
}

const BORDERLESS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((part) => [part, '']),
);

/** Rows under a head, in columns two blanks apart, each line indented by `indent` blanks. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  indent = 0,
): string {
  const table = new Table({
    chars: { ...BORDERLESS, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  table.push(...[head, ...rows].filter((row) => row.length > 0).map((row) => [...row]));
  const lines = table.toString().split('\n');
  return lines.map((line) => `${' '.repeat(indent)}${line.trimEnd()}\n`).join('');
}
