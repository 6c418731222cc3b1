import { packetLength } from '../../../packet/packet.ts';
import { CONTINUE } from '../context.ts';
import { defineExpr } from './define.ts';

export const counter = defineExpr({
  op: 'counter',
  evaluate(expr, ctx) {
    ctx.keep();
    expr.packets += 1n;
    expr.bytes += BigInt(packetLength(ctx.packet));
    return CONTINUE;
  },
  dump: ({ packets, bytes }) => `counter pkts ${packets} bytes ${bytes}`,
});
