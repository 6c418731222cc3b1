/** How libnftnl shows register data: host-order words of four bytes, and verdicts by name. */
import type { Verdict } from '../model.ts';

/** Such as `0x0100007f 0x00000000`; a short last word is padded with zeroes. */
export function dumpData(bytes: Uint8Array): string {
  const words: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    let word = '';
    for (let i = 3; i >= 0; i--) word += (bytes[at + i] ?? 0).toString(16).padStart(2, '0');
    words.push(`0x${word}`);
  }
  return words.join(' ');
}

export function dumpVerdict(verdict: Verdict): string {
  return 'chain' in verdict ? `${verdict.code} -> ${verdict.chain}` : verdict.code;
}
