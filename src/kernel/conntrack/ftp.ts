/** The FTP helper: PORT, EPRT and the answers to PASV and EPSV (net/netfilter/nf_conntrack_ftp.c). */
import { formatAddress, parseIpv6 } from '../../base/address.ts';
import { equalBytes } from '../../base/bytes.ts';
import { NotEmulated } from '../../base/errors.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { readTcp } from '../../packet/tcp.ts';
import type { HookEnv } from '../netfilter.ts';
import type { Connection } from './connection.ts';
import { expectRelated } from './expectations.ts';
import { after, before } from './tcp-window.ts';
import { type Direction, opposite } from './tuple.ts';

/** What a command announces: the address only where the command has one. */
interface Announced {
  readonly address?: Uint8Array;
  readonly port: number;
}

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';

/** `count` numbers with `separator` between them, then `end` (or anything when that is empty). */
function numbers(
  text: string,
  count: number,
  separator: string,
  end: string,
): { values: number[]; length: number } | undefined {
  const values = [0];
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    const last = values.length - 1;
    if (isDigit(c)) values[last] = ((values[last] ?? 0) * 10 + Number(c)) >>> 0;
    else if (c === separator) {
      if (values.length === count) return undefined;
      values.push(0);
    } else {
      const done = values.length === count && (end === '' || c === end);
      return done ? { values, length: i } : undefined;
    }
  }
  return undefined;
}

function hostPort(text: string, end: string): Announced | undefined {
  const found = numbers(text, 6, ',', end);
  if (!found) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, high = 0, low = 0] = found.values;
  const word = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const address = Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word);
  return { address, port: ((high << 8) | low) & 0xffff };
}

function portUpTo(text: string, start: number, delimiter: string): number | undefined {
  let port = 0;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === delimiter) return port === 0 ? undefined : port;
    if (!isDigit(c)) return undefined;
    port = (port * 10 + Number(c)) & 0xffff;
  }
  return undefined;
}

const isDelimiter = (c: string): boolean => !isDigit(c) && c >= '!' && c <= '~';

function eprt(text: string, v6: boolean): Announced | undefined {
  const delimiter = text[0] ?? '';
  if (text.length <= 3 || !isDelimiter(delimiter) || text[2] !== delimiter) return undefined;
  if (text[1] !== (v6 ? '2' : '1')) return undefined;
  const end = text.indexOf(delimiter, 3);
  if (end < 0) return undefined;
  const port = portUpTo(text, end + 1, delimiter);
  if (port === undefined) return undefined;
  if (v6) {
    const address = parseIpv6(text.slice(3, end));
    return address && { address, port };
  }
  const found = numbers(text.slice(3), 4, '.', delimiter);
  return found && { address: Uint8Array.from(found.values), port };
}

function epsv(text: string): Announced | undefined {
  const delimiter = text[0] ?? '';
  if (text.length <= 3 || !isDelimiter(delimiter)) return undefined;
  if (text[1] !== delimiter || text[2] !== delimiter) return undefined;
  const port = portUpTo(text, 3, delimiter);
  return port === undefined ? undefined : { port };
}

interface Command {
  readonly word: string;
  /** What precedes the numbers; none when they follow at once. */
  readonly skip: string;
  read(text: string, v6: boolean): Announced | undefined;
}

const COMMANDS: { readonly [D in Direction]: readonly Command[] } = {
  original: [
    { word: 'PORT', skip: ' ', read: (text) => hostPort(text, '\r') },
    { word: 'EPRT', skip: ' ', read: eprt },
  ],
  reply: [
    {
      word: '227 ',
      skip: '',
      // RFC 1123: parentheses may be missing; the first digit counts.
      read: (text) => {
        const at = [...text].findIndex(isDigit);
        return at < 0 ? undefined : hostPort(text.slice(at), '');
      },
    },
    { word: '229 ', skip: '(', read: epsv },
  ],
};

/** 'partial': begins like a command but cannot be read to its end. */
function findCommand(text: string, dir: Direction, v6: boolean): Announced | 'partial' | undefined {
  for (const { word, skip, read } of COMMANDS[dir]) {
    const head = text.slice(0, word.length).toUpperCase();
    if (text.length <= word.length) {
      if (word.startsWith(head)) return 'partial';
      continue;
    }
    if (head !== word) continue;
    let at = word.length;
    if (skip !== '') {
      at = text.indexOf(skip, at);
      if (at < 0 || at === text.length - 1) return 'partial';
      at++;
    }
    return read(text.slice(at), v6) ?? 'partial';
  }
  return undefined;
}

const REMEMBERED = 2;

/** Remembers where a line ended: the next command may begin there. */
function noteLineEnd(connection: Connection, seq: number): void {
  const entry = connection.edit();
  const ends = entry.lineEnds ?? { original: [], reply: [] };
  const mine = ends[connection.dir];
  if (mine.includes(seq)) return;
  let next = [...mine, seq];
  if (mine.length >= REMEMBERED) {
    const oldest = before(mine[0] ?? 0, mine[1] ?? 0) ? 0 : 1;
    next = after(seq, mine[oldest] ?? 0) ? mine.map((v, i) => (i === oldest ? seq : v)) : [...mine];
  }
  entry.lineEnds = { ...ends, [connection.dir]: next };
}

/** Reads the packet; false drops it, as the kernel does with commands it cannot follow. */
export function helpFtp(connection: Connection, packet: Packet, env: HookEnv): boolean {
  if (!connection.info.startsWith('established')) return true;
  const { offset } = packet.transport;
  const tcp = readTcp(packet.data, offset);
  if (!tcp) return true;
  const payload = packet.data.subarray(offset + tcp.headerLength);
  if (payload.length === 0) return true;
  const { dir, entry } = connection;
  const text = String.fromCharCode(...payload);
  const known = entry.lineEnds?.[dir] ?? [];
  if (known.includes(tcp.seq)) {
    const verdict = follow(connection, text, env);
    if (!verdict) return false;
  }
  if (text.endsWith('\n')) noteLineEnd(connection, (tcp.seq + payload.length) >>> 0);
  return true;
}

function follow(connection: Connection, text: string, env: HookEnv): boolean {
  const { dir, entry } = connection;
  const own = entry[dir];
  const command = findCommand(text, dir, own.l3 === 'ipv6');
  if (command === 'partial') return false;
  if (!command) return true;
  // A server that names another host opens no hole to it.
  if (command.address && !equalBytes(command.address, own.src)) return true;
  if (connection.has('SRC_NAT') || connection.has('DST_NAT')) {
    throw new NotEmulated(`ftp helper on a translated connection (${formatAddress(own.src)})`);
  }
  const back = entry[opposite(dir)];
  return expectRelated(env, {
    master: entry.id,
    tuple: {
      l3: own.l3,
      proto: PROTO.tcp,
      src: back.src,
      dst: back.dst,
      sport: 0,
      dport: command.port,
    },
    timeout: 300,
    max: 1,
  });
}
