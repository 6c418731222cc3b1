import { conntrackOf } from '../../kernel/netfilter.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { leadingNumber } from '../numbers.ts';
import type { OptionCall } from '../options.ts';

interface ConnlabelInfo {
  readonly bit: number;
  readonly invert: boolean;
  readonly set: boolean;
}

/** Labels of a connection. */
const BITS = 128;
/** The lab has no file of label names, as a minimal installation has none. */
const WARNING = 'Warning: cannot open /etc/xtables/connlabel.conf: No such file or directory\n';

function readLabel(text: string, call: OptionCall): number {
  const number = leadingNumber(text);
  if (number?.rest === '' && number.value <= 0xffffn) return Number(number.value);
  call.env.warn(WARNING);
  return parameterProblem(`label '${text}' not found or invalid value`);
}

export const connlabel = defineMatch({
  name: 'connlabel',
  options: {
    label: { type: 'string', required: true, invertible: true, read: readLabel },
    set: { type: 'none' },
  },
  help: `[!] --label NUMBER  the connection has this label, 0 to 127
--set               give it the label first`,
  parse: ({ label, set }): ConnlabelInfo => ({
    bit: label.value,
    invert: label.invert,
    set: set !== undefined,
  }),
  print({ bit, invert, set }, { warn }) {
    warn?.(WARNING);
    return `connlabel${invert ? ' !' : ''} ${bit}${set ? ' set' : ''}`;
  },
  save({ bit, invert, set }, { warn }) {
    warn?.(WARNING);
    return `${invert ? '! ' : ''}--label "${bit}"${set ? ' --set' : ''}`;
  },
  translate({ bit, invert, set }, { warn }) {
    warn?.(WARNING);
    const test = invert ? `ct label and ${bit} != ${bit}` : `ct label ${bit}`;
    return set ? `ct label set ${bit} ${test}` : test;
  },
  refuse: ({ bit }) => (bit >= BITS ? 'ERANGE' : undefined),
  conntrack: true,
  test({ bit, invert, set }, { packet }) {
    const connection = conntrackOf(packet);
    if (!connection) return invert;
    const flag = 1n << BigInt(bit);
    const labels = connection.entry.labels ?? 0n;
    if (set && !(labels & flag)) connection.edit().labels = labels | flag;
    return (set || (labels & flag) !== 0n) !== invert;
  },
});
