import { expect, it } from 'vitest';
import { parseIpv4 } from '../../src/base/address.ts';
import { concatBytes, fromHex } from '../../src/base/bytes.ts';
import { conntrackEngine } from '../../src/kernel/conntrack/engine.ts';
import { buildHost, ROUTER } from '../../src/kernel/host/build.ts';
import { type Draft, itemKey, tableKey } from '../../src/kernel/model.ts';
import type { HookName } from '../../src/kernel/nftables/model.ts';
import { labClock } from '../../src/lab/clock.ts';
import { Machine } from '../../src/lab/machine.ts';
import { labRng } from '../../src/lab/rng.ts';
import { xtRuntime } from '../../src/lab/xt-runtime.ts';
import { buildEthernet } from '../../src/packet/ethernet.ts';
import { packetFields } from '../../src/packet/fields.ts';
import { buildIpv4 } from '../../src/packet/ipv4.ts';
import { Packet } from '../../src/packet/packet.ts';
import { buildTcp } from '../../src/packet/tcp.ts';
import { setTransportChecksum } from '../../src/packet/transport.ts';
import { buildUdp } from '../../src/packet/udp.ts';
import { MemoryStore } from '../../state/memory.ts';
import { readBytecode } from './bytecode.ts';

const address = (text: string): Uint8Array => parseIpv4(text) ?? new Uint8Array(4);
const MAC = fromHex('525400000002');

function chain(lab: Draft, name: string, hook: HookName, rules: readonly string[]): void {
  const table = tableKey('ip', 't');
  if (!lab.nft.tables.has(table))
    lab.nft.tables.append(table, { family: 'ip', name: 't', handle: 1, flags: [], nextHandle: 1 });
  const key = itemKey('ip', 't', name);
  lab.nft.chains.append(key, {
    family: 'ip',
    table: 't',
    name,
    handle: 1,
    base: { type: 'filter', hook, priority: 0, devices: [] },
    policy: 'accept',
    references: 0,
    flags: [],
  });
  for (const [i, text] of rules.entries())
    lab.nft.rules(key).append(i + 1, { handle: i + 1, exprs: readBytecode(text) });
}

function router(set: (lab: Draft) => void) {
  const store = new MemoryStore();
  store.transact((lab) => {
    lab.host.set(buildHost(ROUTER));
    lab.clock.set({ mode: 'frozen', nanos: 0n });
    set(lab);
  });
  return {
    store,
    put: <T>(fn: (machine: Machine) => T): T =>
      store.transact((lab) =>
        fn(
          new Machine({
            lab,
            clock: labClock(lab, { now: () => 0n }),
            rng: labRng(lab),
            conntrack: conntrackEngine,
            xt: xtRuntime,
          }),
        ),
      ),
  };
}

function frame(src: string, dst: string, proto: number, payload: Uint8Array, ttl = 64): Uint8Array {
  const packet = new Packet(
    buildIpv4({ src: address(src), dst: address(dst), proto, ttl }, payload),
    0x0800,
  );
  setTransportChecksum(packet);
  return concatBytes(buildEthernet(MAC, fromHex('02000000990a'), 0x0800), packet.data);
}

const syn = { sport: 40000, dport: 80, seq: 1000, ack: 0, flags: 2, window: 65535, urgent: 0 };

it('forwards, counting and decrementing the time to live', () => {
  const { put, store } = router((lab) =>
    chain(lab, 'f', 'forward', ['[ counter pkts 0 bytes 0 ] [ immediate reg 0 accept ]']),
  );
  const trace = put((machine) =>
    machine.inject(
      'eth1',
      frame('10.0.0.10', '198.51.100.7', 17, buildUdp({ sport: 1, dport: 53 })),
    ),
  );
  expect(trace.outcome).toEqual({ kind: 'forwarded', dev: 'eth0' });
  expect(packetFields(trace.sent[0]?.data ?? new Uint8Array(0))).toMatchObject({
    ttl: 63,
    ip_csum_ok: true,
    csum_ok: true,
  });
  const rules = store.read((lab) => [...lab.nft.rules(itemKey('ip', 't', 'f')).values()]);
  expect(rules[0]?.exprs[0]).toEqual({ op: 'counter', packets: 1n, bytes: 28n });
});

it('rejects with a reset and drops', () => {
  const { put } = router((lab) =>
    chain(lab, 'f', 'forward', [
      '[ meta load l4proto => reg 1 ] [ cmp eq reg 1 0x00000006 ] [ reject type 1 code 0 ]',
    ]),
  );
  const trace = put((machine) =>
    machine.inject('eth1', frame('10.0.0.10', '198.51.100.7', 6, buildTcp(syn))),
  );
  expect(trace.outcome).toEqual({ kind: 'dropped', reason: 'rules' });
  expect(trace.sent.map(({ dev, data }) => [dev, packetFields(data)])).toMatchObject([
    ['eth1', { src: '198.51.100.7', flags: 'RA', ack: 1001, csum_ok: true }],
  ]);
});

it('answers an expired time to live', () => {
  const { put } = router(() => undefined);
  const trace = put((machine) =>
    machine.inject(
      'eth1',
      frame('10.0.0.10', '198.51.100.7', 17, buildUdp({ sport: 1, dport: 53 }), 1),
    ),
  );
  expect(trace.outcome.kind).toBe('dropped');
  expect(packetFields(trace.sent[0]?.data ?? new Uint8Array(0))).toMatchObject({
    src: '10.0.0.1',
    proto: 'icmp',
    type: 11,
    csum_ok: true,
  });
});

it('brings what is sent to itself back over loopback', () => {
  const { put } = router((lab) => chain(lab, 'i', 'input', ['[ counter pkts 0 bytes 0 ]']));
  const sent = frame('10.0.0.1', '203.0.113.2', 17, buildUdp({ sport: 1, dport: 53 })).slice(14);
  const trace = put((machine) => machine.send(sent));
  expect(trace.delivered.map(({ in: dev }) => dev)).toEqual(['lo']);
  expect(trace.groups.map(({ start }) => start)).toEqual(['local', 'received']);
});
