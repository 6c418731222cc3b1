/** Removal of the files no kept generation of a lab refers to. */
import { Catalog } from './catalog.ts';
import type { LabFiles } from './lab-files.ts';
import type { Generation, Meta } from './layout.ts';

/** Removes them. The caller holds the lock: no one else is making files. */
export function removeUnused(files: LabFiles, meta: Meta): void {
  const used = new Set([meta.events.file]);
  const byCatalog = new Map<string, Generation[]>();
  for (const generation of meta.generations) {
    const group = byCatalog.get(generation.catalog);
    if (group) group.push(generation);
    else byCatalog.set(generation.catalog, [generation]);
  }
  for (const [catalog, generations] of byCatalog) {
    used.add(catalog);
    for (const file of logsOf(files, catalog, generations)) used.add(file);
  }
  for (const name of files.list()) {
    if (/^[clpe]\d+$/.test(name) && !used.has(name)) files.remove(name);
  }
}

/** The logs that prefixes of one catalog refer to. */
function logsOf(files: LabFiles, file: string, generations: readonly Generation[]): Set<string> {
  const logs = new Set<string>();
  const catalog = new Catalog();
  let at = 0;
  for (const { length } of generations.toSorted((a, b) => a.length - b.length)) {
    catalog.read(files.read(file, at, length));
    at = length;
    for (const location of catalog.locations.values()) logs.add(location.file);
  }
  return logs;
}
