import { le } from '../../../base/bytes.ts';
import { addresses } from '../../../packet/transport.ts';
import { routeOf } from '../../routing.ts';
import { BREAK, CONTINUE } from '../context.ts';
import { storeReg } from '../registers.ts';
import { defineExpr } from './define.ts';

/** Bytes of the smallest IP and TCP headers, which the path's MTU has to hold beside the segment. */
const HEADERS = { ip: 40, ip6: 60 } as const;
/** RTAX_ADVMSS when nothing says otherwise. */
const MIN_ADVMSS = 536;

export const rt = defineExpr({
  op: 'rt',
  evaluate({ key, dreg }, { packet, registers, env }) {
    const route = routeOf(packet);
    if (!route || packet.family === undefined) return BREAK;
    switch (key) {
      case 'classid':
        storeReg(registers, dreg, le(route.realm, 4));
        return CONTINUE;
      case 'nexthop4':
      case 'nexthop6':
        if ((packet.family === 'ip') !== (key === 'nexthop4')) return BREAK;
        storeReg(registers, dreg, route.via ?? addresses(packet).dst);
        return CONTINUE;
      case 'tcpmss': {
        const headers = HEADERS[packet.family];
        const advmss = route.advmss ?? Math.max(route.dev.mtu - headers, MIN_ADVMSS);
        // The way back counts, too (get_tcpmss).
        const { src, dst } = addresses(packet);
        const back = env.routing.lookup({ dst: src, src: dst, mark: 0, iif: undefined });
        const mss = Math.min(advmss, route.mtu - headers, (back?.mtu ?? 65_535) - headers);
        storeReg(registers, dreg, le(Math.max(0, mss), 2));
        return CONTINUE;
      }
      case 'ipsec':
        storeReg(registers, dreg, le(0, 1));
        return CONTINUE;
    }
  },
  dump: ({ key, dreg }) => `rt load ${key} => reg ${dreg}`,
});
