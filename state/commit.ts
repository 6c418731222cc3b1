/** What a transaction adds to the logs of its lab, worked out before anything is written. */
import { CELLS, INLINE, isInline } from './catalog.ts';
import { encodeLine } from './codec.ts';
import { Records } from './collection.ts';
import { type AnyChange, encodeChange, type Location, locationFields } from './layout.ts';
import type { AnyRecords, Parts } from './parts.ts';
import { LogSource } from './sources.ts';

/** A collection shorter than this many bytes may share a file with others written by the same commit. */
const SHORT = 4096;
/** A log is written anew when its dead lines are longer than its living ones and this many bytes. */
const SLACK = 65536;

export interface LogWrite {
  readonly file: string;
  /** Undefined for a new file. */
  readonly at?: number;
  readonly text: string;
}

interface Pending {
  readonly records: AnyRecords;
  readonly text: string;
  readonly live: number;
}

function placeLine(name: string, location: Location | undefined): string {
  return encodeLine(location ? [name, ...locationFields(location)] : [name, 'x']);
}

const cellLine = (name: string, record: unknown): string => encodeLine([name, ':', record]);

function dirtyCells(parts: Parts): string[] {
  const dirty = [...parts.cells].filter(([, cell]) => cell.dirty);
  return dirty.map(([name, cell]) => cellLine(name, cell.get()));
}

function entryLines(records: AnyRecords, ...name: readonly string[]): string[] {
  return Array.from(records.entries(), ([key, record]) =>
    encodeChange({ kind: 'append', key, record }, ...name),
  );
}

/** The lines of a catalog that say everything from the beginning. */
export function wholeCatalog(parts: Parts, locations: ReadonlyMap<string, Location>): string {
  const lines = CELLS.map((name) => cellLine(name, parts.cell(name).get()));
  for (const name of INLINE) lines.push(...entryLines(parts.records(name), name));
  for (const [name, location] of locations) lines.push(placeLine(name, location));
  return lines.join('');
}

/** Bytes of living lines a change adds, `average` being those of one record. */
function growth(change: AnyChange, line: string, average: number): number {
  if (change.kind === 'replace') return 0;
  return change.kind === 'delete' ? -average : line.length;
}

export class CommitPlan {
  readonly writes: LogWrite[] = [];
  /** Where changed collections will lie; undefined for one that is empty. */
  readonly placements = new Map<AnyRecords, Location | undefined>();
  /** Bytes of logs that no longer count. */
  superseded = 0;
  nextFile: number;
  readonly #committed: ReadonlyMap<string, Location>;
  readonly #inlineLines: string[] = [];
  readonly #pending: Pending[] = [];
  readonly #parts: Parts;

  /** `committed` has the locations as they are. */
  constructor(
    parts: Parts,
    touched: Iterable<unknown>,
    committed: ReadonlyMap<string, Location>,
    nextFile: number,
  ) {
    this.#parts = parts;
    this.#committed = committed;
    this.nextFile = nextFile;
    for (const records of touched) {
      if (!(records instanceof Records)) continue;
      if (isInline(records.name)) this.#planInline(records);
      else this.#planLog(records);
    }
    this.#placePending();
  }

  /** What the catalog gains. */
  catalogLines(): string {
    const lines = [...dirtyCells(this.#parts), ...this.#inlineLines];
    for (const [{ name }, location] of this.placements) lines.push(placeLine(name, location));
    return lines.join('');
  }

  /** A name for one more file. */
  newFile(kind: 'c' | 'e' | 'l' | 'p'): string {
    return `${kind}${this.nextFile++}`;
  }

  #planInline(records: AnyRecords): void {
    records.load();
    if (records.cleared) this.#inlineLines.push(placeLine(records.name, undefined));
    for (const change of records.changes()) {
      this.#inlineLines.push(encodeChange(change, records.name));
    }
  }

  #planLog(records: AnyRecords): void {
    const { source, cleared } = records;
    const base = source instanceof LogSource && !cleared ? source : undefined;
    const changes = Array.from(records.changes());
    if (records.size === 0) this.#place(records, undefined);
    else if (changes.length === 0) this.#place(records, base?.location);
    else this.#planChanges(records, base, changes);
  }

  #planChanges(
    records: AnyRecords,
    base: LogSource | undefined,
    changes: readonly AnyChange[],
  ): void {
    const lines = changes.map((change) => encodeChange(change));
    const text = lines.join('');
    if (!base) {
      this.#pending.push({ records, text, live: text.length });
      return;
    }
    const { file, to, from, size, open } = base.location;
    const average = size > 0 ? base.location.live / size : 0;
    let { live } = base.location;
    changes.forEach((change, i) => {
      live += growth(change, lines[i] ?? '', average);
    });
    live = Math.max(0, Math.round(live));
    if (to - from + text.length - live > Math.max(live, SLACK)) {
      const all = entryLines(records).join('');
      this.#pending.push({ records, text: all, live: all.length });
    } else if (open) {
      this.writes.push({ file, at: to, text });
      const grown = { ...base.location, to: to + text.length, size: records.size, live };
      this.#place(records, grown);
    } else {
      this.#pending.push({ records, text: base.text() + text, live });
    }
  }

  /** Gives files to what cannot go on in the file it had. */
  #placePending(): void {
    const short = this.#pending.filter(({ text }) => text.length < SHORT);
    const shared = new Set(short.length > 1 ? short : []);
    for (const each of this.#pending) if (!shared.has(each)) this.#create([each]);
    if (shared.size > 0) this.#create([...shared]);
  }

  #create(group: readonly Pending[]): void {
    const open = group.length === 1;
    const file = this.newFile(open ? 'l' : 'p');
    let at = 0;
    for (const { records, text, live } of group) {
      const to = at + text.length;
      this.#place(records, { file, from: at, to, size: records.size, live, open });
      at = to;
    }
    this.writes.push({ file, text: group.map(({ text }) => text).join('') });
  }

  #place(records: AnyRecords, location: Location | undefined): void {
    const before = this.#committed.get(records.name);
    if (before === location) return;
    this.placements.set(records, location);
    if (before && before.file !== location?.file) this.superseded += before.to - before.from;
  }
}
