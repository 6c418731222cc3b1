/** Every emulated tool. A bundle of one family imports its own table instead. */
import { tools as arptables } from './arptables/tools.ts';
import { tools as conntrack } from './conntrack/tools.ts';
import type { Tools } from './dispatch.ts';
import { tools as host } from './host/tools.ts';
import { tools as ipset } from './ipset/tools.ts';
import { tools as iptables } from './iptables/tools.ts';
import { tools as ipvsadm } from './ipvsadm/tools.ts';
import { tools as nft } from './nft/tools.ts';
import { tools as xtables } from './xtables/tools.ts';

export const tools: Tools = new Map([
  ...iptables,
  ...arptables,
  ...xtables,
  ...nft,
  ...ipvsadm,
  ...ipset,
  ...conntrack,
  ...host,
]);
