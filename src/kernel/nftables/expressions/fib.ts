import { addresses } from '../../../packet/transport.ts';
import { isLimitedBroadcast, isLinkScoped, isMulticast, isZero } from '../../host/routes.ts';
import type { Flow, RouteType } from '../../routing.ts';
import { BREAK, CONTINUE, type EvalContext } from '../context.ts';
import type { ExprOf } from '../model.ts';
import { storeReg, storeU8, storeU32 } from '../registers.ts';
import { defineExpr } from './define.ts';
import { deviceName } from './meta.ts';

/** RTN_*. */
export const ROUTE_TYPE: { readonly [T in RouteType]: number } = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
};

type Expr = ExprOf<'fib'>;

function boundDevice({ flags }: Expr, { state }: EvalContext): string | undefined {
  if (flags.includes('iif')) return state.in?.name;
  if (flags.includes('oif')) return state.out?.name;
  return undefined;
}

/** The device the address is reached by, as nft_fib4_eval and nft_fib6_eval find it. */
function reachedBy(expr: Expr, ctx: EvalContext): string | undefined {
  const { packet, state, env, hook } = ctx;
  if (hook === 'prerouting' && state.in?.kind === 'loopback') return state.in.name;
  const { src, dst } = addresses(packet);
  const byDestination = expr.flags.includes('daddr');
  const asked = byDestination ? dst : src;
  // A host that asks for its address has none yet: its packet came the right way.
  if (isZero(src) && (isLimitedBroadcast(dst) || isMulticast(dst))) return state.in?.name;
  const bound = boundDevice(expr, ctx) ?? (isLinkScoped(asked) ? state.in?.name : undefined);
  const flow: Flow = {
    dst: asked,
    src: byDestination ? src : dst,
    mark: expr.flags.includes('mark') ? packet.mark : 0,
    iif: undefined,
    oif: bound,
  };
  const route = env.routing.lookup(flow);
  if (route?.type !== 'unicast') return undefined;
  return bound === undefined || route.dev.name === bound ? route.dev.name : undefined;
}

export const fib = defineExpr({
  op: 'fib',
  evaluate(expr, ctx) {
    const { packet, registers, env } = ctx;
    if (packet.family === undefined) return BREAK;
    if (expr.result === 'type') {
      const { src, dst } = addresses(packet);
      const address = expr.flags.includes('saddr') ? src : dst;
      storeU32(
        registers,
        expr.dreg,
        ROUTE_TYPE[env.routing.addressType(address, boundDevice(expr, ctx))],
      );
      return CONTINUE;
    }
    const name = reachedBy(expr, ctx);
    if (expr.flags.includes('present')) storeU8(registers, expr.dreg, name === undefined ? 0 : 1);
    else if (expr.result === 'oifname') storeReg(registers, expr.dreg, deviceName(name ?? ''));
    else {
      const device = name === undefined ? undefined : env.routing.device(name);
      storeU32(registers, expr.dreg, device?.index ?? 0);
    }
    return CONTINUE;
  },
  dump({ result, flags, dreg }) {
    const present = flags.includes('present') ? ' present' : '';
    const words = flags.filter((flag) => flag !== 'present').join(' . ');
    return `fib ${words} ${result}${present} => reg ${dreg}`;
  },
});
