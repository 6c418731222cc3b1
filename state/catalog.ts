/** What a catalog says: the cells, the short collections themselves, and where the long ones lie. */
import { DamagedText, parseLines } from './codec.ts';
import { decodeLocation, type Location } from './layout.ts';
import type { CellName } from './parts.ts';

/** The single records. */
export const CELLS: readonly CellName[] = [
  'host',
  'clock',
  'rng',
  'nftGlobals',
  'legacyGlobals',
  'conntrackGlobals',
  'ipvsGlobals',
];

/** Collections kept in the catalog itself: nearly every command needs them, and they are short. */
export const INLINE: readonly string[] = [
  'nft.tables',
  'nft.chains',
  'nft.sets',
  'nft.objects',
  'nft.flowtables',
  'legacy.tables',
  'legacy.chains',
  'legacy.sets',
  'legacy.objects',
  'legacy.flowtables',
  'ipvs.services',
  'ipsets',
];

export const isInline = (collection: string): boolean => INLINE.includes(collection);

export class Catalog {
  /** Records in their stored form. */
  readonly cells = new Map<string, unknown>();
  /** Lines of inline collections, without the name. */
  readonly inline = new Map<string, unknown[][]>();
  readonly locations = new Map<string, Location>();

  /** Takes in the next lines. Throws DamagedText. */
  read(text: string): void {
    for (const line of parseLines(text)) this.#line(line);
  }

  #line(line: unknown): void {
    if (!Array.isArray(line)) throw new DamagedText('bad catalog line');
    const [name, sign, ...fields] = line;
    if (typeof name !== 'string') throw new DamagedText('bad name in the catalog');
    if (sign === ':') this.cells.set(name, fields[0]);
    else if (sign === '@') this.locations.set(name, decodeLocation(fields));
    else if (sign === 'x') this.#drop(name);
    else this.#change(name, line.slice(1));
  }

  #drop(name: string): void {
    this.inline.delete(name);
    this.locations.delete(name);
  }

  #change(name: string, fields: unknown[]): void {
    const lines = this.inline.get(name);
    if (lines) lines.push(fields);
    else this.inline.set(name, [fields]);
  }
}
