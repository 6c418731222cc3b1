import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Collection, Draft, Store } from '../src/kernel/model.ts';
import { FileStore } from './file-store.ts';
import { MemoryStore } from './memory.ts';

/** A change of one of a few collections; keys are small, so that they meet. */
type Step = readonly [where: number, what: number, key: number, ref: number];

const places: readonly ((lab: Draft) => Collection<never, never>)[] = [
  (lab) => lab.nft.rules('ip a A') as Collection<never, never>,
  (lab) => lab.nft.rules('ip a B') as Collection<never, never>,
  (lab) => lab.ipsetMembers('s') as Collection<never, never>,
  (lab) => lab.ipsetMembers('t') as Collection<never, never>,
  (lab) => lab.nft.tables as Collection<never, never>,
];
const place = (lab: Draft, where: number) =>
  // The stores do not look into records: any will do.
  places[where % places.length]?.(lab) as unknown as Collection<number, { v: number; pad: string }>;

const record = (v: number) => ({ v, pad: '.'.repeat((v % 7) * 3000) });

function change(
  records: Collection<number, { v: number; pad: string }>,
  [, what, key, ref]: Step,
): void {
  const fresh = !records.has(key);
  const known = records.has(ref);
  const { v } = { v: key * 100 + ref };
  if (what === 0 && fresh) records.append(key, record(v));
  if (what === 1 && fresh) records.prepend(key, record(v));
  if (what === 2 && fresh && known) records.insertBefore(ref, key, record(v));
  if (what === 3 && fresh && known) records.insertAfter(ref, key, record(v));
  if (what === 4 && known && (fresh || key === ref)) records.replace(ref, key, record(v));
  if (what === 5 && known) records.edit(ref).v++;
  if (what === 6) records.delete(ref);
  if (what === 7 && key === 0) records.clear();
}

function apply(lab: Draft, step: Step): void {
  if (step[1] === 8) lab.swapIpsetMembers('s', 't');
  else if (step[1] === 9) lab.host.edit().nextIndex += step[2];
  else change(place(lab, step[0]), step);
}

const contents = (store: Store) =>
  store.read((lab) => ({
    records: places.map((_, i) => [...place(lab, i).entries()].map(([k, { v }]) => [k, v])),
    sizes: places.map((_, i) => place(lab, i).size),
    host: lab.host.get().nextIndex,
  }));

const step = fc.tuple(fc.nat(4), fc.nat(9), fc.nat(6), fc.nat(6));
/** One transaction: which of two stores runs it, its steps, and whether it fails at the end. */
const transaction = fc.record({
  by: fc.constantFrom('a', 'b', 'new'),
  steps: fc.array(step, { maxLength: 12 }),
  fails: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});

let root: string;
beforeAll(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'nflab-agree-'));
});
afterAll(() => fs.rmSync(root, { recursive: true }));

test('stores on disk, resident or just opened, hold what one in memory holds', () => {
  let n = 0;
  fc.assert(
    fc.property(fc.array(transaction, { maxLength: 14 }), (transactions) => {
      const directory = join(root, `${n++}`);
      const memory = new MemoryStore();
      const resident = { a: new FileStore({ directory }), b: new FileStore({ directory }) };
      for (const { by, steps, fails } of transactions) {
        const disk = by === 'new' ? new FileStore({ directory }) : resident[by];
        for (const store of [memory, disk]) {
          const run = () =>
            store.transact((lab) => {
              for (const each of steps) apply(lab, each);
              if (fails) throw new Error('stop');
            });
          if (fails) expect(run).toThrow('stop');
          else run();
        }
        expect(contents(disk)).toEqual(contents(memory));
      }
      const expected = contents(memory);
      for (const store of [resident.a, resident.b, new FileStore({ directory })]) {
        expect(contents(store)).toEqual(expected);
        expect(store.serial).toBe(memory.serial);
      }
      fs.rmSync(directory, { recursive: true, force: true });
    }),
    { numRuns: 150 },
  );
}, 30_000);
