import { formatAddress, maskAddress } from '../../base/address.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Nanos } from '../../base/ports.ts';
import type { EvalContext } from '../../kernel/nftables/context.ts';
import { ttlOf } from '../../packet/network.ts';
import { addresses } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { fullMask } from '../names.ts';

const MODES = ['set', 'rcheck', 'update', 'remove'] as const;
const SHOWN = { set: 'SET', rcheck: 'CHECK', update: 'UPDATE', remove: 'REMOVE' } as const;

interface RecentInfo {
  readonly mode: (typeof MODES)[number];
  readonly invert: boolean;
  /** 0 for no bound. */
  readonly seconds: number;
  readonly reap: boolean;
  readonly hitcount: number;
  readonly ttl: boolean;
  readonly name: string;
  readonly mask: Uint8Array;
  readonly dst: boolean;
}

/** One address of a list: when it was seen, newest last. */
interface Entry {
  readonly address: Uint8Array;
  readonly ttl: number;
  readonly stamps: readonly Nanos[];
}

/** A named list; least recently updated first. */
interface List {
  readonly entries: readonly Entry[];
  /** Stamps kept per address. */
  readonly depth: number;
}

/** ip_list_tot, and the depth of a list no rule counts hits in. */
const MAX_ENTRIES = 100;
const DEFAULT_DEPTH = 32;
const NAME_MAX = 199;
const MAX_HITS = 65535;
const NANOS = 1_000_000_000n;

function words(info: RecentInfo): string {
  return [
    ...(info.seconds ? [`--seconds ${info.seconds}`] : []),
    ...(info.reap ? ['--reap'] : []),
    ...(info.hitcount ? [`--hitcount ${info.hitcount}`] : []),
    ...(info.ttl ? ['--rttl'] : []),
    `--name ${info.name}`,
    `--mask ${formatAddress(info.mask)}`,
    info.dst ? '--rdest' : '--rsource',
  ].join(' ');
}

const depthFor = (hitcount: number): number =>
  hitcount === 0 ? DEFAULT_DEPTH : 2 ** Math.ceil(Math.log2(hitcount));

/** Whether enough of the stamps lie within the time asked for. */
function hitOften({ seconds, hitcount }: RecentInfo, { stamps }: Entry, now: Nanos): boolean {
  const since = now - BigInt(seconds) * NANOS;
  let hits = 0;
  for (const stamp of stamps) {
    if (seconds && stamp < since) continue;
    if (hitcount === 0 || ++hits >= hitcount) return true;
  }
  return false;
}

/** recent_mt, on a list; gives back whether it matched, and the list as it then is. */
function consult(info: RecentInfo, list: List, address: Uint8Array, ttl: number, now: Nanos) {
  const depth = Math.max(list.depth, depthFor(info.hitcount));
  const found = list.entries.find(
    (entry) =>
      equalBytes(entry.address, address) &&
      (!info.ttl || entry.ttl === ttl || entry.ttl === 0 || ttl === 0),
  );
  const others = list.entries.filter((entry) => entry !== found);
  const stamped = (stamps: readonly Nanos[]): Entry => ({
    address,
    ttl,
    stamps: [...stamps, now].slice(-depth),
  });
  if (!found) {
    if (info.mode !== 'set') return { matched: info.invert, list };
    const kept = others.length >= MAX_ENTRIES ? others.slice(1) : others;
    return { matched: !info.invert, list: { depth, entries: [...kept, stamped([])] } };
  }
  if (info.mode === 'remove') return { matched: !info.invert, list: { depth, entries: others } };
  const matched = info.mode === 'set' || hitOften(info, found, now) ? !info.invert : info.invert;
  let entries: readonly Entry[] = list.entries;
  if (info.reap) {
    // recent_entry_reap: the least recently updated address alone, when all of it is old.
    const since = now - BigInt(info.seconds) * NANOS;
    const [oldest] = entries;
    if (oldest && (oldest.stamps.at(-1) ?? 0n) < since) entries = entries.slice(1);
  }
  const updates = info.mode === 'set' || (info.mode === 'update' && matched);
  if (updates) entries = [...entries.filter((e) => e !== found), stamped(found.stamps)];
  return { matched, list: { depth, entries } };
}

function readList(ctx: EvalContext, key: string): List {
  const stored = ctx.lab.xtState.get(key)?.data;
  // Only this match writes records under these keys.
  return (stored as unknown as List | undefined) ?? { entries: [], depth: DEFAULT_DEPTH };
}

function writeList(ctx: EvalContext, key: string, list: List): void {
  const data = { entries: list.entries.map((entry) => ({ ...entry })), depth: list.depth };
  if (ctx.lab.xtState.has(key)) ctx.lab.xtState.edit(key).data = data;
  else ctx.lab.xtState.append(key, { data });
}

export const recent = defineMatch({
  name: 'recent',
  revision: 1,
  options: {
    set: { type: 'none', invertible: true, excludes: ['rcheck', 'update', 'remove'] },
    rcheck: { type: 'none', invertible: true, excludes: ['set', 'update', 'remove'] },
    update: { type: 'none', invertible: true, excludes: ['set', 'rcheck', 'remove'] },
    remove: { type: 'none', invertible: true, excludes: ['set', 'rcheck', 'update'] },
    seconds: { type: 'u32', min: 1 },
    reap: { type: 'none', also: ['seconds'] },
    hitcount: { type: 'u32' },
    rttl: { type: 'none', excludes: ['set', 'remove'] },
    name: { type: 'string', keep: NAME_MAX },
    mask: { type: 'host' },
    rsource: { type: 'none' },
    rdest: { type: 'none' },
  },
  help: `[!] --set             put the address on the list, or note that it was seen again
[!] --rcheck          it is on the list
[!] --update          as --rcheck, and note that it was seen again
[!] --remove          take it off the list
--seconds NUMBER      only what was seen within so many seconds counts
--reap                with --seconds: forget what is older
--hitcount NUMBER     it was seen at least so often
--rttl                its TTL is that of the packet that put it there
--name NAME           of the list (DEFAULT)
--mask MASK           what of the address counts
--rsource, --rdest    the source (default) or the destination address`,
  check(given) {
    if (!MODES.some((mode) => given.has(mode)))
      parameterProblem(
        "recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'",
      );
  },
  parse(options, { family }): RecentInfo {
    const mode = MODES.find((name) => options[name]) ?? 'set';
    return {
      mode,
      invert: options[mode]?.invert ?? false,
      seconds: options.seconds?.value ?? 0,
      reap: options.reap !== undefined,
      hitcount: options.hitcount?.value ?? 0,
      ttl: options.rttl !== undefined,
      name: options.name?.value ?? 'DEFAULT',
      mask: options.mask?.value ?? fullMask(family),
      dst: options.rdest !== undefined,
    };
  },
  print: (info) =>
    [
      ...(info.invert ? ['!'] : []),
      `recent: ${SHOWN[info.mode]}`,
      ...(info.seconds ? [`seconds: ${info.seconds}`] : []),
      ...(info.reap ? ['reap'] : []),
      ...(info.hitcount ? [`hit_count: ${info.hitcount}`] : []),
      ...(info.ttl ? ['TTL-Match'] : []),
      `name: ${info.name}`,
      `side: ${info.dst ? 'dest' : 'source'}`,
      `mask: ${formatAddress(info.mask)}`,
    ].join(' '),
  save: (info) => `${info.invert ? '! ' : ''}--${info.mode} ${words(info)}`,
  // recent_mt_check.
  refuse({ mode, seconds, hitcount, name }) {
    const counts = mode === 'rcheck' || mode === 'update';
    if (!counts && (seconds || hitcount)) return 'EINVAL';
    if (hitcount > MAX_HITS || name === '' || name.includes('/')) return 'EINVAL';
    return undefined;
  },
  test(info, ctx) {
    const { src, dst } = addresses(ctx.packet);
    const address = maskAddress(info.dst ? dst : src, info.mask);
    // As seen before this host forwarded it.
    const ttl = ttlOf(ctx.packet) + (ctx.state.out && !ctx.packet.socket ? 1 : 0);
    const key = `recent ${info.name}`;
    const before = readList(ctx, key);
    const { matched, list } = consult(info, before, address, ttl, ctx.clock.now());
    if (list !== before) writeList(ctx, key, list);
    return matched;
  },
});
