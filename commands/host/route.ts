/** `ip route`. */
import { formatAddress } from '../../src/base/address.ts';
import { compareBytes } from '../../src/base/bytes.ts';
import type { HostRecord, RouteRecord } from '../../src/kernel/host/model.ts';
import { HostRoutes, samePrefix } from '../../src/kernel/host/routes.ts';
import { fail, matchWord, notHere, parseInteger, refused, type Words } from './arguments.ts';
import { familyOf, formatPrefix, network, parseHost, parsePrefix } from './prefix.ts';
import { type IpSession, needDevice } from './session.ts';

const MAIN = 254;
const TABLES: ReadonlyMap<string, number> = new Map([
  ['default', 253],
  ['main', MAIN],
  ['local', 255],
]);

/** A table's number from its name or number. */
export const parseTable = (text: string): number =>
  TABLES.get(text) ?? parseInteger(text, 'table id value is invalid');

/** A table's name as listed. */
export const tableName = (table: number): string =>
  [...TABLES].find(([, number]) => number === table)?.[0] ?? `${table}`;

const TYPES = ['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw', 'local'] as const;

/** Keywords that may stand where a route's prefix is expected. */
function readRoute(session: IpSession, words: Words): RouteRecord {
  const asked: {
    type?: RouteRecord['type'];
    to?: { readonly address: Uint8Array; readonly prefix: number };
    via?: Uint8Array;
    dev?: string;
    src?: Uint8Array;
    metric?: number;
    table?: number;
    scope?: string;
    protocol?: string;
    mtu?: number;
    advmss?: number;
    realm?: number;
  } = {};
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const type = TYPES.find((each) => each === word);
    if (type && !asked.to) {
      asked.type = type;
      continue;
    }
    switch (word) {
      case 'via':
        asked.via = parseHost(words.value(), session.family);
        break;
      case 'dev':
        asked.dev = needDevice(session, words.value());
        break;
      case 'src':
        asked.src = parseHost(words.value());
        break;
      case 'metric':
      case 'priority':
      case 'preference':
        asked.metric = parseInteger(words.value(), '"metric" value is invalid');
        break;
      case 'table':
        asked.table = parseTable(words.value());
        break;
      case 'scope':
        asked.scope = words.value();
        break;
      case 'proto':
      case 'protocol':
        asked.protocol = words.value();
        break;
      case 'mtu':
        asked.mtu = parseInteger(words.value(), '"mtu" value is invalid');
        break;
      case 'advmss':
        asked.advmss = parseInteger(words.value(), '"mss" value is invalid');
        break;
      case 'realm':
      case 'realms':
        asked.realm = parseInteger(words.value(), '"realm" value is invalid');
        break;
      default:
        if (asked.to) notHere(`route ${word}`);
        asked.to = parsePrefix(
          word === 'to' ? words.value() : word,
          session.family ?? (asked.via && familyOf(asked.via)),
        );
    }
  }
  const { to, via, type = 'unicast' } = asked;
  if (!to) return notHere('route without a prefix');
  const family = via ? familyOf(via) : (session.family ?? familyOf(to.address));
  const target =
    to.prefix === 0 ? { address: new Uint8Array(family === 'ip' ? 4 : 16), prefix: 0 } : to;
  const linkScope = family === 'ip' && !via && type === 'unicast';
  const { dev, src, table = MAIN, protocol = 'boot', mtu, advmss, realm } = asked;
  const scope = asked.scope ?? (linkScope ? 'link' : undefined);
  return {
    family,
    table,
    dst: network(target),
    prefix: target.prefix,
    type,
    metric: asked.metric ?? (family === 'ip' ? 0 : 1024),
    protocol,
    ...(via && { via }),
    ...(dev !== undefined && { dev }),
    ...(src && { src }),
    ...(scope !== undefined && scope !== 'global' && { scope }),
    ...(mtu !== undefined && { mtu }),
    ...(advmss !== undefined && { advmss }),
    ...(realm !== undefined && { realm }),
  };
}

/** Finds the device of the gateway; the kernel refuses one that is not on a link. */
function resolveDevice(route: RouteRecord, host: HostRecord): RouteRecord {
  if (route.type !== 'unicast') return route;
  const up = (name: string) => host.interfaces.some((dev) => dev.name === name && dev.up);
  if (!route.via) {
    if (route.dev === undefined) return refused('No such device');
    if (!up(route.dev)) return fail('Error: Device for nexthop is not up.', 2);
    return route;
  }
  const hop = new HostRoutes(host).lookup({
    dst: route.via,
    src: undefined,
    mark: 0,
    iif: undefined,
    oif: route.dev,
  });
  const reached = hop?.type === 'unicast' && !hop.via;
  if (!reached)
    return route.family === 'ip'
      ? fail('Error: Nexthop has invalid gateway.', 2)
      : refused('No route to host');
  return { ...route, dev: route.dev ?? hop.dev.name };
}

const sameTarget = (a: RouteRecord, b: RouteRecord): boolean =>
  a.family === b.family &&
  a.table === b.table &&
  a.prefix === b.prefix &&
  a.metric === b.metric &&
  compareBytes(a.dst, b.dst) === 0;

function add(session: IpSession, words: Words, how: 'add' | 'replace' | 'change' | 'append') {
  const route = resolveDevice(readRoute(session, words), session.lab.host.get());
  const host = session.lab.host.edit();
  const known = host.routes.find((each) => sameTarget(each, route));
  if (how === 'add' && known) refused('File exists');
  if (how === 'change' && !known) refused('No such file or directory');
  if (how === 'append') notHere('route append');
  host.routes = known
    ? host.routes.map((each) => (each === known ? route : each))
    : [...host.routes, route];
}

function remove(session: IpSession, words: Words) {
  const asked = readRoute(session, words);
  const host = session.lab.host.edit();
  const fits = (each: RouteRecord) =>
    each.family === asked.family &&
    each.table === asked.table &&
    each.prefix === asked.prefix &&
    compareBytes(each.dst, asked.dst) === 0 &&
    (asked.type === 'unicast' || each.type === asked.type) &&
    (asked.via === undefined || (each.via && compareBytes(each.via, asked.via) === 0)) &&
    (asked.dev === undefined || each.dev === asked.dev);
  const gone = host.routes.find(fits);
  if (!gone) refused('No such process');
  host.routes = host.routes.filter((each) => each !== gone);
}

interface Selector {
  readonly family: 'ip' | 'ip6';
  readonly table: number;
  readonly dev: string | undefined;
  readonly exact: { readonly address: Uint8Array; readonly prefix: number } | undefined;
}

function readSelector(session: IpSession, words: Words): Selector {
  let table = MAIN;
  let dev: string | undefined;
  let exact: Selector['exact'];
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'table') {
      const name = words.value();
      if (name === 'all' || name === 'local') notHere(`route show table ${name}`);
      table = parseTable(name);
    } else if (word === 'dev') dev = needDevice(session, words.value());
    else if (['proto', 'scope', 'type', 'via', 'root', 'match', 'src'].includes(word))
      notHere(`route show ${word}`);
    else exact = parsePrefix(word === 'exact' ? words.value() : word, session.family);
  }
  const family = session.family ?? (exact ? familyOf(exact.address) : 'ip');
  return { family, table, dev, exact };
}

const selects =
  ({ family, table, dev, exact }: Selector) =>
  (route: RouteRecord): boolean =>
    route.family === family &&
    route.table === table &&
    (dev === undefined || route.dev === dev) &&
    (!exact || (route.prefix === exact.prefix && compareBytes(route.dst, network(exact)) === 0));

/** The tries' order: IPv4 by address, the narrower first; IPv6 likewise, but what contains another comes after it. */
function compareRoutes(a: RouteRecord, b: RouteRecord): number {
  if (a.family === 'ip6') {
    const shared = Math.min(a.prefix, b.prefix);
    if (samePrefix(a.dst, b.dst, shared) && a.prefix !== b.prefix) return b.prefix - a.prefix;
  }
  return compareBytes(a.dst, b.dst) || b.prefix - a.prefix || a.metric - b.metric;
}

function routeText(route: RouteRecord, shownDev: boolean): string {
  const { type, via, dev, src, metric, scope, protocol, mtu, advmss, realm, family } = route;
  const parts = [type === 'unicast' ? '' : `${type} `];
  const put = (word: string, value: string | number | undefined) => {
    if (value !== undefined) parts.push(`${word} ${value} `);
  };
  parts.push(`${formatPrefix({ address: route.dst, prefix: route.prefix })} `);
  put('via', via && formatAddress(via));
  if (family === 'ip6' && type !== 'unicast') put('dev', dev ?? 'lo');
  else if (shownDev) put('dev', dev);
  put('proto', protocol === 'boot' ? undefined : protocol);
  put('scope', scope);
  put('src', src && formatAddress(src));
  put('metric', family === 'ip' && metric === 0 ? undefined : metric);
  put('realm', realm);
  put('mtu', mtu);
  put('advmss', advmss);
  if (family === 'ip6') parts.push('pref medium');
  return parts.join('');
}

function show(session: IpSession, words: Words) {
  const selector = readSelector(session, words);
  const routes = session.lab.host.get().routes.filter(selects(selector)).sort(compareRoutes);
  for (const route of routes) session.print(`${routeText(route, selector.dev === undefined)}\n`);
}

function get(session: IpSession, words: Words) {
  const dst = parseHost(words.value(), session.family);
  if (words.peek() !== undefined) notHere(`route get ${words.peek()}`);
  const flow = { dst, src: undefined, mark: 0, iif: undefined };
  const found = new HostRoutes(session.lab.host.get()).lookup(flow);
  if (!found || found.type === 'unreachable') return refused('Network is unreachable');
  if (dst.length === 16) notHere('route get of an IPv6 address');
  const { type, via, dev, src } = found;
  if (type !== 'unicast' && type !== 'local') notHere(`route get of a ${type} address`);
  const gateway = via ? ` via ${formatAddress(via)}` : '';
  const from = src ? ` src ${formatAddress(src)}` : '';
  const prefix = type === 'local' ? 'local ' : '';
  session.print(`${prefix}${formatAddress(dst)}${gateway} dev ${dev.name}${from} uid 0 \n`);
  session.print(`    cache ${type === 'local' ? '<local> ' : ''}\n`);
}

export function route(session: IpSession, words: Words) {
  const command = words.next() ?? 'show';
  const known = matchWord(command, [
    'list',
    'show',
    'lst',
    'get',
    'add',
    'change',
    'chg',
    'replace',
    'append',
    'delete',
    'flush',
  ]);
  switch (known) {
    case 'list':
    case 'show':
    case 'lst':
      return show(session, words);
    case 'add':
    case 'replace':
    case 'change':
    case 'append':
      if (words.peek() === undefined) notHere(`route ${known} without a prefix`);
      return add(session, words, known);
    case 'delete':
      return remove(session, words);
    case 'get':
      return get(session, words);
    case 'flush': {
      const fits = selects(readSelector(session, words));
      const host = session.lab.host.edit();
      host.routes = host.routes.filter((each) => !fits(each));
      return;
    }
    default:
      return fail(`Command "${command}" is unknown, try "ip route help".`, 255);
  }
}
