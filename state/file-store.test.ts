import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RuleRecord, TableRecord } from '../src/kernel/nftables/model.ts';
import { FileStore } from './file-store.ts';

const CHAIN = 'ip filter INPUT';
const rule = (handle: number, comment = ''): RuleRecord => ({
  handle,
  exprs: [{ op: 'counter', packets: 0n, bytes: 0n }],
  comment,
});
const table: TableRecord = { family: 'ip', name: 'filter', handle: 1, flags: [], nextHandle: 1 };

let directory: string;
beforeEach(() => {
  directory = join(fs.mkdtempSync(join(tmpdir(), 'nflab-store-')), 'lab');
});
afterEach(() => {
  fs.rmSync(join(directory, '..'), { recursive: true });
});

const open = () => new FileStore({ directory });
const handles = (store: FileStore, chain = CHAIN) =>
  store.read((lab) => Array.from(lab.nft.rules(chain).values(), (r) => r.handle));
const append = (store: FileStore, handle: number, chain = CHAIN, comment = '') =>
  store.transact((lab) => lab.nft.rules(chain).append(handle, rule(handle, comment)));

test('what one process commits, the next one reads', () => {
  open().transact((lab, log) => {
    lab.nft.tables.append('ip filter', { ...table });
    lab.nft.rules(CHAIN).append(1, rule(1));
    lab.nft.rules(CHAIN).prepend(2, rule(2));
    lab.nft.rules('ip filter OUTPUT').append(3, rule(3));
    lab.host.edit().nextIndex = 7;
    log({ event: 'new rule', handle: 1 });
  });
  const store = open();
  expect(store.serial).toBe(1);
  expect(handles(store)).toEqual([2, 1]);
  expect(handles(store, 'ip filter OUTPUT')).toEqual([3]);
  store.read((lab) => {
    expect([...lab.nft.tables.values()]).toEqual([table]);
    expect(lab.host.get().nextIndex).toBe(7);
    expect(lab.nft.globals.get().generation).toBe(1);
  });
  expect(store.follow(0, 0)).toEqual([{ serial: 1, events: [{ event: 'new rule', handle: 1 }] }]);
  expect(store.follow(1, 0)).toEqual([]);
});

test('reading makes nothing', () => {
  expect(open().read((lab) => lab.host.get().interfaces[0]?.name)).toBe('lo');
  expect(open().serial).toBe(0);
  expect(fs.existsSync(directory)).toBe(false);
});

test('the directory is for its owner alone', () => {
  append(open(), 1);
  expect(fs.statSync(directory).mode & 0o777).toBe(0o700);
});

test('stores of one lab see each other’s changes', () => {
  const a = open();
  const b = open();
  append(a, 1);
  append(b, 2);
  append(a, 3);
  const version = b.read((lab) => lab.nft.rules(CHAIN).version);
  expect(handles(b)).toEqual([1, 2, 3]);
  expect(handles(a)).toEqual([1, 2, 3]);
  a.transact((lab) => {
    lab.nft.rules(CHAIN).edit(2).comment = 'x';
    lab.nft.rules(CHAIN).delete(1);
  });
  expect(handles(b)).toEqual([2, 3]);
  b.read((lab) => {
    expect(lab.nft.rules(CHAIN).get(2)?.comment).toBe('x');
    expect(lab.nft.rules(CHAIN).version).not.toBe(version);
  });
});

test('an unchanged collection stays in memory when another one changes', () => {
  const a = open();
  append(a, 1);
  append(a, 2, 'ip filter OUTPUT');
  const before = a.read((lab) => lab.nft.rules(CHAIN).get(1));
  append(open(), 3, 'ip filter OUTPUT');
  a.read((lab) => {
    expect(lab.nft.rules(CHAIN).get(1)).toBe(before);
    expect(lab.nft.rules('ip filter OUTPUT').size).toBe(2);
  });
});

test('appending reads no log', () => {
  const store = open();
  append(store, 1);
  const log = fs.readdirSync(directory).find((name) => name.startsWith('l'));
  // Makes the committed line unreadable: only a reader notices.
  fs.writeFileSync(join(directory, log ?? ''), 'x'.repeat(1000));
  const later = open();
  append(later, 2);
  expect(later.read((lab) => lab.nft.rules(CHAIN).size)).toBe(2);
  expect(() => handles(later)).toThrow('is damaged');
});

test('a transaction that throws changes neither memory nor disk', () => {
  const store = open();
  append(store, 1);
  expect(() =>
    store.transact((lab) => {
      lab.nft.rules(CHAIN).clear();
      lab.nft.rules(CHAIN).append(9, rule(9));
      lab.clock.set({ mode: 'frozen', nanos: 5n });
      throw new Error('stop');
    }),
  ).toThrow('stop');
  for (const each of [store, open()]) {
    expect(handles(each)).toEqual([1]);
    expect(each.read((lab) => lab.clock.get().mode)).toBe('wall');
    expect(each.serial).toBe(1);
  }
});

test('a commit that cannot be written is taken back', () => {
  const store = open();
  append(store, 1);
  expect(() =>
    store.transact((lab) => {
      lab.nft.rules(CHAIN).append(2, { ...rule(2), exprs: [{ bad: () => 1 } as never] });
    }),
  ).toThrow('cannot store a function');
  expect(handles(store)).toEqual([1]);
  append(store, 3);
  expect(handles(open())).toEqual([1, 3]);
});

test('clearing, swapping and dropping are stored', () => {
  const store = open();
  const member = { parts: [], nomatch: false };
  store.transact((lab) => {
    lab.ipsetMembers('a').append('01', member);
    lab.ipsetMembers('a').append('02', member);
    lab.ipsetMembers('b').append('03', member);
    lab.nft.tables.append('ip filter', { ...table });
  });
  store.transact((lab) => {
    lab.swapIpsetMembers('a', 'b');
    lab.ipsetMembers('a').append('04', member);
  });
  const keys = (name: string) =>
    open().read((lab) => Array.from(lab.ipsetMembers(name).entries(), ([key]) => key));
  expect(keys('a')).toEqual(['03', '04']);
  expect(keys('b')).toEqual(['01', '02']);
  store.transact((lab) => {
    lab.dropIpsetMembers('a');
    lab.ipsetMembers('a').append('05', member);
    lab.dropIpsetMembers('b');
    lab.nft.tables.clear();
    lab.nft.tables.append('ip6 x', { ...table, family: 'ip6', name: 'x' });
  });
  expect(keys('a')).toEqual(['05']);
  expect(keys('b')).toEqual([]);
  expect(open().read((lab) => [...lab.nft.tables.entries()].map(([key]) => key))).toEqual([
    'ip6 x',
  ]);
});

test('logs with mostly dead lines are written anew, and unused files go', () => {
  const store = open();
  append(store, 1);
  for (let i = 0; i < 600; i++) {
    store.transact((lab) => {
      lab.nft.rules(CHAIN).edit(1).comment = `${i}`.padEnd(400, '.');
    });
  }
  append(store, 2);
  expect(handles(open())).toEqual([1, 2]);
  const bytes = fs
    .readdirSync(directory)
    .reduce((sum, name) => sum + fs.statSync(join(directory, name)).size, 0);
  expect(bytes).toBeLessThan(400_000);
  expect(fs.readdirSync(directory).length).toBeLessThan(12);
});

test('many short chains share a file, and each grows on its own', () => {
  const chains = Array.from({ length: 300 }, (_, i) => `ip nat C${i}`);
  open().transact((lab) => {
    for (const [i, chain] of chains.entries()) lab.nft.rules(chain).append(i + 1, rule(i + 1));
  });
  expect(fs.readdirSync(directory).length).toBeLessThan(6);
  append(open(), 1000, chains[7]);
  append(open(), 1001, chains[7]);
  expect(handles(open(), chains[7])).toEqual([8, 1000, 1001]);
  expect(handles(open(), chains[8])).toEqual([9]);
});

test('events are kept for monitors, the latest of them', () => {
  const store = open();
  for (let i = 0; i < 40; i++) {
    store.transact((_, log) => log({ text: 'x'.repeat(20_000), i }));
  }
  const commits = open().follow(0, 0);
  expect(commits.at(-1)?.serial).toBe(40);
  expect(commits.length).toBeGreaterThan(3);
  expect(
    open()
      .follow(38, 0)
      .map((commit) => commit.events[0]?.i),
  ).toEqual([38, 39]);
});

test('a lab from a newer nflab, or a damaged one, is left alone', () => {
  append(open(), 1);
  const meta = join(directory, 'meta');
  const text = fs.readFileSync(meta, 'utf8');
  const refuses = (bad: string, message: string) => {
    fs.writeFileSync(meta, bad);
    expect(() => handles(open())).toThrow(message);
    expect(() => append(open(), 2)).toThrow(message);
    expect(fs.readFileSync(meta, 'utf8')).toBe(bad);
  };
  refuses(text.replace('{"nflab":1', '{"nflab":2'), 'newer nflab (format 2');
  refuses('', 'damaged');
  refuses(text.slice(0, -20), 'damaged');
  refuses(text.replace(/"c\d+"/, '"../c1"'), 'damaged');
  refuses(text.replace(/("c\d+"),\d+/, '$1,9999999'), 'damaged');
  fs.writeFileSync(meta, text);
  expect(handles(open())).toEqual([1]);
});
