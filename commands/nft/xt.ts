/** Matches and targets that iptables made, in nft's words. */
import type { TranslateXt } from '../../src/nft/lift/rule.ts';
import { findMatch, findTarget } from '../../src/xtables/table.ts';

/** Translates by the extension's own translation; what nft says about such tables is added to `warnings`. */
export function xtTranslator(warnings: string[]): TranslateXt {
  return (expr, family, table) => {
    const warning = `# Warning: table ${family} ${table} is managed by iptables-nft, do not touch!\n`;
    if (!warnings.includes(warning)) warnings.push(warning);
    if (family !== 'ip' && family !== 'ip6') return undefined;
    const descriptor =
      expr.op === 'match' ? findMatch(expr.name, family) : findTarget(expr.name, family);
    const text = descriptor?.translate?.(expr.info, {
      family,
      proto: 0,
      protoInvert: false,
      listing: true,
      warn: (line) => warnings.push(line),
    });
    if (text === undefined || typeof text === 'string') return text;
    // A translation that needs sets of its own is none for a listing.
    return text.sets ? undefined : text.text;
  };
}
