/** Reads bytecode text, as `nft --debug=netlink` shows it, for tests of the VM without any front end. */
import type {
  CompareOp,
  CtKey,
  Expr,
  MetaKey,
  PayloadBase,
  Verdict,
} from '../../src/kernel/nftables/model.ts';

/** Expressions of one rule: each `[ ... ]` is one. Throws on words it does not know. */
export function readBytecode(text: string): Expr[] {
  return [...text.matchAll(/\[ (.*?) \]/g)].map(([, words = '']) => readExpr(words));
}

function readExpr(words: string): Expr {
  for (const [pattern, build] of FORMS) {
    const found = pattern.exec(words);
    if (found) return build(found.slice(1));
  }
  throw new Error(`unknown bytecode: ${words}`);
}

/** Words of four bytes in host order; a value shorter than its words keeps their zeroes. */
function data(text = ''): Uint8Array {
  const words = text.trim().split(/\s+/);
  const out = new Uint8Array(words.length * 4);
  words.forEach((word, i) => {
    for (let k = 0; k < 4; k++) out[4 * i + k] = (Number(word) >>> (8 * k)) & 0xff;
  });
  return out;
}

function verdict(code: string, chain: string | undefined): Verdict {
  switch (code) {
    case 'accept':
    case 'drop':
    case 'continue':
    case 'return':
      return { code };
    case 'jump':
    case 'goto':
      return { code, chain: chain ?? '' };
    default:
      throw new Error(`unknown verdict: ${code}`);
  }
}

type Form = readonly [RegExp, (groups: readonly string[]) => Expr];

// The casts of words to keys are checked by evaluating: a key without semantics throws.
const FORMS: readonly Form[] = [
  [
    /^payload load (\d+)b @ (\w+) header \+ (\d+) => reg (\d+)$/,
    ([len, base, offset, dreg]) => ({
      op: 'payload',
      base: base as PayloadBase,
      offset: Number(offset),
      len: Number(len),
      dreg: Number(dreg),
    }),
  ],
  [
    /^payload write reg (\d+) => (\d+)b @ (\w+) header \+ (\d+) csum_type (\d+) csum_off (\d+) csum_flags (\w+)$/,
    ([sreg, len, base, offset, type, csumOffset, flags]) => ({
      op: 'payload set',
      base: base as PayloadBase,
      offset: Number(offset),
      len: Number(len),
      sreg: Number(sreg),
      csumType: Number(type),
      csumOffset: Number(csumOffset),
      csumFlags: Number(flags),
    }),
  ],
  [
    /^meta load (\w+) => reg (\d+)$/,
    ([key, dreg]) => ({ op: 'meta', key: key as MetaKey, dreg: Number(dreg) }),
  ],
  [
    /^meta set (\w+) with reg (\d+)$/,
    ([key, sreg]) => ({ op: 'meta set', key: key as MetaKey, sreg: Number(sreg) }),
  ],
  [
    /^ct load (\w+) => reg (\d+)$/,
    ([key, dreg]) => ({ op: 'ct', key: key as CtKey, dreg: Number(dreg) }),
  ],
  [
    /^cmp (\w+) reg (\d+) (.*)$/,
    ([how, sreg, value]) => ({
      op: 'cmp',
      cmp: how as CompareOp,
      sreg: Number(sreg),
      data: data(value),
    }),
  ],
  [
    /^range (eq|neq) reg (\d+) (\S+) (\S+)$/,
    ([how, sreg, from, to]) => ({
      op: 'range',
      cmp: how === 'eq' ? 'eq' : 'neq',
      sreg: Number(sreg),
      from: data(from),
      to: data(to),
    }),
  ],
  [
    /^bitwise reg (\d+) = \( reg (\d+) & (\S+) \) \^ (\S+)$/,
    ([dreg, sreg, mask, xor]) => ({
      op: 'bitwise',
      sreg: Number(sreg),
      dreg: Number(dreg),
      len: 4,
      mask: data(mask),
      xor: data(xor),
    }),
  ],
  [
    /^byteorder reg (\d+) = (hton|ntoh)\(reg (\d+), (\d+), (\d+)\)$/,
    ([dreg, how, sreg, size, len]) => ({
      op: 'byteorder',
      how: how === 'hton' ? 'hton' : 'ntoh',
      sreg: Number(sreg),
      dreg: Number(dreg),
      size: Number(size),
      len: Number(len),
    }),
  ],
  [
    /^immediate reg 0 (\w+)(?: -> (\S+))?$/,
    ([code, chain]) => ({ op: 'verdict', verdict: verdict(code ?? '', chain) }),
  ],
  [
    /^immediate reg (\d+) (.*)$/,
    ([dreg, value]) => ({ op: 'immediate', dreg: Number(dreg), data: data(value) }),
  ],
  [
    /^counter pkts (\d+) bytes (\d+)$/,
    ([packets, bytes]) => ({
      op: 'counter',
      packets: BigInt(packets ?? 0),
      bytes: BigInt(bytes ?? 0),
    }),
  ],
  [
    /^limit rate (\d+)\/second burst (\d+) type (packets|bytes) flags (0x[01])$/,
    ([rate, burst, type, flags]) => ({
      op: 'limit',
      rate: BigInt(rate ?? 0),
      unit: 'second',
      burst: Number(burst),
      type: type === 'bytes' ? 'bytes' : 'packets',
      over: flags === '0x1',
    }),
  ],
  [
    /^numgen reg (\d+) = (inc|random) mod (\d+)$/,
    ([dreg, how, modulus]) => ({
      op: 'numgen',
      how: how === 'inc' ? 'inc' : 'random',
      modulus: Number(modulus),
      offset: 0,
      dreg: Number(dreg),
    }),
  ],
  [
    /^reject type (\d) code (\d+)$/,
    ([type, code]) => ({
      op: 'reject',
      type: (['icmp', 'tcp-reset', 'icmpx'] as const)[Number(type)] ?? 'icmp',
      code: Number(code),
    }),
  ],
];
