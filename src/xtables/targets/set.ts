import { addPacket, deletePacket, matchIpset } from '../../kernel/ipset/lookup.ts';
import { CONTINUE } from '../../kernel/nftables/context.ts';
import type { HookName } from '../../kernel/nftables/model.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { type IpsetUse, readIpset, saveIpset } from '../ipset-use.ts';
import { wholeUint } from '../numbers.ts';
import type { OptionCall } from '../options.ts';

interface SetTargetInfo {
  readonly add: IpsetUse | undefined;
  readonly del: IpsetUse | undefined;
  readonly map: IpsetUse | undefined;
  readonly exist: boolean;
  /** Seconds; undefined for the set's own. */
  readonly timeout: number | undefined;
  /** What the map sets of the packet. */
  readonly mark: boolean;
  readonly prio: boolean;
  readonly queue: boolean;
}

const TIMEOUT_MAX = 0xfffffffe;
/** IPSET_MAX_TIMEOUT: a longer one is cut to it. */
const KEPT_MAX = Math.floor(0xffffffff / 1000);
const MAPPED = ['mark', 'prio', 'queue'] as const;
/** Hooks at which a packet has its way out, and priority and queue a meaning. */
const LEAVING: readonly HookName[] = ['forward', 'output', 'postrouting'];

const setOption = {
  type: 'string',
  own: true,
  read(text: string, call: OptionCall): IpsetUse {
    const { option } = call;
    if (call.seen(option)) parameterProblem(`--${option} can be specified only once`);
    return readIpset(text, call, `--${option}`);
  },
} as const;
const flag = { type: 'none', own: true } as const;

function words(info: SetTargetInfo, dash: string): string {
  const { add, del, map, exist, timeout } = info;
  return [
    ...(add ? [`${dash}add-set ${saveIpset(add)}`] : []),
    ...(exist ? [`${dash}exist`] : []),
    ...(timeout === undefined ? [] : [`${dash}timeout ${timeout}`]),
    ...(del ? [`${dash}del-set ${saveIpset(del)}`] : []),
    ...(map ? [`${dash}map-set ${saveIpset(map)}`] : []),
    ...MAPPED.filter((what) => info[what]).map((what) => `${dash}map-${what}`),
  ].join(' ');
}

export const set = defineTarget({
  name: 'SET',
  revision: 3,
  options: {
    'add-set': setOption,
    'del-set': setOption,
    'map-set': setOption,
    exist: flag,
    timeout: {
      type: 'string',
      own: true,
      read: (text: string): number =>
        wholeUint(text, 0, TIMEOUT_MAX) ??
        parameterProblem(`Invalid value for option --timeout or out of range 0-${TIMEOUT_MAX}`),
    },
    'map-mark': flag,
    'map-prio': flag,
    'map-queue': flag,
  },
  help: `--add-set NAME src|dst[,...]  put the packet's address, port ... into the set
--exist                       renew a member that is there; --timeout SECONDS: for a new one
--del-set NAME src|dst[,...]  take it out
--map-set NAME src|dst[,...]  look it up and set the packet's mark, priority or queue from the member:
--map-mark, --map-prio, --map-queue`,
  check(given) {
    if (!['add-set', 'del-set', 'map-set'].some((option) => given.has(option)))
      parameterProblem("You must specify either `--add-set' or `--del-set' or `--map-set'");
    if (!given.has('add-set')) {
      const only = "can be used with `--add-set' only";
      if (given.has('exist')) parameterProblem(`Flag \`--exist' ${only}`);
      if (given.has('timeout')) parameterProblem(`Option \`--timeout' ${only}`);
    }
    const flags = MAPPED.map((what) => `map-${what}`).filter((option) => given.has(option));
    if (!given.has('map-set')) {
      if (flags[0]) parameterProblem(`Flag \`--${flags[0]}' can be used with \`--map-set' only`);
    } else if (flags.length === 0)
      parameterProblem("You must specify flags `--map-mark' or '--map-prio` or `--map-queue'");
  },
  parse: (o): SetTargetInfo => ({
    add: o['add-set']?.value,
    del: o['del-set']?.value,
    map: o['map-set']?.value,
    exist: o.exist !== undefined,
    timeout: o.timeout?.value,
    mark: o['map-mark'] !== undefined,
    prio: o['map-prio'] !== undefined,
    queue: o['map-queue'] !== undefined,
  }),
  print: (info) => words(info, ''),
  save: (info) => words(info, '--'),
  ipsets: ({ add, del, map }) => [add, del, map].flatMap((use) => use?.set ?? []),
  refuse({ map, prio, queue }, { table, hook }) {
    if (!map) return undefined;
    if (table !== 'mangle') return 'EINVAL';
    return (prio || queue) && hook && !LEAVING.includes(hook) ? 'EINVAL' : undefined;
  },
  apply(info, { lab, clock, rng, packet }) {
    const context = { lab, rng, now: clock.now() };
    const { add, del, map, exist } = info;
    const timeout = info.timeout === undefined ? undefined : Math.min(info.timeout, KEPT_MAX);
    if (add) addPacket(context, add.set, { packet, sources: add.sources }, { exist, timeout });
    if (del) deletePacket(context, del.set, { packet, sources: del.sources });
    const found = map && matchIpset(context, map.set, { packet, sources: map.sources });
    if (!found?.matched) return CONTINUE;
    const { mark, mask } = found.member?.skbmark ?? { mark: 0, mask: 0 };
    const { major, minor } = found.member?.skbprio ?? { major: 0, minor: 0 };
    if (info.mark) packet.mark = ((packet.mark & ~mask) ^ mark) >>> 0;
    if (info.prio) packet.priority = ((major << 16) | minor) >>> 0;
    // The queue of the device is nothing a rule could see.
    return CONTINUE;
  },
});
