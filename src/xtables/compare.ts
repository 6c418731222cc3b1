/** Whether two rules are the same, as -C and -D compare them: everything but the counters. */
import { equalBytes } from '../base/bytes.ts';
import type { PlainValue } from '../kernel/nftables/model.ts';
import type { Descriptor } from './define.ts';
import type { Use, XtRule, XtTarget } from './rule.ts';

/** Deep equality of plain data; a field that is absent equals undefined. */
export function samePlain(a: PlainValue, b: PlainValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array)
    return a instanceof Uint8Array && b instanceof Uint8Array && equalBytes(a, b);
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  for (const key of right.keys())
    if (!Object.hasOwn(a, key) && right.get(key) !== undefined) return false;
  return left.every(([key, value]) => samePlain(value, right.get(key)));
}

const sameUse = (a: Use<Descriptor> | undefined, b: Use<Descriptor> | undefined): boolean =>
  a !== undefined && b !== undefined && a.extension === b.extension && samePlain(a.info, b.info);

function sameTarget(a: XtTarget, b: XtTarget): boolean {
  switch (a.kind) {
    case 'none':
      return b.kind === 'none';
    case 'verdict':
      return b.kind === 'verdict' && a.verdict === b.verdict;
    case 'jump':
    case 'goto':
      return b.kind === a.kind && a.chain === b.chain;
    case 'extension':
      return b.kind === 'extension' && sameUse(a, b);
  }
}

/** Same family assumed. */
export function sameRule(a: XtRule, b: XtRule): boolean {
  const plain = ({ src, dst, in: iif, out, proto, protoInvert, fragment }: XtRule): PlainValue => ({
    src: src && { ...src },
    dst: dst && { ...dst },
    in: iif && { ...iif },
    out: out && { ...out },
    proto,
    protoInvert,
    fragment,
  });
  return (
    samePlain(plain(a), plain(b)) &&
    a.matches.length === b.matches.length &&
    a.matches.every((use, i) => sameUse(use, b.matches[i])) &&
    sameTarget(a.target, b.target)
  );
}
