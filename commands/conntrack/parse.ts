/** Reading a command line (do_parse). */

import { prefixMask } from '../../src/base/address.ts';
import { ToolError } from '../../src/base/errors.ts';
import type { Tuple } from '../../src/kernel/conntrack/model.ts';
import { checkOptions, checkProtocol } from './check.ts';
import { type CommandName, otherProblem, parameterProblem } from './errors.ts';
import { OptionReader } from './getopt.ts';
import { atol, parseNetwork, strtoul, u8, u16, u32 } from './numbers.ts';
import { COMMANDS, LONG_OPTIONS, OPTSTRING } from './options.ts';
import {
  findProtocol,
  longOptions,
  type ProtocolField,
  type ProtocolHandler,
} from './protocols.ts';
import {
  type Command,
  type EventKind,
  emptyTemplate,
  type NatPart,
  type OutputFlag,
  type TuplePart,
} from './template.ts';
import { readEvents, readOutput, readStatus } from './words.ts';

type L3 = Tuple['l3'];

/** Everything read so far. */
class Reading {
  readonly template = emptyTemplate();
  readonly options = new Set<string>();
  readonly fields = new Set<ProtocolField>();
  readonly output = new Set<OutputFlag>();
  readonly events = new Set<EventKind>();
  readonly warnings: string[] = [];
  readonly labels: string[] = [];
  readonly reader: OptionReader;
  command: CommandName | undefined;
  table: Command['table'] = 'conntrack';
  family: L3 | undefined;
  protocol: { number: number; handler: ProtocolHandler | undefined } | undefined;

  constructor(words: readonly string[]) {
    this.reader = new OptionReader(words, OPTSTRING, LONG_OPTIONS);
  }

  readonly warn = (line: string): void => {
    this.warnings.push(line);
  };

  setFamily(family: L3): void {
    if (this.family !== undefined && this.family !== family) {
      throw parameterProblem('mismatched address family');
    }
    this.family = family;
  }
}

/** Reads the words of a command; `words[0]` is the name it was called by. Throws ToolError. */
export function parseCommand(words: readonly string[]): Command {
  const reading = new Reading(words);
  try {
    return read(reading);
  } catch (error) {
    if (!(error instanceof ToolError) || reading.warnings.length === 0) throw error;
    throw new ToolError([...reading.warnings, error.message].join('\n'), error.exitCode);
  }
}

function read(reading: Reading): Command {
  const { reader } = reading;
  for (;;) {
    const parsed = reader.next();
    switch (parsed.kind) {
      case 'end':
        return finish(reading);
      case 'unknown':
        throw parameterProblem(`unknown option \`${parsed.word}'`);
      case 'missing':
        throw parameterProblem(`option \`${parsed.word}' requires an argument`);
      case 'option':
        takeOption(reading, parsed.value, parsed.argument);
    }
  }
}

function finish(reading: Reading): Command {
  const { command, options, template, output, events, warnings, table, protocol } = reading;
  checkLabels(reading);
  if (options.has('j') && (options.has('n') || options.has('g'))) {
    throw parameterProblem("cannot specify `--src-nat' or `--dst-nat' with `--any-nat'");
  }
  checkOptions(command, options);
  const handler = protocol?.handler;
  if (command !== 'help' && handler) checkProtocol(command, handler, reading.fields);
  const name = command;
  const family = reading.family ?? (ANY_FAMILY.has(name) ? undefined : 'ipv4');
  return { name, table, options, family, template, protocol, output, events, warnings };
}

/** Commands that are about both families unless one is named. */
const ANY_FAMILY: ReadonlySet<CommandName | undefined> = new Set([
  'list',
  'update',
  'delete',
  'get',
  'flush',
  'event',
]);

/** There is no connlabel.conf on an emulated host, so no label has a name. */
function checkLabels({ options, output, labels, warn }: Reading): void {
  const asked = ['l', '<', '>'].some((letter) => options.has(letter)) || output.has('labels');
  if (!asked) return;
  warn('nfct_labelmap_new: No such file or directory');
  const [first] = labels;
  if (first !== undefined) throw parameterProblem(`unknown label '${first.split(',')[0]}'`);
}

function takeCommand(reading: Reading, letter: string, argument: string | undefined): void {
  const entry = COMMANDS.get(letter);
  if (!entry) throw new Error(`no command ${letter}`);
  const [conntrack, expect, longName] = entry;
  const word = argument === undefined ? reading.reader.optionalWord() : undefined;
  const table = word === undefined ? 'conntrack' : readTable(word);
  reading.table = table;
  const dump = table === 'dying' || table === 'unconfirmed';
  if (dump && letter !== 'L') {
    throw parameterProblem("Can't do that command with tables `dying' and `unconfirmed'");
  }
  const command = table === 'expect' ? expect : conntrack;
  if (command === undefined) throw parameterProblem(`Can't do --${longName} on expectations`);
  if (reading.command !== undefined) throw parameterProblem('Invalid commands combination');
  reading.command = command;
}

/** Any beginning of a table's name will do, in this order. */
function readTable(word: string): Command['table'] {
  for (const table of ['expect', 'conntrack', 'dying', 'unconfirmed'] as const) {
    if (table.startsWith(word)) return table;
  }
  throw parameterProblem(`unknown type \`${word}'`);
}

function takeOption(reading: Reading, value: string, argument: string | undefined): void {
  if (COMMANDS.has(value)) takeCommand(reading, value, argument);
  else if (value.startsWith('proto ')) takeField(reading, value.slice(6), argument ?? '');
  else if (value === 'n' || value === 'g' || value === 'j') takeNat(reading, value, argument);
  else if (ADDRESS_OPTIONS.has(value)) takeAddress(reading, value, argument ?? '');
  else takeValue(reading, value, argument ?? '');
}

interface AddressOption {
  part(reading: Reading): TuplePart;
  readonly side: 'src' | 'dst';
  /** Where a prefix length goes; without it the option takes none. */
  readonly mask?: '{' | '}';
  readonly longName: string;
}

const ADDRESS_OPTIONS: ReadonlyMap<string, AddressOption> = new Map([
  ['s', { part: (r) => r.template.orig, side: 'src', mask: '{', longName: 'orig-src' }],
  ['d', { part: (r) => r.template.orig, side: 'dst', mask: '}', longName: 'orig-dst' }],
  ['r', { part: (r) => r.template.reply, side: 'src', longName: 'reply-src' }],
  ['q', { part: (r) => r.template.reply, side: 'dst', longName: 'reply-dst' }],
  ['[', { part: (r) => r.template.tuple, side: 'src', mask: '{', longName: 'tuple-src' }],
  [']', { part: (r) => r.template.tuple, side: 'dst', mask: '}', longName: 'tuple-dst' }],
  ['{', { part: (r) => r.template.mask, side: 'src', longName: 'mask-src' }],
  ['}', { part: (r) => r.template.mask, side: 'dst', longName: 'mask-dst' }],
] as const);

const l3Of = (address: Uint8Array): L3 => (address.length === 4 ? 'ipv4' : 'ipv6');

/** An address, with its family checked against those before; `longName` is for the refusal of a prefix. */
function readAddress(
  reading: Reading,
  text: string,
  { maskable, longName }: { maskable: boolean; longName: string },
): { address: Uint8Array; prefix: number | undefined } {
  const parsed = parseNetwork(text);
  if (!parsed) throw parameterProblem(`Invalid IP address \`${text}'`);
  const { address, prefix } = parsed;
  reading.setFamily(l3Of(address));
  if (prefix === 'none') return { address, prefix: undefined };
  if (!maskable) throw parameterProblem(`CIDR notation unavailable for \`--${longName}'`);
  if (prefix === 'invalid') throw parameterProblem('Invalid netmask');
  return { address, prefix };
}

function takeAddress(reading: Reading, letter: string, text: string): void {
  const option = ADDRESS_OPTIONS.get(letter);
  if (!option) throw new Error(`no address option ${letter}`);
  const { side, mask, longName } = option;
  const maskable = mask !== undefined;
  const { address, prefix } = readAddress(reading, text, { maskable, longName });
  reading.options.add(letter);
  const part = option.part(reading);
  part[side] = address;
  part.l3 = l3Of(address);
  // A full prefix is no mask.
  if (prefix === undefined || prefix === 8 * address.length || !mask) return;
  reading.options.add(mask);
  reading.template.mask[side] = prefixMask(prefix, address.length);
  reading.template.mask.l3 = l3Of(address);
}

/** Splits `address:port` and `[address]:port`. */
function splitPort(text: string): { address: string; port: string | undefined } {
  const open = text.indexOf('[');
  if (open >= 0) {
    const close = text.indexOf(']', open + 1);
    if (close === open + 1) throw parameterProblem('No IPv6 address specified');
    if (close < 0) throw parameterProblem("No closing ']' around IPv6 address");
    const colon = text.indexOf(':', close);
    if (colon < 0) return { address: text, port: undefined };
    return { address: text.slice(open + 1, close), port: text.slice(colon + 1) };
  }
  const colon = text.indexOf(':');
  if (colon < 0 || text.includes(':', colon + 1)) return { address: text, port: undefined };
  return { address: text.slice(0, colon), port: text.slice(colon + 1) };
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === '') throw parameterProblem("No port specified after `:'");
  if (!/^[0-9]+$/.test(text) || BigInt(text) > 65535n) {
    throw parameterProblem(`Invalid port \`${text}'`);
  }
  return Number(text);
}

const NAT_NAMES = { n: 'src-nat', g: 'dst-nat', j: 'any-nat' } as const;

function takeNat(reading: Reading, letter: 'n' | 'g' | 'j', argument: string | undefined): void {
  const { options, template } = reading;
  options.add(letter);
  // An argument tied to the option is not looked at.
  const word = argument === undefined ? reading.reader.optionalWord() : undefined;
  if (word === undefined) return;
  const { address: text, port: portText } = splitPort(word);
  const port = readPort(portText);
  const longName = NAT_NAMES[letter];
  const { address } = readAddress(reading, text, { maskable: false, longName });
  const set = (part: NatPart): void => {
    part.address = address;
    if (port !== undefined) part.port = port;
  };
  if (letter !== 'g') set(template.snat);
  if (letter !== 'n') set(template.dnat);
  // --any-nat has no place of its own in the tool's tables, and takes that of the source address.
  if (letter === 'j') template.orig.src = NOWHERE;
  else template.orig.l3 = l3Of(address);
}

/** An address no entry has. */
const NOWHERE = new Uint8Array(0);

function takeValue(reading: Reading, letter: string, text: string): void {
  const { options, template } = reading;
  if (letter === 'a') {
    reading.warn('WARNING: ignoring -a, deprecated option.');
    return;
  }
  options.add(letter);
  switch (letter) {
    case 'p':
      takeProtocol(reading, text);
      return;
    case 't':
      template.timeout = u32(atol(text));
      return;
    case 'u':
      takeStatus(reading, text);
      return;
    case 'e':
      for (const event of readEvents(text, reading.warn)) reading.events.add(event);
      return;
    case 'o':
      takeOutput(reading, text);
      return;
    case 'w':
      template.zone = u16(strtoul(text).value);
      return;
    case '(':
      template.origZone = u16(strtoul(text).value);
      return;
    case ')':
      template.replyZone = u16(strtoul(text).value);
      return;
    case 'i':
      template.id = u32(strtoul(text).value);
      return;
    case 'm':
      takeMark(reading, text);
      return;
    case 'f':
      takeFamily(reading, text);
      return;
    case 'l':
    case '<':
    case '>':
      takeLabel(reading, letter, text);
      return;
    default:
      // -z, -c and -b: that they were given is all that counts.
      return;
  }
}

function takeProtocol(reading: Reading, text: string): void {
  const found = findProtocol(text);
  if (!found) throw parameterProblem(`\`${text}' unsupported protocol`);
  reading.protocol = found;
  if (found.handler) reading.reader.add(longOptions(found.handler));
  reading.template.orig.proto = found.number;
}

function takeStatus({ template, warn }: Reading, text: string): void {
  const { set, clear } = readStatus(text, warn);
  template.status = (template.status ?? 0) | set;
  template.statusMask |= clear;
  if (template.statusMask === 0) template.statusMask = template.status;
}

function takeOutput({ output, warn }: Reading, text: string): void {
  for (const flag of readOutput(text, warn)) output.add(flag);
  if (output.has('save') && output.size > 1) {
    throw otherProblem('cannot combine save output with any other output type, use -o save only');
  }
}

function takeMark({ template }: Reading, text: string): void {
  const { value, rest } = strtoul(text);
  const mask = rest.startsWith('/') ? u32(strtoul(rest.slice(1)).value) : 0xffffffff;
  template.mark = { value: u32(value), mask };
}

function takeFamily(reading: Reading, text: string): void {
  if (text.startsWith('ipv4')) reading.setFamily('ipv4');
  else if (text.startsWith('ipv6')) reading.setFamily('ipv6');
  else throw parameterProblem(`\`${text}' unsupported protocol`);
}

function takeLabel(reading: Reading, letter: string, text: string): void {
  if (reading.options.has('<') && reading.options.has('>')) {
    throw otherProblem('cannot use --label-add and --label-del at the same time');
  }
  const name = letter === '>' ? reading.reader.optionalWord() : text;
  if (name !== undefined) reading.labels.push(name);
}

function takeField(reading: Reading, name: string, text: string): void {
  const handler = reading.protocol?.handler;
  const option = handler?.options.find(({ field }) => field === name);
  if (!handler || !option) throw parameterProblem('parse error');
  reading.fields.add(option.field);
  const number = handler.base === 'any' ? strtoul(text).value : atol(text);
  setField(reading, handler, option.field, text, number);
}

function setField(
  { template }: Reading,
  handler: ProtocolHandler,
  field: ProtocolField,
  text: string,
  number: bigint,
): void {
  const { orig, reply, mask, tuple, vtags } = template;
  switch (field) {
    case 'orig sport':
      orig.sport = u16(number);
      return;
    case 'orig dport':
      orig.dport = u16(number);
      return;
    case 'reply sport':
      reply.sport = u16(number);
      reply.proto = handler.number;
      return;
    case 'reply dport':
      reply.dport = u16(number);
      reply.proto = handler.number;
      return;
    case 'mask sport':
      mask.sport = u16(number);
      return;
    case 'mask dport':
      mask.dport = u16(number);
      return;
    case 'tuple sport':
      tuple.sport = u16(number);
      return;
    case 'tuple dport':
      tuple.dport = u16(number);
      return;
    case 'icmp type':
      orig.icmpType = u8(number);
      break;
    case 'icmp code':
      orig.icmpCode = u8(number);
      break;
    case 'icmp id':
      orig.sport = u16(number);
      break;
    case 'orig vtag':
      vtags.orig = u32(number);
      return;
    case 'reply vtag':
      vtags.reply = u32(number);
      return;
    case 'role':
      template.role = readRole(text);
      return;
    case 'state':
      template.state = readState(handler, text);
      return;
  }
  if (reply.l3) reply.proto = handler.number;
}

function readRole(text: string): number {
  const roles = ['client', 'server'];
  const at = roles.findIndex((role) => role.startsWith(text.toLowerCase()));
  if (at < 0) throw parameterProblem(`Unknown DCCP role \`${text}'`);
  return at;
}

function readState({ states = [], stateName }: ProtocolHandler, text: string): string {
  // The old name of SYN_SENT2.
  if (text === 'LISTEN' && states.includes('SYN_SENT2')) return 'SYN_SENT2';
  if (states.includes(text)) return text;
  // The tool's table of SCTP states is shorter than it believes: it crashes at its end.
  if (stateName === undefined) throw new ToolError('Segmentation fault', 139);
  throw parameterProblem(`${stateName} \`${text}'`);
}
