/** Rules as arptables shows them: the words of a command, in listings too (nft_arp_print_rule_details). */
import { formatAddress } from '../../src/base/address.ts';
import type { Hosts } from '../../src/base/hosts.ts';
import { formatMask } from '../../src/xtables/names.ts';
import type { AddressMatch, InterfaceMatch, XtTarget } from '../../src/xtables/rule.ts';
import { formatMac } from '../../src/xtables/targets/mangle.ts';
import type { ArpRule, Field } from './rule.ts';

export const OPCODES: readonly string[] = [
  'Request',
  'Reply',
  'Request_Reverse',
  'Reply_Reverse',
  'DRARP_Request',
  'DRARP_Reply',
  'DRARP_Error',
  'InARP_Request',
  'ARP_NAK',
];

export interface Manner {
  /** `-n`, and always when saved: no names of codes and hosts. */
  readonly numeric: boolean;
  /** Interfaces that are not asked for are shown, too. */
  readonly verbose: boolean;
  readonly hosts: Hosts;
}

const not = (invert: boolean): string => (invert ? '! ' : '');
const hex = (n: number): string => `0x${n.toString(16)}`;

function iface(option: string, match: InterfaceMatch | undefined, manner: Manner): string[] {
  if (match && (match.name !== '+' || match.invert))
    return [`${not(match.invert)}${option} ${match.name}`];
  return manner.verbose ? [`${option} ${manner.numeric ? '*' : 'any'}`] : [];
}

function address(option: string, match: AddressMatch | undefined, manner: Manner): string[] {
  if (!match) return [];
  const named = manner.numeric ? undefined : manner.hosts.reverse(match.address);
  const text = (named ?? formatAddress(match.address)) + formatMask(match.mask);
  return [`${not(match.invert)}${option} ${text}`];
}

function mac(option: string, match: AddressMatch | undefined): string[] {
  if (!match) return [];
  const whole = match.mask.every((byte) => byte === 0xff);
  const mask = whole ? '' : `/${formatMac(match.mask)}`;
  return [`${not(match.invert)}${option} ${formatMac(match.address)}${mask}`];
}

/** A field with the mask it has, unless that is the whole. */
function field(
  option: string,
  match: Field,
  { value, mask }: { value: string; mask?: string | undefined },
): string[] {
  return [`${not(match.invert)}${option} ${value}${mask === undefined ? '' : `/${mask}`}`];
}

function targetWords(target: XtTarget, { numeric, hosts }: Manner): string {
  if (target.kind !== 'extension') return '';
  const { extension, info } = target;
  if (extension.name === 'CLASSIFY') {
    const priority = Number(info.priority);
    return `--set-class ${(priority >>> 16).toString(16)}:${(priority & 0xffff).toString(16)}`;
  }
  if (extension.name === 'MARK') return markWords(Number(info.mark), Number(info.mask));
  return extension.print(info, { family: 'ip', numeric, proto: 0, hosts });
}

function markWords(mark: number, mask: number): string {
  const text = (n: number) => (n >>> 0).toString(16);
  if (mark === 0) return `--and-mark ${text(~mask)}`;
  if (mark === mask) return `--or-mark ${text(mark)}`;
  return `--set-mark ${text(mark)}`;
}

function targetName(target: XtTarget): string[] {
  switch (target.kind) {
    case 'none':
      return [];
    case 'verdict':
      return [`-j ${target.verdict.toUpperCase()}`];
    case 'jump':
      return [`-j ${target.chain}`];
    case 'goto':
      return [`-g ${target.chain}`];
    case 'extension':
      return [`-j ${target.extension.name}`];
  }
}

export function arpWords(rule: ArpRule, manner: Manner): string {
  const { hlen, opcode, htype, ptype } = rule;
  const { numeric } = manner;
  const masked = (match: Field, text: string) => (match.mask === 0xffff ? undefined : text);
  return [
    ...targetName(rule.target),
    ...iface('-i', rule.in, manner),
    ...iface('-o', rule.out, manner),
    ...address('-s', rule.src, manner),
    ...mac('--src-mac', rule.srcMac),
    ...address('-d', rule.dst, manner),
    ...mac('--dst-mac', rule.dstMac),
    ...(hlen.value === 6 && !hlen.invert
      ? []
      : field('--h-length', hlen, { value: `${hlen.value}` })),
    ...(opcode
      ? field('--opcode', opcode, {
          value: (numeric ? undefined : OPCODES[opcode.value - 1]) ?? `${opcode.value}`,
          mask: masked(opcode, `${opcode.mask}`),
        })
      : []),
    ...(htype.value === 1 && htype.mask === 0xffff && !htype.invert
      ? []
      : field('--h-type', htype, {
          value: htype.value === 1 && !numeric ? 'Ethernet' : hex(htype.value),
          mask: masked(htype, hex(htype.mask)),
        })),
    ...(ptype
      ? field('--proto-type', ptype, {
          value: ptype.value === 0x800 && !numeric ? 'IPv4' : hex(ptype.value),
          mask: masked(ptype, hex(ptype.mask)),
        })
      : []),
    targetWords(rule.target, manner),
  ]
    .filter((word) => word !== '')
    .join(' ');
}
