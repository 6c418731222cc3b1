/** The set types as the ipset program knows them: elements, options and what each command allows. */
import { parseHost, parseNet, parseSingle, splitAt } from './addresses.ts';
import type { Option } from './data.ts';
import { requireNumber } from './numbers.ts';
import { checkSetName, type KeywordName } from './options.ts';
import { parseProtoPort, parseTcpUdpPort } from './ports.ts';
import type { Session } from './session.ts';

/** How one part of an element is read. `option` is what the part sets: it may not be missing. */
export interface ElementPart {
  readonly kind: 'ip' | 'ip2' | 'proto-port' | 'port' | 'mac' | 'mark' | 'iface' | 'set';
  readonly option: Option;
  parse(session: Session, text: string): void;
}

/** Element values that only some commands of some types take. */
export type Allowance = 'ipTo' | 'cidr' | 'portTo' | 'cidr2';

export interface UserType {
  readonly name: string;
  readonly alias: string;
  readonly family: 'inet46' | 'inet' | 'unspec';
  readonly parts: readonly ElementPart[];
  /** bitmap:ip,mac: the MAC may be left out. */
  readonly lastOptional: boolean;
  readonly create: readonly KeywordName[];
  readonly add: readonly KeywordName[];
  readonly del: readonly KeywordName[];
  readonly test: readonly KeywordName[];
  /** Values `create` cannot do without. */
  readonly needs: readonly Option[];
  readonly allows: {
    readonly create: readonly Allowance[];
    readonly change: readonly Allowance[];
    readonly test: readonly Allowance[];
  };
}

function parseMac(session: Session, text: string): void {
  const parts = text.split(':');
  const numbers = parts.map((part) =>
    /^[ \t\n\v\f\r]*[+]?(0[xX])?[0-9a-fA-F]+$/.test(part) ? Number.parseInt(part, 16) : -1,
  );
  if (text.length > 17 || parts.length !== 6 || numbers.some((n) => n < 0 || n > 255))
    throw session.error(`Syntax error: cannot parse '${text}' as ethernet address`);
  session.data.values.mac = Uint8Array.from(numbers);
}

const IFACE_MAX = 15;
const PHYSDEV = 'physdev:';

function parseInterface(session: Session, text: string): void {
  const physdev = text.startsWith(PHYSDEV);
  if (physdev) session.data.flags.add('physdev');
  const name = physdev ? text.slice(PHYSDEV.length) : text;
  if (name.length > IFACE_MAX)
    throw session.error(
      `Syntax error: interface name '${name}' is longer than ${IFACE_MAX} characters`,
    );
  session.data.values.iface = name;
}

/** A set name, or the old `NAME,before|after,NAME`. */
function parseSetElement(session: Session, text: string): void {
  const { data } = session;
  const first = splitAt(text, ',');
  const second = first && splitAt(first[1], ',');
  if (first && (!second || !['before', 'after'].includes(second[0])))
    throw session.error('you must specify elements as setname,[before|after],setname');
  data.values.name = checkSetName(session, first ? first[0] : text);
  if (!second) return;
  data.values.nameref = checkSetName(session, second[1]);
  if (second[0] === 'before') data.flags.add('before');
}

const HOST: ElementPart = {
  kind: 'ip',
  option: 'ip',
  parse: (session, text) => parseHost(session, 'ip', text),
};
const PLAIN: ElementPart = {
  kind: 'ip',
  option: 'ip',
  parse: (session, text) => parseSingle(session, 'ip', text),
};
const NET: ElementPart = {
  kind: 'ip',
  option: 'ip',
  parse: (session, text) => parseNet(session, 'ip', text),
};
const PLAIN2: ElementPart = {
  kind: 'ip2',
  option: 'ip2',
  parse: (session, text) => parseSingle(session, 'ip2', text),
};
const NET2: ElementPart = {
  kind: 'ip2',
  option: 'ip2',
  parse: (session, text) => parseNet(session, 'ip2', text),
};
const PROTO_PORT: ElementPart = { kind: 'proto-port', option: 'port', parse: parseProtoPort };
const PORT: ElementPart = { kind: 'port', option: 'port', parse: parseTcpUdpPort };
const MAC: ElementPart = { kind: 'mac', option: 'mac', parse: parseMac };
const IFACE: ElementPart = { kind: 'iface', option: 'iface', parse: parseInterface };
const SET: ElementPart = { kind: 'set', option: 'name', parse: parseSetElement };
const MARK: ElementPart = {
  kind: 'mark',
  option: 'mark',
  parse: (session, text) => {
    session.data.values.mark = requireNumber(session, text, 0xffffffff);
  },
};

const FAMILY: readonly KeywordName[] = ['family', 'inet', 'inet6'];
const SIZES: readonly KeywordName[] = ['hashsize', 'maxelem'];
const EXTENSIONS: readonly KeywordName[] = ['timeout', 'counters', 'comments'];
const HASH_EXTENSIONS: readonly KeywordName[] = [
  ...EXTENSIONS,
  'forceadd',
  'skbinfo',
  'bucketsize',
  'initval',
];
const MASKS: readonly KeywordName[] = ['netmask', 'bitmask'];
const OLD: readonly KeywordName[] = ['probes', 'resize'];
const OLD_RANGE: readonly KeywordName[] = [...OLD, 'ignoredFrom', 'ignoredTo', 'ignoredNetwork'];
const HASH: readonly KeywordName[] = [...FAMILY, ...SIZES, ...HASH_EXTENSIONS];
const VALUES: readonly KeywordName[] = [
  'packets',
  'bytes',
  'comment',
  'skbmark',
  'skbprio',
  'skbqueue',
];
const ADD: readonly KeywordName[] = ['timeout', ...VALUES];
const ADD_NET: readonly KeywordName[] = ['timeout', 'nomatch', ...VALUES];
const PLACE: readonly KeywordName[] = ['before', 'after'];

type Differing = Pick<UserType, 'name' | 'alias' | 'parts' | 'create'> &
  Partial<Omit<UserType, 'allows'>> & {
    readonly change?: readonly Allowance[];
    readonly tests?: readonly Allowance[];
    readonly creates?: readonly Allowance[];
  };

function define({ change = [], tests = [], creates = [], ...type }: Differing): UserType {
  return {
    family: 'inet46',
    lastOptional: false,
    add: ADD,
    del: [],
    test: [],
    needs: [],
    allows: { create: creates, change, test: tests },
    ...type,
  };
}

const NETWORK = { add: ADD_NET, test: ['nomatch'] } satisfies Partial<UserType>;
const RANGE: readonly Allowance[] = ['ipTo', 'cidr'];

/** In the order the program lists them. */
export const USER_TYPES: readonly UserType[] = [
  define({
    name: 'list:set',
    alias: 'setlist',
    family: 'unspec',
    parts: [SET],
    create: ['size', ...EXTENSIONS, 'skbinfo'],
    add: [...PLACE, ...ADD],
    del: PLACE,
    test: PLACE,
  }),
  define({
    name: 'hash:mac',
    alias: 'machash',
    family: 'unspec',
    parts: [MAC],
    create: [...SIZES, ...HASH_EXTENSIONS],
  }),
  define({ name: 'hash:ip,mac', alias: 'ipmachash', parts: [HOST, MAC], create: HASH }),
  define({
    ...NETWORK,
    name: 'hash:net,iface',
    alias: 'netifacehash',
    parts: [NET, IFACE],
    create: HASH,
    add: ['timeout', 'nomatch', 'wildcard', ...VALUES],
    change: RANGE,
    tests: ['cidr'],
  }),
  define({
    ...NETWORK,
    name: 'hash:net,port',
    alias: 'netporthash',
    parts: [NET, PROTO_PORT],
    create: HASH,
    change: [...RANGE, 'portTo'],
    tests: ['cidr'],
  }),
  define({
    ...NETWORK,
    name: 'hash:net,port,net',
    alias: 'netportnethash',
    parts: [NET, PROTO_PORT, NET2],
    create: HASH,
    change: [...RANGE, 'portTo', 'cidr2'],
    tests: ['cidr', 'cidr2'],
  }),
  define({
    ...NETWORK,
    name: 'hash:net,net',
    alias: 'netnethash',
    parts: [NET, NET2],
    create: [...HASH, ...MASKS],
    change: [...RANGE, 'cidr2'],
    tests: ['cidr', 'cidr2'],
  }),
  define({
    ...NETWORK,
    name: 'hash:net',
    alias: 'nethash',
    parts: [NET],
    create: [...HASH, ...OLD],
    change: RANGE,
    tests: ['cidr'],
  }),
  define({
    ...NETWORK,
    name: 'hash:ip,port,net',
    alias: 'ipportnethash',
    parts: [HOST, PROTO_PORT, NET2],
    create: [...HASH, ...OLD_RANGE],
    change: [...RANGE, 'portTo', 'cidr2'],
    tests: ['cidr2'],
  }),
  define({
    name: 'hash:ip,port,ip',
    alias: 'ipportiphash',
    parts: [HOST, PROTO_PORT, PLAIN2],
    create: [...HASH, ...OLD_RANGE],
    change: [...RANGE, 'portTo'],
  }),
  define({
    name: 'hash:ip,mark',
    alias: 'ipmarkhash',
    parts: [HOST, MARK],
    create: [...FAMILY, 'markmask', ...SIZES, ...HASH_EXTENSIONS, ...OLD_RANGE],
    change: RANGE,
    tests: RANGE,
  }),
  define({
    name: 'hash:ip,port',
    alias: 'ipporthash',
    parts: [HOST, PROTO_PORT],
    create: [...HASH, ...MASKS, ...OLD_RANGE],
    change: [...RANGE, 'portTo'],
  }),
  define({
    name: 'hash:ip',
    alias: 'iphash',
    parts: [HOST],
    create: [...FAMILY, ...SIZES, ...MASKS, ...HASH_EXTENSIONS, ...OLD, 'gc'],
    change: RANGE,
    tests: RANGE,
  }),
  define({
    name: 'bitmap:port',
    alias: 'portmap',
    family: 'unspec',
    parts: [PORT],
    create: ['portRange', ...EXTENSIONS, 'skbinfo', 'fromPort', 'toPort'],
    needs: ['port', 'portTo'],
    creates: ['portTo'],
    change: ['portTo'],
  }),
  define({
    name: 'bitmap:ip,mac',
    alias: 'macipmap',
    family: 'inet',
    parts: [PLAIN, MAC],
    lastOptional: true,
    create: ['ipRange', ...EXTENSIONS, 'skbinfo', 'fromIp', 'toIp', 'network'],
    needs: ['ip', 'ipTo'],
    creates: RANGE,
  }),
  define({
    name: 'bitmap:ip',
    alias: 'ipmap',
    family: 'inet',
    parts: [HOST],
    create: ['ipRange', 'netmask', ...EXTENSIONS, 'skbinfo', 'fromIp', 'toIp', 'network'],
    needs: ['ip', 'ipTo'],
    creates: RANGE,
    change: RANGE,
  }),
];

/** A type by its name or its old name. */
export function findUserType(name: string): UserType | undefined {
  return USER_TYPES.find((type) => type.name === name || type.alias === name);
}
