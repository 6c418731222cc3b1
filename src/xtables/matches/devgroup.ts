import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

interface Group {
  readonly value: number;
  readonly mask: number;
  readonly invert: boolean;
}

interface DevgroupInfo {
  readonly src: Group | undefined;
  readonly dst: Group | undefined;
}

const ALL = 0xffffffff;
const hex = (n: number): string => `0x${n.toString(16)}`;

function words({ src, dst }: DevgroupInfo, dashes: string): string {
  const word = (name: string, group: Group | undefined) => {
    if (!group) return [];
    const mask = group.mask === ALL ? '' : `/${hex(group.mask)}`;
    return [`${group.invert ? '! ' : ''}${dashes}${name} ${hex(group.value)}${mask}`];
  };
  return [...word('src-group', src), ...word('dst-group', dst)].join(' ');
}

function translate(field: string, group: Group | undefined, invert: boolean): string[] {
  if (!group) return [];
  if (group.mask === ALL) return [`${field} ${invert ? '!= ' : ''}${hex(group.value)}`];
  return [`${field} and ${hex(group.mask)} ${invert ? '!=' : '=='} ${hex(group.value)}`];
}

const holds = (group: Group | undefined, actual: number): boolean =>
  !group || ((actual & group.mask) >>> 0 === group.value) !== group.invert;

export const devgroup = defineMatch({
  name: 'devgroup',
  options: {
    'src-group': { type: 'mark', invertible: true },
    'dst-group': { type: 'mark', invertible: true },
  },
  help: `[!] --src-group VALUE[/MASK]  group of the device the packet came in by
[!] --dst-group VALUE[/MASK]  group of the device it leaves by`,
  check(given) {
    if (!given.has('src-group') && !given.has('dst-group'))
      parameterProblem("devgroup match: You must specify either '--src-group' or '--dst-group'");
  },
  parse(options): DevgroupInfo {
    const [src, dst] = [options['src-group'], options['dst-group']];
    return {
      src: src && { value: src.value.value, mask: src.value.mask, invert: src.invert },
      dst: dst && { value: dst.value.value, mask: dst.value.mask, invert: dst.invert },
    };
  },
  print: (info) => words(info, ''),
  save: (info) => words(info, '--'),
  translate({ src, dst }) {
    // The tool does not take back an inversion of the source for the destination.
    const [not, norNot] = [src?.invert ?? false, (src?.invert || dst?.invert) ?? false];
    return [...translate('iifgroup', src, not), ...translate('oifgroup', dst, norNot)].join(' ');
  },
  // devgroup_mt_checkentry: only where the hook knows the device.
  refuse({ src, dst }, { hook }) {
    if (hook === undefined) return undefined;
    const incoming = hook === 'prerouting' || hook === 'input' || hook === 'forward';
    const outgoing = hook === 'postrouting' || hook === 'output' || hook === 'forward';
    return (src && !incoming) || (dst && !outgoing) ? 'EINVAL' : undefined;
  },
  test: ({ src, dst }, { state }) =>
    holds(src, state.in?.group ?? 0) && holds(dst, state.out?.group ?? 0),
});
