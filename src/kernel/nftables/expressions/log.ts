import { CONTINUE } from '../context.ts';
import { defineExpr } from './define.ts';

const WARNING = 4;
/** NF_LOG_*. */
const FLAG_WORDS = [
  [0x01, 'tcpseq'],
  [0x02, 'tcpopt'],
  [0x04, 'ipopt'],
  [0x08, 'uid'],
  [0x20, 'macdecode'],
] as const;

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
      for (const [bit, word] of FLAG_WORDS) if ((logflags ?? 0) & bit) words.push(word);
    }
    return words.join(' ');
  },
});
