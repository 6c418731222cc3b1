/** What packets changed in a lab beside the counters of rules: connections, and counters by name. */
import { dispatch } from '../dispatch.ts';
import { Gathered, textInput } from '../shell.ts';
import type { NflabPorts } from './ports.ts';
import type { Count } from './rule-facts.ts';

/** A connection as `conntrack -L` lists it, and what became of it. */
export interface ConnectionChange {
  readonly change: 'new' | 'changed' | 'gone';
  readonly entry: string;
}

/** A named counter of nft that moved, and what it says now. */
export interface NamedCount extends Count {
  readonly family: string;
  readonly table: string;
  readonly name: string;
}

export interface LabChanges {
  readonly connections: readonly ConnectionChange[];
  readonly counters: readonly NamedCount[];
}

interface Snapshot {
  /** By original direction, which stays the same for a connection's life. */
  readonly connections: ReadonlyMap<string, string>;
  readonly counters: ReadonlyMap<string, NamedCount>;
}

/** Runs `act`; what it returns, and what it changed. */
export function watchChanges<T>(ports: NflabPorts, act: () => T): readonly [T, LabChanges] {
  const before = snapshot(ports);
  const result = act();
  return [result, compare(before, snapshot(ports))];
}

function snapshot(ports: NflabPorts): Snapshot {
  const connections = new Map<string, string>();
  for (const family of ['ipv4', 'ipv6'])
    for (const line of list(ports, family)) connections.set(`${family} ${originalOf(line)}`, line);
  const counters = ports.store.read((lab) => {
    const found = new Map<string, NamedCount>();
    for (const [key, { family, table, name, expr }] of lab.nft.objects.entries())
      if (expr?.op === 'counter')
        found.set(key, {
          family,
          table,
          name,
          packets: Number(expr.packets),
          bytes: Number(expr.bytes),
        });
    return found;
  });
  return { connections, counters };
}

/** Protocol and the first addresses and ports of a line. */
const originalOf = (line: string): string =>
  `${line.split(' ')[0]} ${line.slice(line.indexOf('src=')).replace(/ (\[|src=).*$/s, '')}`;

function list(ports: NflabPorts, family: string): readonly string[] {
  if (ports.store.read((lab) => lab.conntrack.size === 0)) return [];
  const stdout = new Gathered();
  const quiet = { ...ports, stdin: textInput(''), stdout, stderr: new Gathered() };
  dispatch(ports.tools, 'conntrack', ['-L', '-f', family], quiet);
  return stdout
    .text()
    .split('\n')
    .filter((line) => line !== '');
}

function compare(before: Snapshot, after: Snapshot): LabChanges {
  const connections: ConnectionChange[] = [];
  for (const [key, entry] of after.connections) {
    const old = before.connections.get(key);
    if (old !== entry) connections.push({ change: old === undefined ? 'new' : 'changed', entry });
  }
  for (const [key, entry] of before.connections)
    if (!after.connections.has(key)) connections.push({ change: 'gone', entry });
  const counters = [...after.counters].flatMap(([key, now]) =>
    before.counters.get(key)?.packets === now.packets ? [] : [now],
  );
  return { connections, counters };
}
