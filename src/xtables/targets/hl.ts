import { hopLimitTarget } from '../hop-limit-target.ts';

export const hl = hopLimitTarget('HL', 'ip6');
