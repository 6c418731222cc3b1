/** A lab in a directory, shared by processes. docs/store.md has the format and what it promises. */
import { hrtime, pid } from 'node:process';
import type { Commit, Draft, Store } from '../src/kernel/model.ts';
import type { PlainRecord } from '../src/kernel/nftables/model.ts';
import { CommitPlan, type LogWrite, wholeCatalog } from './commit.ts';
import { commitsAfter, planEvents } from './events.ts';
import { Journal } from './journal.ts';
import { LabFiles } from './lab-files.ts';
import { encodeMeta, type Generation, type Meta } from './layout.ts';
import { type Loaded, loadLab } from './load.ts';
import { Lock, makeLabDirectory, pause } from './lock.ts';
import { LogSource } from './sources.ts';
import { errnoOf, guard } from './store-error.ts';
import { removeUnused } from './unused.ts';

/** Generations kept beside the newest, and the bytes of superseded logs they may hold on to. */
const KEPT_GENERATIONS = 20;
const KEPT_BYTES = 64 << 20;
/** Unused files are looked for each time so many bytes were superseded. */
const SWEEP_BYTES = 16 << 20;
/** A catalog is begun anew when it is longer than four times what it was, and this many bytes. */
const CATALOG_SLACK = 16 << 10;
/** Milliseconds between two looks for a new commit. */
const FOLLOW_PAUSE = 25;

export interface FileStoreOptions {
  /** Directory of the lab; made, with all above it, by the first change. */
  readonly directory: string;
  /** Unsigned 32-bit number the chance of a new lab follows from. */
  readonly seed?: number;
  /** A commit survives power loss too. */
  readonly fsync?: boolean;
}

export class FileStore implements Store {
  readonly #journal = new Journal();
  readonly #files: LabFiles;
  readonly #seed: number;
  #lock: Lock | undefined;
  #loaded: Loaded | undefined;

  constructor({ directory, seed = 1, fsync = false }: FileStoreOptions) {
    this.#files = new LabFiles(directory, fsync);
    this.#seed = seed;
  }

  get serial(): number {
    return this.#current().meta?.generations[0].serial ?? 0;
  }

  read<T>(fn: (lab: Draft) => T): T {
    const { draft } = this.#current();
    return this.#journal.read(() => fn(draft));
  }

  transact<T>(fn: (lab: Draft, log: (event: PlainRecord) => void) => T): T {
    this.#journal.checkIdle();
    const lock = this.#acquire();
    try {
      const lab = this.#current();
      const events: PlainRecord[] = [];
      return this.#journal.transact(
        () => fn(lab.draft, (event) => events.push(event)),
        () => this.#commit(lab, events),
      );
    } finally {
      lock.release();
    }
  }

  follow(serial: number, waitMs: number): readonly Commit[] {
    for (let waited = 0; ; waited += FOLLOW_PAUSE) {
      const { meta } = this.#current();
      const commits = meta
        ? guard(this.#files.directory, () => commitsAfter(this.#files, meta, serial))
        : [];
      if (commits.length > 0 || waited >= waitMs) return commits;
      pause(Math.min(FOLLOW_PAUSE, waitMs - waited));
    }
  }

  #acquire(): Lock {
    return guard(this.#files.directory, () => {
      this.#lock ??= new Lock(this.#files.directory);
      for (;;) {
        try {
          this.#lock.acquire();
          return this.#lock;
        } catch (error) {
          // Not there yet, or put aside while we waited.
          if (errnoOf(error) !== 'ENOENT') throw error;
          makeLabDirectory(this.#files.directory);
        }
      }
    });
  }

  /** The newest state; the one in use, while a transaction or a read runs. */
  #current(): Loaded {
    const before = this.#loaded;
    if (before && !this.#journal.idle) return before;
    this.#loaded = loadLab(this.#files, this.#journal, this.#seed, before);
    return this.#loaded;
  }

  #commit(lab: Loaded, events: readonly PlainRecord[]): void {
    if (!this.#journal.changed && events.length === 0) return;
    const files = this.#files;
    const next = guard(files.directory, () => {
      const plan = new CommitPlan(
        lab.parts,
        this.#journal.touched,
        lab.locations,
        lab.meta?.nextFile ?? 1,
      );
      const { meta, writes } = planMeta(files, lab, plan, events);
      for (const { file, at, text } of writes) {
        if (at === undefined) files.create(file, text);
        else files.append(file, at, text);
      }
      const text = encodeMeta(meta);
      files.replaceMeta(text);
      return { plan, meta, text };
    });
    // The commit has happened: nothing below may fail it.
    for (const [records, location] of next.plan.placements) {
      records.place(location && new LogSource(location, files));
      if (location) lab.locations.set(records.name, location);
      else lab.locations.delete(records.name);
    }
    this.#loaded = { ...lab, meta: next.meta, text: next.text };
    if (isSweepDue(lab.meta, next.meta)) sweep(files, next.meta);
  }
}

/** The meta of the next generation, and all that has to be written before it. */
function planMeta(
  files: LabFiles,
  lab: Loaded,
  plan: CommitPlan,
  events: readonly PlainRecord[],
): { readonly meta: Meta; readonly writes: readonly LogWrite[] } {
  const before = lab.meta?.generations[0];
  const serial = (before?.serial ?? 0) + 1;
  const writes = [...plan.writes];
  const catalog = planCatalog(lab, plan);
  writes.push(catalog.write);
  let log = lab.meta?.events ?? { file: 'e0', length: 0 };
  if (events.length > 0) {
    const planned = planEvents(files, log, { serial, events }, () => plan.newFile('e'));
    writes.push(planned.write);
    log = planned.log;
  }
  const newest: Generation = {
    serial,
    catalog: catalog.write.file,
    length: (catalog.write.at ?? 0) + catalog.write.text.length,
    superseded: (before?.superseded ?? 0) + plan.superseded,
  };
  const meta: Meta = {
    id: lab.meta?.id ?? `${pid.toString(36)}-${hrtime.bigint().toString(36)}`,
    generations: [newest, ...kept(newest, lab.meta?.generations ?? [])],
    catalogBase: catalog.base,
    nextFile: plan.nextFile,
    events: log,
  };
  return { meta, writes };
}

function planCatalog(
  { meta, parts, locations }: Loaded,
  plan: CommitPlan,
): { readonly write: LogWrite; readonly base: number } {
  if (meta) {
    const { catalog: file, length: at } = meta.generations[0];
    const base = meta.catalogBase;
    const text = plan.catalogLines();
    if (at + text.length <= 4 * base + CATALOG_SLACK) return { write: { file, at, text }, base };
  }
  const next = new Map(locations);
  for (const [{ name }, location] of plan.placements) {
    if (location) next.set(name, location);
    else next.delete(name);
  }
  const text = wholeCatalog(parts, next);
  return { write: { file: plan.newFile('c'), text }, base: text.length };
}

/** At least the one before, for those who are reading it. */
function kept(newest: Generation, older: readonly Generation[]): Generation[] {
  return older
    .slice(0, KEPT_GENERATIONS)
    .filter((g, i) => i === 0 || newest.superseded - g.superseded <= KEPT_BYTES);
}

function isSweepDue(before: Meta | undefined, after: Meta): boolean {
  const [newest, previous] = after.generations;
  if (!before || !previous) return false;
  const sweeps = (superseded: number) => Math.floor(superseded / SWEEP_BYTES);
  return (
    newest.catalog !== previous.catalog || sweeps(newest.superseded) !== sweeps(previous.superseded)
  );
}

function sweep(files: LabFiles, meta: Meta): void {
  try {
    removeUnused(files, meta);
  } catch {
    // The next sweep finds them.
  }
}
