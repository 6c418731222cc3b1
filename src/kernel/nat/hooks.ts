/** NAT's own hooks (nf_nat_inet_fn and its families' wrappers in net/netfilter/nf_nat_core.c and nf_nat_proto.c). */

import { equalBytes } from '../../base/bytes.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { setTransportChecksum, transportChecksumOk } from '../../packet/transport.ts';
import { type Connection, connectionOf, count } from '../conntrack/connection.ts';
import type { ConntrackStatus } from '../conntrack/model.ts';
import { inverse, opposite } from '../conntrack/tuple.ts';
import type { BuiltinHook, HookEnv, HookState, HookVerdict } from '../netfilter.ts';
import { ACCEPT, PRIORITY } from '../netfilter.ts';
import { closeIcmpv4, type Manip, rewrite, rewriteQuoted } from './manip.ts';
import { bindNull, isBound } from './setup.ts';

/** HOOK2MANIP. */
const manipOf = ({ hook }: HookState): Manip =>
  hook === 'postrouting' || hook === 'input' ? 'src' : 'dst';

const other = (manip: Manip): Manip => (manip === 'src' ? 'dst' : 'src');

/** Whether packets of the connection's direction are rewritten at this side. */
function applies(connection: Connection, manip: Manip): boolean {
  const side = connection.dir === 'original' ? manip : other(manip);
  const status: ConntrackStatus = side === 'src' ? 'SRC_NAT' : 'DST_NAT';
  return connection.has(status);
}

const DROP = (reason: string): HookVerdict => ({ code: 'drop', reason });

/** Rewrites an ICMP error and what it quotes (nf_nat_icmp_reply_translation). */
function translateError(packet: Packet, connection: Connection, manip: Manip): HookVerdict {
  if (!transportChecksumOk(packet)) return DROP('ICMP error with a wrong checksum');
  const v4 = packet.family === 'ip';
  const redirect = packet.data[packet.transport.offset] === (v4 ? 5 : 137);
  if (redirect) {
    const both = isBound(connection, 'src') && isBound(connection, 'dst');
    const translated = connection.has('SRC_NAT') || connection.has('DST_NAT');
    if (!both || translated) return DROP('ICMP redirect of a translated connection');
  }
  if (!applies(connection, manip)) return ACCEPT;
  const counterpart = connection.entry[opposite(connection.dir)];
  rewriteQuoted(packet, counterpart, other(manip));
  if (v4) closeIcmpv4(packet);
  else setTransportChecksum(packet);
  rewrite(packet, { ...inverse(counterpart), proto: packet.transport.proto, icmp: ERROR }, manip);
  return ACCEPT;
}

/** An error's own type has no id; `rewrite` leaves it alone. */
const ERROR = { type: 3, code: 0 };

const isError = (packet: Packet, connection: Connection): boolean => {
  if (!connection.info.startsWith('related')) return false;
  const { proto } = packet.transport;
  return proto === (packet.family === 'ip6' ? PROTO.icmpv6 : PROTO.icmp);
};

/** The type nat chains, for the first packet of a connection; without a decision the address stays. */
function bindFirst(
  packet: Packet,
  connection: Connection,
  state: HookState,
  env: HookEnv,
): HookVerdict {
  const manip = manipOf(state);
  const verdict = env.nat.run(packet, state, () => isBound(connection, manip));
  if (verdict.code !== 'accept') return verdict;
  return isBound(connection, manip) ? ACCEPT : bindNull(connection, manip, env);
}

/** A masqueraded connection whose packets leave by another device than its first has ended. */
function deviceChanged(connection: Connection, state: HookState): boolean {
  const { masqDev } = connection.entry;
  return (
    masqDev !== undefined &&
    state.hook === 'postrouting' &&
    connection.dir === 'original' &&
    state.out?.name !== masqDev
  );
}

function translate(packet: Packet, state: HookState, env: HookEnv): HookVerdict {
  const connection = connectionOf(packet);
  if (!connection) return ACCEPT;
  const manip = manipOf(state);
  if (isError(packet, connection)) return translateError(packet, connection, manip);
  const first = !connection.info.startsWith('established') && !isBound(connection, manip);
  if (first) {
    const verdict = bindFirst(packet, connection, state, env);
    if (verdict.code !== 'accept') return verdict;
  } else if (deviceChanged(connection, state)) {
    count(connection, packet);
    connection.flow.kill();
    return DROP('masqueraded connection leaves by another device');
  }
  if (applies(connection, manip)) {
    rewrite(packet, inverse(connection.entry[opposite(connection.dir)]), manip);
  }
  return ACCEPT;
}

/** After a change of destination a local packet needs another route (nf_nat_ipv4_local_fn). */
function translateLocal(packet: Packet, state: HookState, env: HookEnv): HookVerdict {
  const verdict = translate(packet, state, env);
  const connection = connectionOf(packet);
  if (verdict.code !== 'accept' || !connection) return verdict;
  const { entry, dir } = connection;
  if (equalBytes(entry[dir].dst, entry[opposite(dir)].src)) return verdict;
  return env.reroute(packet, state) ? ACCEPT : DROP('no route after translation');
}

const hook = (
  name: BuiltinHook['hook'],
  priority: number,
  run: BuiltinHook['run'],
): BuiltinHook => ({
  name: 'nat',
  families: ['ip', 'ip6'],
  hook: name,
  priority,
  needs: 'nat',
  run,
});

/** There while a family has a chain of type nat. */
export const natHooks: readonly BuiltinHook[] = [
  hook('prerouting', PRIORITY.natDst, translate),
  hook('output', PRIORITY.natDst, translateLocal),
  hook('input', PRIORITY.natSrc, translate),
  hook('postrouting', PRIORITY.natSrc, translate),
];
