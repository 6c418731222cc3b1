import { CONTINUE } from '../../kernel/nftables/context.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';

interface ClassifyInfo {
  /** Major number in the high half. */
  readonly priority: number;
}

/** As sscanf("%x:%x"): what follows the second number does not matter. */
function readClass(text: string): number {
  const match = /^\s*(?:0[xX])?([0-9a-fA-F]+):\s*(?:0[xX])?([0-9a-fA-F]+)/.exec(text);
  if (!match) parameterProblem(`Bad class value "${text}"`);
  const [major, minor] = [match[1], match[2]].map(
    (hex) => Number.parseInt(hex ?? '0', 16) & 0xffff,
  );
  return (((major ?? 0) << 16) | (minor ?? 0)) >>> 0;
}

const major = (priority: number): string => (priority >>> 16).toString(16);
const minor = (priority: number): string => (priority & 0xffff).toString(16);

const ROOT = 0xffffffff;

export const classify = defineTarget({
  name: 'CLASSIFY',
  options: { 'set-class': { type: 'string', required: true, read: readClass } },
  help: '--set-class MAJOR:MINOR  traffic class (skb priority), both in hex',
  parse: (options): ClassifyInfo => ({ priority: options['set-class'].value }),
  print: ({ priority }) => `CLASSIFY set ${major(priority)}:${minor(priority)}`,
  save: ({ priority }) =>
    `--set-class ${major(priority).padStart(4, '0')}:${minor(priority).padStart(4, '0')}`,
  translate({ priority }) {
    if (priority === ROOT) return 'meta priority set root';
    if (priority === 0) return 'meta priority set none';
    return `meta priority set ${major(priority)}:${minor(priority)}`;
  },
  demands: { hooks: ['output', 'forward', 'postrouting'] },
  apply({ priority }, { packet }) {
    packet.priority = priority;
    return CONTINUE;
  },
});
