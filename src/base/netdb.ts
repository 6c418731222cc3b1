/**
 * Names of services, protocols, users and groups, as glibc finds them in Debian 13's /etc files: the first line that
 * fits wins, aliases count, case matters. The tables are read on first use.
 */
import { GROUPS, PROTOCOLS, SERVICES, USERS } from './netdb-data.ts';

export interface Service {
  readonly name: string;
  readonly port: number;
  readonly proto: string;
}

export interface Protocol {
  readonly name: string;
  readonly number: number;
}

interface Names<R> {
  readonly byName: ReadonlyMap<string, R>;
  readonly byNumber: ReadonlyMap<string, R>;
}

const lines = (text: string): string[] => text.trim().replaceAll('\n', ' ').split(', ');

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function addFirst<R>(map: Map<string, R>, key: string, record: R): void {
  if (!map.has(key)) map.set(key, record);
}

const services = once((): Names<Service> => {
  const byName = new Map<string, Service>();
  const byNumber = new Map<string, Service>();
  for (const line of lines(SERVICES)) {
    const [name = '', where = '', ...aliases] = line.split(' ');
    const [port, ...protos] = where.split('/');
    for (const proto of protos) {
      const service = { name, port: Number(port), proto };
      addFirst(byNumber, `${port}/${proto}`, service);
      addFirst(byNumber, `${port}`, service);
      for (const known of [name, ...aliases]) {
        addFirst(byName, `${known}/${proto}`, service);
        addFirst(byName, known, service);
      }
    }
  }
  return { byName, byNumber };
});

const protocols = once((): Names<Protocol> => {
  const byName = new Map<string, Protocol>();
  const byNumber = new Map<string, Protocol>();
  for (const line of lines(PROTOCOLS)) {
    const [name = '', number = '', ...aliases] = line.split(' ');
    const protocol = { name, number: Number(number) };
    addFirst(byNumber, number, protocol);
    for (const known of [name, ...aliases]) addFirst(byName, known, protocol);
  }
  return { byName, byNumber };
});

function ids(text: string): Names<{ readonly name: string; readonly id: number }> {
  const byName = new Map<string, { name: string; id: number }>();
  const byNumber = new Map<string, { name: string; id: number }>();
  for (const line of lines(text)) {
    const [name = '', id = ''] = line.split(' ');
    const record = { name, id: Number(id) };
    addFirst(byName, name, record);
    addFirst(byNumber, id, record);
  }
  return { byName, byNumber };
}
const users = once(() => ids(USERS));
const groups = once(() => ids(GROUPS));

/** getservbyname: without `proto`, the first service of that name or alias. */
export function serviceByName(name: string, proto?: string): Service | undefined {
  // A name with a slash would be read as a key with a protocol.
  if (name.includes('/')) return undefined;
  return services().byName.get(proto === undefined ? name : `${name}/${proto}`);
}

/** getservbyport, with the port in host order; without `proto`, the first service of that port. */
export function serviceByPort(port: number, proto?: string): Service | undefined {
  return services().byNumber.get(proto === undefined ? `${port}` : `${port}/${proto}`);
}

/** getprotobyname. */
export function protocolByName(name: string): Protocol | undefined {
  return protocols().byName.get(name);
}

/** getprotobynumber. */
export function protocolByNumber(number: number): Protocol | undefined {
  return protocols().byNumber.get(`${number}`);
}

/** The uid of a user. */
export function userId(name: string): number | undefined {
  return users().byName.get(name)?.id;
}

/** The name of a uid. */
export function userName(uid: number): string | undefined {
  return users().byNumber.get(`${uid}`)?.name;
}

/** The gid of a group. */
export function groupId(name: string): number | undefined {
  return groups().byName.get(name)?.id;
}

/** The name of a gid. */
export function groupName(gid: number): string | undefined {
  return groups().byNumber.get(`${gid}`)?.name;
}
