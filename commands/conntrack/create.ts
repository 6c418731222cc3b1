/** -I and -A: from what was given to two whole tuples. */
import { KernelError } from '../../src/base/errors.ts';
import type { ConntrackEntry, Tuple } from '../../src/kernel/conntrack/model.ts';
import type { NatRequest, NewEntry } from '../../src/kernel/conntrack/netlink.ts';
import { TCP_STATES } from '../../src/kernel/conntrack/tcp-states.ts';
import { WINDOW_FLAG } from '../../src/kernel/conntrack/tcp-window.ts';
import { invertTuple, type Zone } from '../../src/kernel/conntrack/tuple.ts';
import type { Command, NatPart, Template, TuplePart } from './template.ts';

const ICMP = 1;
const ICMPV6 = 58;
/** Protocols whose ports the kernel reads; the tuples of others have none. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 47, 132, 136]);

/** A tuple as the kernel reads it from a request; EINVAL when a part is missing. */
function readTuple(part: TuplePart, proto: number | undefined): Tuple {
  const { l3, src, dst, sport = 0, dport = 0, icmpType, icmpCode = 0 } = part;
  if (!l3 || !src || !dst || proto === undefined) throw new KernelError('EINVAL');
  const tuple = { l3, proto, src, dst };
  if (proto === ICMP || proto === ICMPV6) {
    const icmp = { type: icmpType ?? 0, code: icmpCode };
    return { ...tuple, sport, dport: 0, icmp };
  }
  return WITH_PORTS.has(proto) ? { ...tuple, sport, dport } : { ...tuple, sport: 0, dport: 0 };
}

function answer(tuple: Tuple): Tuple {
  const inverted = invertTuple(tuple);
  if (!inverted) throw new KernelError('EINVAL');
  return inverted;
}

/** The original direction's tuple, to look an entry up by; EINVAL without its addresses. */
export function originalTuple({ template, protocol }: Command): Tuple {
  const tuple = readTuple(template.orig, protocol?.number);
  answer(tuple);
  return tuple;
}

function tuplesOf(command: Command): { original: Tuple; reply: Tuple } {
  const { options, template, protocol } = command;
  const hasOriginal = options.has('s') || options.has('d');
  const hasReply = options.has('r') || options.has('q');
  if (!hasReply) {
    const original = originalTuple(command);
    return { original, reply: answer(original) };
  }
  const { icmpType, icmpCode, sport } = template.orig;
  const icmp =
    icmpType === undefined ? {} : { icmpType, icmpCode: icmpCode ?? 0, sport: sport ?? 0 };
  if (!hasOriginal) {
    // Without options of the reply's protocol its number is left at 0.
    const reply = readTuple({ ...template.reply, ...icmp }, template.reply.proto ?? 0);
    return { original: answer(reply), reply };
  }
  const original = readTuple(template.orig, protocol?.number);
  const reply = readTuple({ ...template.reply, ...icmp }, template.reply.proto);
  if (original.proto !== reply.proto) throw new KernelError('EINVAL');
  return {
    original,
    reply: reply.icmp ? { ...reply, icmp: answer(original).icmp ?? reply.icmp } : reply,
  };
}

/** At most one zone that is not the default can be given. */
function zoneOf({ zone = 0, origZone, replyZone }: Template): Zone {
  let out: Zone = { id: zone, dir: 'both' };
  for (const [id, dir] of [
    [origZone, 'original'],
    [replyZone, 'reply'],
  ] as const) {
    if (id === undefined) continue;
    if (out.id !== 0) throw new KernelError('EINVAL');
    out = { id, dir };
  }
  return out;
}

function natRequest({ address, port }: NatPart): NatRequest | undefined {
  if (!address && port === undefined) return undefined;
  return { ...(address && { address }), ...(port !== undefined && { port }) };
}

/** Windows of a connection nobody watched are not checked; a closed one may be opened again. */
export function tcpFlags({ protocol, template }: Command): number | undefined {
  if (protocol?.number !== 6) return undefined;
  const states: readonly string[] = TCP_STATES;
  const closed = states.indexOf(template.state ?? 'NONE') >= states.indexOf('TIME_WAIT');
  const { beLiberal, sackPerm, closeInit } = WINDOW_FLAG;
  return beLiberal | sackPerm | (closed ? closeInit : 0);
}

/** The state given, for the protocols that have one. */
export function stateOf({ protocol, template }: Command): ConntrackEntry['state'] {
  const stateful = protocol?.number === 6 || protocol?.number === 132;
  // Checked against the protocol's own list when it was read.
  return stateful ? (template.state as ConntrackEntry['state']) : undefined;
}

/** What -I and -A ask the kernel for. */
export function newEntry(command: Command): NewEntry {
  const { template } = command;
  const { timeout = 0, status, mark, vtags } = template;
  const zone = zoneOf(template);
  const state = stateOf(command);
  const flags = tcpFlags(command);
  const snat = natRequest(template.snat);
  const dnat = natRequest(template.dnat);
  return {
    ...tuplesOf(command),
    zone,
    timeout,
    ...(status !== undefined && { status }),
    ...(mark && { mark: mark.value }),
    ...(state !== undefined && { state }),
    ...(flags !== undefined && { tcpFlags: flags }),
    ...(vtags.orig !== undefined &&
      vtags.reply !== undefined && { vtags: { original: vtags.orig, reply: vtags.reply } }),
    ...(snat && { snat }),
    ...(dnat && { dnat }),
  };
}
