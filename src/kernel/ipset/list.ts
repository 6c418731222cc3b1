/** list:set: sets as members of a set, in an order of their own (ip_set_list_set.c). */
import { checkExtensions, isExpired, setExtensions } from './members.ts';
import type { IpsetMember, IpsetRecord } from './model.ts';
import type { ElementCommand, ElementRequest, IpsetContext, IpsetErrno } from './request.ts';

/** Where a member stands in relation to another. */
interface Place {
  readonly name: string;
  readonly ref: string | undefined;
  readonly before: boolean;
}

function count(ctx: IpsetContext, name: string, by: number): void {
  if (ctx.lab.ipsets.has(name)) ctx.lab.ipsets.edit(name).references += by;
}

/** Takes members out of a list, all or the named ones, and their references back. */
function release(ctx: IpsetContext, list: string, names: readonly string[]): void {
  const members = ctx.lab.ipsetMembers(list);
  for (const name of names) if (members.delete(name)) count(ctx, name, -1);
}

/** Empties a list. */
export function flushList(ctx: IpsetContext, list: string): void {
  const names = [...ctx.lab.ipsetMembers(list).entries()].map(([name]) => name);
  release(ctx, list, names);
}

/** Takes out what has expired; the kernel's timer does it every few seconds. */
export function expireList(ctx: IpsetContext, list: Readonly<IpsetRecord>): void {
  if (list.timeout === undefined) return;
  const gone = [];
  for (const [name, member] of ctx.lab.ipsetMembers(list.name).entries())
    if (isExpired(member, ctx.now)) gone.push(name);
  release(ctx, list.name, gone);
}

function requestPlace(
  ctx: IpsetContext,
  { name, nameref, before = false }: ElementRequest,
): Place | IpsetErrno {
  const set = name === undefined ? undefined : ctx.lab.ipsets.get(name);
  if (!set) return name === undefined ? 'PROTOCOL' : 'NAME';
  if (set.type === 'list:set') return 'LOOP';
  if (before && nameref === undefined) return 'BEFORE';
  if (nameref !== undefined && !ctx.lab.ipsets.has(nameref)) return 'NAMEREF';
  return { name: set.name, ref: nameref, before };
}

/** Names in order, without expired members. */
function order(ctx: IpsetContext, list: string): readonly string[] {
  const names = [];
  for (const [name, member] of ctx.lab.ipsetMembers(list).entries())
    if (!isExpired(member, ctx.now)) names.push(name);
  return names;
}

function stands(names: readonly string[], { name, ref, before }: Place): boolean {
  const at = names.indexOf(name);
  if (at < 0) return false;
  return ref === undefined || names[before ? at + 1 : at - 1] === ref;
}

function add(
  ctx: IpsetContext,
  list: IpsetRecord,
  { name, ref, before }: Place,
  request: ElementRequest,
  exist: boolean,
): IpsetErrno | undefined {
  const members = ctx.lab.ipsetMembers(list.name);
  if (ref !== undefined && (ref === name || !members.has(ref))) return 'REF_EXIST';
  if (members.has(name)) {
    if (!exist) return 'EXIST';
    setExtensions(members.edit(name), list, request, ctx.now);
    return undefined;
  }
  const member: IpsetMember = { parts: [{ kind: 'set', name }], nomatch: false };
  setExtensions(member, list, request, ctx.now);
  if (ref === undefined) members.append(name, member);
  else if (before) members.insertBefore(ref, name, member);
  else members.insertAfter(ref, name, member);
  count(ctx, name, 1);
  return undefined;
}

function remove(ctx: IpsetContext, list: IpsetRecord, place: Place): IpsetErrno | undefined {
  if (!stands(order(ctx, list.name), place)) return place.ref === undefined ? 'EXIST' : 'REF_EXIST';
  release(ctx, list.name, [place.name]);
  return undefined;
}

/** Runs an element command on a list; `EXIST` is also the answer of a test that finds nothing. */
export function listCommand(
  ctx: IpsetContext,
  list: IpsetRecord,
  command: ElementCommand,
  request: ElementRequest,
  exist: boolean,
): IpsetErrno | undefined {
  const refused = checkExtensions(list, request);
  if (refused) return refused;
  const place = requestPlace(ctx, request);
  if (typeof place === 'string') return place;
  if (command === 'test') return stands(order(ctx, list.name), place) ? undefined : 'EXIST';
  expireList(ctx, list);
  const fault =
    command === 'add' ? add(ctx, list, place, request, exist) : remove(ctx, list, place);
  return fault === 'EXIST' && exist ? undefined : fault;
}
