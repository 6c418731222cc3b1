import { rejectReset, rejectUnreachable } from '../../reject.ts';
import { defineExpr } from './define.ts';

/** NFT_REJECT_ICMPX_*: no-route, port-unreachable, host-unreachable, admin-prohibited. */
const ICMPX = { ip: [0, 3, 1, 13], ip6: [0, 4, 3, 1] } as const;
const TYPE_NUMBER = { icmp: 0, 'tcp-reset': 1, icmpx: 2 } as const;

export const reject = defineExpr({
  op: 'reject',
  evaluate({ type, code }, { packet, env, conntrack }) {
    if (type === 'tcp-reset') rejectReset(packet, env, conntrack);
    else if (packet.family !== undefined)
      rejectUnreachable(packet, type === 'icmp' ? code : (ICMPX[packet.family][code] ?? 3), env);
    return { code: 'drop' };
  },
  dump: ({ type, code }) => `reject type ${TYPE_NUMBER[type]} code ${code}`,
});
