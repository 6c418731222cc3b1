/** Connection tracking and NAT as the machine and the rules see them. */
import { NotEmulated } from '../../base/errors.ts';
import type { Nanos } from '../../base/ports.ts';
import { PROTO } from '../../packet/protocols.ts';
import { natHooks } from '../nat/hooks.ts';
import { natEngine } from '../nat/setup.ts';
import type { BuiltinHook, ConntrackEngine } from '../netfilter.ts';
import { ACCEPT, PRIORITY } from '../netfilter.ts';
import {
  attachAnswer,
  connectionOf,
  Template,
  type TemplateSettings,
  templateOf,
  timeout,
} from './connection.ts';
import { expectRelated } from './expectations.ts';
import type { ConntrackEntry } from './model.ts';
import { seconds } from './timeouts.ts';
import { confirmPacket, trackPacket } from './tracker.ts';
import { opposite } from './tuple.ts';

const hook = (
  name: string,
  at: BuiltinHook['hook'],
  priority: number,
  run: BuiltinHook['run'],
): BuiltinHook => ({ name, families: ['ip', 'ip6'], hook: at, priority, needs: 'conntrack', run });

/** There while a rule needs connection tracking. */
const conntrackHooks: readonly BuiltinHook[] = [
  hook('conntrack', 'prerouting', PRIORITY.conntrack, trackPacket),
  hook('conntrack', 'output', PRIORITY.conntrack, trackPacket),
  hook('confirm', 'input', PRIORITY.confirm, confirmPacket),
  hook('confirm', 'postrouting', PRIORITY.confirm, confirmPacket),
];

/** Whether connlimit still counts it: there, and no TCP connection at its end (already_closed in nf_conncount.c). */
const isOpen = (entry: Readonly<ConntrackEntry> | undefined, now: Nanos): boolean =>
  entry !== undefined &&
  entry.expires > now &&
  !(entry.original.proto === PROTO.tcp && (entry.state === 'TIME_WAIT' || entry.state === 'CLOSE'));

/** The state whose seconds come first in the protocol's policy: what a new connection starts with. */
function firstState(proto: number): string {
  switch (proto) {
    case PROTO.tcp:
      return 'syn_sent';
    case PROTO.sctp:
      return 'closed';
    case PROTO.udp:
    case PROTO.udplite:
    case PROTO.gre:
      return 'unreplied';
    default:
      return 'timeout';
  }
}

export const conntrackEngine: ConntrackEngine = {
  hooks: [...conntrackHooks, ...natHooks],
  nat: natEngine,

  attach(from, to) {
    attachAnswer(to, from);
  },

  setTemplate(packet, template) {
    const old = templateOf(packet)?.settings;
    packet.ct = new Template({ ...old, ...template } satisfies TemplateSettings);
  },

  assignHelper(packet, helper) {
    const connection = connectionOf(packet);
    if (!connection || connection.confirmed) return;
    if (connection.entry.helper !== undefined) return;
    connection.edit().helper = helper;
    connection.set('HELPER');
  },

  assignTimeout(packet, name, policy, env) {
    const connection = connectionOf(packet);
    if (!connection || connection.confirmed) return;
    const entry = connection.edit();
    entry.timeoutPolicy = name;
    entry.timeouts = policy;
    const first = timeout(connection, firstState(entry.original.proto), env);
    entry.expires = env.clock.now() + seconds(first);
  },

  expect(packet, { proto, dport, timeoutMs, size }, env) {
    const connection = connectionOf(packet);
    if (!connection || connection.confirmed) return ACCEPT;
    const { entry, dir } = connection;
    const held = [...env.lab.expectations.values()].filter(({ master }) => master === entry.id);
    if (held.length >= size) return ACCEPT;
    const { l3, src, dst } = entry[opposite(dir)];
    const added = expectRelated(env, {
      master: entry.id,
      tuple: { l3, proto, src, dst, sport: 0, dport },
      // nft gives milliseconds, the kernel takes them for seconds.
      timeout: timeoutMs,
      max: 0,
    });
    return added ? ACCEPT : { code: 'drop', reason: 'expectation clashes' };
  },

  countConnections(packet, live, env) {
    const now = env.clock.now();
    const own = connectionOf(packet);
    const open = live.filter((id) => isOpen(env.lab.conntrack.get(id), now));
    live.splice(0, live.length, ...open);
    if (own && !live.includes(own.flow.id)) live.push(own.flow.id);
    return live.length;
  },

  synproxy() {
    throw new NotEmulated('SYNPROXY');
  },
};
