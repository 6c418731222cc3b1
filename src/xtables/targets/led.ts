import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { wholeUint } from '../numbers.ts';
import { quoteSaved } from '../quote.ts';

interface LedInfo {
  readonly id: string;
  /** Milliseconds the LED stays on; undefined for ever. */
  readonly delay: number | undefined;
  readonly alwaysBlink: boolean;
}

/** The trigger's name begins with it in the kernel. */
const ID_MAX = 27 - 'netfilter-'.length;
const delayWord = (delay: number | undefined): string => (delay === undefined ? 'inf' : `${delay}`);

export const led = defineTarget({
  name: 'LED',
  options: {
    'led-trigger-id': { type: 'string', required: true, min: 0, keep: ID_MAX },
    'led-delay': {
      type: 'string',
      read(text): number | undefined {
        if (text.toLowerCase() === 'inf') return undefined;
        return wholeUint(text) ?? parameterProblem(`Bad value for --led-delay: "${text}"`);
      },
    },
    'led-always-blink': { type: 'none' },
  },
  help: `--led-trigger-id NAME  of the LED trigger
--led-delay MS|inf     how long it stays on (0)
--led-always-blink     blink on each packet, even if it is on`,
  parse(options): LedInfo {
    const delay = options['led-delay'];
    return {
      id: options['led-trigger-id'].value,
      delay: delay ? delay.value : 0,
      alwaysBlink: options['led-always-blink'] !== undefined,
    };
  },
  print: ({ id, delay, alwaysBlink }) =>
    `led-trigger-id:"${id}" led-delay:${delay === undefined ? 'inf' : `${delay}ms`}${alwaysBlink ? ' led-always-blink' : ''}`,
  save: ({ id, delay, alwaysBlink }) =>
    [
      `--led-trigger-id ${quoteSaved(id)}`,
      ...(delay === 0 ? [] : [`--led-delay ${delayWord(delay)}`]),
      ...(alwaysBlink ? ['--led-always-blink'] : []),
    ].join(' '),
});
