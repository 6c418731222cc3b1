/** Elements and option values as text. */
import { formatAddress } from '../../src/base/address.ts';
import { protocolByNumber } from '../../src/base/netdb.ts';
import type { IpsetMember } from '../../src/kernel/ipset/model.ts';
import type { Flag, Values } from './data.ts';
import { icmpName } from './icmp.ts';
import type { Session } from './session.ts';
import type { ElementPart, UserType } from './types.ts';

/** How to print: names for addresses, and quotes around them (JSON). */
export interface Style {
  readonly resolve: boolean;
  readonly quoted: boolean;
}

const ICMP = 1;
const ICMPV6 = 58;

/** `0x` and eight digits. */
export const hex32 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

function hostName(session: Session, address: Uint8Array, { resolve }: Style): string {
  const name = resolve ? session.hosts().reverse(address) : undefined;
  const text = name ?? formatAddress(address);
  return text.includes('-') ? `[${text}]` : text;
}

/** An address with its prefix length, or a range of them. */
export function printAddress(
  session: Session,
  address: Uint8Array,
  { cidr, to }: { readonly cidr?: number | undefined; readonly to?: Uint8Array | undefined },
  style: Style,
): string {
  const one = (bytes: Uint8Array): string => {
    const name = hostName(session, bytes, style);
    return cidr === undefined || cidr === 8 * bytes.length ? name : `${name}/${cidr}`;
  };
  const text = to ? `${one(address)}-${one(to)}` : one(address);
  return style.quoted ? `"${text}"` : text;
}

/** A port or a range of them. */
export function printPorts({ port = 0, portTo }: Values): string {
  return portTo === undefined ? `${port}` : `${port}-${portTo}`;
}

function printProtoPort(values: Values): string {
  const { proto, port = 0 } = values;
  if (proto === undefined) return printPorts(values);
  const name = protocolByNumber(proto)?.name ?? `${proto}`;
  if (proto === ICMP) return `${name}:${icmpName('ICMP', port)}`;
  if (proto === ICMPV6) return `${name}:${icmpName('ICMPv6', port)}`;
  return `${name}:${printPorts(values)}`;
}

const formatMac = (mac: Uint8Array): string =>
  Array.from(mac, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(':');

/** A value and what a kernel message or a command line says beside it. */
export interface Element {
  readonly values: Values;
  readonly flags: ReadonlySet<Flag>;
}

function printPart(session: Session, part: ElementPart, element: Element, style: Style): string {
  const { values, flags } = element;
  switch (part.kind) {
    case 'ip':
      return values.ip
        ? printAddress(session, values.ip, { cidr: values.cidr, to: values.ipTo }, style)
        : '';
    case 'ip2':
      return values.ip2
        ? printAddress(session, values.ip2, { cidr: values.cidr2, to: values.ipTo }, style)
        : '';
    case 'proto-port':
      return printProtoPort(values);
    case 'port':
      return printPorts(values);
    case 'mac':
      return values.mac ? formatMac(values.mac) : '';
    case 'mark':
      return hex32(values.mark ?? 0);
    case 'iface':
      return `${flags.has('physdev') ? 'physdev:' : ''}${values.iface}`;
    case 'set':
      return printSetElement(element);
  }
}

function printSetElement({ values, flags }: Element): string {
  if (values.nameref === undefined) return `${values.name}`;
  return `${values.name} ${flags.has('before') ? 'before' : 'after'} ${values.nameref}`;
}

/** An element of a type, its parts joined by commas. */
export function printElement(
  session: Session,
  type: UserType,
  element: Element,
  style: Style,
): string {
  const texts: string[] = [];
  for (const [at, part] of type.parts.entries()) {
    if (at > 0 && type.lastOptional && element.values[part.option] === undefined) break;
    texts.push(printPart(session, part, element, style));
  }
  return texts.join(',');
}

/** A member as the kernel sends it. */
export function memberElement({ parts }: Readonly<IpsetMember>): Element {
  const values: Values = {};
  const flags = new Set<Flag>();
  for (const part of parts) {
    switch (part.kind) {
      case 'ip':
        if (values.ip) Object.assign(values, { ip2: part.address, cidr2: part.prefix });
        else Object.assign(values, { ip: part.address, cidr: part.prefix });
        break;
      case 'port':
        values.port = part.port;
        if (part.proto !== 0) values.proto = part.proto;
        break;
      case 'mac':
        values.mac = part.mac;
        break;
      case 'mark':
        values.mark = part.mark;
        break;
      case 'iface':
        values.iface = part.name;
        if (part.physdev) flags.add('physdev');
        break;
      case 'set':
        values.name = part.name;
        break;
    }
  }
  return { values, flags };
}
