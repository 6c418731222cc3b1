/**
 * The list of known failures, test/known-failures.txt: one `case:number` a line, optionally followed by ` # reason`. It
 * may only shrink: a failing case it lacks fails the run, and so does a case it names that passes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../known-failures.txt', import.meta.url));

/** Numbers of failing cases by file, each with its reason or an empty text. */
export type Known = ReadonlyMap<string, ReadonlyMap<number, string>>;

export function parseKnown(text: string): Known {
  const known = new Map<string, Map<number, string>>();
  for (const line of text.split('\n')) {
    const [entry = '', reason = ''] = line.split(' # ');
    const colon = entry.lastIndexOf(':');
    if (colon < 0) continue;
    const file = entry.slice(0, colon);
    const numbers = known.get(file) ?? new Map<number, string>();
    known.set(file, numbers.set(Number(entry.slice(colon + 1)), reason));
  }
  return known;
}

export function formatKnown(known: Known): string {
  const lines: string[] = [];
  for (const file of [...known.keys()].sort()) {
    const numbers = [...(known.get(file) ?? [])].sort(([a], [b]) => a - b);
    for (const [number, reason] of numbers)
      lines.push(`${file}:${number}${reason === '' ? '' : ` # ${reason}`}\n`);
  }
  return lines.join('');
}

export const readKnown = (file: string = FILE): Known => parseKnown(readFileSync(file, 'utf8'));
export const writeKnown = (known: Known, file: string = FILE): void =>
  writeFileSync(file, formatKnown(known));

/** The name under which a file of recordings stands in the list. */
export const caseName = (suite: string, root: string, file: string): string =>
  `${suite}/${relative(root, file)
    .split(sep)
    .join('/')
    .replace(/\.(transcript|json)$/, '')}`;

/** What a run found in one file: the numbers of its failing cases. */
export interface Difference {
  /** Failing, and not listed. */
  readonly unlisted: readonly number[];
  /** Listed, and passing. */
  readonly stale: readonly number[];
}

export function compareKnown(known: Known, file: string, failing: readonly number[]): Difference {
  const listed = known.get(file) ?? new Map<number, string>();
  return {
    unlisted: failing.filter((n) => !listed.has(n)),
    stale: [...listed.keys()].filter((n) => !failing.includes(n)),
  };
}
