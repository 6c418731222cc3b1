/** Protocols with options of their own (the tool's libct_proto extensions). */
import { protocolByName } from '../../src/base/netdb.ts';
import { SCTP_STATES } from '../../src/kernel/conntrack/sctp.ts';
import { TCP_STATES } from '../../src/kernel/conntrack/tcp-states.ts';
import type { LongOption } from './getopt.ts';
import { strtoul } from './numbers.ts';

/** What an option of a protocol sets. */
export type ProtocolField =
  | 'orig sport'
  | 'orig dport'
  | 'reply sport'
  | 'reply dport'
  | 'mask sport'
  | 'mask dport'
  | 'tuple sport'
  | 'tuple dport'
  | 'state'
  | 'orig vtag'
  | 'reply vtag'
  | 'role'
  | 'icmp type'
  | 'icmp code'
  | 'icmp id';

export interface ProtocolOption {
  readonly field: ProtocolField;
  /** The first is named in messages. */
  readonly names: readonly string[];
  /**
   * By command: list, create and add, update, delete, get, event; then expectations' create, delete and get. A digit
   * each: 0 not allowed, 1 required, 2 allowed, 3 one of the two couples is required.
   */
  readonly needs: string;
}

export interface ProtocolHandler {
  readonly name: string;
  readonly number: number;
  readonly options: readonly ProtocolOption[];
  /** Names of the couples of which one is needed where an option's need is 3. */
  readonly couples?: readonly [readonly [string, string], readonly [string, string]];
  readonly states?: readonly string[];
  /** How a wrong state is called. */
  readonly stateName?: string;
  readonly base: 'decimal' | 'any';
}

export const NEED_COLUMNS = [
  'list',
  'create',
  'update',
  'delete',
  'get',
  'event',
  'expect create',
  'expect delete',
  'expect get',
] as const;

const couplesOf = (
  reply: readonly [string, string],
): readonly [readonly [string, string], readonly [string, string]] => [['sport', 'dport'], reply];

const PORTS: readonly ProtocolOption[] = [
  { field: 'orig sport', names: ['sport', 'orig-port-src'], needs: '232232111' },
  { field: 'orig dport', names: ['dport', 'orig-port-dst'], needs: '232232111' },
  { field: 'reply sport', names: ['reply-port-src'], needs: '232232011' },
  { field: 'reply dport', names: ['reply-port-dst'], needs: '232232011' },
  { field: 'mask sport', names: ['mask-port-src'], needs: '000000100' },
  { field: 'mask dport', names: ['mask-port-dst'], needs: '000000100' },
];
const EXPECTED_PORTS: readonly ProtocolOption[] = [
  { field: 'tuple sport', names: ['tuple-port-src'], needs: '000000100' },
  { field: 'tuple dport', names: ['tuple-port-dst'], needs: '000000100' },
];
const STATE: ProtocolOption = { field: 'state', names: ['state'], needs: '212222000' };
const REPLY_PORTS: [string, string] = ['reply-src-port', 'reply-dst-port'];

const DCCP_STATES = [
  'NONE',
  'REQUEST',
  'RESPOND',
  'PARTOPEN',
  'OPEN',
  'CLOSEREQ',
  'CLOSING',
  'TIMEWAIT',
  'IGNORE',
  'INVALID',
];

const GRE_NAMES = new Map([
  ['sport', 'srckey'],
  ['dport', 'dstkey'],
]);
const greOption = ({ field, names, needs }: ProtocolOption): ProtocolOption => ({
  field,
  names: names.map((name) => GRE_NAMES.get(name) ?? name.replace('-port-', '-key-')),
  needs: field.startsWith('reply') ? `${needs.slice(0, 6)}111` : needs,
});

const icmpOptions = (name: string): readonly ProtocolOption[] => [
  { field: 'icmp type', names: [`${name}-type`], needs: '212212000' },
  { field: 'icmp code', names: [`${name}-code`], needs: '212212000' },
  { field: 'icmp id', names: [`${name}-id`], needs: '222222000' },
];

export const HANDLERS: readonly ProtocolHandler[] = [
  {
    name: 'tcp',
    number: 6,
    options: [...PORTS, STATE, ...EXPECTED_PORTS],
    couples: couplesOf(REPLY_PORTS),
    states: TCP_STATES,
    stateName: 'unknown TCP state',
    base: 'decimal',
  },
  {
    name: 'udp',
    number: 17,
    options: [...PORTS, ...EXPECTED_PORTS],
    couples: couplesOf(REPLY_PORTS),
    base: 'decimal',
  },
  {
    name: 'udplite',
    number: 136,
    options: [...PORTS, ...EXPECTED_PORTS],
    couples: couplesOf(REPLY_PORTS),
    base: 'decimal',
  },
  {
    name: 'sctp',
    number: 132,
    options: [
      ...PORTS,
      STATE,
      ...EXPECTED_PORTS,
      { field: 'orig vtag', names: ['orig-vtag'], needs: '012020100' },
      { field: 'reply vtag', names: ['reply-vtag'], needs: '012020100' },
    ],
    couples: couplesOf(REPLY_PORTS),
    states: SCTP_STATES.slice(0, 8),
    base: 'decimal',
  },
  {
    name: 'dccp',
    number: 33,
    options: [
      ...PORTS,
      STATE,
      ...EXPECTED_PORTS,
      { field: 'role', names: ['role'], needs: '010000100' },
    ],
    couples: couplesOf(['reply-port-src', 'report-port-dst']),
    states: DCCP_STATES,
    stateName: 'Unknown DCCP state',
    base: 'decimal',
  },
  { name: 'icmp', number: 1, options: icmpOptions('icmp'), base: 'decimal' },
  { name: 'icmpv6', number: 58, options: icmpOptions('icmpv6'), base: 'decimal' },
  {
    name: 'gre',
    number: 47,
    options: [...PORTS, ...EXPECTED_PORTS].map(greOption),
    couples: [
      ['srckey', 'dstkey'],
      ['reply-src-key', 'reply-dst-key'],
    ],
    base: 'any',
  },
];

/** The long options of a handler; values are `proto FIELD`. */
export const longOptions = ({ options }: ProtocolHandler): readonly LongOption[] =>
  options.flatMap(({ field, names }) =>
    names.map((name) => ({ name, argument: 'required', value: `proto ${field}` }) as const),
  );

export const handlerByNumber = (number: number): ProtocolHandler | undefined =>
  HANDLERS.find((handler) => handler.number === number);

/** Name or number as -p takes it; undefined when there is none such. */
export function findProtocol(
  text: string,
): { number: number; handler: ProtocolHandler | undefined } | undefined {
  const lower = text.toLowerCase();
  const named = HANDLERS.find((handler) => handler.name === lower);
  if (named) return { number: named.number, handler: named };
  const known = protocolByName(text);
  if (known) return { number: known.number, handler: undefined };
  const { value, rest } = strtoul(text);
  if (text === rest || rest !== '' || value > 255n) return undefined;
  return { number: Number(value), handler: handlerByNumber(Number(value)) };
}
