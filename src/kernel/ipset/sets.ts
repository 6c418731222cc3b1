/** Operations on whole sets: destroy, flush, rename, swap, element commands, and the order of listings (ip_set_core.c). */
import { type BitmapSet, bitmapCommand, flushBitmap } from './bitmap.ts';
import { type HashSet, hashCommand } from './hash.ts';
import { expireList, flushList, listCommand } from './list.ts';
import type { IpsetRecord } from './model.ts';
import type { ElementCommand, ElementRequest, IpsetContext, IpsetErrno } from './request.ts';
import { ipsetType } from './types.ts';

/** A hash set as its operations want it; undefined for other kinds. */
export function asHash(ctx: IpsetContext, set: IpsetRecord): HashSet | undefined {
  const type = ipsetType(set.type);
  const { header } = set;
  if (type.kind !== 'hash' || header.kind !== 'hash') return undefined;
  return { set, type, header, members: ctx.lab.ipsetMembers(set.name), now: ctx.now };
}

/** A bitmap set as its operations want it; undefined for other kinds. */
export function asBitmap(ctx: IpsetContext, set: IpsetRecord): BitmapSet | undefined {
  const { header } = set;
  if (header.kind !== 'bitmap-ip' && header.kind !== 'bitmap-port') return undefined;
  const withMac = ipsetType(set.type).features.includes('mac');
  return { set, header, withMac, members: ctx.lab.ipsetMembers(set.name), now: ctx.now };
}

/** All sets by their place, lists of sets last. */
export function listIpsets(ctx: IpsetContext): readonly Readonly<IpsetRecord>[] {
  const late = (set: Readonly<IpsetRecord>): number => (set.header.kind === 'list' ? 1 : 0);
  return [...ctx.lab.ipsets.values()].sort((a, b) => late(a) - late(b) || a.index - b.index);
}

/** Adds, deletes or tests an element, or a range of them; on a fault, what came before it stays done. */
export function elementCommand(
  ctx: IpsetContext,
  name: string,
  command: ElementCommand,
  request: ElementRequest,
  exist: boolean,
): IpsetErrno | undefined {
  const set = ctx.lab.ipsets.get(name);
  if (!set) return 'ENOENT';
  const hash = asHash(ctx, set);
  const bitmap = asBitmap(ctx, set);
  let fault: IpsetErrno | undefined;
  if (hash) fault = hashCommand(hash, command, request, exist);
  else if (bitmap) fault = bitmapCommand(bitmap, command, request, exist);
  else fault = listCommand(ctx, set, command, request, exist);
  // Whatever keeps a test from finding the element, it is not in the set.
  return fault && command === 'test' ? 'EXIST' : fault;
}

function expireLists(ctx: IpsetContext): void {
  for (const set of ctx.lab.ipsets.values()) if (set.header.kind === 'list') expireList(ctx, set);
}

function remove(ctx: IpsetContext, set: Readonly<IpsetRecord>): void {
  if (set.header.kind === 'list') flushList(ctx, set.name);
  ctx.lab.dropIpsetMembers(set.name);
  ctx.lab.ipsets.delete(set.name);
}

/** Destroys one set, or all; a set in use is kept, and so are then all. With `exist`, one set may be missing. */
export function destroyIpset(
  ctx: IpsetContext,
  name: string | undefined,
  exist: boolean,
): IpsetErrno | undefined {
  expireLists(ctx);
  if (name === undefined) {
    const sets = [...ctx.lab.ipsets.values()];
    if (sets.some((set) => set.references > 0)) return 'BUSY';
    for (const set of sets) remove(ctx, set);
    return undefined;
  }
  const set = ctx.lab.ipsets.get(name);
  if (!set) return exist ? undefined : 'ENOENT';
  if (set.references > 0) return 'BUSY';
  remove(ctx, set);
  return undefined;
}

/** Empties one set, or all. */
export function flushIpset(ctx: IpsetContext, name: string | undefined): IpsetErrno | undefined {
  if (name !== undefined && !ctx.lab.ipsets.has(name)) return 'ENOENT';
  for (const set of ctx.lab.ipsets.values()) {
    if (name !== undefined && set.name !== name) continue;
    if (set.header.kind === 'list') flushList(ctx, set.name);
    else if (set.header.kind !== 'hash') flushBitmap(ctx.lab.ipsetMembers(set.name));
    else if (ctx.lab.ipsetMembers(set.name).size > 0) ctx.lab.ipsetMembers(set.name).clear();
  }
  return undefined;
}

/** Gives a set that nothing uses another name. */
export function renameIpset(ctx: IpsetContext, from: string, to: string): IpsetErrno | undefined {
  expireLists(ctx);
  const set = ctx.lab.ipsets.get(from);
  if (!set) return 'ENOENT';
  if (set.references > 0) return 'REFERENCED';
  if (ctx.lab.ipsets.has(to)) return 'EXIST_SETNAME2';
  ctx.lab.ipsets.replace(from, to, { ...set, name: to });
  ctx.lab.swapIpsetMembers(from, to);
  return undefined;
}

/** Exchanges the contents of two sets of equal features and family; names, places and references stay. */
export function swapIpsets(ctx: IpsetContext, from: string, to: string): IpsetErrno | undefined {
  const a = ctx.lab.ipsets.get(from);
  if (!a) return 'ENOENT';
  const b = ctx.lab.ipsets.get(to);
  if (!b) return 'EXIST_SETNAME2';
  const features = (set: Readonly<IpsetRecord>): string => ipsetType(set.type).features.join();
  if (features(a) !== features(b) || a.family !== b.family) return 'TYPE_MISMATCH';
  if (a === b) return undefined;
  const { name, index, references } = a;
  ctx.lab.ipsets.replace(from, from, { ...b, name, index, references });
  ctx.lab.ipsets.replace(to, to, { ...a, name: b.name, index: b.index, references: b.references });
  ctx.lab.swapIpsetMembers(from, to);
  return undefined;
}
