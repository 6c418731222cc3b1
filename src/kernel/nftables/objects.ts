/** Stateful objects at work: what a rule that names one does (nft_objref_eval). */
import { NotEmulated } from '../../base/errors.ts';
import { protocolByName } from '../../base/netdb.ts';
import { conntrackOf } from '../netfilter.ts';
import { CONTINUE, type EvalContext, type ExprResult } from './context.ts';
import type { ObjectRecord, PlainRecord } from './model.ts';

/** Evaluates the object with that key; throws when the ruleset has lost it. */
export function evaluateObject(key: string, ctx: EvalContext): ExprResult {
  const object = ctx.ruleset.objects.get(key);
  if (!object) throw new Error(`rule refers to missing object "${key}"`);
  if (object.expr) return ctx.run(object.expr, () => ctx.ruleset.objects.edit(key));
  return applyConntrack(object, ctx);
}

const number = (config: PlainRecord, name: string): number => Number(config[name] ?? 0);

function applyConntrack(object: Readonly<ObjectRecord>, ctx: EvalContext): ExprResult {
  const { config = {}, type, name } = object;
  const connection = conntrackOf(ctx.packet);
  switch (type) {
    case 'ct helper':
      if (connection && !connection.confirmed)
        ctx.conntrack.assignHelper(ctx.packet, String(config.helper), ctx.env);
      return CONTINUE;
    case 'ct timeout':
      if (connection && !connection.confirmed)
        ctx.conntrack.assignTimeout(ctx.packet, name, timeoutPolicy(config), ctx.env);
      return CONTINUE;
    case 'ct expectation': {
      if (!connection) return { code: 'break' };
      const verdict = ctx.conntrack.expect(
        ctx.packet,
        {
          proto: protocolByName(String(config.protocol))?.number ?? 0,
          dport: number(config, 'dport'),
          timeoutMs: number(config, 'timeout'),
          size: number(config, 'size'),
        },
        ctx.env,
      );
      return verdict.code === 'accept' ? CONTINUE : verdict;
    }
    default:
      throw new NotEmulated(`object of type ${type}`);
  }
}

/** Pairs of a state and its seconds, as nft keeps them. */
function timeoutPolicy({ policy }: PlainRecord): { [state: string]: number } {
  const pairs = Array.isArray(policy) ? policy : [];
  const entries = pairs.flatMap((pair): [string, number][] =>
    Array.isArray(pair) ? [[String(pair[0]), Number(pair[1])]] : [],
  );
  return Object.fromEntries(entries);
}
