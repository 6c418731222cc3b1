import { hopLimitMatch } from '../hop-limit-match.ts';

export const ttl = hopLimitMatch({
  name: 'ttl',
  family: 'ip',
  field: 'ip ttl',
  missing: "TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt",
});
