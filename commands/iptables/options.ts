/** The options of iptables itself, as do_parse in iptables' xshared.c knows them. */
import type { LongOption } from '../../src/base/getopt.ts';

/** The leading `-` keeps the order of words, `:` tells a missing argument from an unknown option. */
export const OPTSTRING = '-:A:C:D:E:F::I:L::M:N:P:VX::Z::c:d:i:j:o:p:s:t:vR:S::W::46fg:h::m:nw::x';

const long = (name: string, arg: LongOption['arg'], value: string): LongOption => ({
  name,
  arg,
  value,
});

export const BASE_OPTIONS: readonly LongOption[] = [
  long('append', 'required', 'A'),
  long('delete', 'required', 'D'),
  long('check', 'required', 'C'),
  long('insert', 'required', 'I'),
  long('replace', 'required', 'R'),
  long('list', 'optional', 'L'),
  long('list-rules', 'optional', 'S'),
  long('flush', 'optional', 'F'),
  long('zero', 'optional', 'Z'),
  long('new-chain', 'required', 'N'),
  long('delete-chain', 'optional', 'X'),
  long('rename-chain', 'required', 'E'),
  long('policy', 'required', 'P'),
  long('source', 'required', 's'),
  long('destination', 'required', 'd'),
  long('src', 'required', 's'),
  long('dst', 'required', 'd'),
  long('protocol', 'required', 'p'),
  long('in-interface', 'required', 'i'),
  long('jump', 'required', 'j'),
  long('table', 'required', 't'),
  long('match', 'required', 'm'),
  long('numeric', 'no', 'n'),
  long('out-interface', 'required', 'o'),
  long('verbose', 'no', 'v'),
  long('wait', 'optional', 'w'),
  long('wait-interval', 'optional', 'W'),
  long('exact', 'no', 'x'),
  long('fragments', 'no', 'f'),
  long('version', 'no', 'V'),
  long('help', 'optional', 'h'),
  long('line-numbers', 'no', '0'),
  long('modprobe', 'required', 'M'),
  long('set-counters', 'required', 'c'),
  long('goto', 'required', 'g'),
  long('ipv4', 'no', '4'),
  long('ipv6', 'no', '6'),
];

/** Options that are given once, under the names messages use, in the order they are checked. */
export const ONCE = {
  numeric: { commands: 'L', invertible: false },
  source: { commands: 'IDRAC', invertible: true },
  destination: { commands: 'IDRAC', invertible: true },
  protocol: { commands: 'IDRAC', invertible: true },
  jump: { commands: 'IDRAC', invertible: false },
  verbose: { commands: '', invertible: false },
  exact: { commands: 'L', invertible: false },
  'in-interface': { commands: 'IDRAC', invertible: true },
  'out-interface': { commands: 'IDRAC', invertible: true },
  'line-numbers': { commands: 'L', invertible: false },
  'set-counters': { commands: 'IRAP', invertible: false },
  fragments: { commands: 'IDRAC', invertible: true },
} as const;
export type OnceOption = keyof typeof ONCE;
