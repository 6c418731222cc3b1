import { NotEmulated } from '../../../base/errors.ts';
import { duplicate } from '../../duplicate.ts';
import { BREAK, CONTINUE, type EvalContext } from '../context.ts';
import type { Reg } from '../model.ts';
import { loadReg, loadU32 } from '../registers.ts';
import { defineExpr } from './define.ts';

const deviceIn = (reg: Reg, { registers, env }: EvalContext) =>
  env.routing.deviceByIndex(loadU32(registers, reg));

export const dup = defineExpr({
  op: 'dup',
  evaluate({ addr, dev }, ctx) {
    const { packet, registers, state, env } = ctx;
    if (addr === undefined) {
      const device = dev === undefined ? undefined : deviceIn(dev, ctx);
      if (device) ctx.effects.transmit(packet, device);
      return CONTINUE;
    }
    const gateway = loadReg(registers, addr, packet.family === 'ip' ? 4 : 16);
    const out = dev === undefined ? undefined : deviceIn(dev, ctx)?.name;
    duplicate(packet, gateway, out, state, env);
    return CONTINUE;
  },
  dump({ addr, dev }) {
    const words = ['dup'];
    if (addr !== undefined) words.push(`sreg_addr ${addr}`);
    if (dev !== undefined) words.push(`sreg_dev ${dev}`);
    return words.join(' ');
  },
});

export const fwd = defineExpr({
  op: 'fwd',
  evaluate({ dev, addr }, ctx) {
    const device = deviceIn(dev, ctx);
    if (!device) return BREAK;
    if (addr !== undefined) throw new NotEmulated('fwd to an address');
    ctx.effects.transmit(ctx.packet, device);
    return { code: 'stolen' };
  },
  dump({ dev, addr, family }) {
    const tail =
      addr === undefined ? '' : ` sreg_addr ${addr} nfproto ${family === 'ip6' ? 10 : 2}`;
    return `fwd sreg_dev ${dev}${tail}`;
  },
});

export const queue = defineExpr({
  op: 'queue',
  evaluate({ num = 0, total = 1, sreg, flags }, ctx) {
    const bypass = flags.includes('bypass');
    if (sreg !== undefined)
      return { code: 'queue', num: loadU32(ctx.registers, sreg) & 0xffff, bypass };
    // Fanout takes the number of the processor, which is 0 here; else a hash spreads connections.
    const spread = total > 1 && !flags.includes('fanout') ? ctx.rng.u32() % total : 0;
    return { code: 'queue', num: num + spread, bypass };
  },
  dump({ num, total = 1, sreg, flags }) {
    const words = ['queue'];
    if (sreg !== undefined) words.push(`sreg_qnum ${sreg}`);
    else words.push(`num ${num ?? 0}${total > 1 ? `-${(num ?? 0) + total - 1}` : ''}`);
    words.push(...flags);
    return words.join(' ');
  },
});

export const synproxy = defineExpr({
  op: 'synproxy',
  evaluate({ mss, wscale, flags }, { packet, state, env, conntrack }) {
    return conntrack.synproxy(packet, { mss, wscale, flags }, state, env);
  },
  dump: ({ mss, wscale }) => `synproxy mss ${mss} wscale ${wscale}`,
});
