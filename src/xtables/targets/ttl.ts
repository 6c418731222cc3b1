import { hopLimitTarget } from '../hop-limit.ts';

export const ttl = hopLimitTarget('TTL', 'ip');
