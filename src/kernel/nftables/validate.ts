/** What the kernel refuses in chains and rules: the `init` and `validate` functions of its expressions. */
import { type Errno, KernelError } from '../../base/errors.ts';
import { itemKey, objectKey } from '../model.ts';
import type { ChainRecord, ChainType, Expr, Family, HookName, HookSpec } from './model.ts';
import type { ItemRef, RulesetContext } from './ruleset.ts';

const INET_HOOKS: readonly HookName[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const NAT_HOOKS: readonly HookName[] = ['prerouting', 'input', 'output', 'postrouting'];

/** Hooks by family and chain type (nft_chain_filter.c, nft_chain_nat.c, nft_chain_route.c). */
const CHAIN_TYPES: {
  readonly [F in Family]: { readonly [T in ChainType]?: readonly HookName[] };
} = {
  ip: { filter: INET_HOOKS, nat: NAT_HOOKS, route: ['output'] },
  ip6: { filter: INET_HOOKS, nat: NAT_HOOKS, route: ['output'] },
  inet: { filter: [...INET_HOOKS, 'ingress'], nat: NAT_HOOKS, route: ['output'] },
  arp: { filter: ['input', 'output'] },
  bridge: { filter: INET_HOOKS },
  netdev: { filter: ['ingress', 'egress'] },
};

/** nft_chain_parse_hook. */
export function checkBaseChain(family: Family, base: HookSpec): void {
  const hooks = CHAIN_TYPES[family][base.type];
  if (!hooks) throw new KernelError('ENOENT', 'chain type');
  if (!hooks.includes(base.hook)) throw new KernelError('EOPNOTSUPP', 'chain type');
  // nf_nat's own hooks run at -200 (conntrack); a nat chain may not come before it.
  if (base.type === 'nat' && base.priority <= -200) throw new KernelError('EOPNOTSUPP', 'priority');
}

/** nft_chain_validate: chains may nest 16 deep; a loop is deeper than that. */
export function checkChainLoops(ctx: RulesetContext, from: ItemRef): void {
  const walk = (name: string, depth: number): void => {
    if (depth >= 16) throw new KernelError('EMLINK');
    const key = itemKey(from.family, from.table, name);
    if (!ctx.ruleset.chains.has(key)) return;
    for (const rule of ctx.ruleset.rules(key).values())
      for (const expr of rule.exprs) {
        if (expr.op === 'verdict' && 'chain' in expr.verdict) walk(expr.verdict.chain, depth + 1);
      }
  };
  const base = ctx.ruleset.chains.get(itemKey(from.family, from.table, from.name))?.base;
  // Only what a base chain reaches is walked; loops among regular chains are found once one is reached.
  if (base) walk(from.name, 0);
}

const HOOKS_OF: { readonly [K in Expr['op']]?: readonly HookName[] } = {
  redir: ['prerouting', 'output'],
  masq: ['postrouting'],
  tproxy: ['prerouting'],
  synproxy: ['input', 'forward'],
};

const NAT_HOOKS_OF = {
  snat: ['postrouting', 'input'],
  dnat: ['prerouting', 'output'],
} as const;

const META_SETTABLE = new Set(['mark', 'priority', 'nftrace', 'secmark', 'pkttype', 'bri_broute']);
const CT_SETTABLE = new Set(['mark', 'label', 'zone', 'event', 'helper', 'secmark']);

/** Without an index it is the check at the end of a batch: the kernel then runs the batch a second time. */
function refuse(errno: Errno, index?: number): never {
  throw new KernelError(errno, index ?? 'validate');
}

/** The checks of one expression when a rule is made; `index` is its place in the rule. */
function checkExpr(
  ctx: RulesetContext,
  chain: Readonly<ChainRecord>,
  expr: Expr,
  index: number,
): void {
  const { family, table } = chain;
  switch (expr.op) {
    case 'verdict': {
      if (!('chain' in expr.verdict)) return;
      const target = ctx.ruleset.chains.get(itemKey(family, table, expr.verdict.chain));
      if (!target) refuse('ENOENT', index);
      if (target.base) refuse('EOPNOTSUPP', index);
      return;
    }
    case 'lookup':
    case 'objref map':
      if (!ctx.ruleset.sets.has(itemKey(family, table, expr.set))) refuse('ENOENT', index);
      return;
    case 'dynset': {
      const set = ctx.ruleset.sets.get(itemKey(family, table, expr.set));
      if (!set) refuse('ENOENT', index);
      if (set.flags.includes('constant')) refuse('EBUSY', index);
      if (set.flags.includes('object')) refuse('EOPNOTSUPP', index);
      if (expr.timeout !== undefined && !set.flags.includes('timeout')) refuse('EOPNOTSUPP', index);
      if (set.flags.includes('interval') && !set.flags.includes('concat'))
        refuse('EOPNOTSUPP', index);
      if (set.flags.includes('map') && expr.sregData === undefined && expr.how !== 'delete')
        refuse('EINVAL', index);
      return;
    }
    case 'objref':
      if (!ctx.ruleset.objects.has(objectKey(family, table, expr.type, expr.name)))
        refuse('ENOENT', index);
      return;
    case 'meta set':
      if (!META_SETTABLE.has(expr.key)) refuse('EOPNOTSUPP', index);
      return;
    case 'ct set':
      if (!CT_SETTABLE.has(expr.key)) refuse('EOPNOTSUPP', index);
      return;
    case 'ct':
      if (family === 'arp' || family === 'netdev') refuse('EPROTO', index);
      return;
    case 'limit':
      if (expr.rate === 0n) refuse('EINVAL', index);
      return;
    case 'numgen':
    case 'hash':
      if (expr.modulus < 1) refuse('ERANGE', index);
      return;
    case 'nat':
    case 'masq':
    case 'redir':
      if (chain.base && chain.base.type !== 'nat') refuse('EOPNOTSUPP');
      if (expr.op === 'nat') {
        const hooks: readonly HookName[] = NAT_HOOKS_OF[expr.type];
        if (chain.base && !hooks.includes(chain.base.hook)) refuse('EOPNOTSUPP');
      }
      break;
    default:
  }
  const path: readonly HookName[] = ['forward', 'output', 'postrouting'];
  const hooks = expr.op === 'rt' && expr.key === 'tcpmss' ? path : HOOKS_OF[expr.op];
  if (hooks && chain.base && !hooks.includes(chain.base.hook)) refuse('EOPNOTSUPP');
}

/** Checks a new rule's expressions; throws at the first that is refused. */
export function checkRule(
  ctx: RulesetContext,
  chain: Readonly<ChainRecord>,
  exprs: readonly Expr[],
): void {
  for (const [index, expr] of exprs.entries()) checkExpr(ctx, chain, expr, index);
}
