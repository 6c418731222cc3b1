import { hopLimitTarget } from '../hop-limit-target.ts';

export const ttl = hopLimitTarget('TTL', 'ip');
