/** `ip address`. */
import { formatAddress, prefixMask } from '../../src/base/address.ts';
import {
  addAddress,
  deleteAddress,
  flushAddresses,
  isSecondary,
} from '../../src/kernel/host/interfaces.ts';
import type { InterfaceAddress, InterfaceRecord } from '../../src/kernel/host/model.ts';
import { fail, matchWord, notHere, type Words } from './arguments.ts';
import { headLine, joinLines, linkLine, linkName, operState, readFilter } from './link.ts';
import { familyOf, parseHost, parsePrefix } from './prefix.ts';
import { change, type IpSession, needDevice } from './session.ts';

const FOREVER = '       valid_lft forever preferred_lft forever';

function scopeOf({ address }: InterfaceAddress): 'host' | 'link' | 'global' {
  if (address.length === 4) return address[0] === 127 ? 'host' : 'global';
  if (address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80) return 'link';
  return address[15] === 1 && address.subarray(0, 15).every((byte) => byte === 0)
    ? 'host'
    : 'global';
}

function addressText(dev: InterfaceRecord, own: InterfaceAddress): string {
  const { address, prefix, peer, broadcast } = own;
  const scope = scopeOf(own);
  const name = peer
    ? `${formatAddress(address)} peer ${formatAddress(peer)}/${prefix}`
    : `${formatAddress(address)}/${prefix}`;
  if (address.length === 16) {
    const flags = own.nodad ? 'nodad ' : '';
    const origin = own.linkLocal ? 'proto kernel_ll ' : scope === 'host' ? 'proto kernel_lo ' : '';
    return `inet6 ${name} scope ${scope} ${flags}${origin}`;
  }
  const brd = broadcast ? ` brd ${formatAddress(broadcast)}` : '';
  const secondary = isSecondary(dev.addresses, own) ? ' secondary' : '';
  return `inet ${name}${brd} scope ${scope}${secondary} ${own.label ?? dev.name}`;
}

function show(session: IpSession, words: Words) {
  const { family, oneLine, brief, print } = session;
  const host = session.lab.host.get();
  for (const dev of host.interfaces.filter(readFilter(session, words))) {
    const own = dev.addresses.filter(({ address }) => !family || familyOf(address) === family);
    if (family && own.length === 0) continue;
    if (brief) {
      const list = own.map((each) => `${shortText(each)} `).join('');
      print(`${linkName(dev).padEnd(16)} ${operState(dev, host).padEnd(14)} ${list}\n`);
    } else if (oneLine) {
      for (const each of own)
        print(`${dev.index}: ${dev.name}    ${addressText(dev, each)}\\${FOREVER}\n`);
    } else {
      const head = headLine(dev, host, family === 'ip6' ? 'ip6' : 'address');
      const lines = own.flatMap((each) => [`    ${addressText(dev, each)}`, FOREVER]);
      print(joinLines([head, ...(family ? [] : [linkLine(dev)]), ...lines], false));
    }
  }
}

const shortText = ({ address, prefix }: InterfaceAddress): string =>
  `${formatAddress(address)}/${prefix}`;

interface Asked extends InterfaceAddress {
  readonly dev: string;
}

function readAddress(session: IpSession, words: Words): Asked {
  let own: InterfaceAddress | undefined;
  let dev: string | undefined;
  let more: Partial<InterfaceAddress> = {};
  for (let word = words.next(); word !== undefined; word = words.next()) {
    switch (word) {
      case 'dev':
        dev = words.value();
        break;
      case 'broadcast':
      case 'brd': {
        const text = words.value();
        if (text === '-') notHere('address add brd -');
        more = {
          ...more,
          broadcast: text === '+' ? new Uint8Array(0) : parseHost(text, 'ip'),
        };
        break;
      }
      case 'label':
        more = { ...more, label: words.value() };
        break;
      case 'nodad':
        more = { ...more, nodad: true };
        break;
      case 'peer': {
        const { address, prefix } = parsePrefix(words.value(), session.family);
        if (own) own = { ...own, prefix };
        more = { ...more, peer: address };
        break;
      }
      case 'scope':
      case 'valid_lft':
      case 'preferred_lft':
      case 'metric':
        notHere(`address add ${word}`);
        break;
      default:
        own = parsePrefix(word === 'local' ? words.value() : word, session.family);
    }
  }
  if (dev === undefined) return fail('Not enough information: "dev" argument is required.', 1);
  if (!own) return notHere('address add without an address');
  needDevice(session, dev);
  const asked = { ...own, ...more, dev };
  return more.broadcast?.length === 0 ? { ...asked, broadcast: subnetBroadcast(own) } : asked;
}

const subnetBroadcast = ({ address, prefix }: InterfaceAddress): Uint8Array =>
  address.map((byte, i) => byte | (~(prefixMask(prefix, 4)[i] ?? 0) & 0xff));

export function address(session: IpSession, words: Words) {
  const command = words.next() ?? 'show';
  const known = matchWord(command, [
    'add',
    'change',
    'replace',
    'delete',
    'show',
    'list',
    'lst',
    'flush',
  ]);
  switch (known) {
    case 'show':
    case 'list':
    case 'lst':
      return show(session, words);
    case 'add': {
      const { dev, ...own } = readAddress(session, words);
      const label = own.address.length === 4 ? 'Error: ipv4: Address already assigned.' : '';
      return change(session, (host) => addAddress(host, dev, own), {
        EEXIST: label || 'Error: ipv6: address already assigned.',
      });
    }
    case 'delete': {
      const { dev, ...own } = readAddress(session, words);
      const version = own.address.length === 4 ? 'ipv4: Address' : 'ipv6: address';
      return change(session, (host) => deleteAddress(host, dev, own), {
        EADDRNOTAVAIL: `Error: ${version} not found.`,
      });
    }
    case 'flush': {
      words.accept('dev');
      const dev = needDevice(session, words.value(), true);
      if (words.peek() !== undefined) notHere(`address flush ${words.peek()}`);
      return change(session, (host) => flushAddresses(host, dev, session.family));
    }
    case 'change':
    case 'replace':
      return notHere(`address ${known}`);
    default:
      return fail(`Command "${command}" is unknown, try "ip address help".`, 255);
  }
}
