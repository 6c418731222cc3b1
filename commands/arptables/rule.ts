/** A rule of arptables, and the expressions it is stored as (iptables' nft-arp.c and nft-ruleparse-arp.c). */
import { maskAddress, maskPrefix } from '../../src/base/address.ts';
import { NotEmulated } from '../../src/base/errors.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import type { CounterState, Expr, RuleRecord } from '../../src/kernel/nftables/model.ts';
import { samePlain } from '../../src/xtables/compare.ts';
import { revisionOf } from '../../src/xtables/define.ts';
import { lowerInterface } from '../../src/xtables/lower.ts';
import type { AddressMatch, InterfaceMatch, XtTarget } from '../../src/xtables/rule.ts';
import { findArpTarget } from '../../src/xtables/table.ts';

/** A field of the header under a mask. */
export interface Field {
  readonly value: number;
  readonly mask: number;
  readonly invert: boolean;
}

export interface ArpRule {
  readonly in: InterfaceMatch | undefined;
  readonly out: InterfaceMatch | undefined;
  readonly src: AddressMatch | undefined;
  readonly srcMac: AddressMatch | undefined;
  readonly dst: AddressMatch | undefined;
  readonly dstMac: AddressMatch | undefined;
  readonly hlen: Field;
  readonly opcode: Field | undefined;
  readonly htype: Field;
  readonly ptype: Field | undefined;
  readonly target: XtTarget;
  readonly counters: CounterState;
}

/** Every rule asks for Ethernet and IPv4 addresses, unless it says otherwise. */
export const ETHERNET: Field = { value: 1, mask: 0xffff, invert: false };
export const MAC_LENGTH: Field = { value: 6, mask: 0xff, invert: false };

/** Where the header has its fields. */
const AT = {
  htype: 0,
  ptype: 2,
  hlen: 4,
  plen: 5,
  opcode: 6,
  srcMac: 8,
  src: 14,
  dstMac: 18,
  dst: 24,
};
const REG = 1;

export function lowerArp(rule: ArpRule): readonly Expr[] {
  const { in: iif, out, htype, ptype, hlen, opcode, srcMac, src, dstMac, dst } = rule;
  return [
    ...(iif ? lowerInterface('iifname', iif) : []),
    ...(out ? lowerInterface('oifname', out) : []),
    ...lowerField(AT.htype, 2, htype),
    ...(ptype ? lowerField(AT.ptype, 2, ptype) : []),
    ...lowerField(AT.hlen, 1, hlen),
    ...lowerField(AT.plen, 1, { value: 4, mask: 0xff, invert: false }),
    ...(opcode ? lowerField(AT.opcode, 2, opcode) : []),
    ...(srcMac ? lowerBytes(AT.srcMac, srcMac) : []),
    ...(src ? lowerBytes(AT.src, src) : []),
    ...(dstMac ? lowerBytes(AT.dstMac, dstMac) : []),
    ...(dst ? lowerBytes(AT.dst, dst) : []),
    { op: 'counter', ...rule.counters },
    ...lowerTarget(rule.target),
  ];
}

const bytes = (value: number, length: number): Uint8Array =>
  length === 1 ? Uint8Array.of(value) : Uint8Array.of(value >> 8, value & 0xff);

const number = (data: Uint8Array): number => data.reduce((n, byte) => n * 256 + byte, 0);

function lowerField(offset: number, len: number, { value, mask, invert }: Field): Expr[] {
  const whole = mask === 2 ** (8 * len) - 1;
  const masked = { op: 'bitwise', sreg: REG, dreg: REG, len } as const;
  return [
    { op: 'payload', base: 'network', offset, len, dreg: REG },
    ...(whole ? [] : [{ ...masked, mask: bytes(mask, len), xor: new Uint8Array(len) }]),
    { op: 'cmp', cmp: invert ? 'neq' : 'eq', sreg: REG, data: bytes(value & mask, len) },
  ];
}

/** A mask of whole bytes shortens what is loaded. */
function lowerBytes(offset: number, { address, mask, invert }: AddressMatch): Expr[] {
  const bits = maskPrefix(mask);
  const whole = bits !== undefined && bits % 8 === 0;
  const len = whole ? bits / 8 : mask.length;
  const masked = { op: 'bitwise', sreg: REG, dreg: REG, len } as const;
  return [
    { op: 'payload', base: 'network', offset, len, dreg: REG },
    ...(whole ? [] : [{ ...masked, mask, xor: new Uint8Array(len) }]),
    {
      op: 'cmp',
      cmp: invert ? 'neq' : 'eq',
      sreg: REG,
      data: maskAddress(address, mask).slice(0, len),
    },
  ];
}

function lowerTarget(target: XtTarget): readonly Expr[] {
  switch (target.kind) {
    case 'none':
      return [];
    case 'verdict':
      return [{ op: 'verdict', verdict: { code: target.verdict } }];
    case 'jump':
    case 'goto':
      return [{ op: 'verdict', verdict: { code: target.kind, chain: target.chain } }];
    case 'extension': {
      const { extension, info } = target;
      return [{ op: 'target', name: extension.name, rev: revisionOf(extension, 'ip'), info }];
    }
  }
}

/** What is read of expressions, and what register 1 holds meanwhile. */
type Draft = { -readonly [K in keyof ArpRule]: ArpRule[K] };
interface Content {
  readonly offset: number;
  readonly len: number;
  readonly name: 'in' | 'out' | undefined;
  readonly mask: Uint8Array | undefined;
}

export function liftArp({ exprs }: Readonly<RuleRecord>): {
  readonly rule: ArpRule;
  readonly errors: readonly string[];
} {
  const rule: Draft = {
    in: undefined,
    out: undefined,
    src: undefined,
    srcMac: undefined,
    dst: undefined,
    dstMac: undefined,
    hlen: MAC_LENGTH,
    opcode: undefined,
    htype: ETHERNET,
    ptype: undefined,
    target: { kind: 'none' },
    counters: { packets: 0n, bytes: 0n },
  };
  let content: Content | undefined;
  for (const expr of exprs)
    switch (expr.op) {
      case 'payload':
        content = { offset: expr.offset, len: expr.len, name: undefined, mask: undefined };
        break;
      case 'meta':
        if (expr.key !== 'iifname' && expr.key !== 'oifname') foreign(expr);
        content = {
          offset: 0,
          len: 0,
          name: expr.key === 'iifname' ? 'in' : 'out',
          mask: undefined,
        };
        break;
      case 'bitwise':
        if (content) content = { ...content, mask: expr.mask };
        break;
      case 'cmp':
        if (content) liftCompare(rule, content, expr.data, expr.cmp === 'neq');
        break;
      case 'counter':
        rule.counters = { packets: expr.packets, bytes: expr.bytes };
        break;
      case 'verdict':
      case 'target':
        rule.target = liftTarget(expr);
        break;
      default:
        foreign(expr);
    }
  return { rule, errors: [] };
}

const foreign = ({ op }: Expr): never => {
  throw new NotEmulated(`arptables with a rule that holds "${op}"`);
};

function liftCompare(rule: Draft, content: Content, data: Uint8Array, invert: boolean): void {
  const { name, offset, len } = content;
  if (name) {
    const text = decodeUtf8(data);
    const end = text.indexOf('\0');
    rule[name] = { name: end < 0 ? `${text}+` : text.slice(0, end), invert };
    return;
  }
  const field = (): Field => ({
    value: number(data),
    mask: content.mask ? number(content.mask) : 2 ** (8 * len) - 1,
    invert,
  });
  const address = (length: number): AddressMatch => {
    const whole = new Uint8Array(length);
    whole.set(data.slice(0, length));
    const mask = new Uint8Array(length);
    if (content.mask) mask.set(content.mask.slice(0, length));
    else mask.fill(0xff, 0, len);
    return { address: whole, mask, invert };
  };
  // The tool does not know what to make of part of a MAC.
  const mac = () => (len === 6 ? address(6) : undefined);
  if (offset === AT.htype) rule.htype = field();
  else if (offset === AT.ptype) rule.ptype = field();
  else if (offset === AT.hlen) rule.hlen = field();
  else if (offset === AT.opcode) rule.opcode = field();
  else if (offset === AT.srcMac) rule.srcMac = mac();
  else if (offset === AT.src) rule.src = address(4);
  else if (offset === AT.dstMac) rule.dstMac = mac();
  else if (offset === AT.dst) rule.dst = address(4);
}

function liftTarget(expr: Extract<Expr, { op: 'verdict' | 'target' }>): XtTarget {
  if (expr.op === 'target') {
    const extension = findArpTarget(expr.name) ?? foreign(expr);
    return { kind: 'extension', extension, info: expr.info };
  }
  const { verdict } = expr;
  switch (verdict.code) {
    case 'accept':
    case 'drop':
    case 'return':
      return { kind: 'verdict', verdict: verdict.code };
    case 'jump':
    case 'goto':
      return { kind: verdict.code, chain: verdict.chain };
    default:
      return { kind: 'none' };
  }
}

/**
 * As nft_arp_is_same: addresses, interfaces, the protocol type and what is inverted count; hardware addresses and types,
 * codes and masks of numbers do not.
 */
export function sameArp(a: ArpRule, b: ArpRule): boolean {
  const inverted = (part: { readonly invert: boolean } | undefined) => part?.invert ?? false;
  const compared = (rule: ArpRule) => ({
    in: rule.in && { ...rule.in },
    out: rule.out && { ...rule.out },
    src: rule.src && { ...rule.src },
    dst: rule.dst && { ...rule.dst },
    ptype: rule.ptype?.value ?? 0,
    inverted: [rule.ptype, rule.opcode, rule.htype, rule.hlen, rule.srcMac, rule.dstMac].map(
      inverted,
    ),
  });
  const [left, right] = [a.target, b.target];
  if (!samePlain(compared(a), compared(b)) || left.kind !== right.kind) return false;
  if (left.kind === 'extension' && right.kind === 'extension')
    return left.extension === right.extension && samePlain(left.info, right.info);
  return samePlain({ ...left, extension: undefined }, { ...right, extension: undefined });
}
