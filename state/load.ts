/** Reading the stored state of a lab, as little of it as can be. */
import { freshLab, type InitialCells } from '../src/kernel/host/initial.ts';
import type { Draft } from '../src/kernel/model.ts';
import { Catalog, isInline } from './catalog.ts';
import { Decoder } from './codec.ts';
import { makeDraft } from './draft.ts';
import type { Journal } from './journal.ts';
import type { LabFiles } from './lab-files.ts';
import { decodeMeta, FORMAT, type Location, type Meta, metaFormat } from './layout.ts';
import { type AnyRecords, type CellName, type Origin, Parts } from './parts.ts';
import { InlineSource, LogSource } from './sources.ts';
import { errnoOf, guard, StoreError } from './store-error.ts';

/** One stored state; `meta` is undefined while there is no lab yet. */
export interface Loaded {
  /** The meta file; it tells one state from every other. */
  readonly text: string | undefined;
  readonly meta: Meta | undefined;
  readonly locations: Map<string, Location>;
  readonly parts: Parts;
  readonly draft: Draft;
}

/** How often a state is looked for that no one replaces while it is read. */
const ATTEMPTS = 10;

/** The state as it is now. What `before`, an earlier state, has in memory and is the same still, is kept. */
export function loadLab(
  files: LabFiles,
  journal: Journal,
  seed: number,
  before: Loaded | undefined,
): Loaded {
  return guard(files.directory, () => {
    for (let attempt = 1; ; attempt++) {
      const text = files.readMeta();
      if (text === before?.text && before) return before;
      if (text === undefined) return newLab(journal, seed);
      const meta = checkMeta(files, text);
      try {
        const { catalog: file, length } = meta.generations[0];
        const catalog = new Catalog();
        catalog.read(files.read(file, 0, length));
        return assemble(files, journal, before, { text, meta, catalog });
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
      }
    }
  });
}

function checkMeta(files: LabFiles, text: string): Meta {
  const format = metaFormat(text);
  if (format > FORMAT) {
    throw new StoreError(
      `the lab in ${files.directory} was written by a newer nflab (format ${format}, this one reads ${FORMAT})`,
    );
  }
  return decodeMeta(text);
}

function newLab(journal: Journal, seed: number): Loaded {
  const initial = freshLab(seed);
  const parts = new Parts(journal, {
    source: () => undefined,
    cell: (name) => initial[name],
  });
  const draft = makeDraft(parts);
  return { text: undefined, meta: undefined, locations: new Map(), parts, draft };
}

interface Stored {
  readonly text: string;
  readonly meta: Meta;
  readonly catalog: Catalog;
}

function assemble(
  files: LabFiles,
  journal: Journal,
  before: Loaded | undefined,
  { text, meta, catalog }: Stored,
): Loaded {
  const { locations } = catalog;
  const parts = new Parts(journal, storedOrigin(files, catalog));
  if (before?.meta?.id === meta.id) {
    for (const records of before.parts.collections.values()) keep(records, parts, locations, files);
  }
  return { text, meta, locations, parts, draft: makeDraft(parts) };
}

function storedOrigin(files: LabFiles, { inline, locations, cells }: Catalog): Origin {
  const decoder = new Decoder();
  return {
    source(name) {
      const location = locations.get(name);
      if (location) return new LogSource(location, files);
      const lines = inline.get(name);
      return lines && new InlineSource(lines, files.directory);
    },
    cell<N extends CellName>(name: N) {
      // A lab from before there was such a cell.
      if (!cells.has(name)) return freshLab(1)[name];
      // What is stored under a cell's name was put there by that cell.
      return decoder.decode(cells.get(name)) as InitialCells[N];
    },
  };
}

/** Takes a collection over whose log is as it was, or has grown; others are made anew when asked for. */
function keep(
  records: AnyRecords,
  parts: Parts,
  locations: ReadonlyMap<string, Location>,
  files: LabFiles,
): void {
  const location = locations.get(records.name);
  const { source } = records;
  if (isInline(records.name) || !location || !(source instanceof LogSource)) return;
  const current = new LogSource(location, files);
  if (!current.continues(source)) return;
  const grown = location.to > source.location.to;
  if (grown && !records.loaded) return;
  if (grown) current.loadFrom(source.location.to, (change) => records.takeIn(change));
  records.place(current);
  parts.collections.set(records.name, records);
}
