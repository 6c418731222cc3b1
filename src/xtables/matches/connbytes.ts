import { conntrackOf } from '../../kernel/netfilter.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

const MODES = ['packets', 'bytes', 'avgpkt'] as const;
const DIRECTIONS = ['original', 'reply', 'both'] as const;

interface ConnbytesInfo {
  readonly from: bigint;
  readonly to: bigint;
  readonly invert: boolean;
  readonly mode: (typeof MODES)[number];
  readonly dir: (typeof DIRECTIONS)[number];
}

const NO_END = 0xffffffffffffffffn;
const range = ({ from, to }: ConnbytesInfo): string =>
  to === NO_END ? `${from}` : `${from}:${to}`;

/** How often each mode counts, per direction. */
type Counters = { readonly packets: bigint; readonly bytes: bigint };

function measure({ mode, dir }: ConnbytesInfo, original: Counters, reply: Counters): bigint {
  const sum = (what: keyof Counters) =>
    (dir === 'reply' ? 0n : original[what]) + (dir === 'original' ? 0n : reply[what]);
  if (mode !== 'avgpkt') return sum(mode);
  const packets = sum('packets');
  return packets === 0n ? 0n : sum('bytes') / packets;
}

export const connbytes = defineMatch({
  name: 'connbytes',
  switchesOn: ['net.netfilter.nf_conntrack_acct'],
  options: {
    connbytes: { type: 'u64 range', required: true, invertible: true },
    'connbytes-dir': {
      type: 'string',
      required: true,
      read: (text): ConnbytesInfo['dir'] =>
        DIRECTIONS.find((dir) => dir === text) ??
        parameterProblem(`Unknown --connbytes-dir \`${text}'`),
    },
    'connbytes-mode': {
      type: 'string',
      required: true,
      read: (text): ConnbytesInfo['mode'] =>
        MODES.find((mode) => mode === text) ??
        parameterProblem(`Unknown --connbytes-mode \`${text}'`),
    },
  },
  help: `[!] --connbytes FROM[:TO]               what the connection has transferred
--connbytes-dir original|reply|both     in which direction
--connbytes-mode packets|bytes|avgpkt   counted how`,
  parse(options): ConnbytesInfo {
    const { value, invert } = options.connbytes;
    return {
      from: value.from,
      to: value.single ? NO_END : value.to,
      invert,
      mode: options['connbytes-mode'].value,
      dir: options['connbytes-dir'].value,
    };
  },
  print: (info) =>
    `${info.invert ? '! ' : ''}connbytes ${range(info)} connbytes mode ${info.mode} connbytes direction ${info.dir}`,
  save: (info) =>
    `${info.invert ? '! ' : ''}--connbytes ${range(info)} --connbytes-mode ${info.mode} --connbytes-dir ${info.dir}`,
  translate({ from, to, invert, mode, dir }) {
    const field = `ct ${dir === 'both' ? '' : `${dir} `}${mode}`;
    if (to === NO_END) return `${field} ${invert ? 'lt' : 'ge'} ${from}`;
    return `${field} ${invert ? '!= ' : ''}${from === to ? from : `${from}-${to}`}`;
  },
  conntrack: true,
  test(info, { packet }) {
    const counters = conntrackOf(packet)?.entry.counters;
    if (!counters) return false;
    const what = measure(info, counters.original, counters.reply);
    return (what >= info.from && what <= info.to) !== info.invert;
  },
});
