import { hopLimitTarget } from '../hop-limit.ts';

export const hl = hopLimitTarget('HL', 'ip6');
