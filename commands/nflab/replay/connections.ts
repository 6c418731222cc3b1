/** The conntrack table as a packet case's result shows it. */
import { formatAddress } from '../../../src/base/address.ts';
import { protocolByNumber } from '../../../src/base/netdb.ts';
import type { Nanos } from '../../../src/base/ports.ts';
import type { ConntrackEntry, Tuple } from '../../../src/kernel/conntrack/model.ts';
import type { Draft } from '../../../src/kernel/model.ts';
import { PROTO } from '../../../src/packet/protocols.ts';

type Row = { [key: string]: unknown };

const NANOS_PER_SECOND = 1_000_000_000n;
/** Protocols `conntrack -L` has a name for. */
const NAMED = new Set<number>([
  PROTO.icmp,
  PROTO.tcp,
  PROTO.udp,
  PROTO.dccp,
  PROTO.gre,
  PROTO.icmpv6,
  PROTO.sctp,
  PROTO.udplite,
]);
const NAMES = new Map<number, string>([
  [PROTO.icmpv6, 'icmpv6'],
  [PROTO.gre, 'gre'],
]);

/** Every connection that has not expired. */
export function listConnections(lab: Draft, now: Nanos): readonly Row[] {
  return [...lab.conntrack.values()]
    .filter((entry) => entry.expires > now)
    .map((entry) => row(entry, now));
}

function row(entry: Readonly<ConntrackEntry>, now: Nanos): Row {
  const { original, reply, status, zone, helper, state } = entry;
  const offloaded = status.includes('OFFLOAD');
  const name = NAMES.get(original.proto) ?? protocolByNumber(original.proto)?.name;
  const out: Row = {
    family: original.l3,
    proto: NAMED.has(original.proto) ? (name ?? 'unknown') : 'unknown',
    protonum: original.proto,
    mark: entry.mark,
    orig: tuple(original, entry.counters?.original),
    reply: tuple(reply, entry.counters?.reply),
    flags: flags(entry),
  };
  if (!offloaded) out.timeout = Number((entry.expires - now) / NANOS_PER_SECOND);
  if (state !== undefined && !offloaded) out.state = state;
  if (original.icmp) out.id = original.sport;
  if (zone.id !== 0)
    out[zone.dir === 'both' ? 'zone' : `zone-${zone.dir.slice(0, 4).replace('repl', 'reply')}`] =
      zone.id;
  if (helper !== undefined) out.helper = helper;
  return out;
}

const PORTLESS = new Set<number>([PROTO.icmp, PROTO.icmpv6]);

function tuple(t: Tuple, counters: { packets: bigint; bytes: bigint } | undefined): Row {
  const out: Row = { src: formatAddress(t.src), dst: formatAddress(t.dst) };
  if (t.icmp) Object.assign(out, t.icmp);
  else if (t.proto === PROTO.gre)
    Object.assign(out, {
      srckey: `0x${t.sport.toString(16)}`,
      dstkey: `0x${t.dport.toString(16)}`,
    });
  else if (NAMED.has(t.proto) && !PORTLESS.has(t.proto))
    Object.assign(out, { sport: t.sport, dport: t.dport });
  if (counters)
    Object.assign(out, { packets: Number(counters.packets), bytes: Number(counters.bytes) });
  return out;
}

function flags({ status }: Readonly<ConntrackEntry>): readonly string[] {
  const out: string[] = [];
  if (!status.includes('SEEN_REPLY')) out.push('UNREPLIED');
  if (status.includes('OFFLOAD')) out.push('OFFLOAD');
  else if (status.includes('ASSURED')) out.push('ASSURED');
  return out;
}
