/** Which entries a command is about (nfct_filter, nfct_cmp). */
import { maskAddress } from '../../src/base/address.ts';
import { equalBytes } from '../../src/base/bytes.ts';
import type { Nanos } from '../../src/base/ports.ts';
import type { ConntrackEntry, Tuple } from '../../src/kernel/conntrack/model.ts';
import { statusBits } from '../../src/kernel/conntrack/status.ts';
import { parameterProblem } from './errors.ts';
import type { Command, NatPart, Template, TuplePart } from './template.ts';
import { secondsLeft } from './view.ts';

type Entry = Readonly<ConntrackEntry>;

/** Whether one side of an entry is translated (nfct_getobjopt). */
export function isTranslated(
  { original, reply, status }: Entry,
  what: 'src address' | 'src port' | 'dst address' | 'dst port',
): boolean {
  switch (what) {
    case 'src address':
      return status.includes('SRC_NAT_DONE') && !equalBytes(reply.dst, original.src);
    case 'dst address':
      return status.includes('DST_NAT_DONE') && !equalBytes(reply.src, original.dst);
    case 'src port':
      return status.includes('SRC_NAT_DONE') && !original.icmp && reply.dport !== original.sport;
    case 'dst port':
      return status.includes('DST_NAT_DONE') && !original.icmp && reply.sport !== original.dport;
  }
}

/** Only IPv4 addresses are looked at, as in the tool. */
function natMatches(entry: Entry, { address, port }: NatPart, side: 'src' | 'dst'): boolean {
  const v4 = address?.length === 4 ? address : undefined;
  const translated = side === 'src' ? entry.reply.dst : entry.reply.src;
  const translatedPort = side === 'src' ? entry.reply.dport : entry.reply.sport;
  const hasAddress = isTranslated(entry, `${side} address`);
  const hasPort = isTranslated(entry, `${side} port`);
  if (!v4 && port === undefined) return hasAddress || hasPort;
  const addressFits = hasAddress && v4 !== undefined && equalBytes(v4, translated);
  const portFits = hasPort && port === translatedPort;
  if (!v4) return portFits;
  return addressFits && (port === undefined || portFits);
}

export function passesNat(entry: Entry, { options, template }: Command): boolean {
  const src = () => natMatches(entry, template.snat, 'src');
  const dst = () => natMatches(entry, template.dnat, 'dst');
  if (options.has('j')) return src() || dst();
  return (!options.has('n') || src()) && (!options.has('g') || dst());
}

/** Sides with a mask are compared under it, the others exactly. */
const maskedSide = ({ options }: Command, side: 'src' | 'dst'): boolean =>
  options.has(side === 'src' ? '{' : '}');

/** Checks that masks have addresses; the tool does so once it has read everything. */
export function checkMasks({ options }: Command): void {
  if (options.has('{') && !options.has('s')) {
    throw parameterProblem("Can't use --mask-src without --src");
  }
  if (options.has('}') && !options.has('d')) {
    throw parameterProblem("Can't use --mask-dst without --dst");
  }
}

export function passesNetwork(entry: Entry, command: Command): boolean {
  const { template, family } = command;
  return (['src', 'dst'] as const).every((side) => {
    if (!maskedSide(command, side)) return true;
    const mask = template.mask[side];
    const address = template.orig[side];
    if (!mask || !address || entry.original.l3 !== family) return false;
    return equalBytes(maskAddress(entry.original[side], mask), maskAddress(address, mask));
  });
}

const sameBytes = (wanted: Uint8Array | undefined, has: Uint8Array): boolean =>
  wanted === undefined || equalBytes(wanted, has);

const same = <T>(wanted: T | undefined, has: T | undefined): boolean =>
  wanted === undefined || wanted === has;

/** What was given of a tuple; `skip` names the sides that are compared otherwise. */
export function tupleFits(
  part: TuplePart,
  tuple: Tuple,
  skip: (side: 'src' | 'dst') => boolean,
): boolean {
  return (
    same(part.l3, tuple.l3) &&
    same(part.proto, tuple.proto) &&
    (skip('src') || sameBytes(part.src, tuple.src)) &&
    (skip('dst') || sameBytes(part.dst, tuple.dst)) &&
    same(part.sport, tuple.sport) &&
    same(part.dport, tuple.dport) &&
    same(part.icmpType, tuple.icmp?.type) &&
    same(part.icmpCode, tuple.icmp?.code)
  );
}

/** A zone shows only where it is not the default. */
function zonesFit({ zone }: Entry, { zone: both, origZone, replyZone }: Template): boolean {
  const shown = (dir: typeof zone.dir): number | undefined =>
    zone.dir === dir && zone.id !== 0 ? zone.id : undefined;
  return (
    same(both, shown('both')) &&
    same(origZone, shown('original')) &&
    same(replyZone, shown('reply'))
  );
}

function stateFits(entry: Entry, { protocol, template }: Command): boolean {
  if (template.role !== undefined) return false;
  if (template.state === undefined) return true;
  return protocol?.handler?.name !== 'dccp' && entry.state === template.state;
}

/** Options that make the tool compare whole entries. */
const COMPARING = ['p', 's', 'd', 'r', 'q', 'm', 'c', 'u', 'i', 'w', 'l', '(', ')'];

export const compares = ({ options }: Command): boolean =>
  COMPARING.some((letter) => options.has(letter));

function compareWhole(entry: Entry, command: Command, now: Nanos): boolean {
  const { template } = command;
  const status = template.status ?? 0;
  return (
    tupleFits(template.orig, entry.original, (side) => maskedSide(command, side)) &&
    tupleFits(template.reply, entry.reply, () => false) &&
    same(template.id, entry.id) &&
    (statusBits(entry) & status) === status &&
    zonesFit(entry, template) &&
    stateFits(entry, command) &&
    same(template.timeout, secondsLeft(entry.expires, now))
  );
}

export function passesMark({ mark }: Entry, { template }: Command): boolean {
  const wanted = template.mark;
  return wanted === undefined || (mark & wanted.mask) >>> 0 === wanted.value;
}

/** Whether a listing or deletion is about the entry. */
export function passes(entry: Entry, command: Command, now: Nanos): boolean {
  if (command.family !== undefined && entry.original.l3 !== command.family) return false;
  if (!passesNat(entry, command) || !passesMark(entry, command)) return false;
  if (!passesNetwork(entry, command)) return false;
  return !compares(command) || compareWhole(entry, command, now);
}
