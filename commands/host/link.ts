/** `ip link` and how interfaces are listed. */
import { formatMac, parseMac } from '../../src/base/address.ts';
import { addInterface, deleteInterface, setUp } from '../../src/kernel/host/interfaces.ts';
import type { HostRecord, InterfaceRecord } from '../../src/kernel/host/model.ts';
import { fail, matchWord, notHere, parseInteger, type Words } from './arguments.ts';
import { change, type IpSession, needDevice } from './session.ts';

interface Kind {
  readonly flags: readonly string[];
  readonly link: string;
  readonly queue: number;
}

const ETHERNET: Kind = { flags: ['BROADCAST', 'MULTICAST'], link: 'ether', queue: 1000 };
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['loopback', { flags: ['LOOPBACK'], link: 'loopback', queue: 1000 }],
  ['dummy', { flags: ['BROADCAST', 'NOARP'], link: 'ether', queue: 1000 }],
  ['tun', { flags: ['POINTOPOINT', 'MULTICAST', 'NOARP'], link: 'none', queue: 500 }],
]);
const kindOf = ({ kind }: InterfaceRecord): Kind => KINDS.get(kind) ?? ETHERNET;

/** Has no carrier: the other end of a veth pair is down. */
function lacksCarrier(dev: InterfaceRecord, host: HostRecord): boolean {
  if (dev.peer === undefined) return false;
  return host.interfaces.find(({ name }) => name === dev.peer)?.up !== true;
}

function flagsOf(dev: InterfaceRecord, host: HostRecord): string {
  const flags = [...kindOf(dev).flags];
  const dead = lacksCarrier(dev, host);
  if (dev.up) flags.push('UP');
  if (dev.up && dead) flags.unshift('NO-CARRIER');
  if (dev.up && !dead) flags.push('LOWER_UP');
  if (dead) flags.push('M-DOWN');
  return flags.join(',');
}

export function operState(dev: InterfaceRecord, host: HostRecord): string {
  if (!dev.up) return 'DOWN';
  if (lacksCarrier(dev, host)) return 'LOWERLAYERDOWN';
  return dev.kind === 'loopback' || dev.kind === 'dummy' || dev.kind === 'tun' ? 'UNKNOWN' : 'UP';
}

/** `eth0`, `veth0@veth1`. */
export const linkName = ({ name, peer }: InterfaceRecord): string =>
  peer === undefined ? name : `${name}@${peer}`;

/** The first line of an interface; `ip -6` leaves out what is no concern of IPv6. */
export function headLine(
  dev: InterfaceRecord,
  host: HostRecord,
  view: 'link' | 'address' | 'ip6',
): string {
  const { queue } = kindOf(dev);
  let line = `${dev.index}: ${linkName(dev)}: <${flagsOf(dev, host)}> mtu ${dev.mtu}`;
  if (view !== 'ip6') line += ` qdisc ${queueOf(dev)}`;
  if (dev.master !== undefined) line += ` master ${dev.master}`;
  line += ` state ${operState(dev, host)}`;
  if (view === 'link') line += ' mode DEFAULT';
  if (view !== 'ip6') line += ` group ${dev.group === 0 ? 'default' : dev.group}`;
  return `${line} qlen ${queue}`;
}

/** The queue of one that was never up is not set yet; the host does not keep that, so a lower one counts as never up. */
function queueOf(dev: InterfaceRecord): string {
  if (dev.kind === 'loopback') return 'noqueue';
  if (!dev.up && dev.addresses.length === 0) return 'noop';
  return dev.kind === 'tun' || dev.kind === 'ether' ? 'fq_codel' : 'noqueue';
}

export function linkLine(dev: InterfaceRecord): string {
  const { link } = kindOf(dev);
  if (link === 'none') return '    link/none ';
  const broadcast = link === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff';
  return `    link/${link} ${formatMac(dev.mac)} brd ${broadcast}`;
}

/** Lines of one interface as the display options have them. */
export const joinLines = (lines: readonly string[], oneLine: boolean): string =>
  `${lines.join(oneLine ? '\\' : '\n')}\n`;

function show(session: IpSession, words: Words) {
  const host = session.lab.host.get();
  const filter = readFilter(session, words);
  for (const dev of host.interfaces.filter(filter)) {
    if (session.brief) {
      const mac = kindOf(dev).link === 'none' ? '' : `${formatMac(dev.mac)} `;
      const state = operState(dev, host).padEnd(14);
      session.print(`${linkName(dev).padEnd(16)} ${state} ${mac}<${flagsOf(dev, host)}> \n`);
    } else {
      session.print(joinLines([headLine(dev, host, 'link'), linkLine(dev)], session.oneLine));
    }
  }
}

/** `[dev] NAME`, `up`, `type KIND`, `master DEV`. */
export function readFilter(session: IpSession, words: Words): (dev: InterfaceRecord) => boolean {
  const tests: ((dev: InterfaceRecord) => boolean)[] = [];
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'up') tests.push((dev) => dev.up);
    else if (word === 'type') {
      const kind = words.value();
      tests.push((dev) => dev.kind === kind);
    } else if (word === 'master') {
      const master = needDevice(session, words.value(), true);
      tests.push((dev) => dev.master === master);
    } else {
      const name = needDevice(session, word === 'dev' ? words.value() : word, true);
      tests.push((dev) => dev.name === name);
    }
  }
  return (dev) => tests.every((test) => test(dev));
}

/** A random unicast address of local administration (eth_random_addr). */
function randomMac(random: () => number): Uint8Array {
  const mac = Uint8Array.from({ length: 6 }, () => random() >>> 24);
  mac[0] = ((mac[0] ?? 0) & 0xfe) | 2;
  return mac;
}

const CREATABLE = ['dummy', 'bridge', 'veth', 'ifb', 'tun'];

function add(session: IpSession, words: Words) {
  let name: string | undefined;
  let kind: string | undefined;
  let mtu = 1500;
  let mac = randomMac(session.random);
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'type') {
      kind = words.value();
      break;
    }
    if (word === 'mtu') mtu = parseInteger(words.value(), 'Invalid "mtu" value');
    else if (word === 'address') mac = readMac(words.value());
    else if (word === 'name' || word === 'dev') name = words.value();
    else name = word;
  }
  if (kind === undefined) fail('Not enough information: "type" argument is required', 255);
  if (!CREATABLE.includes(kind)) fail('Error: Unknown device type.', 2);
  if (name === undefined) notHere(`link add type ${kind} without a name`);
  const common = { kind, mtu, up: false, group: 0 } as const;
  if (kind !== 'veth') {
    if (words.peek() !== undefined) notHere(`link add type ${kind} ${words.peek()}`);
    return change(session, (host) => addInterface(host, { ...common, name: name ?? '', mac }));
  }
  const peer = readPeer(words);
  return change(session, (host) => {
    addInterface(host, { ...common, name: peer, mac: randomMac(session.random), peer: name ?? '' });
    addInterface(host, { ...common, name: name ?? '', mac, peer });
  });
}

function readPeer(words: Words): string {
  if (!words.accept('peer')) return notHere('link add type veth without a peer');
  if (!words.accept('name')) words.accept('dev');
  const peer = words.value();
  if (words.peek() !== undefined) notHere(`link add type veth ${words.peek()}`);
  return peer;
}

const readMac = (text: string): Uint8Array =>
  parseMac(text) ?? fail(`"${text}" is invalid lladdr.`, 255);

function set(session: IpSession, words: Words) {
  if (words.peek() === undefined) fail('Not enough information: "dev" argument is required.', 255);
  words.accept('dev');
  const name = needDevice(session, words.value());
  for (let word = words.next(); word !== undefined; word = words.next())
    setOne(session, name, word, words);
}

function setOne(session: IpSession, name: string, word: string, words: Words) {
  const edit = (fields: (dev: InterfaceRecord) => InterfaceRecord) =>
    change(session, (host) => {
      host.interfaces = host.interfaces.map((dev) => (dev.name === name ? fields(dev) : dev));
    });
  switch (word) {
    case 'up':
    case 'down':
      return change(session, (host) => setUp(host, name, word === 'up'));
    case 'mtu': {
      const mtu = parseInteger(words.value(), 'Invalid "mtu" value');
      return edit((dev) => ({ ...dev, mtu }));
    }
    case 'address': {
      const mac = readMac(words.value());
      return edit((dev) => ({ ...dev, mac }));
    }
    case 'group': {
      const group = words.value();
      return edit((dev) => ({
        ...dev,
        group: group === 'default' ? 0 : parseInteger(group, 'Invalid "group" value'),
      }));
    }
    case 'master': {
      const master = needDevice(session, words.value());
      return edit((dev) => ({ ...dev, master }));
    }
    case 'nomaster':
      return edit(({ master: _, ...dev }) => dev);
    case 'name': {
      const renamed = words.value();
      return edit((dev) => ({ ...dev, name: renamed }));
    }
    default:
      return notHere(`link set ${word}`);
  }
}

export function link(session: IpSession, words: Words) {
  const command = words.next() ?? 'show';
  switch (matchWord(command, ['add', 'set', 'show', 'list', 'lst', 'delete'])) {
    case 'show':
    case 'list':
    case 'lst':
      return show(session, words);
    case 'add':
      return add(session, words);
    case 'set':
      return set(session, words);
    case 'delete': {
      words.accept('dev');
      const name = needDevice(session, words.value());
      return change(session, (host) => deleteInterface(host, name));
    }
    default:
      return fail(`Command "${command}" is unknown, try "ip link help".`, 255);
  }
}

/** `ip tuntap add [dev] NAME mode tun`. */
export function tuntap(session: IpSession, words: Words) {
  const command = words.next() ?? 'show';
  let name: string | undefined;
  let mode: string | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'mode') mode = words.value();
    else name = word === 'dev' ? words.value() : word;
  }
  if (command !== 'add' || mode !== 'tun' || name === undefined)
    return notHere(`tuntap ${command}${mode === undefined ? '' : ` mode ${mode}`}`);
  const made = { name, kind: 'tun', mac: new Uint8Array(6), mtu: 1500, up: false, group: 0 };
  return change(session, (host) => addInterface(host, made));
}
