import { CONTINUE } from '../context.ts';
import { defineExpr } from './define.ts';

const WARNING = 4;

export const log = defineExpr({
  op: 'log',
  evaluate(
    { prefix = '', level = WARNING, logflags = 0, group, snaplen },
    { packet, effects, state },
  ) {
    effects.log({
      prefix,
      level,
      flags: logflags,
      packet,
      state,
      ...(group !== undefined && { group }),
      ...(snaplen !== undefined && { snaplen }),
    });
    return CONTINUE;
  },
  dump({ prefix, level, logflags, group, snaplen, qthreshold }) {
    const words = ['log'];
    if (prefix !== undefined) words.push(`prefix ${prefix}`);
    if (group !== undefined)
      words.push(`group ${group} snaplen ${snaplen ?? 0} qthreshold ${qthreshold ?? 0}`);
    else {
      if (level !== undefined) words.push(`level ${level}`);
      if (logflags !== undefined) words.push(`flags ${logflags}`);
    }
    return words.join(' ');
  },
});
