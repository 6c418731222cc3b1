/** The ttl and hl matches: the same comparisons of the two families' fields. */
import { ttlOf } from '../packet/network.ts';
import { defineMatch, type MatchDescriptor, type XtFamily } from './define.ts';
import { parameterProblem } from './errors.ts';
import type { Given } from './options.ts';

interface HopLimitMatchInfo {
  readonly mode: 'eq' | 'ne' | 'lt' | 'gt';
  readonly value: number;
}

const SIGNS = { eq: '==', ne: '!=', lt: '<', gt: '>' } as const;
const NFT = { eq: '', ne: '!= ', lt: 'lt ', gt: 'gt ' } as const;

interface Names {
  readonly name: 'ttl' | 'hl';
  readonly family: XtFamily;
  /** nft's field. */
  readonly field: string;
  /** The message when nothing is asked; that of ttl lacks its last quote upstream. */
  readonly missing: string;
}

export function hopLimitMatch({ name, family, field, missing }: Names): MatchDescriptor {
  const options = [`${name}-lt`, `${name}-gt`, `${name}-eq`];
  const title = name.toUpperCase();
  return defineMatch({
    name,
    families: [family],
    options: Object.fromEntries(
      options.map((own) => [
        own,
        {
          type: 'u8',
          ...(own.endsWith('-eq') && { invertible: true, aliases: [name] }),
          excludes: options.filter((other) => other !== own),
        } as const,
      ]),
    ),
    help: `[!] --${name}-eq VALUE  is VALUE
--${name}-lt VALUE      is less
--${name}-gt VALUE      is greater`,
    check(given) {
      if (!options.some((own) => given.has(own))) parameterProblem(missing);
    },
    parse(values): HopLimitMatchInfo {
      for (const mode of ['eq', 'lt', 'gt'] as const) {
        // None of these options may be repeated, so there is one value or none.
        const given = values[`${name}-${mode}`] as Given<number> | undefined;
        if (given) return { mode: mode === 'eq' && given.invert ? 'ne' : mode, value: given.value };
      }
      throw new Error(`${name} without a comparison`);
    },
    print: ({ mode, value }) => `${title} match ${title} ${SIGNS[mode]} ${value}`,
    save: ({ mode, value }) =>
      mode === 'ne' ? `! --${name}-eq ${value}` : `--${name}-${mode} ${value}`,
    translate: ({ mode, value }) => `${field} ${NFT[mode]}${value}`,
    test({ mode, value }, { packet }) {
      const ttl = ttlOf(packet);
      switch (mode) {
        case 'eq':
          return ttl === value;
        case 'ne':
          return ttl !== value;
        case 'lt':
          return ttl < value;
        case 'gt':
          return ttl > value;
      }
    },
  });
}
