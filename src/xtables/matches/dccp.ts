import { readUint } from '../../base/bytes.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { ports } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import {
  type GivenPorts,
  printGiven,
  saveGiven,
  testGiven,
  translateGiven,
} from '../given-ports.ts';
import type { Given, Range } from '../options.ts';
import type { PortMatch } from '../ports.ts';

interface DccpInfo extends GivenPorts {
  /** Bit per packet type. */
  readonly types: { readonly bits: number; readonly invert: boolean } | undefined;
  readonly option: { readonly kind: number; readonly invert: boolean } | undefined;
}

const TYPES = [
  'REQUEST',
  'RESPONSE',
  'DATA',
  'ACK',
  'DATAACK',
  'CLOSEREQ',
  'CLOSE',
  'RESET',
  'SYNC',
  'SYNCACK',
];
/** What the types from 10 on are called together. */
const INVALID = 'INVALID';
const INVALID_BITS = 0xfc00;

function readTypes(text: string): number {
  let bits = 0;
  for (const word of text.split(',')) {
    const name = word.toUpperCase();
    const type = TYPES.indexOf(name);
    if (type < 0 && name !== INVALID) parameterProblem(`Unknown DCCP type \`${word}'`);
    bits |= type < 0 ? INVALID_BITS : 1 << type;
  }
  return bits;
}

function typeNames(bits: number): string[] {
  const names = TYPES.filter((_, i) => bits & (1 << i));
  return bits & INVALID_BITS ? [...names, INVALID] : names;
}

const typeNumbers = (bits: number): number[] =>
  Array.from({ length: 16 }, (_, i) => i).filter((i) => bits & (1 << i));

function translateTypes(bits: number, invert: boolean): string {
  const names = typeNames(bits).map((name) => (name === INVALID ? '10-15' : name.toLowerCase()));
  const list = names.length > 1 ? `{ ${names.join(', ')} }` : (names[0] ?? '');
  return `dccp type ${invert ? '!= ' : ''}${list}`;
}

/** dccp_find_option: whether the header has an option of the kind; undefined when it is malformed. */
function hasOption({ data, transport: { offset } }: Packet, kind: number): boolean | undefined {
  const type = ((data[offset + 8] ?? 0) >> 1) & 0x0f;
  const long = ((data[offset + 8] ?? 0) & 1) === 1;
  const end = offset + (data[offset + 4] ?? 0) * 4;
  const fixed = (long ? 16 : 12) + (FIXED[type] ?? 0);
  if (end > data.length || end < offset + fixed) return undefined;
  for (let at = offset + fixed; at < end; ) {
    const option = data[at] ?? 0;
    if (option === kind) return true;
    at += option < 2 ? 1 : Math.max(2, data[at + 1] ?? 2);
  }
  return false;
}

/** Bytes of the type's own header behind the generic one (dccp_packet_hdr_len). */
const FIXED: readonly number[] = [4, 12, 0, 8, 8, 8, 8, 12, 8, 8];

const given = (option: Given<Range> | undefined): PortMatch | undefined =>
  option && { from: option.value.from, to: option.value.to, invert: option.invert };

export const dccp = defineMatch({
  name: 'dccp',
  options: {
    'source-port': { type: 'port range', aliases: ['sport'], invertible: true, proto: 'dccp' },
    'destination-port': { type: 'port range', aliases: ['dport'], invertible: true, proto: 'dccp' },
    'dccp-types': { type: 'string', invertible: true, read: readTypes },
    'dccp-option': { type: 'u8', min: 1, max: 255, invertible: true },
  },
  help: `[!] --source-port | --sport PORT[:PORT]       source port, or first and last of a range
[!] --destination-port | --dport PORT[:PORT]  destination port
[!] --dccp-types LIST    REQUEST RESPONSE DATA ACK DATAACK CLOSEREQ CLOSE RESET SYNC SYNCACK INVALID
[!] --dccp-option KIND   the option is there`,
  parse(options): DccpInfo {
    const [types, option] = [options['dccp-types'], options['dccp-option']];
    return {
      sport: given(options['source-port']),
      dport: given(options['destination-port']),
      types: types && { bits: types.value, invert: types.invert },
      option: option && { kind: option.value, invert: option.invert },
    };
  },
  print(info, { numeric }) {
    const { types, option } = info;
    const list = types && (numeric ? typeNumbers(types.bits) : typeNames(types.bits)).join(',');
    const shown = types ? ` ${types.invert ? '! ' : ''}${list}` : '';
    const kind = option ? ` option=${option.invert ? '!' : ''}${option.kind}` : '';
    return `dccp${printGiven(info, 'dccp', numeric)}${shown}${kind}`;
  },
  save: (info) =>
    [
      ...saveGiven(info),
      ...(info.types
        ? [`${info.types.invert ? '! ' : ''}--dccp-types ${typeNames(info.types.bits).join(',')}`]
        : []),
      ...(info.option
        ? [`${info.option.invert ? '! ' : ''}--dccp-option ${info.option.kind}`]
        : []),
    ].join(' '),
  translate(info) {
    if (info.option) return undefined;
    return [
      ...translateGiven(info, 'dccp'),
      ...(info.types ? [translateTypes(info.types.bits, info.types.invert)] : []),
    ].join(' ');
  },
  demands: { protos: [PROTO.dccp] },
  test(info, { packet }) {
    const numbers = ports(packet);
    const { offset } = packet.transport;
    if (!numbers || offset + 12 > packet.data.length || !testGiven(info, numbers)) return false;
    if (info.types) {
      const type = (readUint(packet.data, offset + 8, 1) >> 1) & 0x0f;
      if (((info.types.bits >> type) & 1) !== (info.types.invert ? 0 : 1)) return false;
    }
    if (!info.option) return true;
    const found = hasOption(packet, info.option.kind);
    return found !== undefined && found !== info.option.invert;
  },
});
