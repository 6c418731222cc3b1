/** Matches and targets that iptables made, in nft's words. */
import type { PlainRecord } from '../../src/kernel/nftables/model.ts';
import type { TranslateXt } from '../../src/nft/lift/tidy.ts';
import type { Descriptor, XtFamily } from '../../src/xtables/define.ts';
import { findArpTarget, findMatch, findTarget } from '../../src/xtables/table.ts';

/** The libraries one run of nft has loaded, and for which family. */
type Libraries = Map<string, XtFamily>;

function isFound({ library }: Descriptor, family: XtFamily, loaded: Libraries): boolean {
  if (library === undefined) return true;
  const first = loaded.get(library) ?? family;
  loaded.set(library, first);
  return first === family;
}

/** Targets of arptables. */
function arpTarget(name: string, info: PlainRecord): string | undefined {
  const env = { family: 'ip', proto: 0, protoInvert: false, listing: true } as const;
  const text = findArpTarget(name)?.translate?.(info, env);
  return typeof text === 'string' ? text : undefined;
}

/** Translates by the extension's own translation; what nft says about such tables is added to `warnings`. */
export function xtTranslator(warnings: string[]): TranslateXt {
  const loaded: Libraries = new Map();
  return (expr, { family, table, proto }) => {
    const warning = `# Warning: table ${family} ${table} is managed by iptables-nft, do not touch!\n`;
    if (!warnings.includes(warning)) warnings.push(warning);
    if (family === 'arp' && expr.op === 'target') return arpTarget(expr.name, expr.info);
    if (family !== 'ip' && family !== 'ip6') return undefined;
    const descriptor =
      expr.op === 'match' ? findMatch(expr.name, family) : findTarget(expr.name, family);
    if (!descriptor) return undefined;
    if (!isFound(descriptor, family, loaded)) {
      warnings.push(`# Warning: XT ${expr.op} ${expr.name} not found\n`);
      return undefined;
    }
    const text = descriptor.translate?.(expr.info, {
      family,
      proto,
      protoInvert: false,
      listing: true,
      warn: (line) => warnings.push(line),
    });
    const words = typeof text === 'object' ? text.text : text;
    return words?.trimEnd();
  };
}
