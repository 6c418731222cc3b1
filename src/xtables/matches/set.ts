import { type CounterTest, matchIpset } from '../../kernel/ipset/lookup.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { type IpsetUse, readIpset, saveIpset } from '../ipset-use.ts';
import { wholeNumber } from '../numbers.ts';
import type { OptionCall } from '../options.ts';

interface SetInfo extends IpsetUse {
  readonly invert: boolean;
  readonly returnNomatch: boolean;
  /** `! --update-counters`, `! --update-subcounters`. */
  readonly keepCounters: boolean;
  readonly keepSubcounters: boolean;
  readonly packets?: CounterTest;
  readonly bytes?: CounterTest;
}

const U64 = 0xffffffffffffffffn;
const COUNTED = ['packets', 'bytes'] as const;
type Counted = (typeof COUNTED)[number];

function readSet(text: string, call: OptionCall): IpsetUse {
  if (call.seen('match-set')) parameterProblem('--match-set can be specified only once');
  return readIpset(text, call, '--match-set');
}

/** One of eq, lt and gt for packets or bytes. */
const counterOption = (what: Counted, op: 'eq' | 'lt' | 'gt') =>
  ({
    type: 'string',
    own: true,
    read(text: string, call: OptionCall): CounterTest {
      if ((['eq', 'lt', 'gt'] as const).some((other) => call.seen(`${what}-${other}`)))
        parameterProblem(`only one of the --${what}-[eq|lt|gt] is allowed`);
      if (call.invert && op !== 'eq') parameterProblem(`--${what}-${op} option cannot be inverted`);
      const value = wholeNumber(text, 0n, U64);
      if (value === undefined) parameterProblem(`Cannot parse ${text} as a counter value`);
      return { op: call.invert ? 'ne' : op, value };
    },
  }) as const;

/** The conditions after the set's name; `dash` is `--` in saved rules. */
function words(info: SetInfo, dash: string): string {
  let out = saveIpset(info);
  if (info.returnNomatch) out += ` ${dash}return-nomatch`;
  if (info.keepCounters) out += ` ! ${dash}update-counters`;
  if (info.keepSubcounters) out += ` ! ${dash}update-subcounters`;
  for (const what of COUNTED) {
    const test = info[what];
    if (test)
      out += `${test.op === 'ne' ? ' !' : ''} ${dash}${what}-${test.op === 'ne' ? 'eq' : test.op} ${test.value}`;
  }
  return out;
}

export const set = defineMatch({
  name: 'set',
  revision: 4,
  options: {
    'match-set': { type: 'string', own: true, read: readSet },
    set: {
      type: 'string',
      own: true,
      read(text: string, call: OptionCall) {
        call.env.warn('--set option deprecated, please use --match-set\n');
        return readSet(text, call);
      },
    },
    'return-nomatch': {
      type: 'none',
      own: true,
      read(_text: string, { invert }: OptionCall) {
        if (invert) parameterProblem('--return-nomatch flag cannot be inverted');
      },
    },
    'update-counters': { type: 'none', own: true },
    'update-subcounters': { type: 'none', own: true },
    'packets-eq': counterOption('packets', 'eq'),
    'packets-lt': counterOption('packets', 'lt'),
    'packets-gt': counterOption('packets', 'gt'),
    'bytes-eq': counterOption('bytes', 'eq'),
    'bytes-lt': counterOption('bytes', 'lt'),
    'bytes-gt': counterOption('bytes', 'gt'),
  },
  help: `[!] --match-set NAME src|dst[,...]  the set's dimensions, each from that end of the packet
--return-nomatch                    members marked nomatch match
! --update-counters, ! --update-subcounters  leave the counters of the member alone
[!] --packets-eq N, --packets-lt N, --packets-gt N, and the same with --bytes-`,
  check(given) {
    if (!given.has('match-set') && !given.has('set'))
      parameterProblem("You must specify `--match-set' with proper arguments");
  },
  parse(o): SetInfo {
    const chosen = o['match-set'] ?? o.set;
    if (!chosen) throw new Error('set match without a set');
    const packets = (o['packets-eq'] ?? o['packets-lt'] ?? o['packets-gt'])?.value;
    const bytes = (o['bytes-eq'] ?? o['bytes-lt'] ?? o['bytes-gt'])?.value;
    return {
      ...chosen.value,
      invert: chosen.invert,
      returnNomatch: o['return-nomatch'] !== undefined,
      keepCounters: o['update-counters']?.invert ?? false,
      keepSubcounters: o['update-subcounters']?.invert ?? false,
      ...(packets && { packets }),
      ...(bytes && { bytes }),
    };
  },
  print: (info) => `${info.invert ? '! ' : ''}match-set ${words(info, '')}`,
  save: (info) => `${info.invert ? '! ' : ''}--match-set ${words(info, '--')}`,
  ipsets: ({ set: name }) => [name],
  test(info, { lab, clock, rng, packet }) {
    const query = { packet, sources: info.sources };
    return (
      matchIpset({ lab, rng, now: clock.now() }, info.set, query, info).matched !== info.invert
    );
  },
});
