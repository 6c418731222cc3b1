/** The text of a rule, in the language of the tool that would list it; asked of the emulated tools themselves. */
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

/** Answers for the lab as it is now; each chain is listed once. */
export class RuleTexts {
  private readonly ports: NflabPorts;
  private readonly listings = new Map<string, readonly string[]>();

  constructor(ports: NflabPorts) {
    this.ports = ports;
  }

  /** Undefined when no tool lists the rule. */
  of(rule: RuleAddress): string | undefined {
    return this.byIptables(rule) ?? this.byNft(rule);
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
