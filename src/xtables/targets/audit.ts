import { CONTINUE } from '../../kernel/nftables/context.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';

const TYPES = ['accept', 'drop', 'reject'] as const;

interface AuditInfo {
  readonly type: (typeof TYPES)[number];
}

/** nft's level for the audit subsystem. */
const LOGLEVEL_AUDIT = 8;

export const audit = defineTarget({
  name: 'AUDIT',
  options: {
    type: {
      type: 'string',
      required: true,
      read(text): AuditInfo['type'] {
        return (
          TYPES.find((type) => type === text.toLowerCase()) ??
          parameterProblem(`Bad action type value "${text}"`)
        );
      },
    },
  },
  help: '--type accept|drop|reject  what the audit record says happens to the packet',
  parse: (options): AuditInfo => ({ type: options.type.value }),
  print: ({ type }) => `AUDIT ${type}`,
  save: ({ type }) => `--type ${type}`,
  translate: () => 'log level audit',
  apply({ type }, { effects, packet, state }) {
    effects.log({ prefix: `audit ${type}`, level: LOGLEVEL_AUDIT, flags: 0, packet, state });
    return CONTINUE;
  },
});
