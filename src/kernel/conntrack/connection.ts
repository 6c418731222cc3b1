/** What is attached to packets: connections, confirmed or not, and templates (struct nf_conn, skb->_nfct). */
import type { Packet } from '../../packet/packet.ts';
import type { ConntrackInfo, HookEnv, PacketConntrack } from '../netfilter.ts';
import { type ConntrackEvent, eventRecord } from './events.ts';
import type { ConntrackEntry, ConntrackStatus, Tuple } from './model.ts';
import { tableOf } from './table.ts';
import { seconds, timeoutOf } from './timeouts.ts';
import { DEFAULT_ZONE, type Direction, type Zone } from './tuple.ts';

/** What storing, finding and translating connections needs: of a machine, or of a command. */
export type TrackEnv = Pick<HookEnv, 'lab' | 'clock' | 'rng'> & {
  readonly effects: Pick<HookEnv['effects'], 'event'>;
};

/** One connection as packets share it: a record of its own until it is stored, and again once it is removed. */
export class Flow {
  readonly id: number;
  readonly #env: TrackEnv;
  #own: ConntrackEntry | undefined;
  #removed = false;

  /** `entry` is given for a connection that is not stored yet. */
  constructor(env: TrackEnv, id: number, entry?: ConntrackEntry) {
    this.#env = env;
    this.id = id;
    this.#own = entry;
  }

  get confirmed(): boolean {
    return this.#own === undefined || this.#removed;
  }

  get dying(): boolean {
    return this.#removed;
  }

  get entry(): Readonly<ConntrackEntry> {
    const entry = this.#own ?? this.#env.lab.conntrack.get(this.id);
    if (!entry) throw new Error(`connection ${this.id} is gone`);
    return entry;
  }

  edit(): ConntrackEntry {
    return this.#own ?? this.#env.lab.conntrack.edit(this.id);
  }

  /** Stores it (__nf_conntrack_confirm, once clashes are excluded). */
  confirm(): void {
    const entry = this.#own;
    if (!entry || this.#removed) throw new Error(`connection ${this.id} is stored already`);
    entry.status = [...entry.status, 'CONFIRMED'];
    tableOf(this.#env.lab).add(entry, this.#env.clock.now(), (old) =>
      recordDestroy(this.#env, old),
    );
    this.#own = undefined;
  }

  /** Removes it from the table (nf_ct_kill); packets that have it keep it. */
  kill(): void {
    if (this.#removed) return;
    if (!this.#own) {
      this.#own = { ...this.entry };
      tableOf(this.#env.lab).remove(this.id);
      recordDestroy(this.#env, this.#own);
    }
    this.#removed = true;
  }
}

/** Records the end of an entry, and forgets what it expected. */
export function recordDestroy(env: TrackEnv, entry: Readonly<ConntrackEntry>): void {
  for (const expectation of [...env.lab.expectations.values()]) {
    if (expectation.master === entry.id) env.lab.expectations.delete(expectation.id);
  }
  recordEvent(env, 'destroy', entry);
}

/** Records an event, when somebody may listen. */
export function recordEvent(
  env: TrackEnv,
  type: ConntrackEvent['type'],
  entry: Readonly<ConntrackEntry>,
): void {
  const at = env.clock.now();
  env.effects.event?.(
    eventRecord({ source: 'conntrack', type, entry: { ...entry }, at, userspace: false }),
  );
}

/** A packet's share in a connection. */
export class Connection implements PacketConntrack {
  readonly template = false;
  readonly flow: Flow;
  readonly info: ConntrackInfo;
  /** Something an event tells of has changed since the last one (nf_conn ecache). */
  changed = false;
  #mark: number;

  constructor(flow: Flow, info: ConntrackInfo) {
    this.flow = flow;
    this.info = info;
    this.#mark = flow.entry.mark;
  }

  /** Whether there is a change to report; asking forgets it. */
  takeChange(): boolean {
    const { mark } = this.entry;
    const changed = this.changed || mark !== this.#mark;
    this.changed = false;
    this.#mark = mark;
    return changed;
  }

  get confirmed(): boolean {
    return this.flow.confirmed;
  }

  get entry(): Readonly<ConntrackEntry> {
    return this.flow.entry;
  }

  get dir(): Direction {
    return this.info.endsWith('reply') ? 'reply' : 'original';
  }

  edit(): ConntrackEntry {
    return this.flow.edit();
  }

  has(status: ConntrackStatus): boolean {
    return this.flow.entry.status.includes(status);
  }

  /** Sets a status bit; false when it was set already (test_and_set_bit). */
  set(status: ConntrackStatus): boolean {
    if (this.has(status)) return false;
    const entry = this.edit();
    entry.status = [...entry.status, status];
    this.changed = true;
    return true;
  }
}

export interface TemplateSettings {
  readonly zone?: Zone;
  readonly helper?: string;
  readonly timeout?: string;
  readonly timeouts?: { readonly [state: string]: number };
  readonly events?: number;
}

const NO_ADDRESS = new Uint8Array(4);
const NO_TUPLE: Tuple = {
  l3: 'ipv4',
  proto: 0,
  src: NO_ADDRESS,
  dst: NO_ADDRESS,
  sport: 0,
  dport: 0,
};

/** What `ct zone set` and the CT target leave for the tracker. */
export class Template implements PacketConntrack {
  readonly template = true;
  readonly confirmed = false;
  readonly info = 'new';
  readonly settings: TemplateSettings;

  constructor(settings: TemplateSettings) {
    this.settings = settings;
  }

  get entry(): ConntrackEntry {
    return {
      id: 0,
      original: NO_TUPLE,
      reply: NO_TUPLE,
      status: ['TEMPLATE'],
      expires: 0n,
      created: 0n,
      mark: 0,
      zone: this.settings.zone ?? DEFAULT_ZONE,
    };
  }

  /** A copy: nothing of a template but its settings reaches a connection. */
  edit(): ConntrackEntry {
    return this.entry;
  }
}

/** The packet's connection; undefined for invalid, untracked and not yet tracked packets. */
export function connectionOf(packet: Packet): Connection | undefined {
  return packet.ct instanceof Connection ? packet.ct : undefined;
}

export function templateOf(packet: Packet): Template | undefined {
  return packet.ct instanceof Template ? packet.ct : undefined;
}

/**
 * Ties a packet made in answer to another, such as REJECT's, to that one's connection (nf_conntrack_attach).
 */
export function attachAnswer(answer: Packet, to: Packet): void {
  const connection = connectionOf(to);
  if (!connection) return;
  const info = connection.dir === 'original' ? 'related reply' : 'related';
  answer.ct = new Connection(connection.flow, info);
}

/** Counts a packet (nf_ct_acct_update); counters are there when accounting was on at the start. */
export function count(connection: Connection, packet: Packet): void {
  if (!connection.entry.counters) return;
  const counter = connection.edit().counters?.[connection.dir];
  if (!counter) return;
  counter.packets += 1n;
  counter.bytes += BigInt(packet.data.length);
}

/** Sets the timer and counts (nf_ct_refresh_acct). */
export function refresh(connection: Connection, packet: Packet, env: HookEnv, secs: number): void {
  if (!connection.has('FIXED_TIMEOUT')) {
    connection.edit().expires = env.clock.now() + seconds(secs);
  }
  count(connection, packet);
}

/** Seconds for a state of the connection's protocol. */
export function timeout(connection: Connection, state: string, env: HookEnv): number {
  return timeoutOf(connection.entry, state, (name) => env.sysctl(name));
}
