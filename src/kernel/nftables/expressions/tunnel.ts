import { NotEmulated } from '../../../base/errors.ts';
import { BREAK } from '../context.ts';
import { defineExpr } from './define.ts';

// No packet here ever came out of IPsec or a metadata tunnel.
export const xfrm = defineExpr({
  op: 'xfrm',
  evaluate: () => BREAK,
  dump: ({ dir, key, spnum, dreg }) => `xfrm load ${dir} ${spnum} ${key} => reg ${dreg}`,
});

export const tunnel = defineExpr({
  op: 'tunnel',
  evaluate: () => BREAK,
  dump: ({ key, dreg }) => `tunnel load ${key} => reg ${dreg}`,
});

const INNER_TYPE = { vxlan: 1, geneve: 2, gre: 0, gretap: 0 } as const;

export const inner = defineExpr({
  op: 'inner',
  evaluate({ type }) {
    throw new NotEmulated(`matching inside ${type}`);
  },
  dump: ({ type, hdrsize, flags, expr }, dump) =>
    `inner type ${INNER_TYPE[type]} hdrsize ${hdrsize} flags ${flags.toString(16)} [ ${dump(expr)} ]`,
});
