import { hopLimitMatch } from '../hop-limit-match.ts';

export const hl = hopLimitMatch({
  name: 'hl',
  family: 'ip6',
  field: 'ip6 hoplimit',
  missing: "HL match: You must specify one of `--hl-eq', `--hl-lt', `--hl-gt'",
});
