/**
 * What batches change in a ruleset, as recorded in commits (`transact(fn, log)`) and read through `store.follow()`. The log
 * is shared with conntrack's events; `source` tells whose an event is. One event is one batch: its changes in the order
 * of the kernel's messages, ended by the new generation.
 */
import { itemKey, type Ruleset } from '../model.ts';
import type { ChainRecord, Family, PlainRecord, RuleRecord, TableRecord } from './model.ts';

/** Records as they were when the change happened. */
export type RulesetChange =
  | {
      readonly type: 'new' | 'delete';
      readonly what: 'table';
      readonly record: Readonly<TableRecord>;
    }
  | {
      readonly type: 'new' | 'delete';
      readonly what: 'chain';
      readonly record: Readonly<ChainRecord>;
    }
  | {
      readonly type: 'new' | 'delete';
      readonly what: 'rule';
      readonly family: Family;
      readonly table: string;
      readonly chain: string;
      readonly record: Readonly<RuleRecord>;
    };

export interface RulesetEvent {
  readonly source: 'nf_tables';
  readonly generation: number;
  /** Name of the program. */
  readonly process: string;
  /** Each with the uses its table or chain has after the batch; undefined for a batch of more than MOST_CHANGES. */
  readonly changes: readonly (readonly [change: RulesetChange, use: number])[] | undefined;
}

/** A monitor of the kernel's loses messages, too, when they are more than its socket holds. */
const MOST_CHANGES = 1000;

function usesOf(ruleset: Ruleset, change: RulesetChange): number {
  if (change.what === 'rule' || change.type === 'delete') return 0;
  if (change.what === 'chain') {
    const { family, table, name } = change.record;
    const key = itemKey(family, table, name);
    return ruleset.rules(key).size + (ruleset.chains.get(key)?.references ?? 0);
  }
  const { family, name } = change.record;
  let uses = 0;
  for (const parts of [ruleset.chains, ruleset.sets, ruleset.objects, ruleset.flowtables])
    for (const part of parts.values()) if (part.family === family && part.table === name) uses++;
  return uses;
}

/** The event of a batch, to be recorded when it is committed. Plain data only, which the compiler cannot see. */
export function rulesetEvent(
  ruleset: Ruleset,
  changes: readonly RulesetChange[],
  process: string,
): PlainRecord {
  const { generation } = ruleset.globals.get();
  const kept = changes.length > MOST_CHANGES ? undefined : changes;
  const event: RulesetEvent = {
    source: 'nf_tables',
    generation,
    process,
    changes: kept?.map((change) => [change, usesOf(ruleset, change)] as const),
  };
  return event as unknown as PlainRecord;
}

/** Undefined for the events of others. */
export function asRulesetEvent(record: PlainRecord): RulesetEvent | undefined {
  return record.source === 'nf_tables' ? (record as unknown as RulesetEvent) : undefined;
}
