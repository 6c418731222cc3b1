/** The options of create, add, del and test, by their keywords. */
import { encodeUtf8 } from '../../src/base/utf8.ts';
import { parseAddresses, parseNetwork, parseSingle, parseSpan } from './addresses.ts';
import type { Flag, IgnoredOption, Option } from './data.ts';
import { parseNumber, requireNumber, requirePrefix, scanHex } from './numbers.ts';
import { parseTcpPort, parseTcpUdpPort } from './ports.ts';
import type { Session } from './session.ts';

export interface Keyword {
  readonly name: string;
  /** What it sets; given twice, the second time is an error. */
  readonly option: Option | Flag | IgnoredOption;
  /** False for an option that stands alone. */
  readonly takesValue: boolean;
  parse(session: Session, text: string): void;
}

/** Longest set name, type name and comment. */
const NAME_MAX = 31;
const COMMENT_MAX = 255;
const U32 = 0xffffffff;
/** Longest timeout in seconds: its milliseconds fit into 31 bits. */
const TIMEOUT_MAX = 2147483;

/** Refuses a set name that is too long. */
export function checkSetName(session: Session, name: string): string {
  if (encodeUtf8(name).length > NAME_MAX)
    throw session.error(`Syntax error: setname '${name}' is longer than ${NAME_MAX} characters`);
  return name;
}

type NumberOption =
  | 'hashsize'
  | 'maxelem'
  | 'markmask'
  | 'initval'
  | 'size'
  | 'bucketsize'
  | 'skbqueue'
  | 'timeout';

function number(name: NumberOption, max: number): Keyword {
  return {
    name,
    option: name,
    takesValue: true,
    parse: (session, text) => {
      session.data.values[name] = requireNumber(session, text, max);
    },
  };
}

function counter(name: 'packets' | 'bytes'): Keyword {
  return {
    name,
    option: name,
    takesValue: true,
    parse: (session, text) => {
      const value = parseNumber(session, text, 2n ** 64n - 2n);
      if (value === undefined) throw session.refused();
      session.data.values[name] = value;
    },
  };
}

function flag(name: string, option: Flag): Keyword {
  return {
    name,
    option,
    takesValue: false,
    parse: (session) => void session.data.flags.add(option),
  };
}

/** `label` is the name the warning has: the first keyword that set the same thing. */
function ignored(name: string, option: IgnoredOption): Keyword {
  return {
    name,
    option,
    takesValue: true,
    parse: ({ data, report }, text) => {
      if (data.ignored.has(option)) return;
      data.ignored.add(option);
      report.add('warning', `Option '--${option} ${text}' is ignored. Please upgrade your syntax.`);
    },
  };
}

function familyKeyword(name: string, takesValue: boolean): Keyword {
  return { name, option: 'family', takesValue, parse: parseFamily };
}

function parseFamily(session: Session, text: string): void {
  const { data } = session;
  data.ignored.delete('family');
  if (['inet', 'ipv4', '-4'].includes(text)) data.values.family = 'inet';
  else if (['inet6', 'ipv6', '-6'].includes(text)) data.values.family = 'inet6';
  else if (['any', 'unspec'].includes(text)) data.values.family = 'unspec';
  else throw session.error(`Syntax error: unknown inet family ${text}`);
}

const EXCLUSIVE = 'Syntax error: bitmask and netmask are mutually exclusive, provide only one';

function parseNetmask(session: Session, text: string): void {
  const { data } = session;
  if (data.has('bitmask')) throw session.error(EXCLUSIVE);
  const max = data.addressFamily() === 'inet' ? 32 : 128;
  try {
    data.values.netmask = requirePrefix(session, text, 1, max);
  } catch {
    throw session.error(`Syntax error: netmask is out of the inclusive range of 1-${max}`);
  }
}

function parseBitmask(session: Session, text: string): void {
  const { data } = session;
  if (data.has('netmask')) throw session.error(EXCLUSIVE);
  const family = data.addressFamily();
  try {
    parseAddresses(session, 'bitmask', text);
  } catch {
    throw session.error(`Syntax error: bitmask is not valid for family = ${family}`);
  }
}

function parseComment(session: Session, text: string): void {
  if (text.includes('"'))
    throw session.error('Syntax error: " character is not permitted in comments');
  if (encodeUtf8(text).length > COMMENT_MAX)
    throw session.error(
      `Syntax error: Comment is longer than the maximum allowed ${COMMENT_MAX} characters`,
    );
  session.data.values.comment = text;
}

/** sscanf with `0x%lx/0x%lx`, else `0x%lx`: what follows is not looked at. */
function parseSkbMark(session: Session, text: string): void {
  const mark = text.startsWith('0x') ? scanHex(text.slice(2), 64) : undefined;
  if (!mark)
    throw session.error(
      'Syntax error: Invalid skbmark format, it should be:  MARK/MASK or MARK (see manpage)',
    );
  const mask = mark.rest.startsWith('/0x') ? scanHex(mark.rest.slice(3), 64) : undefined;
  session.data.values.skbmark = {
    mark: Number(BigInt.asUintN(32, mark.value)),
    mask: Number(BigInt.asUintN(32, mask?.value ?? BigInt(U32))),
  };
}

function parseSkbPrio(session: Session, text: string): void {
  const major = scanHex(text, 32);
  const minor = major?.rest.startsWith(':') ? scanHex(major.rest.slice(1), 32) : undefined;
  if (!major || !minor)
    throw session.error(
      'Syntax error: Invalid skbprio format, it should be:MAJOR:MINOR (see manpage)',
    );
  session.data.values.skbprio = {
    major: Number(major.value & 0xffffn),
    minor: Number(minor.value & 0xffffn),
  };
}

function reference(name: 'before' | 'after'): Keyword {
  return {
    name,
    option: 'nameref',
    takesValue: true,
    parse: (session, text) => {
      checkSetName(session, text);
      if (name === 'before') session.data.flags.add('before');
      session.data.values.nameref = text;
    },
  };
}

function value(name: string, option: Option, parse: Keyword['parse']): Keyword {
  return { name, option, takesValue: true, parse };
}

const KEYWORDS = {
  family: familyKeyword('family', true),
  inet: familyKeyword('-4', false),
  inet6: familyKeyword('-6', false),
  hashsize: number('hashsize', U32),
  maxelem: number('maxelem', U32),
  markmask: number('markmask', U32),
  bucketsize: number('bucketsize', 255),
  initval: number('initval', U32),
  size: number('size', U32),
  timeout: number('timeout', TIMEOUT_MAX),
  skbqueue: number('skbqueue', 0xffff),
  netmask: value('netmask', 'netmask', parseNetmask),
  bitmask: value('bitmask', 'bitmask', parseBitmask),
  ipRange: value('range', 'ip', (session, text) => parseSpan(session, 'ip', text)),
  fromIp: value('from', 'ip', (session, text) => parseSingle(session, 'ip', text)),
  toIp: value('to', 'ipTo', (session, text) => parseSingle(session, 'ipTo', text)),
  network: value('network', 'ip', (session, text) => parseNetwork(session, 'ip', text)),
  portRange: value('range', 'port', parseTcpUdpPort),
  fromPort: value('from', 'port', (session, text) => parseTcpPort(session, 'port', text)),
  toPort: value('to', 'portTo', (session, text) => parseTcpPort(session, 'portTo', text)),
  counters: flag('counters', 'counters'),
  comments: flag('comment', 'create-comment'),
  forceadd: flag('forceadd', 'forceadd'),
  skbinfo: flag('skbinfo', 'skbinfo'),
  nomatch: flag('nomatch', 'nomatch'),
  wildcard: flag('wildcard', 'wildcard'),
  packets: counter('packets'),
  bytes: counter('bytes'),
  comment: value('comment', 'comment', parseComment),
  skbmark: value('skbmark', 'skbmark', parseSkbMark),
  skbprio: value('skbprio', 'skbprio', parseSkbPrio),
  before: reference('before'),
  after: reference('after'),
  probes: ignored('probes', 'probes'),
  resize: ignored('resize', 'resize'),
  gc: ignored('gc', 'gc'),
  ignoredFrom: ignored('from', 'from'),
  ignoredTo: ignored('to', 'to'),
  // It set the same thing as an old `from`, and is warned of under that name.
  ignoredNetwork: ignored('network', 'from'),
} satisfies { readonly [name: string]: Keyword };

export type KeywordName = keyof typeof KEYWORDS;

export const keyword = (name: KeywordName): Keyword => KEYWORDS[name];
