/** What ipvsadm finds wrong with a whole command line before it asks the kernel. */
import { NotEmulated } from '../../src/base/errors.ts';
import type { IpvsSchedFlag, IpvsTunnel } from '../../src/kernel/ipvs/model.ts';
import { type CommandName, GRAMMAR, OPTIONS, TUNNEL_OPTIONS } from './options.ts';
import type { Request } from './parse.ts';
import { fail } from './values.ts';

/** Options the command needs, cannot have, or cannot have together. */
export function checkGrammar({ given }: Request, command: CommandName): void {
  const { required = [], exclusive = [], allowed = [] } = GRAMMAR[command];
  let last: string | undefined;
  for (const option of OPTIONS) {
    if (!given.has(option)) {
      if (required.includes(option))
        fail(`You need to supply the '${option}' option for the '${command}' command`);
    } else if (exclusive.includes(option)) {
      if (last !== undefined)
        fail(
          `The option '${option}' conflicts with the '${last}' option in the '${command}' command`,
        );
      last = option;
    } else if (!required.includes(option) && !allowed.includes(option)) {
      fail(`Illegal '${option}' option with the '${command}' command`);
    }
  }
}

/** A scheduler's own names for the first flags. */
const FLAG_NAMES = ['fallback', 'port'];

/** The bits behind `-b`, in their order; fails on a name of another scheduler. */
export function parseSchedFlags(text: string, scheduler: string): readonly IpvsSchedFlag[] {
  const bits = new Set<number>();
  const names = text.split(',').filter((part) => part !== '');
  // The real tool crashes on commas alone.
  if (text !== '' && names.length === 0) throw new NotEmulated(`-b ${text}`);
  for (const name of names) {
    const [prefix = '', rest = ''] = name.split('-', 2);
    const generic = ['1', '2', '3'].indexOf(rest);
    const own = FLAG_NAMES.indexOf(rest);
    if (prefix === 'flag' && generic >= 0 && name === `flag-${rest}`) bits.add(generic);
    else if ((prefix === 'sh' || prefix === 'mh') && own >= 0 && name === `${prefix}-${rest}`) {
      if (prefix !== scheduler) fail(`incompatible scheduler flag \`${name}'`);
      bits.add(own);
    } else fail(`invalid scheduler flag \`${name}'`);
  }
  return (['flag-1', 'flag-2', 'flag-3'] as const).filter((_, bit) => bits.has(bit));
}

/** The flags as a scheduler names them. */
export function schedFlagNames(flags: readonly IpvsSchedFlag[], scheduler: string): string {
  if (scheduler !== 'sh' && scheduler !== 'mh') return flags.join(',');
  const names = (['flag-1', 'flag-2'] as const).map((flag, i) =>
    flags.includes(flag) ? [`${scheduler}-${FLAG_NAMES[i]}`] : [],
  );
  return names.flat().join(',');
}

/** Which tunnel options a type takes; at most one of the checksum options. */
const TUNNELS = {
  ipip: { required: [], allowed: [] },
  gue: { required: ['tun-port'], allowed: ['tun-nocsum', 'tun-csum', 'tun-remcsum'] },
  gre: { required: [], allowed: ['tun-nocsum', 'tun-csum'] },
} as const satisfies Record<
  IpvsTunnel['type'],
  { required: readonly string[]; allowed: readonly string[] }
>;

/** The tunnel of a server, from `--tun-type` and the options that belong to it. */
export function parseTunnel({ given, forwarding, tunnelType, tunnelPort }: Request): IpvsTunnel {
  const type = tunnelType === 'gue' || tunnelType === 'gre' ? tunnelType : 'ipip';
  if (forwarding !== 'tunnel') {
    if (TUNNEL_OPTIONS.some((option) => given.has(option)))
      fail('Tunnel options conflict with forward method');
    return { type: 'ipip', port: 0, csum: 'none' };
  }
  const required: readonly string[] = TUNNELS[type].required;
  const allowed: readonly string[] = TUNNELS[type].allowed;
  let last: string | undefined;
  for (const option of TUNNEL_OPTIONS) {
    if (option === 'tun-type') continue;
    if (!given.has(option)) {
      if (required.includes(option))
        fail(`You need to supply the '${option}' option for the '${type}' tunnel type`);
    } else if (allowed.includes(option)) {
      if (last !== undefined)
        fail(
          `The option '${option}' conflicts with the '${last}' option in the '${type}' tunnel type`,
        );
      last = option;
    } else if (!required.includes(option)) {
      fail(`Illegal '${option}' option with the '${type}' tunnel type`);
    }
  }
  const csum = given.has('tun-csum') ? 'csum' : given.has('tun-remcsum') ? 'remcsum' : 'none';
  return { type, port: tunnelPort, csum };
}
