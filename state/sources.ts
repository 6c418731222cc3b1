/** Where the records of a stored lab come from: lines of its catalog, or a log of their own. */
import { Decoder, parseLines, reading } from './codec.ts';
import type { Source } from './collection.ts';
import type { LabFiles } from './lab-files.ts';
import { type AnyChange, decodeChange, type Location } from './layout.ts';
import { guard } from './store-error.ts';

type Apply = (change: AnyChange) => void;

const GROWTH: ReadonlyMap<unknown, number> = new Map([
  ['+', 1],
  ['^', 1],
  ['<', 1],
  ['>', 1],
  ['-', -1],
]);

/** Lines of a catalog; they are read once. */
export class InlineSource implements Source<string | number, unknown> {
  readonly size: number;
  readonly #lines: readonly unknown[][];
  readonly #directory: string;

  /** Of the lab in `directory`. */
  constructor(lines: readonly unknown[][], directory: string) {
    this.#lines = lines;
    this.#directory = directory;
    this.size = lines.reduce((size, [sign]) => size + (GROWTH.get(sign) ?? 0), 0);
  }

  load(apply: Apply): void {
    const decoder = new Decoder();
    guard(this.#directory, () =>
      reading(() => {
        for (const line of this.#lines) apply(decodeChange(line, decoder));
      }),
    );
  }
}

/** A log, or a part of one. */
export class LogSource implements Source<string | number, unknown> {
  readonly location: Location;
  readonly #files: LabFiles;

  constructor(location: Location, files: LabFiles) {
    this.location = location;
    this.#files = files;
  }

  get size(): number {
    return this.location.size;
  }

  load(apply: Apply): void {
    this.loadFrom(this.location.from, apply);
  }

  /** The lines from that byte of the file on. */
  loadFrom(from: number, apply: Apply): void {
    const decoder = new Decoder();
    guard(this.#files.directory, () =>
      reading(() => {
        for (const line of parseLines(this.text(from))) apply(decodeChange(line, decoder));
      }),
    );
  }

  /** The lines themselves. */
  text(from = this.location.from): string {
    return this.#files.read(this.location.file, from, this.location.to);
  }

  /** True when this is the other one's log with lines added. */
  continues(other: Source<string | number, unknown> | undefined): other is LogSource {
    if (!(other instanceof LogSource)) return false;
    const { file, from, to } = other.location;
    return file === this.location.file && from === this.location.from && to <= this.location.to;
  }
}
