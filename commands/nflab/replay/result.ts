/** A trace in the words of a packet case's result. */

import { toHex } from '../../../src/base/bytes.ts';
import { formatLog } from '../../../src/lab/log-text.ts';
import type { LogRecord, Trace, TraceEvent } from '../../../src/lab/trace.ts';
import { packetFields } from '../../../src/packet/fields.ts';

import { isAnonymous } from './counters.ts';

type Json = { readonly [key: string]: unknown };

/** NFT_LOGLEVEL_AUDIT. */
const LOGLEVEL_AUDIT = 8;

export function packetResult(kind: 'inject' | 'send', trace: Trace): Json {
  const nflog = trace.logs.filter(({ group }) => group !== undefined).map(nflogResult);
  const log = trace.logs
    // Audit records are no log lines.
    .filter(({ group, level }) => group === undefined && level !== LOGLEVEL_AUDIT)
    .map((record) => ({ level: record.level, text: formatLog(record) }));
  return {
    outcome: outcomeOf(kind, trace),
    out: trace.sent.map(({ dev, mark, data }) => ({ dev, mark, raw: toHex(data) })),
    delivered: trace.delivered.map(({ in: dev, mark, data }) => ({
      in: dev,
      mark,
      raw: toHex(data),
    })),
    // nf_tables' trace knows nothing of iptables-legacy's rules.
    trace: trace.groups.map(({ start, events }) => ({
      start,
      events: events.filter(({ legacy }) => !legacy).map(eventResult),
    })),
    ...(nflog.length > 0 && { nflog }),
    ...(log.length > 0 && { log }),
  };
}

/** One of the few words of the recording; what a packet caused does not count, but its second life on loopback does. */
function outcomeOf(kind: 'inject' | 'send', { outcome, delivered }: Trace): string {
  if (kind === 'send') {
    // A broadcast that came back counts as delivered, although it went out, too.
    const away = outcome.kind === 'sent' && outcome.dev !== 'lo';
    if (away && delivered.every(({ in: dev }) => dev === 'lo')) return 'sent';
    return delivered.length > 0 ? 'delivered' : 'dropped';
  }
  if (outcome.kind === 'forwarded') return 'forwarded';
  if (outcome.kind === 'delivered') return 'delivered';
  return outcome.kind === 'stolen' && outcome.reason === 'rules' ? 'stolen' : 'dropped';
}

/** Numbers of anonymous chains are the kernel's own business. */
const chainName = (name: string): string => (isAnonymous(name) ? '__chain0' : name);

function eventResult({ family, table, chain, rule, verdict, target }: TraceEvent): Json {
  const place = { family, table, chain: chainName(chain) };
  if (!rule) return { ...place, policy: verdict };
  const position = isAnonymous(chain) ? null : rule.position;
  const to = target === undefined ? {} : { target: chainName(target) };
  return { ...place, rule: position, verdict, ...to };
}

function nflogResult(record: LogRecord): Json {
  const { group, prefix, hook, mark, uid, data } = record;
  return {
    group,
    prefix,
    hook,
    in: record.in?.name ?? null,
    out: record.out?.name ?? null,
    mark,
    ...(uid !== undefined && { uid }),
    packet: packetFields(data),
  };
}
