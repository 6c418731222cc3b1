/** Listings: `list` and `save` in the formats plain, save, XML and JSON. */

import { type HashTable, hashTable } from '../../src/kernel/ipset/hash-table.ts';
import { countLive, liveMembers, secondsLeft } from '../../src/kernel/ipset/members.ts';
import { memsize } from '../../src/kernel/ipset/memsize.ts';
import type { IpsetMember, IpsetRecord } from '../../src/kernel/ipset/model.ts';
import { toAddress } from '../../src/kernel/ipset/range.ts';
import type { IpsetContext } from '../../src/kernel/ipset/request.ts';
import { listIpsets } from '../../src/kernel/ipset/sets.ts';
import { type KeywordName, keyword } from './options.ts';
import {
  type Element,
  hex32,
  memberElement,
  printAddress,
  printElement,
  type Style,
} from './print.ts';
import type { OutputMode, Session } from './session.ts';
import { compareElements } from './sort.ts';
import { findUserType, type UserType } from './types.ts';

/** An option as a listing shows it: a name and, unless it stands alone, a value; `text` values are quoted in JSON. */
interface Shown {
  readonly name: string;
  readonly value?: string | undefined;
}

interface Listing {
  readonly session: Session;
  readonly ctx: IpsetContext;
  readonly mode: OutputMode;
  readonly style: Style;
  readonly terse: boolean;
}

const quoteIf = (quoted: boolean, text: string): string => (quoted ? `"${text}"` : text);

/** The value of a create option of a set: undefined when it is not shown, '' when it stands alone. */
function headerValue(
  { session, style }: Listing,
  set: Readonly<IpsetRecord>,
  name: KeywordName,
  table: HashTable | undefined,
): string | undefined {
  const { header } = set;
  const on = (flag: boolean): string | undefined => (flag ? '' : undefined);
  switch (name) {
    case 'family':
      return quoteIf(style.quoted, set.family);
    case 'timeout':
      return set.timeout === undefined ? undefined : `${set.timeout}`;
    case 'counters':
      return on(set.counters);
    case 'comments':
      return on(set.comment);
    case 'skbinfo':
      return on(set.skbinfo);
    default:
      break;
  }
  if (header.kind === 'list') return name === 'size' ? `${header.size}` : undefined;
  if (header.kind === 'bitmap-port')
    return name === 'portRange' ? `${header.first}-${header.last}` : undefined;
  if (header.kind === 'bitmap-ip') {
    if (name === 'netmask') return header.netmask === 32 ? undefined : `${header.netmask}`;
    const to = toAddress(header.last);
    return name === 'ipRange'
      ? printAddress(session, toAddress(header.first), { to }, style)
      : undefined;
  }
  if (name === 'hashsize') return `${table?.hashsize ?? header.hashsize}`;
  return hashValue({ session, style }, header, name);
}

function hashValue(
  { session, style }: Pick<Listing, 'session' | 'style'>,
  header: Extract<IpsetRecord['header'], { kind: 'hash' }>,
  name: KeywordName,
): string | undefined {
  switch (name) {
    case 'maxelem':
    case 'bucketsize':
      return `${header[name]}`;
    case 'initval':
      return quoteIf(style.quoted, hex32(header.initval));
    case 'netmask':
      return header.netmask === undefined ? undefined : `${header.netmask}`;
    case 'bitmask':
      return header.mask && header.netmask === undefined
        ? printAddress(session, header.mask, {}, style)
        : undefined;
    case 'markmask':
      return header.markmask === undefined ? undefined : hex32(header.markmask);
    default:
      return undefined;
  }
}

function headerOptions(
  listing: Listing,
  set: Readonly<IpsetRecord>,
  type: UserType,
  table: HashTable | undefined,
): Shown[] {
  const shown: Shown[] = [];
  for (const name of type.create) {
    const value = headerValue(listing, set, name, table);
    if (value !== undefined) shown.push({ name: keyword(name).name, value: value || undefined });
  }
  return shown;
}

function memberOptions(
  { ctx }: Listing,
  set: Readonly<IpsetRecord>,
  member: Readonly<IpsetMember>,
) {
  const shown: Shown[] = [];
  if (set.timeout !== undefined)
    shown.push({ name: 'timeout', value: `${secondsLeft(member, ctx.now)}` });
  if (member.nomatch) shown.push({ name: 'nomatch' });
  if (member.parts.some((part) => part.kind === 'iface' && part.wildcard))
    shown.push({ name: 'wildcard' });
  if (set.counters) {
    shown.push({ name: 'packets', value: `${member.packets ?? 0n}` });
    shown.push({ name: 'bytes', value: `${member.bytes ?? 0n}` });
  }
  const { comment, skbmark, skbprio, skbqueue } = member;
  if (comment !== undefined) shown.push({ name: 'comment', value: `"${comment}"` });
  if (skbmark) {
    const mask = skbmark.mask === 0xffffffff ? '' : `/0x${skbmark.mask.toString(16)}`;
    shown.push({ name: 'skbmark', value: `0x${skbmark.mark.toString(16)}${mask}` });
  }
  if (skbprio)
    shown.push({
      name: 'skbprio',
      value: `${skbprio.major.toString(16)}:${skbprio.minor.toString(16)}`,
    });
  if (skbqueue !== undefined) shown.push({ name: 'skbqueue', value: `${skbqueue}` });
  return shown;
}

const words = (options: readonly Shown[]): string =>
  options
    .map(({ name, value }) => (value === undefined ? ` ${name}` : ` ${name} ${value}`))
    .join('');

const tags = (options: readonly Shown[]): string =>
  options
    .map(({ name, value }) => (value === undefined ? `<${name}/>` : `<${name}>${value}</${name}>`))
    .join('');

/** Numbers the kernel adds to a set's header. */
interface Numbers {
  readonly memory: number;
  readonly references: number;
  readonly entries: number;
}

function headerText(
  { mode, terse }: Listing,
  set: Readonly<IpsetRecord>,
  options: readonly Shown[],
  { memory, references, entries }: Numbers,
  first: boolean,
): string {
  switch (mode) {
    case 'save':
      return `create ${set.name} ${set.type}${words(options)}\n`;
    case 'plain':
      return (
        `${first ? '' : '\n'}Name: ${set.name}\nType: ${set.type}\nRevision: ${set.revision}\n` +
        `Header:${words(options)}\nSize in memory: ${memory}\nReferences: ${references}\n` +
        `Number of entries: ${entries}\n${terse ? '' : 'Members:\n'}`
      );
    case 'xml':
      return (
        `<ipset name="${set.name}">\n<type>${set.type}</type>\n<revision>${set.revision}</revision>\n` +
        `<header>${tags(options)}\n<memsize>${memory}</memsize>\n<references>${references}</references>\n` +
        `<numentries>${entries}</numentries>\n</header>\n${terse ? '' : '<members>\n'}`
      );
    case 'json':
      return (
        `${first ? '' : ',\n'}  {\n    "name" : "${set.name}",\n    "type" : "${set.type}",\n` +
        `    "revision" : ${set.revision},\n    "header" : {\n` +
        options.map(({ name, value = 'true' }) => `      "${name}" : ${value},\n`).join('') +
        `      "memsize" : ${memory},\n      "references" : ${references},\n` +
        `      "numentries" : ${entries}\n    },\n${terse ? '' : '    "members" : ['}`
      );
  }
}

/** What follows a set's members. JSON without members ends as the real tool's does, which is not JSON. */
function footerText({ mode, terse }: Listing): string {
  if (mode === 'xml') return terse ? '</ipset>\n' : '</members>\n</ipset>\n';
  if (mode === 'json') return terse ? '    }' : '\n    ]\n  }';
  return '';
}

function memberText(
  listing: Listing,
  set: Readonly<IpsetRecord>,
  type: UserType,
  member: Readonly<IpsetMember>,
  first: boolean,
): string {
  const { session, mode, style } = listing;
  const element: Element = memberElement(member);
  const text = printElement(session, type, element, style);
  const options = memberOptions(listing, set, member);
  switch (mode) {
    case 'save':
      return `add ${set.name} ${text}${words(options)}\n`;
    case 'plain':
      return `${text}${words(options)}\n`;
    case 'xml':
      return `<member><elem>${text}</elem>${tags(options)}</member>\n`;
    case 'json':
      return (
        `${first ? '' : ','}\n      {\n        "elem" : "${text}"` +
        options.map(({ name, value = 'true' }) => `,\n        "${name}" : ${value}`).join('') +
        '\n      }'
      );
  }
}

/** What the texts of a set's members begin with alike, which sorting passes over. */
function prefixLength({ mode }: Listing, set: Readonly<IpsetRecord>): number {
  if (mode === 'save') return set.name.length + 'add '.length + 1;
  return mode === 'xml' ? '<member><elem>'.length : 0;
}

/** Bitmaps go by place, hash sets by bucket, lists in their own order. */
function orderedMembers(
  { ctx }: Listing,
  set: Readonly<IpsetRecord>,
  table: HashTable | undefined,
): readonly Readonly<IpsetMember>[] {
  if (table) return table.members;
  const members = [...liveMembers(ctx.lab.ipsetMembers(set.name), ctx.now)];
  const place = ({ parts: [part] }: Readonly<IpsetMember>): number => {
    if (part?.kind === 'port') return part.port;
    return part?.kind === 'ip' ? part.address.reduce((n, byte) => n * 256 + byte, 0) : 0;
  };
  if (set.header.kind !== 'list') members.sort((a, b) => place(a) - place(b));
  return members;
}

function membersText(
  listing: Listing,
  set: Readonly<IpsetRecord>,
  type: UserType,
  table: HashTable | undefined,
): string {
  const { session, style } = listing;
  const texts = orderedMembers(listing, set, table).map((member, at) =>
    memberText(listing, set, type, member, at === 0),
  );
  if (session.environment.has('sorted') && table) {
    const skip = prefixLength(listing, set);
    texts.sort((a, b) =>
      style.resolve ? (a < b ? -1 : a > b ? 1 : 0) : compareElements(a, b, skip),
    );
  }
  return texts.join('');
}

function setText(listing: Listing, set: Readonly<IpsetRecord>, first: boolean): string {
  const { ctx } = listing;
  const type = findUserType(set.type);
  if (!type) throw new Error(`set of unknown type "${set.type}"`);
  const members = ctx.lab.ipsetMembers(set.name);
  const { header } = set;
  const table =
    header.kind === 'hash' ? hashTable(set, header, liveMembers(members, ctx.now)) : undefined;
  const entries = countLive(set, members, ctx.now);
  const numbers = { memory: memsize(set, members, table), references: set.references, entries };
  const text = headerText(listing, set, headerOptions(listing, set, type, table), numbers, first);
  const body = listing.terse ? '' : membersText(listing, set, type, table);
  return text + body + footerText(listing);
}

function nameText({ mode }: Listing, name: string, first: boolean): string {
  if (mode === 'xml') return `<ipset name="${name}"/>\n`;
  return mode === 'json' ? `${first ? '' : ',\n'}  { "name" : "${name}" }` : `${name}\n`;
}

const OPENING: { readonly [M in OutputMode]: string } = {
  plain: '',
  save: '',
  xml: '<ipsets>\n',
  json: '[\n',
};
const CLOSING: { readonly [M in OutputMode]: string } = {
  plain: '',
  save: '',
  xml: '</ipsets>\n',
  json: '\n]\n',
};

/** The listing of one set, or of all; undefined when there is no set of that name. */
export function listingText(
  session: Session,
  ctx: IpsetContext,
  mode: OutputMode,
  names: boolean,
  terse: boolean,
  name: string | undefined,
): string | undefined {
  const style = { resolve: session.environment.has('resolve'), quoted: mode === 'json' };
  const listing: Listing = { session, ctx, mode, style, terse };
  const sets = listIpsets(ctx).filter((set) => name === undefined || set.name === name);
  if (name !== undefined && sets.length === 0) return undefined;
  const texts = sets.map((set, at) =>
    names ? nameText(listing, set.name, at === 0) : setText(listing, set, at === 0),
  );
  return OPENING[mode] + texts.join('') + CLOSING[mode];
}
