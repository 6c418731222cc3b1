import { NotEmulated } from '../../../base/errors.ts';
import { addresses } from '../../../packet/transport.ts';
import type { NatRange } from '../../netfilter.ts';
import type { EvalContext } from '../context.ts';
import { CONTINUE } from '../context.ts';
import type { ExprOf, Reg } from '../model.ts';
import { loadBe, loadReg } from '../registers.ts';
import { defineExpr } from './define.ts';

/** NF_NAT_RANGE_*. */
const MAP_IPS = 1;
const PROTO_SPECIFIED = 2;
const NETMAP = 64;

interface Registers {
  readonly addrMin?: Reg;
  readonly addrMax?: Reg;
  readonly protoMin?: Reg;
  readonly protoMax?: Reg;
  readonly flags: number;
}

function rangeOf(expr: Registers, ctx: EvalContext, addressLength: number): NatRange {
  const address = (reg: Reg) => loadReg(ctx.registers, reg, addressLength);
  const port = (reg: Reg) => loadBe(ctx.registers, reg, 2);
  const { addrMin, addrMax, protoMin, protoMax } = expr;
  return {
    flags:
      expr.flags |
      (addrMin === undefined ? 0 : MAP_IPS) |
      (protoMin === undefined ? 0 : PROTO_SPECIFIED),
    ...(addrMin !== undefined && {
      minAddr: address(addrMin),
      maxAddr: address(addrMax ?? addrMin),
    }),
    ...(protoMin !== undefined && { minPort: port(protoMin), maxPort: port(protoMax ?? protoMin) }),
  };
}

/** nft_nat_setup_netmap: the network part from the range, the host part from the packet. */
function netmap(range: NatRange, own: Uint8Array): NatRange {
  const { minAddr, maxAddr } = range;
  if (!minAddr || !maxAddr) return range;
  const mapped = own.map((byte, i) => {
    const low = minAddr[i] ?? 0;
    const host = low ^ (maxAddr[i] ?? 0);
    return (byte & host) | (low & ~host & 0xff);
  });
  return { ...range, minAddr: mapped, maxAddr: mapped };
}

function dumpRange(expr: Registers): string {
  const words: string[] = [];
  if (expr.addrMin !== undefined) words.push(`addr_min reg ${expr.addrMin}`);
  if (expr.addrMax !== undefined) words.push(`addr_max reg ${expr.addrMax}`);
  if (expr.protoMin !== undefined) words.push(`proto_min reg ${expr.protoMin}`);
  if (expr.protoMax !== undefined) words.push(`proto_max reg ${expr.protoMax}`);
  if (expr.flags !== 0) words.push(`flags 0x${expr.flags.toString(16)}`);
  return words.map((word) => ` ${word}`).join('');
}

export const nat = defineExpr({
  op: 'nat',
  evaluate(expr, ctx) {
    // An inet chain's rule for the other family does nothing.
    if (expr.family !== ctx.packet.family) return CONTINUE;
    const range = rangeOf(expr, ctx, expr.family === 'ip' ? 4 : 16);
    const { src, dst } = addresses(ctx.packet);
    const own = expr.type === 'snat' ? src : dst;
    return ctx.conntrack.nat.setup(
      ctx.packet,
      expr.flags & NETMAP ? netmap(range, own) : range,
      expr.type === 'snat' ? 'src' : 'dst',
      ctx.env,
    );
  },
  dump: (expr: ExprOf<'nat'>) => `nat ${expr.type} ${expr.family}${dumpRange(expr)}`,
});

export const masq = defineExpr({
  op: 'masq',
  evaluate: (expr, ctx) =>
    ctx.conntrack.nat.masquerade(ctx.packet, rangeOf(expr, ctx, 0), ctx.state, ctx.env),
  dump: (expr) => `masq${dumpRange(expr)}`,
});

export const redir = defineExpr({
  op: 'redir',
  evaluate: (expr, ctx) =>
    ctx.conntrack.nat.redirect(ctx.packet, rangeOf(expr, ctx, 0), ctx.state, ctx.env),
  dump: (expr) => `redir${dumpRange(expr)}`,
});

export const flow = defineExpr({
  op: 'flow',
  evaluate() {
    throw new NotEmulated('flow add');
  },
  dump: ({ table }) => `flow_offload flowtable ${table}`,
});
