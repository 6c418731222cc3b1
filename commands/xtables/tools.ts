/** Programs of iptables that are for more than one family, and those around them. */
import type { Tools } from '../dispatch.ts';
import { apply } from './apply.ts';
import { multi } from './multi.ts';

export const tools: Tools = new Map([
  ['iptables-apply', apply('ip')],
  ['ip6tables-apply', apply('ip6')],
  ['xtables-nft-multi', multi(new Map())],
]);
