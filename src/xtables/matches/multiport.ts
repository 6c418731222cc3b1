import { serviceByPort } from '../../base/netdb.ts';
import { PROTO } from '../../packet/protocols.ts';
import { ports as portsOf } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { longProtocolName, parsePort } from '../names.ts';
import type { OptionCall } from '../options.ts';

type Side = 'sports' | 'dports' | 'ports';

interface MultiportInfo {
  readonly side: Side;
  /** Single ports and ranges, in the order given. */
  readonly entries: readonly {
    readonly from: number;
    readonly to: number;
    readonly range: boolean;
  }[];
  readonly invert: boolean;
}

const PROTOCOLS = new Map<number, string>([
  [PROTO.tcp, 'tcp'],
  [PROTO.udp, 'udp'],
  [PROTO.udplite, 'udplite'],
  [PROTO.sctp, 'sctp'],
  [PROTO.dccp, 'dccp'],
]);
/** XT_MULTI_PORTS: a range takes two. */
const SLOTS = 15;

function readPorts(text: string, { env }: OptionCall): MultiportInfo['entries'] {
  const proto = checkProtocol(env);
  let slots = 0;
  return text.split(',').map((word) => {
    const colon = word.indexOf(':');
    slots += colon < 0 ? 1 : 2;
    if (slots > SLOTS) parameterProblem('too many ports specified');
    const from = parsePort(colon < 0 ? word : word.slice(0, colon), proto);
    if (colon < 0) return { from, to: from, range: false };
    const to = parsePort(word.slice(colon + 1), proto);
    if (from >= to) parameterProblem('invalid portrange specified');
    return { from, to, range: true };
  });
}

/** Only protocols with ports, and the protocol has to come before the ports. */
function checkProtocol({ proto, protoInvert }: OptionCall['env']): string {
  if (protoInvert) parameterProblem('multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP');
  if (proto === 0)
    parameterProblem("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'");
  return (
    PROTOCOLS.get(proto) ??
    parameterProblem('multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP')
  );
}

const OPTIONS = ['source-ports', 'destination-ports', 'ports'] as const;
const SIDE: { readonly [O in (typeof OPTIONS)[number]]: Side } = {
  'source-ports': 'sports',
  'destination-ports': 'dports',
  ports: 'ports',
};

const list = ({ entries }: MultiportInfo, show: (port: number) => string): string =>
  entries
    .map(({ from, to, range }) => (range ? `${show(from)}:${show(to)}` : show(from)))
    .join(',');

export const multiport = defineMatch({
  name: 'multiport',
  revision: 1,
  options: {
    'source-ports': {
      type: 'string',
      aliases: ['sports'],
      invertible: true,
      excludes: OPTIONS,
      read: readPorts,
    },
    'destination-ports': {
      type: 'string',
      aliases: ['dports'],
      invertible: true,
      excludes: OPTIONS,
      read: readPorts,
    },
    ports: { type: 'string', invertible: true, excludes: OPTIONS, read: readPorts },
  },
  help: `[!] --source-ports, --sports PORT[:PORT][,...]       source ports
[!] --destination-ports, --dports PORT[:PORT][,...]  destination ports
[!] --ports PORT[:PORT][,...]                        either`,
  check(given) {
    if (!OPTIONS.some((option) => given.has(option))) parameterProblem('no ports specified');
  },
  parse(options): MultiportInfo {
    for (const option of OPTIONS) {
      const given = options[option];
      if (given) return { side: SIDE[option], entries: given.value, invert: given.invert };
    }
    throw new Error('multiport without ports');
  },
  print(info, { numeric, proto }) {
    const name = PROTOCOLS.get(proto) ?? longProtocolName(proto);
    const show = (port: number) =>
      (numeric ? undefined : serviceByPort(port, name)?.name) ?? `${port}`;
    return `multiport ${info.side} ${info.invert ? ' !' : ''}${list(info, show)}`;
  },
  save: (info) => `${info.invert ? '! ' : ''}--${info.side} ${list(info, String)}`,
  translate(info, { proto }) {
    const name = PROTOCOLS.get(proto) ?? longProtocolName(proto);
    if (info.side === 'ports') {
      // The tool lists the ends of a range as if they were ports of their own, and forgets to invert.
      const each = info.entries.flatMap(({ from, to, range }) => (range ? [from, to] : [from]));
      const pairs = each.map((port) => `0-65535 . ${port}, ${port} . 0-65535`).join(', ');
      return `${name} sport . ${name} dport { ${pairs} }`;
    }
    const not = info.invert ? '!= ' : '';
    const words = info.entries.map(({ from, to, range }) => (range ? `${from}-${to}` : `${from}`));
    const set = words.length > 1 ? `{ ${words.join(', ')} }` : words[0];
    return `${name} ${info.side === 'sports' ? 'sport' : 'dport'} ${not}${set}`;
  },
  refuse: (_info, { proto, protoInvert }) =>
    PROTOCOLS.has(proto) && !protoInvert ? undefined : 'EINVAL',
  test({ side, entries, invert }, { packet }) {
    const found = portsOf(packet);
    if (!found) return false;
    const own = { sports: [found.sport], dports: [found.dport], ports: [found.sport, found.dport] };
    const hit = entries.some(({ from, to }) => own[side].some((p) => p >= from && p <= to));
    return hit !== invert;
  },
});
