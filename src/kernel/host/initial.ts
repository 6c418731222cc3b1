/** What a new lab holds: a network namespace just made, with its loopback interface brought up. */
import type { IpvsGlobals } from '../ipvs/model.ts';
import type { RulesetGlobals } from '../model.ts';
import type { PlainRecord } from '../nftables/model.ts';
import type { ClockRecord, HostRecord, RngRecord, RoutingRule } from './model.ts';

/** The single records of a lab; its collections begin empty. */
export interface InitialCells {
  readonly host: HostRecord;
  readonly clock: ClockRecord;
  readonly rng: RngRecord;
  readonly nftGlobals: RulesetGlobals;
  readonly legacyGlobals: RulesetGlobals;
  readonly conntrackGlobals: { nextId: number; stats: PlainRecord };
  readonly ipvsGlobals: IpvsGlobals;
}

const TABLE_LOCAL = 255;
const TABLE_MAIN = 254;
const TABLE_DEFAULT = 253;

const rule = (family: 'ip' | 'ip6', priority: number, table: number): RoutingRule => ({
  family,
  priority,
  invert: false,
  action: { table },
});

function freshHost(): HostRecord {
  return {
    interfaces: [
      {
        index: 1,
        name: 'lo',
        kind: 'loopback',
        mac: new Uint8Array(6),
        mtu: 65536,
        up: true,
        group: 0,
        addresses: [
          { address: Uint8Array.of(127, 0, 0, 1), prefix: 8 },
          { address: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), prefix: 128 },
        ],
      },
    ],
    nextIndex: 2,
    routes: [],
    rules: [
      rule('ip', 0, TABLE_LOCAL),
      rule('ip', 32766, TABLE_MAIN),
      rule('ip', 32767, TABLE_DEFAULT),
      rule('ip6', 0, TABLE_LOCAL),
      rule('ip6', 32766, TABLE_MAIN),
    ],
    sysctls: {},
    listeners: [],
    modules: [],
  };
}

/** Four words of generator state from one number, by splitmix32, as xoshiro's authors advise. */
export function seedRng(seed: number): RngRecord {
  let x = seed >>> 0;
  const word = () => {
    x = (x + 0x9e3779b9) >>> 0;
    let z = x;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return { state: [word(), word(), word(), word()] };
}

// net->nft.base_seq begins at 1; table handles are counted from 1.
const freshGlobals = (): RulesetGlobals => ({ generation: 1, nextTableHandle: 1 });

/** A new lab whose chance follows from `seed` (an unsigned 32-bit number). */
export function freshLab(seed: number): InitialCells {
  return {
    host: freshHost(),
    clock: { mode: 'wall', nanos: 0n },
    rng: seedRng(seed),
    nftGlobals: freshGlobals(),
    legacyGlobals: freshGlobals(),
    conntrackGlobals: { nextId: 1, stats: {} },
    ipvsGlobals: {
      // Seconds; ip_vs_proto_{tcp,udp}.c.
      timeouts: { tcp: 900, tcpfin: 120, udp: 300 },
      daemons: [],
      nextConnection: 1,
      total: { conns: 0n, inPkts: 0n, outPkts: 0n, inBytes: 0n, outBytes: 0n },
      trash: [],
    },
  };
}
