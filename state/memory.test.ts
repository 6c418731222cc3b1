import { expect, test } from 'vitest';
import type { ChainRecord, RuleRecord } from '../src/kernel/nftables/model.ts';
import { MemoryStore } from './memory.ts';

const CHAIN = 'ip filter INPUT';
const rule = (handle: number, packets = 0n): RuleRecord => ({
  handle,
  exprs: [{ op: 'counter', packets, bytes: 0n }],
});
const handles = (store: MemoryStore) =>
  store.read((lab) => Array.from(lab.nft.rules(CHAIN).values(), (r) => r.handle));

function storeWithRules(...given: number[]): MemoryStore {
  const store = new MemoryStore();
  store.transact((lab) => {
    for (const handle of given) lab.nft.rules(CHAIN).append(handle, rule(handle));
  });
  return store;
}

test('records keep the order they are given', () => {
  const store = storeWithRules(1, 2);
  store.transact((lab) => {
    const rules = lab.nft.rules(CHAIN);
    rules.prepend(3, rule(3));
    rules.insertAfter(1, 4, rule(4));
    rules.insertBefore(2, 5, rule(5));
    rules.replace(1, 6, rule(6));
    expect(rules.delete(2)).toBe(true);
    expect(rules.delete(2)).toBe(false);
  });
  expect(handles(store)).toEqual([3, 6, 4, 5]);
});

test('a transaction that throws leaves no trace', () => {
  const store = storeWithRules(1, 2, 3);
  const before = store.read((lab) => structuredClone([...lab.nft.rules(CHAIN).entries()]));
  const version = store.read((lab) => lab.nft.rules(CHAIN).version);
  const { serial } = store;
  expect(() =>
    store.transact((lab) => {
      const rules = lab.nft.rules(CHAIN);
      const counter = rules.edit(2).exprs[0];
      if (counter?.op === 'counter') counter.packets = 7n;
      rules.delete(1);
      rules.append(9, rule(9));
      rules.edit(9).comment = 'new';
      rules.replace(3, 8, rule(8));
      rules.clear();
      rules.append(1, rule(1));
      lab.host.edit().nextIndex = 99;
      lab.rng.set({ state: [0, 0, 0, 1] });
      lab.rng.edit().state = [1];
      throw new Error('stop');
    }),
  ).toThrow('stop');
  store.read((lab) => {
    expect([...lab.nft.rules(CHAIN).entries()]).toEqual(before);
    expect(lab.nft.rules(CHAIN).size).toBe(3);
    expect(lab.nft.rules(CHAIN).version).not.toBe(version);
    expect(lab.host.get().nextIndex).toBe(2);
    expect(lab.rng.get().state).toHaveLength(4);
  });
  expect(store.serial).toBe(serial);
});

test('edit leaves the version, structure moves it', () => {
  const store = storeWithRules(1);
  store.transact((lab) => {
    const rules = lab.nft.rules(CHAIN);
    const { version } = rules;
    rules.edit(1).comment = 'x';
    expect(rules.version).toBe(version);
    rules.replace(1, 1, rule(1));
    expect(rules.version).not.toBe(version);
  });
});

test('changes are refused outside transactions', () => {
  const store = storeWithRules(1);
  expect(() => store.read((lab) => lab.nft.rules(CHAIN).edit(1))).toThrow('inside read()');
  expect(() => store.read((lab) => lab.nft.rules(CHAIN).clear())).toThrow('inside read()');
  expect(() => store.read((lab) => lab.clock.set({ mode: 'frozen', nanos: 0n }))).toThrow();
  expect(() => store.transact((lab) => store.read(() => lab.host.edit()))).toThrow();
  expect(() => store.transact(() => store.transact(() => 0))).toThrow('transaction inside');
  const leaked = store.transact((lab) => lab.nft.chains);
  expect(() => leaked.append('x', {} as ChainRecord)).toThrow('no transaction');
});

test('ipset members follow a swap, and come back when it is undone', () => {
  const store = new MemoryStore();
  const member = { parts: [], nomatch: false };
  store.transact((lab) => lab.ipsetMembers('a').append('01', member));
  expect(() =>
    store.transact((lab) => {
      lab.swapIpsetMembers('a', 'b');
      lab.ipsetMembers('b').clear();
      throw new Error('stop');
    }),
  ).toThrow('stop');
  expect(store.read((lab) => lab.ipsetMembers('a').size)).toBe(1);
  store.transact((lab) => lab.swapIpsetMembers('a', 'b'));
  expect(store.read((lab) => [lab.ipsetMembers('a').size, lab.ipsetMembers('b').size])).toEqual([
    0, 1,
  ]);
});

test('follow gives commits after a serial, and nothing for a transaction without changes', () => {
  const store = storeWithRules(1);
  store.transact(() => 0);
  store.transact((lab, log) => {
    lab.nft.rules(CHAIN).edit(1).comment = 'x';
    log({ event: 'rule' });
  });
  expect(store.serial).toBe(2);
  expect(store.follow(1)).toEqual([{ serial: 2, events: [{ event: 'rule' }] }]);
});

test('a long chain is changed anywhere at once', () => {
  const store = storeWithRules(...Array.from({ length: 50_000 }, (_, i) => i + 1));
  store.transact((lab) => {
    const rules = lab.nft.rules(CHAIN);
    for (let i = 0; i < 20_000; i++) rules.insertAfter(25_000, 60_000 + i, rule(60_000 + i));
    for (let i = 0; i < 20_000; i++) rules.delete(60_000 + i);
  });
  expect(handles(store)).toHaveLength(50_000);
}, 2000);
