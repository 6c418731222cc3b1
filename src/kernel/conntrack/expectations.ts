/** Expected connections (net/netfilter/nf_conntrack_expect.c). */
import type { TrackEnv } from './connection.ts';
import { type ExpectationEvent, eventRecord } from './events.ts';
import type { ExpectationRecord, Tuple } from './model.ts';
import { seconds } from './timeouts.ts';
import { equalTuples, type Zone, zoneId } from './tuple.ts';

const ONES4 = new Uint8Array(4).fill(0xff);
const ONES16 = new Uint8Array(16).fill(0xff);

/** The mask of an expectation that leaves only the source port open. */
function maskOf({ l3, proto }: Tuple): Tuple {
  const ones = l3 === 'ipv4' ? ONES4 : ONES16;
  return { l3, proto, src: ones, dst: ones, sport: 0, dport: 0xffff };
}

function masked(tuple: Tuple, mask: Tuple): Tuple {
  return {
    ...tuple,
    src: tuple.src.map((byte, i) => byte & (mask.src[i] ?? 0)),
    sport: tuple.sport & mask.sport,
  };
}

/** nf_ct_tuple_mask_cmp: the source under the mask, the destination in full. */
const matches = (tuple: Tuple, { tuple: expected, mask }: Readonly<ExpectationRecord>): boolean =>
  tuple.proto === expected.proto &&
  tuple.l3 === expected.l3 &&
  tuple.dport === expected.dport &&
  equalTuples(masked(tuple, mask), masked(expected, mask));

function record(env: TrackEnv, type: ExpectationEvent['type'], expectation: ExpectationRecord) {
  const at = env.clock.now();
  env.effects.event?.(eventRecord({ source: 'expectation', type, expectation, at }));
}

/** The live expectation a new connection fulfils, taken off the list (nf_ct_find_expectation). */
export function takeExpectation(
  env: TrackEnv,
  tuple: Tuple,
  zone: Zone,
): Readonly<ExpectationRecord> | undefined {
  const { expectations, conntrack } = env.lab;
  if (expectations.size === 0) return undefined;
  const now = env.clock.now();
  for (const expectation of expectations.values()) {
    if (expectation.expires <= now || expectation.flags.includes('inactive')) continue;
    const master = conntrack.get(expectation.master);
    if (!master || !matches(tuple, expectation)) continue;
    if (zoneId(master.zone, 'original') !== zoneId(zone, 'original')) continue;
    if (!expectation.flags.includes('permanent')) {
      expectations.delete(expectation.id);
      record(env, 'destroy', expectation);
    }
    return expectation;
  }
  return undefined;
}

export interface NewExpectation {
  readonly master: number;
  readonly tuple: Tuple;
  readonly helper?: string;
  /** Seconds. */
  readonly timeout: number;
  /** How many the master may have at a time; the oldest goes. 0: any number. */
  readonly max: number;
  readonly follow?: ExpectationRecord['follow'];
}

/** Adds one; false when it clashes with another's (nf_ct_expect_related). */
export function expectRelated(env: TrackEnv, wanted: NewExpectation): boolean {
  const { expectations } = env.lab;
  const now = env.clock.now();
  const mine: Readonly<ExpectationRecord>[] = [];
  for (const other of [...expectations.values()]) {
    if (other.expires <= now) {
      expectations.delete(other.id);
      continue;
    }
    if (other.master === wanted.master) {
      if (equalTuples(other.tuple, wanted.tuple)) expectations.delete(other.id);
      else mine.push(other);
    } else if (matches(wanted.tuple, other)) return false;
  }
  const oldest = mine[0];
  if (wanted.max > 0 && mine.length >= wanted.max && oldest) {
    expectations.delete(oldest.id);
    record(env, 'destroy', oldest);
  }
  const globals = env.lab.conntrackGlobals.edit();
  const id = globals.nextId++;
  const expectation: ExpectationRecord = {
    id,
    master: wanted.master,
    tuple: wanted.tuple,
    mask: maskOf(wanted.tuple),
    expires: now + seconds(wanted.timeout),
    flags: [],
    ...(wanted.helper !== undefined && { helper: wanted.helper }),
    ...(wanted.follow && { follow: wanted.follow }),
  };
  expectations.append(id, expectation);
  record(env, 'new', expectation);
  return true;
}
