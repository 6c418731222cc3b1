/** Sets, their elements, and stateful objects: the rest of nf_tables_api.c. */
import { equalBytes, toHex } from '../../base/bytes.ts';
import { KernelError } from '../../base/errors.ts';
import { itemKey, objectKey } from '../model.ts';
import type {
  ElementRecord,
  Family,
  FlowtableRecord,
  ObjectRecord,
  ObjectType,
  SetRecord,
  Verdict,
} from './model.ts';
import { holdElement, releaseElement } from './references.ts';
import { allocHandle, type ItemRef, lookupTable, type RulesetContext } from './ruleset.ts';

/** A set as asked for; handle and references are the kernel's. `__set%d` and `__map%d` are numbered. */
export type SetSpec = Omit<SetRecord, 'handle' | 'references'>;

export function lookupSet(
  ctx: RulesetContext,
  family: Family,
  table: string,
  name: string,
): Readonly<SetRecord> {
  lookupTable(ctx, family, table);
  const set = ctx.ruleset.sets.get(itemKey(family, table, name));
  if (!set) throw new KernelError('ENOENT', 'set');
  return set;
}

/** nf_tables_set_alloc_name: the lowest free number. */
function setName(ctx: RulesetContext, spec: SetSpec): string {
  if (!spec.name.endsWith('%d')) return spec.name;
  const stem = spec.name.slice(0, -2);
  for (let n = 0; ; n++) {
    const name = `${stem}${n}`;
    if (!ctx.ruleset.sets.has(itemKey(spec.family, spec.table, name))) return name;
  }
}

/** nft_set_is_same: times and size may differ, and are taken over. */
function sameSet(a: Readonly<SetRecord>, b: SetSpec): boolean {
  const flags = (s: { flags: readonly string[] }): string => [...s.flags].sort().join();
  return (
    a.keyType === b.keyType &&
    a.keyLen === b.keyLen &&
    a.dataType === b.dataType &&
    a.dataLen === b.dataLen &&
    a.objectType === b.objectType &&
    flags(a) === flags(b)
  );
}

function updateSet({ ruleset }: RulesetContext, key: string, spec: SetSpec): void {
  const old = ruleset.sets.get(key);
  const size = spec.size ?? old?.size;
  if (old?.timeout === spec.timeout && old?.gcInterval === spec.gcInterval && old?.size === size)
    return;
  const set = ruleset.sets.edit(key);
  set.timeout = spec.timeout;
  set.gcInterval = spec.gcInterval;
  set.size = size;
}

/** NFT_MSG_NEWSET; returns the name the set got. */
export function addSet(ctx: RulesetContext, spec: SetSpec, { create = false } = {}): string {
  lookupTable(ctx, spec.family, spec.table);
  const name = setName(ctx, spec);
  const key = itemKey(spec.family, spec.table, name);
  const old = ctx.ruleset.sets.get(key);
  if (old) {
    if (create || !sameSet(old, spec)) throw new KernelError('EEXIST', 'set');
    updateSet(ctx, key, spec);
    return name;
  }
  if (spec.flags.includes('constant') && spec.flags.includes('timeout'))
    throw new KernelError('EOPNOTSUPP');
  const handle = allocHandle(ctx, spec.family, spec.table);
  ctx.ruleset.sets.append(key, { ...spec, name, handle, references: 0 });
  return name;
}

/** A set not yet committed that rules of the same batch fill is made with the flag for it. */
export function makeDynamic({ ruleset }: RulesetContext, ref: ItemRef): void {
  const key = itemKey(ref.family, ref.table, ref.name);
  const flags = ruleset.sets.get(key)?.flags;
  if (flags && !flags.includes('dynamic')) ruleset.sets.edit(key).flags = [...flags, 'dynamic'];
}

/** NFT_MSG_DELSET: EBUSY while a rule uses it. */
export function deleteSet(ctx: RulesetContext, ref: ItemRef): void {
  const set = lookupSet(ctx, ref.family, ref.table, ref.name);
  if (set.references > 0) throw new KernelError('EBUSY', 'set');
  flushSet(ctx, ref);
  const key = itemKey(ref.family, ref.table, ref.name);
  ctx.ruleset.dropElements(key);
  ctx.ruleset.sets.delete(key);
}

/** NFT_MSG_DELSETELEM without elements. */
export function flushSet(ctx: RulesetContext, ref: ItemRef): void {
  const set = lookupSet(ctx, ref.family, ref.table, ref.name);
  const elements = ctx.ruleset.elements(itemKey(ref.family, ref.table, ref.name));
  const old = [...elements.values()];
  elements.clear();
  for (const element of old) releaseElement(ctx, ref, element, set.objectType);
}

/** The key of an element in its set's collection. */
export function elementKey(
  element: Pick<ElementRecord, 'key' | 'keyEnd' | 'intervalEnd' | 'catchall'>,
): string {
  if (element.catchall) return '*';
  const end = element.keyEnd ? `-${toHex(element.keyEnd)}` : '';
  return `${toHex(element.key)}${end}${element.intervalEnd ? '$' : ''}`;
}

const sameVerdict = (a: Verdict | undefined, b: Verdict | undefined): boolean =>
  a?.code === b?.code && (a && 'chain' in a ? a.chain : '') === (b && 'chain' in b ? b.chain : '');

function sameData(a: Readonly<ElementRecord>, b: Readonly<ElementRecord>): boolean {
  if ((a.data === undefined) !== (b.data === undefined)) return false;
  if (a.data && b.data && !equalBytes(a.data, b.data)) return false;
  return sameVerdict(a.verdict, b.verdict) && a.object === b.object;
}

function checkElement(
  ctx: RulesetContext,
  set: Readonly<SetRecord>,
  element: ElementRecord,
  at: unknown,
): void {
  const isMap = set.flags.includes('map');
  const hasData = element.data !== undefined || element.verdict !== undefined;
  if (isMap && !hasData && !element.intervalEnd) throw new KernelError('EINVAL', at);
  if (!isMap && hasData) throw new KernelError('EINVAL', at);
  if (set.objectType && element.object === undefined && !element.intervalEnd)
    throw new KernelError('EINVAL', at);
  if (element.timeout !== undefined && !set.flags.includes('timeout'))
    throw new KernelError('EINVAL', at);
  if (!element.intervalEnd && element.key.length !== set.keyLen && !element.catchall)
    throw new KernelError('EINVAL', at);
  if (element.data && set.dataLen !== undefined && element.data.length !== set.dataLen)
    throw new KernelError('EINVAL', at);
  if (element.verdict && 'chain' in element.verdict) {
    const chain = ctx.ruleset.chains.get(itemKey(set.family, set.table, element.verdict.chain));
    if (!chain) throw new KernelError('ENOENT', at);
    if (chain.base) throw new KernelError('EOPNOTSUPP', at);
  }
  if (element.object !== undefined && set.objectType) {
    const key = objectKey(set.family, set.table, set.objectType, element.object);
    if (!ctx.ruleset.objects.has(key)) throw new KernelError('ENOENT', at);
  }
}

/** NFT_MSG_NEWSETELEM for one element; `at` is given back in errors. */
export function addElement(
  ctx: RulesetContext,
  ref: ItemRef,
  element: ElementRecord,
  { create = false, at }: { create?: boolean; at?: unknown } = {},
): void {
  const set = lookupSet(ctx, ref.family, ref.table, ref.name);
  const key = itemKey(ref.family, ref.table, ref.name);
  const elements = ctx.ruleset.elements(key);
  checkElement(ctx, set, element, at);
  const id = elementKey(element);
  const old = elements.get(id);
  if (old) {
    if (create || !sameData(old, element)) throw new KernelError('EEXIST', at);
    if (element.timeout !== undefined || element.expires !== undefined) {
      const kept = elements.edit(id);
      if (element.timeout !== undefined) kept.timeout = element.timeout;
      if (element.expires !== undefined) kept.expires = element.expires;
    }
    return;
  }
  if (set.size !== undefined && !element.intervalEnd && countElements(ctx, key) >= set.size)
    throw new KernelError('ENFILE', at);
  elements.append(id, element);
  holdElement(ctx, ref, element, set.objectType);
}

function countElements(ctx: RulesetContext, key: string): number {
  const set = ctx.ruleset.sets.get(key);
  const elements = ctx.ruleset.elements(key);
  if (!set?.flags.includes('interval') || set.flags.includes('concat')) return elements.size;
  let n = 0;
  for (const element of elements.values()) if (!element.intervalEnd) n += 1;
  return n;
}

/** NFT_MSG_DELSETELEM for one element. */
export function deleteElement(
  ctx: RulesetContext,
  ref: ItemRef,
  element: Pick<ElementRecord, 'key' | 'keyEnd' | 'intervalEnd' | 'catchall'>,
  at?: unknown,
): void {
  const set = lookupSet(ctx, ref.family, ref.table, ref.name);
  const elements = ctx.ruleset.elements(itemKey(ref.family, ref.table, ref.name));
  const id = elementKey(element);
  const old = elements.get(id);
  if (!old) throw new KernelError('ENOENT', at);
  elements.delete(id);
  releaseElement(ctx, ref, old, set.objectType);
}

/** An object as asked for. */
export type ObjectSpec = Omit<ObjectRecord, 'handle' | 'references'>;

/** NFT_MSG_NEWOBJ. An existing object stays as it is, but for quotas, whose limits change. */
export function addObject(ctx: RulesetContext, spec: ObjectSpec, { create = false } = {}): void {
  lookupTable(ctx, spec.family, spec.table);
  const key = objectKey(spec.family, spec.table, spec.type, spec.name);
  if (ctx.ruleset.objects.has(key)) {
    if (create) throw new KernelError('EEXIST', 'object');
    if (spec.expr?.op === 'quota') {
      const old = ctx.ruleset.objects.get(key);
      const consumed = old?.expr?.op === 'quota' ? old.expr.consumed : 0n;
      ctx.ruleset.objects.edit(key).expr = { ...spec.expr, consumed };
    }
    return;
  }
  const handle = allocHandle(ctx, spec.family, spec.table);
  if (spec.expr?.op === 'limit' && spec.expr.rate === 0n) throw new KernelError('EINVAL');
  ctx.ruleset.objects.append(key, { ...spec, handle, references: 0 });
}

export function lookupObject(
  ctx: RulesetContext,
  ref: ItemRef,
  type: ObjectType,
): Readonly<ObjectRecord> {
  lookupTable(ctx, ref.family, ref.table);
  const object = ctx.ruleset.objects.get(objectKey(ref.family, ref.table, type, ref.name));
  if (!object) throw new KernelError('ENOENT', 'object');
  return object;
}

/** NFT_MSG_DELOBJ: EBUSY while a rule or map uses it. */
export function deleteObject(ctx: RulesetContext, ref: ItemRef, type: ObjectType): void {
  const object = lookupObject(ctx, ref, type);
  if (object.references > 0) throw new KernelError('EBUSY', 'object');
  ctx.ruleset.objects.delete(objectKey(ref.family, ref.table, type, ref.name));
}
