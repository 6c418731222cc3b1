import { formatAddress, maskAddress } from '../../base/address.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { ConntrackEntry, Tuple } from '../../kernel/conntrack/model.ts';
import { statusBits } from '../../kernel/conntrack/status.ts';
import { conntrackOf } from '../../kernel/netfilter.ts';
import type { EvalContext } from '../../kernel/nftables/context.ts';
import { defineMatch, type PrintEnv } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { formatMask, type HostMask } from '../names.ts';
import type { Given, OptionCall, Range } from '../options.ts';

interface Inverted {
  readonly invert: boolean;
}
interface Span extends Inverted {
  readonly from: number;
  readonly to: number;
}

interface ConntrackInfo {
  /** Written as -m state. */
  readonly alias: boolean;
  readonly states?: Inverted & { readonly names: readonly string[] };
  readonly proto?: Inverted & { readonly number: number };
  readonly addresses: { readonly [side: string]: (HostMask & Inverted) | undefined };
  readonly ports: { readonly [side: string]: Span | undefined };
  readonly statuses?: Inverted & { readonly names: readonly string[] };
  /** Seconds. */
  readonly expire?: Span;
  readonly direction?: 'ORIGINAL' | 'REPLY';
}

const STATES = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'];
const NAT_STATES = ['SNAT', 'DNAT'];
/** Names and IPS_* bits. */
const STATUSES = [
  ['EXPECTED', 0x1],
  ['SEEN_REPLY', 0x2],
  ['ASSURED', 0x4],
  ['CONFIRMED', 0x8],
] as const;

/** Sides of a connection: option, then nft's words. */
const ADDRESSES = [
  ['ctorigsrc', 'original saddr'],
  ['ctorigdst', 'original daddr'],
  ['ctreplsrc', 'reply saddr'],
  ['ctrepldst', 'reply daddr'],
] as const;
const PORTS = [
  ['ctorigsrcport', 'original proto-src'],
  ['ctorigdstport', 'original proto-dst'],
  ['ctreplsrcport', 'reply proto-src'],
  ['ctrepldstport', 'reply proto-dst'],
] as const;

/** A list of names in any letter case; what is wrong is named from there to the end. */
function readNames(text: string, known: readonly string[], what: string): readonly string[] {
  const found = new Set<string>();
  let rest = text;
  for (;;) {
    const comma = rest.indexOf(',');
    const name = (comma < 0 ? rest : rest.slice(0, comma)).toUpperCase();
    if (!known.includes(name)) parameterProblem(`Bad ${what} "${rest}"`);
    found.add(name);
    if (comma < 0) break;
    rest = rest.slice(comma + 1);
  }
  return known.filter((name) => found.has(name));
}

function readDirection(text: string): 'ORIGINAL' | 'REPLY' {
  const wanted = text.toUpperCase();
  if (wanted === 'ORIGINAL' || wanted === 'REPLY') return wanted;
  return parameterProblem(`conntrack: Bad value for "--ctdir" option: "${text}"`);
}

function checkProtocol(value: number, invert: boolean): number {
  if (value === 0)
    parameterProblem(
      invert
        ? 'conntrack: condition would always match protocol'
        : 'conntrack: rule would never match protocol',
    );
  return value;
}

const span = ({ from, to }: Span, dash = ':'): string =>
  from === to ? `${from}` : `${from}${dash}${to}`;

function showNetwork({ address, mask }: HostMask, env?: PrintEnv): string {
  const zero = address.every((byte) => byte === 0);
  if (env && !env.numeric && zero) return 'anywhere';
  const name = env && !env.numeric ? env.hosts.reverse(address) : undefined;
  return (name ?? formatAddress(address)) + formatMask(mask);
}

/** The conditions in order; `dash` is `--` in saved rules. */
function conditions(info: ConntrackInfo, dash: string, env?: PrintEnv): string {
  const out: string[] = [];
  const add = (invert: boolean, option: string, value: string) =>
    out.push(`${invert ? '! ' : ''}${dash}${option} ${value}`);
  const { states, proto, statuses, expire } = info;
  if (states) add(states.invert, info.alias ? 'state' : 'ctstate', states.names.join(','));
  if (proto) add(proto.invert, 'ctproto', `${proto.number}`);
  for (const [option] of ADDRESSES) {
    const network = info.addresses[option];
    if (network) add(network.invert, option, showNetwork(network, env));
  }
  for (const [option] of PORTS) {
    const ports = info.ports[option];
    if (ports) add(ports.invert, option, span(ports));
  }
  if (statuses) add(statuses.invert, 'ctstatus', statuses.names.join(',') || 'NONE');
  if (expire) add(expire.invert, 'ctexpire', span(expire));
  if (info.direction) add(false, 'ctdir', info.direction);
  return out.join(' ');
}

function translateState({ names, invert }: NonNullable<ConntrackInfo['states']>): string {
  // Address translation hides the rest, and its inversion goes unsaid.
  if (names.includes('SNAT')) return 'ct status snat';
  if (names.includes('DNAT')) return 'ct status dnat';
  const order = ['invalid', 'new', 'related', 'established', 'untracked'];
  const own = order.filter((name) => names.includes(name.toUpperCase()));
  return `ct state ${invert ? '! ' : ''}${own.join(',')}`;
}

function translate(info: ConntrackInfo): string {
  const not = (invert: boolean) => (invert ? '!= ' : '');
  const out: string[] = [];
  const { proto, states, statuses, expire } = info;
  if (info.direction) out.push(`ct direction ${info.direction.toLowerCase()}`);
  if (proto) out.push(`ct original protocol ${not(proto.invert)}${proto.number}`);
  if (states) out.push(translateState(states));
  if (statuses) {
    const names = statuses.names.map((name) => name.toLowerCase().replace('_', '-')).join(',');
    out.push(`ct status${statuses.invert ? ' !' : ''}${names === '' ? '' : ` ${names}`}`);
  }
  if (expire) out.push(`ct expiration ${not(expire.invert)}${span(expire, '-')}`);
  for (const [option, words] of ADDRESSES) {
    const network = info.addresses[option];
    if (network) out.push(`ct ${words} ${not(network.invert)}${showNetwork(network)}`);
  }
  for (const [option, words] of PORTS) {
    const ports = info.ports[option];
    if (ports) out.push(`ct ${words} ${not(ports.invert)}${span(ports, '-')}`);
  }
  return out.join(' ');
}

/** The names of the states a packet is in. */
function stateOf({ packet }: EvalContext): readonly string[] {
  if (packet.ct === 'untracked') return ['UNTRACKED'];
  const connection = conntrackOf(packet);
  if (!connection) return ['INVALID'];
  const { info, entry } = connection;
  const state = info.startsWith('related')
    ? 'RELATED'
    : info.startsWith('established')
      ? 'ESTABLISHED'
      : 'NEW';
  const { original, reply } = entry;
  const translated: string[] = [];
  if (!equalBytes(original.src, reply.dst)) translated.push('SNAT');
  if (!equalBytes(original.dst, reply.src)) translated.push('DNAT');
  return [state, ...translated];
}

const within = ({ from, to }: Span, value: number): boolean => value >= from && value <= to;

function testSides(info: ConntrackInfo, { original, reply }: Readonly<ConntrackEntry>): boolean {
  const tuple = (option: string): Tuple => (option.startsWith('ctorig') ? original : reply);
  for (const [option] of ADDRESSES) {
    const wanted = info.addresses[option];
    if (!wanted) continue;
    const own = option.endsWith('src') ? tuple(option).src : tuple(option).dst;
    const hit = equalBytes(maskAddress(own, wanted.mask), maskAddress(wanted.address, wanted.mask));
    if (hit === wanted.invert) return false;
  }
  for (const [option] of PORTS) {
    const wanted = info.ports[option];
    if (!wanted) continue;
    const own = option.endsWith('srcport') ? tuple(option).sport : tuple(option).dport;
    if (within(wanted, own) === wanted.invert) return false;
  }
  return true;
}

/** As conntrack_mt in xt_conntrack.c. */
function test(info: ConntrackInfo, ctx: EvalContext): boolean {
  const { states, proto, statuses, expire, direction } = info;
  if (states) {
    const now = stateOf(ctx);
    if (states.names.some((name) => now.includes(name)) === states.invert) return false;
  }
  const connection = conntrackOf(ctx.packet);
  if (!connection) return states !== undefined && onlyStates(info);
  const { entry } = connection;
  const isReply = connection.info.endsWith('reply');
  if (direction && (direction === 'REPLY') !== isReply) return false;
  if (proto && (entry.original.proto === proto.number) === proto.invert) return false;
  if (!testSides(info, entry)) return false;
  if (statuses) {
    const own = statusBits(entry);
    const hit = STATUSES.some(([name, bit]) => statuses.names.includes(name) && own & bit);
    if (hit === statuses.invert) return false;
  }
  if (!expire) return true;
  const left = Number((entry.expires - ctx.clock.now()) / 1_000_000_000n);
  return within(expire, Math.max(0, left)) !== expire.invert;
}

/** The kernel looks no further at packets without a connection. */
const onlyStates = (info: ConntrackInfo): boolean =>
  !info.proto && !info.statuses && !info.expire && !info.direction
    ? [...ADDRESSES, ...PORTS].every(([o]) => !info.addresses[o] && !info.ports[o])
    : false;

const address = { type: 'hostmask', invertible: true } as const;
const ports = { type: 'port range', invertible: true } as const;

type Network = Given<HostMask> | undefined;
const network = (given: Network) => given && { ...given.value, invert: given.invert };
const portSpan = (given: Given<Range> | undefined): Span | undefined =>
  given && { from: given.value.from, to: given.value.to, invert: given.invert };

export const conntrack = defineMatch({
  name: 'conntrack',
  revision: 3,
  options: {
    ctstate: {
      type: 'string',
      invertible: true,
      read: (text) => readNames(text, [...STATES, ...NAT_STATES], 'ctstate'),
    },
    ctproto: { type: 'protocol', invertible: true },
    ctorigsrc: address,
    ctorigdst: address,
    ctreplsrc: address,
    ctrepldst: address,
    ctstatus: {
      type: 'string',
      invertible: true,
      read: (text) =>
        readNames(text, ['NONE', ...STATUSES.map(([name]) => name)], 'ctstatus').filter(
          (n) => n !== 'NONE',
        ),
    },
    ctexpire: { type: 'u32 range', invertible: true },
    ctorigsrcport: ports,
    ctorigdstport: ports,
    ctreplsrcport: ports,
    ctrepldstport: ports,
    ctdir: { type: 'string', read: (text) => readDirection(text) },
  },
  help: `[!] --ctstate INVALID|NEW|ESTABLISHED|RELATED|UNTRACKED|SNAT|DNAT[,...]
[!] --ctproto PROTOCOL
[!] --ctorigsrc, --ctorigdst, --ctreplsrc, --ctrepldst ADDRESS[/MASK]
[!] --ctorigsrcport, --ctorigdstport, --ctreplsrcport, --ctrepldstport PORT[:PORT]
[!] --ctstatus NONE|EXPECTED|SEEN_REPLY|ASSURED|CONFIRMED[,...]
[!] --ctexpire SECONDS[:SECONDS]  time left
    --ctdir ORIGINAL|REPLY        direction of the packet`,
  check(given) {
    if (!Object.keys(this.options).some((option) => given.has(option)))
      parameterProblem('conntrack: At least one option is required');
  },
  parse(o): ConntrackInfo {
    return {
      alias: false,
      ...(o.ctstate && { states: { names: o.ctstate.value, invert: o.ctstate.invert } }),
      ...(o.ctproto && {
        proto: {
          number: checkProtocol(o.ctproto.value, o.ctproto.invert),
          invert: o.ctproto.invert,
        },
      }),
      addresses: {
        ctorigsrc: network(o.ctorigsrc),
        ctorigdst: network(o.ctorigdst),
        ctreplsrc: network(o.ctreplsrc),
        ctrepldst: network(o.ctrepldst),
      },
      ports: {
        ctorigsrcport: portSpan(o.ctorigsrcport),
        ctorigdstport: portSpan(o.ctorigdstport),
        ctreplsrcport: portSpan(o.ctreplsrcport),
        ctrepldstport: portSpan(o.ctrepldstport),
      },
      ...(o.ctstatus && { statuses: { names: o.ctstatus.value, invert: o.ctstatus.invert } }),
      ...(o.ctexpire && {
        expire: { from: o.ctexpire.value.from, to: o.ctexpire.value.to, invert: o.ctexpire.invert },
      }),
      ...(o.ctdir && { direction: o.ctdir.value }),
    };
  },
  alias: (info) => (info.alias ? 'state' : 'conntrack'),
  print(info, env) {
    const [states] = [info.states];
    if (!info.alias || !states) return conditions(info, '', env);
    return `${states.invert ? '! ' : ''}state ${states.names.join(',')}`;
  },
  save: (info) => conditions(info, '--'),
  translate,
  conntrack: true,
  test,
});

export const state = defineMatch({
  name: 'state',
  revision: 1,
  kernelName: 'conntrack',
  options: {
    state: {
      type: 'string',
      required: true,
      invertible: true,
      read: (text: string, _call: OptionCall) => readNames(text, STATES, 'state'),
    },
  },
  help: '[!] --state INVALID|NEW|ESTABLISHED|RELATED|UNTRACKED[,...]',
  parse: (o): ConntrackInfo => ({
    alias: true,
    states: { names: o.state.value, invert: o.state.invert },
    addresses: {},
    ports: {},
  }),
  print: () => '',
  save: () => '',
});
