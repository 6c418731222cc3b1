import { expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/base/address.ts';
import { Connection, Flow, type TrackEnv } from '../../src/kernel/conntrack/connection.ts';
import type { Tuple } from '../../src/kernel/conntrack/model.ts';
import { DEFAULT_ZONE, inverse } from '../../src/kernel/conntrack/tuple.ts';
import type { Draft } from '../../src/kernel/model.ts';
import type { Manip } from '../../src/kernel/nat/manip.ts';
import { RANGE, uniqueTuple } from '../../src/kernel/nat/unique.ts';
import type { NatRange } from '../../src/kernel/netfilter.ts';
import { labClock } from '../../src/lab/clock.ts';
import { labRng } from '../../src/lab/rng.ts';
import { MemoryStore } from '../../state/memory.ts';

const address = (text: string): Uint8Array => {
  const bytes = parseAddress(text);
  if (!bytes) throw new Error(text);
  return bytes;
};

function flow(src: string, dst: string, dport = 80, proto = 6): Tuple {
  const l3 = src.includes(':') ? 'ipv6' : 'ipv4';
  return { l3, proto, src: address(src), dst: address(dst), sport: 40000, dport };
}

const range = (min: string, max: string, flags = 0): NatRange => ({
  flags: RANGE.mapIps | flags,
  minAddr: address(min),
  maxAddr: address(max),
});

function withLab<T>(fn: (env: TrackEnv) => T): T {
  return new MemoryStore().transact((lab: Draft) => {
    lab.clock.set({ mode: 'frozen', nanos: 0n });
    const clock = labClock(lab, { now: () => 0n });
    return fn({ lab, clock, rng: labRng(lab), effects: {} });
  });
}

let id = 0;
function connect(env: TrackEnv, original: Tuple): Connection {
  const entry = {
    id: ++id,
    original,
    reply: inverse(original),
    status: [],
    expires: 100_000_000_000n,
    created: 0n,
    mark: 0,
    zone: DEFAULT_ZONE,
  };
  return new Connection(new Flow(env, id, entry), 'new');
}

function translate(original: Tuple, to: NatRange, manip: Manip): string {
  return withLab((env) => {
    const search = { connection: connect(env, original), range: to, manip, env };
    const { src, dst } = uniqueTuple(original, search);
    return formatAddress(manip === 'src' ? src : dst);
  });
}

// As Linux 6.18 picked them.
it.each([
  ['10.0.0.10', '198.51.100.7', '203.0.113.26'],
  ['10.0.0.11', '198.51.100.7', '203.0.113.41'],
  ['10.0.0.10', '198.51.100.9', '203.0.113.32'],
])('spreads the source %s to %s over a range', (src, dst, expected) => {
  expect(translate(flow(src, dst), range('203.0.113.20', '203.0.113.50'), 'src')).toBe(expected);
});

it.each([
  ['198.51.100.7', 0, '192.168.50.36'],
  ['198.51.100.8', 0, '192.168.50.28'],
  ['198.51.100.7', RANGE.persistent, '192.168.50.18'],
  ['198.51.100.8', RANGE.persistent, '192.168.50.21'],
])('spreads destinations for %s with flags %i', (src, flags, expected) => {
  const to = range('192.168.50.10', '192.168.50.40', flags);
  expect(translate(flow(src, '203.0.113.2'), to, 'dst')).toBe(expected);
});

it('spreads IPv6 sources and destinations', () => {
  const sources = range('2001:db8::100', '2001:db8::1ff');
  expect(translate(flow('fd00:1::10', '2001:db8:9::7'), sources, 'src')).toBe('2001:db8::141');
  expect(translate(flow('fd00:1::11', '2001:db8:9::7'), sources, 'src')).toBe('2001:db8::1a5');
  const to = range('fd00:2::10', 'fd00:2::ffff:0');
  const first = flow('2001:db8:9::7', '2001:db8::2');
  expect(translate(first, to, 'dst')).toBe('fd00:2::563f:b8bc');
  const second = flow('2001:db8:9::8', '2001:db8::2');
  expect(translate(second, to, 'dst')).toBe('fd00:2::deb8:8c7');
});

it('keeps a free port, and takes another when two sources clash', () => {
  withLab((env) => {
    const to = range('203.0.113.9', '203.0.113.9');
    const ports = ['10.0.0.10', '10.0.0.20'].map((src) => {
      const connection = connect(env, flow(src, '198.51.100.7'));
      const { original } = connection.entry;
      const unique = uniqueTuple(original, { connection, range: to, manip: 'src', env });
      connection.edit().reply = inverse(unique);
      connection.flow.confirm();
      return unique.sport;
    });
    expect(ports[0]).toBe(40000);
    expect(ports[1]).not.toBe(40000);
    expect(ports[1]).toBeGreaterThanOrEqual(1024);
  });
});
