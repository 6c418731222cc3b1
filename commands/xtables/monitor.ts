/** xtables-monitor -e: the changes of rulesets as iptables commands (iptables' xtables-monitor.c). */
import { NotEmulated } from '../../src/base/errors.ts';
import { Getopt, type LongOption } from '../../src/base/getopt.ts';
import { parseHosts } from '../../src/base/hosts.ts';
import {
  asRulesetEvent,
  type RulesetChange,
  type RulesetEvent,
} from '../../src/kernel/nftables/events.ts';
import type { ChainRecord, Family, TableRecord } from '../../src/kernel/nftables/model.ts';
import { liftRule } from '../../src/xtables/lift.ts';
import type { XtFamily } from '../../src/xtables/names.ts';
import { saveRule } from '../../src/xtables/save.ts';
import { arpBackend } from '../arptables/backend.ts';
import { arpWords } from '../arptables/words.ts';
import { readable } from '../iptables/listing.ts';
import { VERSION } from '../iptables/program.ts';
import type { Call } from '../tool.ts';

const LONG: readonly LongOption[] = [
  { name: 'counters', arg: 'no', value: 'c' },
  { name: 'trace', arg: 'no', value: 't' },
  { name: 'event', arg: 'no', value: 'e' },
  { name: 'ipv4', arg: 'no', value: '4' },
  { name: 'ipv6', arg: 'no', value: '6' },
  { name: 'version', arg: 'no', value: 'V' },
  { name: 'help', arg: 'no', value: 'h' },
];

const HELP = `xtables-monitor ${VERSION} (nf_tables)
Usage: xtables-monitor [ -t | -e ]
        --trace    -t    trace ruleset traversal of packets tagged via -j TRACE rule
        --event    -e    show events that modify the ruleset
Optional arguments:
        --ipv4     -4    only monitor IPv4
        --ipv6     -6    only monitor IPv6
\t--counters -c    show counters in rules
`;

/** Milliseconds; a store that answers nothing after so long has nobody left to commit. */
const FOREVER = 2 ** 31 - 1;

/** The process name the kernel keeps has so many characters. */
const COMM = 15;

interface Wanted {
  readonly family: Family | undefined;
  readonly counters: boolean;
}

function parse({ argv, stdout, stderr }: Call): Wanted | number {
  const getopt = new Getopt(argv, ':cteVh46');
  let wanted: Wanted = { family: undefined, counters: false };
  let events = false;
  let trace = false;
  for (let parsed = getopt.next(LONG); parsed; parsed = getopt.next(LONG)) {
    if (parsed.kind !== 'option') {
      stderr.write(
        `xtables-monitor ${VERSION}: Bad argument.\nTry \`xtables-monitor -h' for more information.\n`,
      );
      return 2;
    }
    const { value } = parsed;
    if (value === 'V') {
      stdout.write(`xtables-monitor ${VERSION}\n`);
      return 0;
    }
    if (value === 'h') return help(stdout);
    if (value === '4' || value === '6')
      wanted = { ...wanted, family: value === '4' ? 'ip' : 'ip6' };
    if (value === 'c') wanted = { ...wanted, counters: true };
    if (value === 'e') events = true;
    if (value === 't') trace = true;
  }
  if (trace) throw new NotEmulated('xtables-monitor -t');
  return events ? wanted : help(stdout);
}

function help(stdout: Call['stdout']): number {
  stdout.write(HELP);
  return 1;
}

const tableText = ({ name, family, flags, handle }: Readonly<TableRecord>, use: number): string => {
  if (flags.length > 0) throw new NotEmulated('xtables-monitor of tables with flags');
  return `${name} ${family} flags 0 use ${use} handle ${handle}`;
};

function chainText(chain: Readonly<ChainRecord>, use: number, type: RulesetChange['type']): string {
  const { family, table, name, base, policy, counters } = chain;
  const head = `${family} ${table} ${name} use ${use}`;
  if (!base || type === 'delete') return head;
  const { packets, bytes } = counters ?? { packets: 0n, bytes: 0n };
  if (base.devices.length > 0) throw new NotEmulated('xtables-monitor of chains on devices');
  return `${head} type ${base.type} hook ${base.hook} prio ${base.priority} policy ${policy ?? 'accept'} packets ${packets} bytes ${bytes} flags 1`;
}

const PROGRAMS = new Map<Family, string>([
  ['ip', 'iptables'],
  ['ip6', 'ip6tables'],
  ['arp', 'arptables'],
]);

class Monitor {
  readonly #call: Call;
  readonly #wanted: Wanted;

  constructor(call: Call, wanted: Wanted) {
    this.#call = call;
    this.#wanted = wanted;
  }

  show({ generation, process, changes }: RulesetEvent): void {
    if (!changes) throw new NotEmulated('xtables-monitor of batches this large');
    const { stdout } = this.#call;
    for (const [change, use] of changes) {
      const { family } = change.what === 'rule' ? change : change.record;
      if (this.#wanted.family !== undefined && this.#wanted.family !== family) continue;
      const text = this.#text(change, use);
      if (text !== undefined) stdout.write(` EVENT: ${text}\n`);
    }
    // All commands are one process to nft, too.
    stdout.write(`NEWGEN: GENID=${generation} PID=1 NAME=${process.slice(0, COMM)}\n`);
    stdout.flush?.();
  }

  #text(change: RulesetChange, use: number): string | undefined {
    const sign = change.type === 'new' ? 'NEW' : 'DEL';
    if (change.what === 'table')
      return `nft: ${sign} table: table ${tableText(change.record, use)}`;
    if (change.what === 'rule') return this.#rule(change);
    const { family, table, name, base } = change.record;
    const program = family === 'arp' ? undefined : PROGRAMS.get(family);
    if (program !== undefined && change.type === 'delete')
      return `${program} -t ${table} -X ${name}`;
    if (program !== undefined && !base) return `${program} -t ${table} -N ${name}`;
    return `nft: ${sign} chain: ${chainText(change.record, use, change.type)}`;
  }

  #rule(change: RulesetChange & { readonly what: 'rule' }): string | undefined {
    const { family, table, chain, type } = change;
    const program = PROGRAMS.get(family);
    if (program === undefined) {
      this.#call.stderr.write('libxtables: unhandled NFPROTO in xtables_set_nfproto\n');
      return undefined;
    }
    const { counters, words } = this.#words(change);
    const counted = this.#wanted.counters ? ` [${counters.packets}:${counters.bytes}]` : '';
    return `${program} -t ${table}${counted} -${type === 'new' ? 'A' : 'D'} ${chain}${words}`;
  }

  #words({ family, record }: RulesetChange & { readonly what: 'rule' }): {
    readonly counters: { readonly packets: bigint; readonly bytes: bigint };
    readonly words: string;
  } {
    const { store, wall, stderr } = this.#call;
    const hosts = parseHosts(this.#call.hosts);
    if (family === 'arp') {
      const { rule } = store.read((lab) => arpBackend(lab, wall).lift(record));
      const manner = { numeric: true, verbose: false, hosts };
      return { counters: rule.counters, words: ` ${arpWords(rule, manner)}` };
    }
    const xt: XtFamily = family === 'ip6' ? 'ip6' : 'ip';
    const interfaces = store.read((lab) => lab.host.get().interfaces);
    const lifted = liftRule(xt, record, (i) => interfaces.find(({ index }) => index === i)?.name);
    const rule = readable(lifted, { stderr });
    return {
      counters: rule.counters,
      words: saveRule(rule, { warn: (text) => stderr.write(text) }),
    };
  }
}

/** The program: prints each batch as it is committed, until the store says that no more will be. */
export function monitor(call: Call): number {
  const wanted = parse(call);
  if (typeof wanted === 'number') return wanted;
  const shown = new Monitor(call, wanted);
  const { store } = call;
  let { serial } = store;
  for (;;) {
    const commits = store.follow(serial, FOREVER);
    if (commits.length === 0) return 0;
    for (const { events } of commits)
      for (const record of events) {
        const event = asRulesetEvent(record);
        if (event) shown.show(event);
      }
    serial = commits.at(-1)?.serial ?? serial;
  }
}
