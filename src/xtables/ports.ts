/** Port ranges of tcp, udp, sctp and dccp matches: parsing, listing, saving. */

import { be } from '../base/bytes.ts';
import { serviceByPort } from '../base/netdb.ts';
import type { Expr } from '../kernel/nftables/model.ts';
import { parameterProblem } from './errors.ts';
import { parsePort } from './names.ts';
import type { OptionCall } from './options.ts';

/** Inclusive; the whole range when nothing is asked for. */
export interface PortMatch {
  readonly from: number;
  readonly to: number;
  readonly invert: boolean;
}

export const ANY_PORT: PortMatch = { from: 0, to: 0xffff, invert: false };

const asked = ({ from, to, invert }: PortMatch): boolean => from !== 0 || to !== 0xffff || invert;

/** `first[:last]`, either of which may be left out, as numbers or services. */
export function readPortRange(text: string, proto: string): { from: number; to: number } {
  const colon = text.indexOf(':');
  if (colon < 0) {
    const port = parsePort(text, proto);
    return { from: port, to: port };
  }
  const first = text.slice(0, colon);
  const last = text.slice(colon + 1);
  const from = first === '' ? 0 : parsePort(first, proto);
  const to = last === '' ? 0xffff : parsePort(last, proto);
  if (from > to) parameterProblem('invalid portrange (min > max)');
  return { from, to };
}

/** The option tables of these matches are older than the engine: once only, in words of their own. */
export const portOption = (proto: string, alias: string) =>
  ({
    type: 'string',
    aliases: [alias],
    own: true,
    read(text: string, call: OptionCall): PortMatch {
      if (call.seen(call.option)) parameterProblem(`Only one \`--${call.option}' allowed`);
      return { ...readPortRange(text, proto), invert: call.invert };
    },
  }) as const;

/** A port as `-L` shows it. */
export function showPort(port: number, proto: string, numeric: boolean): string {
  return (numeric ? undefined : serviceByPort(port, proto)?.name) ?? `${port}`;
}

/** ` spt:22`, ` dpts:!1:2`; nothing when every port will do. */
export function printPorts(
  name: string,
  ports: PortMatch,
  proto: string,
  numeric: boolean,
): string {
  if (!asked(ports)) return '';
  const show = (port: number) => showPort(port, proto, numeric);
  const not = ports.invert ? '!' : '';
  return ports.from === ports.to
    ? ` ${name}:${not}${show(ports.from)}`
    : ` ${name}s:${not}${show(ports.from)}:${show(ports.to)}`;
}

/** `--dport 22`, with a blank in front. */
export function savePorts(option: string, ports: PortMatch): string {
  if (!asked(ports)) return '';
  const range = ports.from === ports.to ? `${ports.from}` : `${ports.from}:${ports.to}`;
  return `${ports.invert ? ' !' : ''} ${option} ${range}`;
}

/** `tcp dport != 22`; undefined when every port will do. */
export function translatePorts(field: string, ports: PortMatch): string | undefined {
  if (!asked(ports)) return undefined;
  const range = ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`;
  return `${field} ${ports.invert ? '!= ' : ''}${range}`;
}

/** The expressions iptables-nft writes for ports (add_nft_tcpudp). */
export function lowerPorts(sport: PortMatch, dport: PortMatch): Expr[] {
  const single = (p: PortMatch) => p.from === p.to && p.from !== 0 && !p.invert;
  if (single(sport) && single(dport)) {
    const data = be(sport.from * 0x10000 + dport.from, 4);
    return [
      { op: 'payload', base: 'transport', offset: 0, len: 4, dreg: 1 },
      { op: 'cmp', cmp: 'eq', sreg: 1, data },
    ];
  }
  return [...lowerPort(0, sport), ...lowerPort(2, dport)];
}

function lowerPort(offset: number, ports: PortMatch): Expr[] {
  if (!asked(ports)) return [];
  const load: Expr = { op: 'payload', base: 'transport', offset, len: 2, dreg: 1 };
  const { from, to, invert } = ports;
  const cmp = invert ? 'neq' : 'eq';
  if (from === to) return [load, { op: 'cmp', cmp, sreg: 1, data: be(from, 2) }];
  if (from === 0 && to < 0xffff)
    return [load, { op: 'cmp', cmp: invert ? 'gt' : 'lte', sreg: 1, data: be(to, 2) }];
  return [load, { op: 'range', cmp, sreg: 1, from: be(from, 2), to: be(to, 2) }];
}

/** As port_match in xt_tcpudp.c. */
export function testPort({ from, to, invert }: PortMatch, port: number): boolean {
  return (port >= from && port <= to) !== invert;
}
