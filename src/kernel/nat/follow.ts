/** Translating an expected connection as its master is (nf_nat_follow_master). */
import type { Connection, TrackEnv } from '../conntrack/connection.ts';
import type { ExpectationRecord } from '../conntrack/model.ts';
import { opposite } from '../conntrack/tuple.ts';
import { bind } from './setup.ts';
import { RANGE } from './unique.ts';

/** Binds both sides of a fresh connection; nothing when the master is gone. */
export function followMaster(
  connection: Connection,
  { master, follow }: Readonly<ExpectationRecord>,
  env: TrackEnv,
): void {
  const entry = env.lab.conntrack.get(master);
  if (!entry || !follow) return;
  const { src, dst } = entry[opposite(follow.dir)];
  bind(connection, { flags: RANGE.mapIps, minAddr: dst, maxAddr: dst }, 'src', env);
  const { port } = follow;
  const flags = RANGE.mapIps | RANGE.protoSpecified;
  const range = { flags, minAddr: src, maxAddr: src, minPort: port, maxPort: port };
  bind(connection, range, 'dst', env);
}
