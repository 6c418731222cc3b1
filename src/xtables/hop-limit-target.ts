/** The TTL and HL targets: the same operations on the two families' fields. */
import { CONTINUE } from '../kernel/nftables/context.ts';
import { setTtl, ttlOf } from '../packet/network.ts';
import { defineTarget, type TargetDescriptor, type XtFamily } from './define.ts';
import { parameterProblem } from './errors.ts';

interface HopLimitInfo {
  readonly mode: 'set' | 'inc' | 'dec';
  readonly value: number;
}

const WORDS = { set: 'set to', inc: 'increment by', dec: 'decrement by' } as const;

/** As xt_HL.c: it ends with 255 and 0, and does not wrap. */
function changed(ttl: number, { mode, value }: HopLimitInfo): number {
  if (mode === 'set') return value;
  return mode === 'inc' ? Math.min(255, ttl + value) : Math.max(0, ttl - value);
}

/** The target of one family: TTL with --ttl-*, HL with --hl-*. */
export function hopLimitTarget(name: 'TTL' | 'HL', family: XtFamily): TargetDescriptor {
  const option = name.toLowerCase();
  const names = [`${option}-set`, `${option}-dec`, `${option}-inc`];
  const others = (own: string) => names.filter((other) => other !== own);
  const spec = (own: string, min: number) =>
    [own, { type: 'u8', min, max: 255, excludes: others(own) }] as const;
  return defineTarget({
    name,
    families: [family],
    options: Object.fromEntries([
      spec(`${option}-set`, 0),
      spec(`${option}-dec`, 1),
      spec(`${option}-inc`, 1),
    ]),
    help: `--${option}-set VALUE  0 to 255
--${option}-dec VALUE  by 1 to 255
--${option}-inc VALUE  by 1 to 255`,
    check(given) {
      if (!names.some((own) => given.has(own)))
        parameterProblem(`${name}: You must specify an action`);
    },
    parse(options): HopLimitInfo {
      for (const mode of ['set', 'inc', 'dec'] as const) {
        const given = options[`${option}-${mode}`];
        if (given && !Array.isArray(given))
          return { mode, value: (given as { value: number }).value };
      }
      throw new Error(`${name} without an action`);
    },
    print: ({ mode, value }) => `${name} ${WORDS[mode]} ${value}`,
    save: ({ mode, value }) => `--${option}-${mode} ${value}`,
    demands: { tables: ['mangle'] },
    apply(info, { packet }) {
      setTtl(packet, changed(ttlOf(packet), info));
      return CONTINUE;
    },
  });
}
