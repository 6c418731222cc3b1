import { conntrackOf } from '../../kernel/netfilter.ts';
import { defineMatch } from '../define.ts';
import { quoteSaved } from '../quote.ts';

interface HelperInfo {
  /** Empty for any. */
  readonly name: string;
  readonly invert: boolean;
}

const NAME_MAX = 29;

export const helper = defineMatch({
  name: 'helper',
  options: { helper: { type: 'string', required: true, invertible: true, keep: NAME_MAX } },
  help: '[!] --helper NAME  the packet belongs to a connection, or to the child of one, of this conntrack helper',
  parse: ({ helper: { value, invert } }): HelperInfo => ({ name: value, invert }),
  print: ({ name, invert }) => `helper match ${invert ? '! ' : ''}"${name}"`,
  save: ({ name, invert }) =>
    `${invert ? '! ' : ''}--helper ${name === '' ? '""' : quoteSaved(name)}`,
  translate: ({ name, invert }) => `ct helper ${invert ? '!= ' : ''}"${name}"`,
  conntrack: true,
  test({ name, invert }, { packet, lab }) {
    // helper_mt: the master's helper; without a master the connection is not helped, which `!` matches.
    const connection = conntrackOf(packet);
    const master = connection?.entry.master;
    const found = master === undefined ? undefined : lab.conntrack.get(master)?.helper;
    if (found === undefined) return invert;
    return (name === '' || found === name) !== invert;
  },
});
