/** Rules as people know them: their text, in the language of the tool that would list them, and their counters. */
import type { Ruleset } from '../../src/kernel/model.ts';
import { dispatch } from '../dispatch.ts';
import { Gathered } from '../shell.ts';
import type { NflabPorts } from './ports.ts';

/** Which rule: its place among the rules of its chain, from 1, and its handle. */
export interface RuleAddress {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly legacy: boolean;
  readonly position: number;
  readonly handle: number;
}

/** Tables iptables knows; rules elsewhere are nft's. */
const XTABLES = new Set(['raw', 'mangle', 'nat', 'filter', 'security']);

export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

/** A rule by its handle, or, without one, the policy of its chain. */
type CountAddress = Pick<RuleAddress, 'family' | 'table' | 'chain' | 'legacy'> & {
  readonly rule?: { readonly handle: number };
};

/** Answers for the lab as it is now; each chain is listed once. */
export class RuleFacts {
  private readonly ports: NflabPorts;
  private readonly listings = new Map<string, readonly string[]>();
  private readonly counts = new Map<string, ReadonlyMap<number, Count>>();

  constructor(ports: NflabPorts) {
    this.ports = ports;
  }

  /** Undefined when no tool lists the rule. */
  text(rule: RuleAddress): string | undefined {
    return this.byIptables(rule) ?? this.byNft(rule);
  }

  /** What its last counter says; undefined when it has none. */
  count({ family, table, chain, legacy, rule }: CountAddress): Count | undefined {
    const key = [legacy ? 'legacy' : 'nft', family, table, chain].join(' ');
    let counts = this.counts.get(key);
    if (!counts) {
      counts = this.ports.store.read((lab) =>
        readCounts(legacy ? lab.legacy : lab.nft, `${family} ${table} ${chain}`),
      );
      this.counts.set(key, counts);
    }
    return counts.get(rule?.handle ?? POLICY);
  }

  private byIptables({ family, table, chain, legacy, position }: RuleAddress): string | undefined {
    if ((family !== 'ip' && family !== 'ip6') || !XTABLES.has(table)) return undefined;
    const tool = `${family === 'ip' ? 'iptables' : 'ip6tables'}${legacy ? '-legacy' : ''}`;
    const lines = this.list(tool, ['-t', table, '-S', chain]);
    return lines.filter((line) => line.startsWith('-A '))[position - 1];
  }

  private byNft({ family, table, chain, legacy, handle }: RuleAddress): string | undefined {
    if (legacy) return undefined;
    const lines = this.list('nft', ['-s', '-a', 'list', 'chain', family, table, chain]);
    const end = ` # handle ${handle}`;
    return lines
      .find((line) => line.startsWith('\t\t') && line.endsWith(end))
      ?.slice(0, -end.length)
      .trim();
  }

  private list(tool: string, argv: readonly string[]): readonly string[] {
    const key = [tool, ...argv].join(' ');
    let lines = this.listings.get(key);
    if (!lines) {
      const stdout = new Gathered();
      const stderr = new Gathered();
      const { tools } = this.ports;
      const status = dispatch(tools, tool, argv, { ...this.ports, stdout, stderr });
      lines = status === 0 ? stdout.text().split('\n') : [];
      this.listings.set(key, lines);
    }
    return lines;
  }
}

/** Handles are never zero. */
const POLICY = 0;

/** `chain` is its key, as itemKey makes it; a trace has the family as text. */
function readCounts(ruleset: Ruleset, chain: string): ReadonlyMap<number, Count> {
  const out = new Map<number, Count>();
  const add = (handle: number, of: { packets: bigint; bytes: bigint } | undefined): void => {
    if (of) out.set(handle, { packets: Number(of.packets), bytes: Number(of.bytes) });
  };
  add(POLICY, ruleset.chains.get(chain)?.counters);
  for (const { handle, exprs } of ruleset.rules(chain).values()) {
    const counter = exprs.findLast((expr) => expr.op === 'counter');
    if (counter?.op === 'counter') add(handle, counter);
  }
  return out;
}
