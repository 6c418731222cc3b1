/** Rules and headings as `-L` shows them (print_rule_details and its company in iptables' xshared.c). */
import { formatAddress } from '../base/address.ts';
import type { Hosts } from '../base/hosts.ts';
import type { CounterState } from '../kernel/nftables/model.ts';
import { addressLength, formatMask, longProtocolName, protocolName } from './names.ts';
import type { AddressMatch, InterfaceMatch, XtRule, XtTarget } from './rule.ts';

export interface ListFormat {
  readonly numeric: boolean;
  readonly verbose: boolean;
  /** `-x`. */
  readonly exact: boolean;
  readonly lineNumbers: boolean;
  readonly hosts: Hosts;
  /** A line for stderr. */
  readonly warn?: (text: string) => void;
  /** As one line of `-v -A`, not as a row of a table. */
  readonly loose?: boolean;
}

const U64 = (1n << 64n) - 1n;

/** A counter, shortened to five places unless `exact`; rounding overflows as the tool's 64 bits do. */
export function printCounter(value: bigint, exact: boolean): string {
  if (exact) return `${`${value}`.padStart(8)} `;
  if (value <= 99_999n) return `${`${value}`.padStart(5)} `;
  let rest = value;
  for (const unit of ['K', 'M', 'G']) {
    rest = ((rest + 500n) & U64) / 1000n;
    if (rest <= 9999n) return `${`${rest}`.padStart(4)}${unit} `;
  }
  rest = ((rest + 500n) & U64) / 1000n;
  return `${`${rest}`.padStart(4)}T `;
}

/** `Chain INPUT (policy ...)` or `Chain foo (N references)`, and the column names. */
export function printHeading(
  chain: {
    readonly name: string;
    readonly policy?: string | undefined;
    readonly counters: CounterState;
    readonly references: number;
  },
  { verbose, exact, lineNumbers }: ListFormat,
): string {
  const { policy, counters, references } = chain;
  const counts = verbose ? ` ${counters.packets} packets, ${counters.bytes} bytes` : '';
  const about = policy === undefined ? `${references} references` : `policy ${policy}${counts}`;
  const columns = [
    lineNumbers ? 'num  ' : '',
    verbose ? (exact ? '    pkts      bytes ' : ' pkts bytes ') : '',
    'target     prot opt',
    verbose ? ' in     out    ' : '',
    ' source               destination         ',
  ];
  return `Chain ${chain.name} (${about})\n${columns.join('')}\n`;
}

function showAddress(match: AddressMatch | undefined, rule: XtRule, format: ListFormat): string {
  const { family } = rule;
  const mask = match?.mask ?? new Uint8Array(addressLength(family));
  const address = match?.address ?? new Uint8Array(addressLength(family));
  // In IPv6 the address alone tells, whatever its mask.
  const everything = (family === 'ip6' ? address : mask).every((byte) => byte === 0);
  if (everything && !format.numeric) return 'anywhere';
  const named = format.numeric ? undefined : format.hosts.reverse(address);
  return (named ?? formatAddress(address)) + formatMask(mask);
}

/** Without -n every name of /etc/protocols counts. */
const showProtocol = (proto: number, numeric: boolean): string =>
  protocolName(proto) ?? (numeric ? `${proto}` : longProtocolName(proto));

function showInterface(match: InterfaceMatch | undefined, numeric: boolean): string {
  if (!match) return numeric ? '*' : 'any';
  return (match.invert ? '!' : '') + match.name;
}

/** The target's name in the listing. */
function targetName(target: XtTarget): string {
  switch (target.kind) {
    case 'none':
      return '';
    case 'verdict':
      return target.verdict.toUpperCase();
    case 'jump':
    case 'goto':
      return target.chain;
    case 'extension':
      return target.extension.name;
  }
}

function printExtensions(rule: XtRule, format: ListFormat): string {
  const { family, proto } = rule;
  const { numeric, hosts, warn } = format;
  const env = { family, numeric, proto, hosts, ...(warn && { warn }) };
  const uses = rule.target.kind === 'extension' ? [...rule.matches, rule.target] : rule.matches;
  let out = '';
  for (const { extension, info } of uses) {
    const text = extension.print(info, env);
    if (text !== '') out += extension.unspaced ? text : ` ${text}`;
  }
  return out;
}

/** One rule, with its newline. */
export function printRule(rule: XtRule, number: number, format: ListFormat): string {
  if (format.loose) return printLoose(rule, format);
  const { exact, verbose, numeric } = format;
  const { packets, bytes } = rule.counters;
  const address = (match: AddressMatch | undefined) =>
    `${match?.invert ? '!' : ' '}${showAddress(match, rule, format).padEnd(19)} `;
  const parts = [
    format.lineNumbers ? `${`${number}`.padEnd(4)} ` : '',
    verbose ? printCounter(packets, exact) + printCounter(bytes, exact) : '',
    `${targetName(rule.target).padEnd(9)} `,
    `${rule.protoInvert ? '!' : ' '}${showProtocol(rule.proto, numeric).padEnd(4)} `,
    `${rule.fragment?.invert ? '!' : '-'}${rule.fragment ? 'f' : '-'} `,
    verbose
      ? ` ${showInterface(rule.in, numeric).padEnd(6)} ${showInterface(rule.out, numeric).padEnd(6)} `
      : '',
    address(rule.src),
    address(rule.dst),
    rule.target.kind === 'goto' ? '[goto] ' : '',
    printExtensions(rule, format),
  ];
  return `${parts.join('')}\n`;
}

/** The line `-v` answers a change with. */
function printLoose(rule: XtRule, format: ListFormat): string {
  const numeric = { ...format, numeric: true };
  const not = (match?: { readonly invert: boolean }) => (match?.invert ? '!' : ' ');
  const proto = protocolName(rule.proto) ?? `${rule.proto}`;
  const parts = [
    `${targetName(rule.target)} `,
    `${rule.protoInvert ? '!' : ' '}${proto} `,
    `opt ${rule.fragment?.invert ? '!' : '-'}${rule.fragment ? 'f' : '-'} `,
    `in ${showInterface(rule.in, true)} out ${showInterface(rule.out, true)} `,
    `${not(rule.src)}${showAddress(rule.src, rule, numeric)} `,
    `${not(rule.dst)}-> ${showAddress(rule.dst, rule, numeric)}  `,
    rule.target.kind === 'goto' ? '[goto] ' : '',
    `${printExtensions(rule, numeric)}`,
  ];
  return `${parts.join('')}\n`;
}
