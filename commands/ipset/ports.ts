/** Protocols, ports and ICMP types of an element. */

import { NotEmulated } from '../../src/base/errors.ts';
import { protocolByName, protocolByNumber, serviceByName } from '../../src/base/netdb.ts';
import { splitAt, splitRange, stripBrackets } from './addresses.ts';
import { type IcmpProtocol, icmpByName } from './icmp.ts';
import { parseNumber, requireNumber } from './numbers.ts';
import type { Session } from './session.ts';

const TCP = 6;
const UDP = 17;
const WITH_PORTS: readonly number[] = [TCP, UDP, 132, 136];
const ICMP = 1;
const ICMPV6 = 58;

/** A service by its name; the reports of what it is not pile up until one of them is an error. */
function portByName(session: Session, text: string, proto: string): number | undefined {
  const name = stripBrackets(session, text);
  const number = parseNumber(session, proto, 255n, 'warning');
  const protocol = number === undefined ? proto : (protocolByNumber(Number(number))?.name ?? proto);
  return serviceByName(name, protocol)?.port;
}

function parsePort(session: Session, option: 'port' | 'portTo', text: string, proto: string): void {
  const { report, data } = session;
  const number = parseNumber(session, text, 0xffffn, 'warning');
  if (number !== undefined) {
    data.values[option] = Number(number);
    return;
  }
  const port = portByName(session, text, proto);
  if (port === undefined) {
    session.say('warning', `cannot parse '${text}' as a ${proto} port`);
    report.level = 'error';
    data.reset();
    throw session.refused();
  }
  report.reset();
  data.values[option] = port;
}

function parsePortRange(session: Session, text: string, proto: string): void {
  const range = splitRange(session, text);
  if (range) parsePort(session, 'portTo', range[1], proto);
  parsePort(session, 'port', range ? range[0] : text, proto);
}

/** The old-style `from` and `to` of bitmap:port. */
export function parseTcpPort(session: Session, option: 'port' | 'portTo', text: string): void {
  parsePort(session, option, text, 'tcp');
}

function parseProtocol(session: Session, text: string): number {
  const number = parseNumber(session, text, 255n, 'warning');
  if (number !== undefined) return Number(number);
  session.report.reset();
  const protocol = protocolByName(text.toLowerCase() === 'icmpv6' ? 'ipv6-icmp' : text);
  if (!protocol) throw session.error(`Syntax error: cannot parse '${text}' as a protocol`);
  if (protocol.number === 0) throw session.error(`Syntax error: Unsupported protocol '${text}'`);
  return protocol.number;
}

function parseIcmp(session: Session, protocol: IcmpProtocol, text: string): void {
  const family = protocol === 'ICMP' ? 'inet' : 'inet6';
  if (session.data.values.family !== family) {
    // The real tool reports this without stopping; what it had read is lost, and the command fails for that, too.
    session.report.add(
      'error',
      `Syntax error: Protocol ${protocol} can be used with family ${family} only`,
    );
    session.data.reset();
    return;
  }
  let typeCode = icmpByName(protocol, text);
  if (typeCode === undefined) {
    const parts = splitAt(text, '/');
    if (!parts) throw session.error(`Cannot parse ${text} as an ${protocol} type/code.`);
    const type = requireNumber(session, parts[0], 255);
    typeCode = type * 256 + requireNumber(session, parts[1], 255);
  }
  session.data.values.port = typeCode;
}

/** `[PROTO:]PORT`, a range of ports, or an ICMP type. */
export function parseProtoPort(session: Session, text: string): void {
  const { data } = session;
  const parts = splitAt(text, ':');
  if (!parts) {
    data.values.proto = TCP;
    parsePortRange(session, text, 'tcp');
    return;
  }
  const [name, port] = parts;
  const proto = parseProtocol(session, name);
  data.values.proto = proto;
  if (WITH_PORTS.includes(proto)) parsePortRange(session, port, name);
  else if (proto === ICMP) parseIcmp(session, 'ICMP', port);
  else if (proto === ICMPV6) parseIcmp(session, 'ICMPv6', port);
  else if (port !== '0')
    throw session.error(
      `Syntax error: Protocol ${name} can be used with pseudo port value 0 only.`,
    );
  else data.values.port = 0;
}

/** The ports of bitmap:port, which has no protocol of its own. */
export function parseTcpUdpPort(session: Session, text: string): void {
  parseProtoPort(session, text);
  const { values } = session.data;
  if (values.proto === undefined)
    throw new NotEmulated('ICMP in bitmap:port, which crashes ipset 7.22');
  if (values.proto !== TCP && values.proto !== UDP)
    throw session.error('Syntax error: Only protocols TCP and UDP are valid');
  delete values.proto;
}
