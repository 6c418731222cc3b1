/** The stored form of a lab: meta, catalog lines and log lines, and the checks on what is read back. */

import { DamagedText, type Decoder, encodeLine } from './codec.ts';
import type { Change } from './collection.ts';

/** Number of the stored form; a lab with a greater one is left alone. */
export const FORMAT = 1;

/** Where the history of one collection lies. */
export interface Location {
  readonly file: string;
  /** Bytes. */
  readonly from: number;
  readonly to: number;
  /** Records. */
  readonly size: number;
  /** Bytes of lines that still count, about. */
  readonly live: number;
  /** True when the file belongs to this collection alone, so that lines may be added at `to`. */
  readonly open: boolean;
}

/** One state a lab was in: a prefix of a catalog. */
export interface Generation {
  readonly serial: number;
  readonly catalog: string;
  /** Bytes of the catalog that count. */
  readonly length: number;
  /** Bytes superseded since the lab was made, up to this generation. */
  readonly superseded: number;
}

/** The meta file. */
export interface Meta {
  /** Tells the lab from one that had its directory before. */
  readonly id: string;
  /** The newest first, the ones kept behind it. */
  readonly generations: readonly [Generation, ...Generation[]];
  /** Bytes of the catalog when it was begun. */
  readonly catalogBase: number;
  /** Number of the next file to be made. */
  readonly nextFile: number;
  readonly events: { readonly file: string; readonly length: number };
}

const damaged = (what: string): never => {
  throw new DamagedText(what);
};

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const count = (value: unknown): number => (isCount(value) ? value : damaged('bad number'));

/** File names come from what is stored: none may lead out of the lab. */
const fileName = (value: unknown): string =>
  typeof value === 'string' && /^[a-z]\d{1,15}$/.test(value) ? value : damaged('bad file name');

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : damaged('bad list');

/** The meta file's text. */
export function encodeMeta(meta: Meta): string {
  const generations = meta.generations.map((g) => [g.serial, g.catalog, g.length, g.superseded]);
  const { id, catalogBase, nextFile, events } = meta;
  const value = {
    nflab: FORMAT,
    id,
    generations,
    catalogBase,
    nextFile,
    events: [events.file, events.length],
  };
  return `${JSON.stringify(value)}\n`;
}

function decodeGeneration(value: unknown): Generation {
  const [serial, catalog, length, superseded] = list(value);
  return {
    serial: count(serial),
    catalog: fileName(catalog),
    length: count(length),
    superseded: count(superseded),
  };
}

/** The format number of a meta file, which every version keeps in its first property. */
export function metaFormat(text: string): number {
  return Number(/^\{"nflab":(\d{1,9})[,}]/.exec(text)?.[1] ?? damaged('not a meta file'));
}

/** Throws DamagedText. */
export function decodeMeta(text: string): Meta {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch {
    return damaged('not JSON');
  }
  const [newest, ...kept] = list(value.generations).map(decodeGeneration);
  const [file, length] = list(value.events);
  return {
    id: typeof value.id === 'string' ? value.id : damaged('no id'),
    generations: [newest ?? damaged('no generation'), ...kept],
    catalogBase: count(value.catalogBase),
    nextFile: count(value.nextFile),
    events: { file: fileName(file), length: count(length) },
  };
}

/** What a location's line in the catalog holds after the collection's name. */
export const locationFields = (at: Location): unknown[] => [
  '@',
  at.file,
  at.from,
  at.to,
  at.size,
  at.live,
  at.open,
];

/** Of the fields after the `@`. Throws DamagedText. */
export function decodeLocation(fields: readonly unknown[]): Location {
  const [file, from, to, size, live, open] = fields;
  return {
    file: fileName(file),
    from: count(from),
    to: count(to),
    size: count(size),
    live: count(live),
    open: open === true,
  };
}

type Key = string | number;
export type AnyChange = Change<Key, unknown>;

function changeFields(change: AnyChange): unknown[] {
  switch (change.kind) {
    case 'append':
      return ['+', change.key, change.record];
    case 'prepend':
      return ['^', change.key, change.record];
    case 'before':
      return ['<', change.key, change.record, change.ref];
    case 'after':
      return ['>', change.key, change.record, change.ref];
    case 'replace':
      return change.ref === change.key
        ? ['=', change.key, change.record]
        : ['=', change.key, change.record, change.ref];
    case 'delete':
      return ['-', change.key];
  }
}

/** A line of a log; in the catalog `name` says whose it is. */
export function encodeChange(change: AnyChange, ...name: readonly string[]): string {
  return encodeLine([...name, ...changeFields(change)]);
}

const isKey = (value: unknown): value is Key =>
  typeof value === 'string' || typeof value === 'number';

/** A change from its fields, as `parseLines` gives them, without the name. Throws DamagedText. */
export function decodeChange(fields: unknown, decoder: Decoder): AnyChange {
  const [sign, storedKey, stored, storedRef] = list(fields);
  const key = decoder.decode(storedKey);
  if (!isKey(key)) return damaged('bad key');
  if (sign === '-') return { kind: 'delete', key };
  const record = decoder.decode(stored);
  if (sign === '+') return { kind: 'append', key, record };
  if (sign === '^') return { kind: 'prepend', key, record };
  const ref = storedRef === undefined ? key : decoder.decode(storedRef);
  if (!isKey(ref)) return damaged('bad reference');
  if (sign === '=') return { kind: 'replace', ref, key, record };
  if (sign === '<') return { kind: 'before', ref, key, record };
  if (sign === '>') return { kind: 'after', ref, key, record };
  return damaged('unknown change');
}
