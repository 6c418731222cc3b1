/** Tracking of SCTP associations (net/netfilter/nf_conntrack_proto_sctp.c). */
import { readUint } from '../../base/bytes.ts';
import type { Packet } from '../../packet/packet.ts';
import { transportChecksumOk } from '../../packet/transport.ts';
import type { HookEnv, HookState } from '../netfilter.ts';
import { type Connection, refresh, timeout } from './connection.ts';
import type { ConntrackEntry, SctpState } from './model.ts';
import type { Tracked } from './tcp.ts';
import { type Direction, opposite } from './tuple.ts';

const CHUNK = {
  data: 0,
  init: 1,
  initAck: 2,
  heartbeat: 4,
  heartbeatAck: 5,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  error: 9,
  cookieEcho: 10,
  cookieAck: 11,
  shutdownComplete: 14,
} as const;

/** In the order of the kernel's numbers. */
export const SCTP_STATES = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
  'HEARTBEAT_SENT',
] as const satisfies readonly SctpState[];

// A letter per old state in SCTP_STATES' order: n c w e E s r a h, as LETTERS; i is invalid.
const LETTERS = 'ncweEsrah';
const TABLE: { readonly [D in Direction]: ReadonlyMap<number, string> } = {
  original: new Map([
    [CHUNK.init, 'ccweEccaw'],
    [CHUNK.initAck, 'ccweEsrac'],
    [CHUNK.abort, 'ccccccccc'],
    [CHUNK.shutdown, 'ccwessrac'],
    [CHUNK.shutdownAck, 'acweEaaaa'],
    [CHUNK.error, 'ccweEsrac'],
    [CHUNK.cookieEcho, 'cceeEsrac'],
    [CHUNK.cookieAck, 'ccwEEsrac'],
    [CHUNK.shutdownComplete, 'ccweEsrcc'],
    [CHUNK.heartbeat, 'hcweEsrah'],
    [CHUNK.heartbeatAck, 'ccweEsrah'],
  ]),
  reply: new Map([
    [CHUNK.init, 'icweEsrai'],
    [CHUNK.initAck, 'iwweEsrai'],
    [CHUNK.abort, 'iccccccci'],
    [CHUNK.shutdown, 'icwersrai'],
    [CHUNK.shutdownAck, 'icweEaaai'],
    [CHUNK.error, 'icwcEsrai'],
    [CHUNK.cookieEcho, 'iceeEsrai'],
    [CHUNK.cookieAck, 'icwEEsrai'],
    [CHUNK.shutdownComplete, 'icweEsrci'],
    [CHUNK.heartbeat, 'icweEsrah'],
    [CHUNK.heartbeatAck, 'icweEsraE'],
  ]),
};

function nextState(dir: Direction, state: SctpState, chunk: number): SctpState | 'INVALID' {
  const row = TABLE[dir].get(chunk);
  // DATA, SACK and the like change nothing.
  if (!row) return state;
  const letter = row[(SCTP_STATES as readonly SctpState[]).indexOf(state)] ?? 'i';
  return SCTP_STATES[LETTERS.indexOf(letter)] ?? 'INVALID';
}

interface Chunk {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
}

/** The chunks; undefined when their order or length is impossible, or there is none (do_basic_checks). */
function readChunks(data: Uint8Array, from: number): readonly Chunk[] | undefined {
  const chunks: Chunk[] = [];
  let alone = false;
  for (let offset = from; offset < data.length && offset + 4 <= data.length; ) {
    const type = data[offset] ?? 0;
    const length = readUint(data, offset + 2, 2);
    if (type === CHUNK.init || type === CHUNK.initAck || type === CHUNK.shutdownComplete) {
      alone = true;
    }
    const first = type === CHUNK.cookieAck || type === CHUNK.cookieEcho || alone;
    if ((first && chunks.length > 0) || length === 0) return undefined;
    chunks.push({ type, flags: data[offset + 1] ?? 0, offset });
    offset += (length + 3) & ~3;
  }
  return chunks.length > 0 ? chunks : undefined;
}

interface Association {
  readonly entry: ConntrackEntry;
  readonly dir: Direction;
  readonly vtag: number;
  readonly data: Uint8Array;
  readonly vtags: { original: number; reply: number };
  readonly inits: { original: boolean; reply: boolean };
  readonly hasData: boolean;
  /** A heartbeat whose tag did not fit: let pass, the timer stays. */
  ignore: boolean;
}

const initTag = (data: Uint8Array, { offset }: Chunk): number | undefined =>
  offset + 20 <= data.length ? readUint(data, offset + 4, 4) : undefined;

/** What a first packet fixes (sctp_new); false when none may begin so. */
function begin(association: Association, chunks: readonly Chunk[]): boolean {
  const { vtags, vtag, data } = association;
  for (const chunk of chunks) {
    const next = nextState('original', 'NONE', chunk.type);
    if (next === 'INVALID' || next === 'NONE') return false;
    if (chunk.type === CHUNK.init) {
      const tag = initTag(data, chunk);
      if (vtag !== 0 || tag === undefined) return false;
      vtags.reply = tag;
    } else if (chunk.type === CHUNK.heartbeat) vtags.original = vtag;
    else if (chunk.type === CHUNK.shutdownAck) vtags.reply = vtag;
  }
  return true;
}

/** RFC 9260, 8.5.1: the tag an ABORT or SHUTDOWN COMPLETE must have, by its T flag. */
function reflectedTagOk({ vtags, vtag, dir }: Association, { flags }: Chunk): boolean {
  return vtag === vtags[flags & 1 ? opposite(dir) : dir];
}

function heartbeat(association: Association, answer: boolean): 'ok' | 'skip' | 'invalid' {
  const { vtags, dir, vtag, entry, hasData } = association;
  if (vtags[dir] === 0) vtags[dir] = vtag;
  else if (vtag === vtags[dir]) delete entry.heartbeatFailed;
  else {
    if (hasData || association.ignore) return 'invalid';
    if (!answer) {
      entry.heartbeatFailed = dir;
      association.ignore = true;
      return 'skip';
    }
    if (!entry.heartbeatFailed || entry.heartbeatFailed === dir) return 'invalid';
    delete entry.heartbeatFailed;
    vtags[dir] = vtag;
    vtags[opposite(dir)] = 0;
  }
  return 'ok';
}

/** Verification tags (RFC 9260, 8.5), chunk by chunk. */
function checkTag(association: Association, chunk: Chunk): 'ok' | 'skip' | 'invalid' {
  const { vtag, vtags, dir, inits } = association;
  switch (chunk.type) {
    case CHUNK.init:
      return vtag === 0 ? 'ok' : 'invalid';
    case CHUNK.abort:
    case CHUNK.shutdownComplete:
      return reflectedTagOk(association, chunk) ? 'ok' : 'invalid';
    case CHUNK.cookieEcho:
      return vtag === vtags[dir] ? 'ok' : 'invalid';
    case CHUNK.cookieAck:
      inits.original = false;
      inits.reply = false;
      return 'ok';
    case CHUNK.heartbeat:
      return heartbeat(association, false);
    case CHUNK.heartbeatAck:
      return heartbeat(association, true);
    default:
      return 'ok';
  }
}

/** Takes the tags INIT and INIT ACK announce; false when they contradict what is known. */
function noteTag(association: Association, chunk: Chunk): boolean {
  const { dir, vtags, inits, data } = association;
  const other = opposite(dir);
  const tag = initTag(data, chunk);
  if (tag === undefined) return false;
  if (chunk.type === CHUNK.init) {
    if (inits[dir] && inits[other]) inits[other] = false;
    inits[dir] = true;
  } else {
    const known = vtags[other];
    if (!inits[other] && known !== 0 && known !== tag) return false;
    if (inits[dir] && inits[other] && known !== tag) return false;
  }
  vtags[other] = tag;
  return true;
}

/** Chunks whose tag is judged by rules of their own. */
const OWN_TAG_RULE = new Set<number>([
  CHUNK.init,
  CHUNK.shutdownComplete,
  CHUNK.cookieEcho,
  CHUNK.abort,
  CHUNK.shutdownAck,
  CHUNK.heartbeat,
  CHUNK.heartbeatAck,
]);
const NEVER_FIRST = new Set<number>([CHUNK.abort, CHUNK.shutdownComplete, CHUNK.cookieAck]);

/** Walks the chunks; the state after the last, or undefined when one is invalid. */
function walk(
  connection: Connection,
  association: Association,
  chunks: readonly Chunk[],
): SctpState | undefined {
  const { entry, dir } = association;
  let last: SctpState = 'NONE';
  for (const chunk of chunks) {
    const tag = checkTag(association, chunk);
    if (tag === 'invalid') return undefined;
    if (tag === 'skip') continue;
    // An entry of this protocol has one of its states; without one it is as new.
    const old = (entry.state ?? 'NONE') as SctpState;
    const next = nextState(dir, old, chunk.type);
    if (next === 'INVALID') return undefined;
    if (chunk.type === CHUNK.init || chunk.type === CHUNK.initAck) {
      if (!noteTag(association, chunk)) return undefined;
      const repeated = chunk.type === CHUNK.init && next === 'CLOSED' && old === 'CLOSED';
      if (repeated && connection.confirmed) association.ignore = true;
    }
    entry.state = next;
    last = next;
    if (old !== next) {
      connection.changed = true;
      if (next === 'ESTABLISHED') connection.set('ASSURED');
    }
  }
  return last;
}

/** Follows one packet. */
export function trackSctp(
  connection: Connection,
  packet: Packet,
  state: HookState,
  env: HookEnv,
): Tracked {
  const { data } = packet;
  const { offset } = packet.transport;
  if (offset + 12 > data.length) return 'invalid';
  const check = env.sysctl('net.netfilter.nf_conntrack_checksum') !== 0;
  if (check && state.hook === 'prerouting' && !transportChecksumOk(packet)) return 'invalid';
  const chunks = readChunks(data, offset + 12);
  if (!chunks) return 'invalid';
  const entry = connection.edit();
  entry.sctpVtag ??= { original: 0, reply: 0 };
  entry.sctpInit ??= { original: false, reply: false };
  const association: Association = {
    entry,
    dir: connection.dir,
    vtag: readUint(data, offset + 4, 4),
    data,
    vtags: entry.sctpVtag,
    inits: entry.sctpInit,
    hasData: chunks.some(({ type }) => type === CHUNK.data),
    ignore: false,
  };
  if (!connection.confirmed) {
    if (chunks.some(({ type }) => NEVER_FIRST.has(type))) return 'invalid';
    if (!begin(association, chunks)) return 'invalid';
    entry.state = 'NONE';
  }
  const ownRule = chunks.some(({ type }) => OWN_TAG_RULE.has(type));
  if (!ownRule && association.vtag !== association.vtags[connection.dir]) return 'invalid';
  const last = walk(connection, association, chunks);
  if (!last) return 'invalid';
  if (association.ignore) return 'accept';
  // timeouts[NONE] is CLOSED's.
  const timed = last === 'NONE' ? 'closed' : last.toLowerCase();
  refresh(connection, packet, env, timeout(connection, timed, env));
  return 'accept';
}
