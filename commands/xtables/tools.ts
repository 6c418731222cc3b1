/** Programs of iptables that are for more than one family, and those around them. */
import type { Tools } from '../dispatch.ts';
import { apply } from './apply.ts';
import { monitor } from './monitor.ts';
import { multi } from './multi.ts';

export const tools: Tools = new Map([
  ['iptables-apply', apply('ip')],
  ['ip6tables-apply', apply('ip6')],
  ['xtables-monitor', monitor],
  ['xtables-nft-multi', multi(new Map([['xtables-monitor', monitor]]))],
]);
