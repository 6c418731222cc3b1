import { CONTINUE } from '../../kernel/nftables/context.ts';
import type { Expr } from '../../kernel/nftables/model.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { quoteSaved } from '../quote.ts';

/** NFLOG, which iptables-nft writes as nf_tables' own log expression. */
export interface NflogInfo {
  readonly group: number;
  readonly prefix: string;
  /** Bytes of the packet copied; undefined for all. */
  readonly size: number | undefined;
  /** Packets queued before they are sent; 0 for the kernel's choice. */
  readonly threshold: number;
}

/** NF_LOG_PREFIXLEN less the closing zero. */
const PREFIX_MAX = 127;

/** Words after the group, in either manner: `--nflog-size 5`, `nflog-size 5`. */
function words({ group, prefix, size, threshold }: NflogInfo, dashes: string): string {
  return [
    ...(prefix === '' ? [] : [`${dashes}nflog-prefix ${quoteSaved(prefix)}`]),
    ...(group === 0 ? [] : [`${dashes}nflog-group ${group}`]),
    ...(size === undefined ? [] : [`${dashes}nflog-size ${size}`]),
    ...(threshold === 0 ? [] : [`${dashes}nflog-threshold ${threshold}`]),
  ].join(' ');
}

export const nflog = defineTarget({
  name: 'NFLOG',
  options: {
    'nflog-group': { type: 'u16' },
    'nflog-prefix': {
      type: 'string',
      read(text): string {
        if (text === '') parameterProblem('Argument must have a minimum length of 1 characters\n');
        if (text.includes('\n')) parameterProblem('Newlines not allowed in --log-prefix');
        return text.slice(0, PREFIX_MAX);
      },
    },
    'nflog-range': { type: 'u32' },
    'nflog-size': { type: 'u32' },
    'nflog-threshold': { type: 'u16' },
  },
  help: `--nflog-group NUMBER      netlink group, 0 to 65535 (0)
--nflog-prefix TEXT       comes with each message, at most 63 letters
--nflog-size BYTES        of the packet that are copied
--nflog-threshold NUMBER  packets queued before they are sent`,
  parse(options, env): NflogInfo {
    if (options['nflog-range'])
      env.warn(
        'warn: --nflog-range has never worked and is no longer supported, please use --nflog-size instead\n',
      );
    return {
      group: options['nflog-group']?.value ?? 0,
      prefix: options['nflog-prefix']?.value ?? '',
      size: options['nflog-size']?.value,
      threshold: options['nflog-threshold']?.value ?? 0,
    };
  },
  print: (info) => words(info, ''),
  save: (info) => words(info, '--'),
  translate({ group, prefix, size, threshold }) {
    return [
      'log',
      ...(prefix === '' ? [] : [`prefix "${prefix}"`]),
      ...(size === undefined ? [] : [`snaplen ${size}`]),
      ...(threshold === 0 ? [] : [`queue-threshold ${threshold}`]),
      `group ${group} `,
    ].join(' ');
  },
  lower({ group, prefix, size, threshold }): readonly Expr[] {
    return [
      {
        op: 'log',
        ...(prefix !== '' && { prefix }),
        group,
        ...(size !== undefined && { snaplen: size }),
        ...(threshold !== 0 && { qthreshold: threshold }),
      },
    ];
  },
  apply({ group, prefix, size }, { effects, packet, state }) {
    effects.log({
      group,
      prefix,
      level: 0,
      flags: 0,
      packet,
      state,
      ...(size !== undefined && { snaplen: size }),
    });
    return CONTINUE;
  },
});
