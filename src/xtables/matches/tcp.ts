import type { Expr } from '../../kernel/nftables/model.ts';
import { readTcp, tcpOptions } from '../../packet/tcp.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { wholeUint } from '../numbers.ts';
import type { OptionCall } from '../options.ts';
import {
  ANY_PORT,
  lowerPorts,
  type PortMatch,
  portOption,
  printPorts,
  savePorts,
  testPort,
  translatePorts,
} from '../ports.ts';

export interface TcpInfo {
  readonly sport: PortMatch;
  readonly dport: PortMatch;
  /** Kind of a TCP option, 0 for none. */
  readonly option: number;
  readonly optionInvert: boolean;
  readonly flagMask: number;
  readonly flagCmp: number;
  readonly flagInvert: boolean;
}

/** What the match asks for when no option is given. */
export const ANY_TCP: TcpInfo = {
  sport: ANY_PORT,
  dport: ANY_PORT,
  option: 0,
  optionInvert: false,
  flagMask: 0,
  flagCmp: 0,
  flagInvert: false,
};

interface Flags {
  readonly mask: number;
  readonly cmp: number;
  readonly invert: boolean;
}

const FLAGS = [
  ['FIN', 0x01],
  ['SYN', 0x02],
  ['RST', 0x04],
  ['PSH', 0x08],
  ['ACK', 0x10],
  ['URG', 0x20],
] as const;
const FLAG_SETS = new Map<string, number>([...FLAGS, ['ALL', 0x3f], ['NONE', 0]]);

function readFlags(text: string): number {
  let flags = 0;
  for (const name of text.split(',')) {
    // As strtok: empty pieces do not count.
    if (name === '') continue;
    const bits = FLAG_SETS.get(name.toUpperCase());
    if (bits === undefined) parameterProblem(`Unknown TCP flag \`${name}'`);
    flags |= bits;
  }
  return flags;
}

const flagNames = (flags: number): string =>
  FLAGS.filter(([, bit]) => flags & bit)
    .map(([name]) => name)
    .join(',');

function onlyFlags(call: OptionCall): void {
  if (call.seen('syn') || call.seen('tcp-flags'))
    parameterProblem("Only one of `--syn' or `--tcp-flags'  allowed");
}

export const tcp = defineMatch({
  name: 'tcp',
  options: {
    'source-port': portOption('tcp', 'sport'),
    'destination-port': portOption('tcp', 'dport'),
    syn: {
      type: 'none',
      own: true,
      read(_text: string, call: OptionCall): Flags {
        onlyFlags(call);
        return { mask: 0x17, cmp: 0x02, invert: call.invert };
      },
    },
    'tcp-flags': {
      type: 'string',
      own: true,
      read(text: string, call: OptionCall): Flags {
        onlyFlags(call);
        const cmp = call.next() ?? parameterProblem('--tcp-flags requires two args.');
        return { mask: readFlags(text), cmp: readFlags(cmp), invert: call.invert };
      },
    },
    'tcp-option': {
      type: 'string',
      own: true,
      read(text: string, call: OptionCall): number {
        if (call.seen('tcp-option')) parameterProblem("Only one `--tcp-option' allowed");
        return wholeUint(text, 1, 255) ?? parameterProblem(`Bad TCP option "${text}"`);
      },
    },
  },
  help: `[!] --source-port | --sport PORT[:PORT]       source port, or first and last of a range
[!] --destination-port | --dport PORT[:PORT]  destination port
[!] --tcp-flags MASK FLAGS                    of the flags in MASK exactly FLAGS are set (SYN ACK FIN RST URG PSH ALL NONE)
[!] --syn                                     SYN set, RST, ACK and FIN not
[!] --tcp-option KIND                         the TCP option is there`,
  parse(options): TcpInfo {
    const flags = (options.syn ?? options['tcp-flags'])?.value;
    const option = options['tcp-option'];
    return {
      sport: options['source-port']?.value ?? ANY_PORT,
      dport: options['destination-port']?.value ?? ANY_PORT,
      option: option?.value ?? 0,
      optionInvert: option?.invert ?? false,
      flagMask: flags?.mask ?? 0,
      flagCmp: flags?.cmp ?? 0,
      flagInvert: flags?.invert ?? false,
    };
  },
  print(info, { numeric }) {
    const show = (n: number) =>
      numeric ? `0x${n.toString(16).toUpperCase().padStart(2, '0')}` : flagNames(n) || 'NONE';
    const option = info.option ? ` option=${info.optionInvert ? '!' : ''}${info.option}` : '';
    const flags =
      info.flagMask || info.flagInvert
        ? ` flags:${info.flagInvert ? '!' : ''}${show(info.flagMask)}/${show(info.flagCmp)}`
        : '';
    return `tcp${printPorts('spt', info.sport, 'tcp', numeric)}${printPorts('dpt', info.dport, 'tcp', numeric)}${option}${flags}`;
  },
  save(info) {
    const option = info.option
      ? `${info.optionInvert ? ' !' : ''} --tcp-option ${info.option}`
      : '';
    const names = (flags: number) => flagNames(flags) || 'NONE';
    const flags =
      info.flagMask || info.flagInvert
        ? `${info.flagInvert ? ' !' : ''} --tcp-flags ${names(info.flagMask)} ${names(info.flagCmp)}`
        : '';
    return `${savePorts('--sport', info.sport)}${savePorts('--dport', info.dport)}${option}${flags}`.trimStart();
  },
  translate(info) {
    const flags = (n: number) => flagNames(n).toLowerCase() || '0x0';
    const parts = [
      translatePorts('tcp sport', info.sport),
      translatePorts('tcp dport', info.dport),
      info.option
        ? `tcp option ${info.option} ${info.optionInvert ? 'missing' : 'exists'}`
        : undefined,
      info.flagMask || info.flagInvert
        ? `tcp flags ${info.flagInvert ? '!= ' : ''}${flags(info.flagCmp)} / ${flags(info.flagMask)}`
        : undefined,
    ].filter((part) => part !== undefined);
    return parts.join(' ') || 'meta l4proto tcp';
  },
  lower(info, { proto }) {
    const flags = lowerFlags(info);
    const exprs = [...flags, ...lowerPorts(info.sport, info.dport)];
    if (info.option || exprs.length === 0) return undefined;
    if (proto !== 6) parameterProblem("TCP match requires '-p tcp'");
    return exprs;
  },
  demands: { protos: [6] },
  test(info, { packet }) {
    const { offset, fragment } = packet.transport;
    const header = fragment === 0 ? readTcp(packet.data, offset) : undefined;
    if (!header) return false;
    if (!testPort(info.sport, header.sport) || !testPort(info.dport, header.dport)) return false;
    if (((header.flags & info.flagMask) === info.flagCmp) === info.flagInvert) return false;
    if (!info.option) return true;
    const found = [...tcpOptions(packet.data, offset + 20, offset + header.headerLength)].some(
      ({ kind }) => kind === info.option,
    );
    return found !== info.optionInvert;
  },
});

function lowerFlags({ flagMask, flagCmp, flagInvert }: TcpInfo): Expr[] {
  if (!flagMask) return [];
  const [mask, data] = [Uint8Array.of(flagMask), Uint8Array.of(flagCmp)];
  return [
    { op: 'payload', base: 'transport', offset: 13, len: 1, dreg: 1 },
    { op: 'bitwise', sreg: 1, dreg: 1, len: 1, mask, xor: Uint8Array.of(0) },
    { op: 'cmp', cmp: flagInvert ? 'neq' : 'eq', sreg: 1, data },
  ];
}
