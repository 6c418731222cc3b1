/** ipvsadm's command line: words → what is asked of the kernel or of the listings. */
import { parseIpv4, parseIpv6 } from '../../src/base/address.ts';
import type { Hosts } from '../../src/base/hosts.ts';
import type {
  IpvsDaemon,
  IpvsFamily,
  IpvsForwarding,
  IpvsProtocol,
} from '../../src/kernel/ipvs/model.ts';
import { COMMANDS, type CommandName, type OptionName, TABLE, type Tag } from './options.ts';
import { PoptReader } from './popt.ts';
import { fail, parseEndpoint, parseNetmask, parseNumber, parseTimeout } from './values.ts';

const INT_MAX = 2147483647;
const ALL_ONES = Uint8Array.of(255, 255, 255, 255);
const DEFAULT_PERSISTENCE = 360;

/** What the options say so far; they are taken in the order they come. */
export interface Request {
  readonly command: CommandName | 'help' | 'version';
  readonly given: Set<OptionName>;
  family: IpvsFamily | undefined;
  protocol: IpvsProtocol;
  address: Uint8Array;
  port: number;
  fwmark: number;
  scheduler: string;
  schedFlags: string;
  persistent: number | undefined;
  netmask: Uint8Array;
  pe: string;
  onePacket: boolean;
  server: { family: IpvsFamily; address: Uint8Array; port: number } | undefined;
  forwarding: IpvsForwarding;
  weight: number;
  upper: number;
  lower: number;
  tunnelType: string;
  tunnelPort: number;
  timeouts: readonly [number, number, number];
  daemonState: IpvsDaemon['state'];
  daemon: {
    mcastInterface: string;
    syncid: number;
    maxlen: number;
    group: Uint8Array | undefined;
    port: number;
    ttl: number;
  };
}

/** "Try `ipvsadm -h'", 255: no command, or one that is out of place. */
export const tryHelp = (): never =>
  fail("Try `ipvsadm -h' or 'ipvsadm --help' for more information.", 255);

function freshRequest(command: Request['command']): Request {
  return {
    command,
    given: new Set(),
    family: undefined,
    protocol: 'TCP',
    address: new Uint8Array(4),
    port: 0,
    fwmark: 0,
    scheduler: '',
    schedFlags: '',
    persistent: undefined,
    netmask: ALL_ONES,
    pe: '',
    onePacket: false,
    server: undefined,
    forwarding: 'route',
    weight: 1,
    upper: 0,
    lower: 0,
    tunnelType: 'ipip',
    tunnelPort: 0,
    timeouts: [0, 0, 0],
    daemonState: 'master',
    daemon: { mcastInterface: '', syncid: 0, maxlen: 0, group: undefined, port: 0, ttl: 0 },
  };
}

function daemonState(text: string, message: string): IpvsDaemon['state'] {
  return text === 'master' || text === 'backup' ? text : fail(message);
}

/** Reads the command, which must be the first option, then its options. */
export function parseRequest(words: readonly string[], hosts: Hosts): Request {
  const reader = new PoptReader(TABLE, words);
  const first = reader.next();
  if (first.kind !== 'option') return tryHelp();
  const command = [...COMMANDS, 'help' as const, 'version' as const].find((c) => c === first.tag);
  if (!command) return tryHelp();
  const request = freshRequest(command);
  // The real tool prints these two at once, whatever follows.
  if (command === 'help' || command === 'version') return request;
  const state = first.argument ?? '';
  if (command === 'start-daemon')
    request.daemonState = daemonState(state, 'illegal start-daemon parameter specified');
  if (command === 'stop-daemon')
    request.daemonState = daemonState(state, 'illegal start_daemon specified');
  for (;;) {
    const result = reader.next();
    if (result.kind === 'error') return fail(result.message, 255);
    if (result.kind === 'end') break;
    takeOption(request, result.tag, result.argument, reader.word, hosts);
  }
  takeArguments(request, reader.arguments);
  return request;
}

function takeArguments(request: Request, words: readonly string[]): void {
  let rest = words;
  if (request.command === 'set') {
    const [tcp, tcpfin, udp] = words;
    if (tcp === undefined || tcpfin === undefined || udp === undefined)
      fail('--set option requires 3 timeout values');
    request.timeouts = [parseTimeout(tcp, 0), parseTimeout(tcpfin, 0), parseTimeout(udp, 0)];
    rest = words.slice(3);
  }
  if (rest[0] !== undefined) fail(`unexpected argument ${rest[0]}`);
}

function once(request: Request, option: OptionName): void {
  if (request.given.has(option)) fail(`multiple '${option}' options specified`);
  request.given.add(option);
}

function bounded(text: string, min: number, max: number, what: string): number {
  return parseNumber(text, min, max) ?? fail(`illegal ${what} specified`);
}

function takeOption(
  request: Request,
  tag: Tag,
  argument: string | undefined,
  word: string,
  hosts: Hosts,
): void {
  const text = argument ?? '';
  switch (tag) {
    case 'tcp':
    case 'udp':
    case 'sctp':
    case 'fwmark':
      once(request, 'service-address');
      takeService(request, tag, text, hosts);
      return;
    case 'ipv6':
      if (request.fwmark === 0) fail('-6 must follow -f\n');
      request.family = 'ip6';
      request.netmask = Uint8Array.of(128);
      return;
    case 'real-server':
      once(request, tag);
      takeServer(request, text, hosts);
      return;
    case 'masq':
    case 'tunnel':
    case 'route':
      once(request, 'forwarding-method');
      request.forwarding = tag;
      return;
    case 'sort':
      return;
    case 'scheduler':
    case 'persistent':
    case 'netmask':
    case 'pe':
    case 'ops':
    case 'sched-flags':
      once(request, tag);
      takeScheduling(request, tag, argument, hosts);
      return;
    case 'weight':
    case 'u-threshold':
    case 'l-threshold':
    case 'tun-type':
    case 'tun-port':
      once(request, tag);
      takeServerValue(request, tag, text);
      return;
    case 'mcast-interface':
    case 'syncid':
    case 'sync-maxlen':
    case 'mcast-group':
    case 'mcast-port':
    case 'mcast-ttl':
      once(request, tag);
      takeDaemonValue(request, tag, text);
      return;
    case 'numeric':
    case 'connection':
    case 'timeout':
    case 'daemon':
    case 'stats':
    case 'rate':
    case 'thresholds':
    case 'persistent-conn':
    case 'nosort':
    case 'exact':
    case 'tun-info':
    case 'tun-nocsum':
    case 'tun-csum':
    case 'tun-remcsum':
      once(request, tag);
      return;
    default:
      fail(`invalid option \`${word}'`);
  }
}

function takeService(
  request: Request,
  tag: 'tcp' | 'udp' | 'sctp' | 'fwmark',
  text: string,
  hosts: Hosts,
): void {
  if (tag === 'fwmark') {
    request.family = 'ip';
    request.protocol = 'TCP';
    request.fwmark =
      parseNumber(text, 1, 0xffffffff) ?? fail(`invalid fwmark value \`${text}' specified`);
    return;
  }
  request.protocol = ({ tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' } as const)[tag];
  const endpoint =
    parseEndpoint(text, request.protocol, hosts) ??
    fail('illegal virtual server address[:port] specified');
  request.family = endpoint.family;
  request.address = endpoint.address;
  request.port = endpoint.port ?? 0;
  if (endpoint.family === 'ip6') request.netmask = Uint8Array.of(128);
}

function takeServer(request: Request, text: string, hosts: Hosts): void {
  const endpoint =
    parseEndpoint(text, request.protocol, hosts) ??
    fail('illegal real server address[:port] specified');
  // Without a port it is the service's, as far as that was given before.
  request.server = { ...endpoint, port: endpoint.port ?? request.port };
}

function takeScheduling(
  request: Request,
  tag: 'scheduler' | 'persistent' | 'netmask' | 'pe' | 'ops' | 'sched-flags',
  argument: string | undefined,
  hosts: Hosts,
): void {
  const text = argument ?? '';
  switch (tag) {
    case 'scheduler':
      request.scheduler = text;
      return;
    case 'persistent':
      request.persistent = argument === undefined ? DEFAULT_PERSISTENCE : parseTimeout(argument, 1);
      return;
    case 'netmask':
      request.netmask = request.family === 'ip6' ? ip6Mask(text) : ip4Mask(text, hosts);
      return;
    case 'pe':
      request.pe = text;
      return;
    case 'ops':
      request.onePacket = true;
      return;
    case 'sched-flags':
      request.schedFlags = text;
      return;
  }
}

const ip4Mask = (text: string, hosts: Hosts): Uint8Array =>
  parseNetmask(text, hosts) ?? fail('illegal virtual server persistent mask specified');

function ip6Mask(text: string): Uint8Array {
  // atoi: digits in front, whatever follows.
  const length = Number(/^\s*\+?(\d+)/.exec(text)?.[1] ?? 0);
  if (length < 1 || length > 128) fail('illegal ipv6 netmask specified');
  return Uint8Array.of(length);
}

function takeServerValue(
  request: Request,
  tag: 'weight' | 'u-threshold' | 'l-threshold' | 'tun-type' | 'tun-port',
  text: string,
): void {
  switch (tag) {
    case 'weight':
      request.weight = bounded(text, 0, INT_MAX, 'weight');
      return;
    case 'u-threshold':
      request.upper = bounded(text, 0, INT_MAX, 'u_threshold');
      return;
    case 'l-threshold':
      request.lower = bounded(text, 0, INT_MAX, 'l_threshold');
      return;
    case 'tun-type':
      if (text !== 'ipip' && text !== 'gue' && text !== 'gre')
        fail('illegal tunnel type specified');
      request.tunnelType = text;
      return;
    case 'tun-port':
      request.tunnelPort = bounded(text, 1, 65534, 'tunnel port');
      return;
  }
}

function takeDaemonValue(
  { daemon }: Request,
  tag: 'mcast-interface' | 'syncid' | 'sync-maxlen' | 'mcast-group' | 'mcast-port' | 'mcast-ttl',
  text: string,
): void {
  switch (tag) {
    case 'mcast-interface':
      daemon.mcastInterface = text;
      return;
    case 'syncid':
      daemon.syncid = bounded(text, 0, 255, 'syncid');
      return;
    case 'sync-maxlen':
      daemon.maxlen = bounded(text, 1, 65507, 'sync-maxlen');
      return;
    case 'mcast-group':
      daemon.group = multicastGroup(text);
      return;
    case 'mcast-port':
      daemon.port = bounded(text, 1, 65535, 'mcast-port');
      return;
    case 'mcast-ttl':
      daemon.ttl = bounded(text, 1, 255, 'mcast-ttl');
      return;
  }
}

function multicastGroup(text: string): Uint8Array {
  if (text.includes(':')) {
    const address = parseIpv6(text);
    return address?.[0] === 0xff ? address : fail(`invalid IPv6 mcast-group \`${text}'`);
  }
  const address = parseIpv4(text);
  return address && (address[0] ?? 0) >> 4 === 14
    ? address
    : fail(`invalid IPv4 mcast-group \`${text}'`);
}
