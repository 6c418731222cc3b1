import { CONTINUE } from '../../kernel/nftables/context.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { quoteSaved } from '../quote.ts';

interface LogInfo {
  readonly level: number;
  /** NF_LOG_* bits: 1 TCP sequence, 2 TCP options, 4 IP options, 8 uid, 32 MAC decode. */
  readonly flags: number;
  readonly prefix: string;
}

const FLAGS = [
  ['log-tcp-sequence', 0x01],
  ['log-tcp-options', 0x02],
  ['log-ip-options', 0x04],
  ['log-uid', 0x08],
  ['log-macdecode', 0x20],
] as const;
const ALL_FLAGS = 0x2f;

/** nft's names of the levels. */
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'];
const DEFAULT_LEVEL = 4;

/** nft's words for the flags: the TCP ones are one list. */
function translateFlags(flags: number): string {
  if ((flags & ALL_FLAGS) === ALL_FLAGS) return ' flags all';
  const tcp = [flags & 0x01 ? 'sequence' : '', flags & 0x02 ? 'options' : ''].filter(Boolean);
  return [
    tcp.length > 0 ? ` flags tcp ${tcp.join(',')}` : '',
    flags & 0x04 ? ' flags ip options' : '',
    flags & 0x08 ? ' flags skuid' : '',
    flags & 0x20 ? ' flags ether' : '',
  ].join('');
}

export const log = defineTarget({
  name: 'LOG',
  options: {
    'log-level': { type: 'syslog' },
    'log-prefix': {
      type: 'string',
      min: 1,
      read(text): string {
        if (text === '') parameterProblem('Argument must have a minimum length of 1 characters\n');
        if (text.includes('\n')) parameterProblem('Newlines not allowed in --log-prefix');
        return text.slice(0, 29);
      },
    },
    'log-tcp-sequence': { type: 'none' },
    'log-tcp-options': { type: 'none' },
    'log-ip-options': { type: 'none' },
    'log-uid': { type: 'none' },
    'log-macdecode': { type: 'none' },
  },
  help: `--log-level LEVEL    syslog level, by number or name (warning)
--log-prefix TEXT    begins each line, at most 29 letters
--log-tcp-sequence, --log-tcp-options, --log-ip-options, --log-uid, --log-macdecode  what else is in the line`,
  parse(options): LogInfo {
    let flags = 0;
    for (const [name, bit] of FLAGS) if (options[name]) flags |= bit;
    return {
      level: options['log-level']?.value ?? DEFAULT_LEVEL,
      flags,
      prefix: options['log-prefix']?.value ?? '',
    };
  },
  print: ({ level, flags, prefix }) =>
    `LOG flags ${flags} level ${level}${prefix === '' ? '' : ` prefix "${prefix}"`}`,
  save({ level, flags, prefix }) {
    const words = [
      ...(prefix === '' ? [] : [`--log-prefix ${quoteSaved(prefix)}`]),
      ...(level === DEFAULT_LEVEL ? [] : [`--log-level ${level}`]),
      ...FLAGS.filter(([, bit]) => flags & bit).map(([name]) => `--${name}`),
    ];
    return words.join(' ');
  },
  translate({ level, flags, prefix }) {
    const named = prefix === '' ? '' : ` prefix "${prefix}"`;
    const at = level === DEFAULT_LEVEL ? '' : ` level ${LEVELS[level]}`;
    return `log${named}${at}${translateFlags(flags)}`;
  },
  apply({ level, flags, prefix }, { effects, packet, state }) {
    effects.log({ prefix, level, flags, packet, state });
    return CONTINUE;
  },
});
