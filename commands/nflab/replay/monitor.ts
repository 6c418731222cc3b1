/** The lines `nft monitor trace` prints for packets; a monitor knows the rules as they were when it started. */
import type { Draft } from '../../../src/kernel/model.ts';
import { itemKey } from '../../../src/kernel/model.ts';
import type { Family } from '../../../src/kernel/nftables/model.ts';
import type { Trace, TraceEvent, TraceGroup } from '../../../src/lab/trace.ts';
import { NO_OPTIONS } from '../../../src/nft/print/expressions.ts';
import { printTracedPacket } from '../../../src/nft/print/packet.ts';
import { type Listing, printRule } from '../../../src/nft/print/ruleset.ts';
import { xtTranslator } from '../../nft/xt.ts';

/** Verdicts after which a packet has left the base chain it was in. */
const LAST = new Set(['accept', 'drop', 'stolen', 'queue']);

export class Monitor {
  private readonly rules = new Map<string, string>();
  private readonly listing: Omit<Listing, 'ruleset'>;
  private packets = 0;

  constructor(lab: Draft, hosts: string) {
    const { interfaces } = lab.host.get();
    this.listing = {
      options: NO_OPTIONS,
      values: { hosts, interfaces },
      now: 0n,
      translate: xtTranslator([]),
    };
    this.learn(lab);
  }

  /** Rules added since are told to a monitor as they come. */
  learn(lab: Draft): void {
    const listing = { ...this.listing, ruleset: lab.nft };
    for (const { family, table, name } of lab.nft.chains.values()) {
      const place = itemKey(family, table, name);
      for (const rule of lab.nft.rules(place).values()) {
        const key = `${place} ${rule.handle}`;
        if (!this.rules.has(key)) this.rules.set(key, printRule(listing, family, table, rule));
      }
    }
  }

  /** The lines for one packet and those it caused; packets are numbered as they appear. */
  lines(trace: Trace): readonly string[] {
    return trace.groups.filter(({ events }) => events.length > 0).flatMap((g) => this.group(g));
  }

  private group({ events }: TraceGroup): readonly string[] {
    this.packets += 1;
    const lines: string[] = [];
    let fresh = true;
    for (const event of events) {
      if (event.legacy) continue;
      const head = `trace id #${this.packets} ${event.family} ${event.table} ${event.chain}`;
      if (fresh) lines.push(`${head} packet: ${this.headers(event)}`);
      lines.push(`${head} ${event.rule ? this.rule(event) : policy(event)}`);
      fresh = !event.rule || LAST.has(event.verdict);
    }
    return lines;
  }

  private headers({ family, in: from, out, packet }: TraceEvent): string {
    if (!packet) throw new Error('a trace without its packets');
    // The recorded families are those of chains.
    const place = { family: family as Family, in: from, out, ...packet };
    return printTracedPacket(place, this.listing);
  }

  private rule({ family, table, chain, rule, verdict, target }: TraceEvent): string {
    const key = `${itemKey(family as Family, table, chain)} ${rule?.handle}`;
    const to = target === undefined ? '' : ` ${target}`;
    return `rule ${this.rules.get(key) ?? ''} (verdict ${verdict}${to})`;
  }
}

function policy({ verdict, mark }: TraceEvent): string {
  const shown = mark === 0 ? '' : ` meta mark 0x${mark.toString(16).padStart(8, '0')}`;
  return `policy ${verdict}${shown}`;
}
