import { groupId, groupName, userId, userName } from '../../base/netdb.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { boundedNumber } from '../numbers.ts';
import type { OptionCall } from '../options.ts';

interface IdRange {
  readonly from: number;
  readonly to: number;
  readonly invert: boolean;
}

interface OwnerInfo {
  readonly uid: IdRange | undefined;
  readonly gid: IdRange | undefined;
  /** Supplementary groups count, too. */
  readonly supplementary: boolean;
  /** A socket is to exist, or not. */
  readonly socket: { readonly invert: boolean } | undefined;
}

/** The highest id but one: the last means none. */
const MAX_ID = 0xfffffffen;

/** A name, or one or two numbers. */
const idOption =
  (idOf: (name: string) => number | undefined) =>
  (text: string, call: OptionCall): { from: number; to: number } => {
    const named = idOf(text);
    if (named !== undefined) return { from: named, to: named };
    const bad = () =>
      parameterProblem(`${call.extension}: Bad value for "--${call.option}" option: "${text}"`);
    const first = boundedNumber(text, 0n, MAX_ID) ?? bad();
    if (first.rest === '') return { from: Number(first.value), to: Number(first.value) };
    const second =
      first.rest[0] === '-' ? boundedNumber(first.rest.slice(1), 0n, MAX_ID) : undefined;
    if (second?.rest !== '') return bad();
    return { from: Number(first.value), to: Number(second.value) };
  };

const range = ({ from, to }: IdRange): string => (from === to ? `${from}` : `${from}-${to}`);
const not = (part: { readonly invert: boolean } | undefined): string => (part?.invert ? '! ' : '');

const inside = (asked: IdRange | undefined, id: number): boolean =>
  !asked || (id >= asked.from && id <= asked.to) !== asked.invert;

export const owner = defineMatch({
  name: 'owner',
  revision: 1,
  options: {
    'uid-owner': { type: 'string', invertible: true, read: idOption(userId) },
    'gid-owner': { type: 'string', invertible: true, read: idOption(groupId) },
    'socket-exists': { type: 'none', invertible: true },
    'suppl-groups': {
      type: 'none',
      read(_text, call) {
        if (!call.seen('gid-owner'))
          parameterProblem(
            'owner: Bad value for "--suppl-groups" option: "you need to use --gid-owner first"',
          );
      },
    },
  },
  help: `[!] --uid-owner USER[-USER]    user the sending socket belongs to, by name or number
[!] --gid-owner GROUP[-GROUP]  its group
[!] --socket-exists            there is a sending socket
--suppl-groups                 after --gid-owner: its supplementary groups count, too`,
  check(given) {
    if (!['uid-owner', 'gid-owner', 'socket-exists'].some((name) => given.has(name)))
      parameterProblem(
        'owner: At least one of --uid-owner, --gid-owner or --socket-exists is required',
      );
  },
  parse(options): OwnerInfo {
    const [uid, gid] = [options['uid-owner'], options['gid-owner']];
    const socket = options['socket-exists'];
    return {
      uid: uid && { ...uid.value, invert: uid.invert },
      gid: gid && { ...gid.value, invert: gid.invert },
      supplementary: options['suppl-groups'] !== undefined,
      socket: socket && { invert: socket.invert },
    };
  },
  print({ uid, gid, supplementary, socket }, { numeric }) {
    const show = (ids: IdRange, name: (id: number) => string | undefined) =>
      (numeric || ids.from !== ids.to ? undefined : name(ids.from)) ?? range(ids);
    return [
      ...(socket ? [`${not(socket)}owner socket exists`] : []),
      ...(uid ? [`${not(uid)}owner UID match ${show(uid, userName)}`] : []),
      ...(gid ? [`${not(gid)}owner GID match ${show(gid, groupName)}`] : []),
      ...(supplementary ? ['incl. suppl. groups'] : []),
    ].join(' ');
  },
  save: ({ uid, gid, supplementary, socket }) =>
    [
      ...(socket ? [`${not(socket)}--socket-exists`] : []),
      ...(uid ? [`${not(uid)}--uid-owner ${range(uid)}`] : []),
      ...(gid ? [`${not(gid)}--gid-owner ${range(gid)}`] : []),
      ...(supplementary ? ['--suppl-groups'] : []),
    ].join(' '),
  translate({ uid, gid, supplementary, socket }) {
    if (supplementary || socket || (uid && gid)) return undefined;
    const ids = uid ?? gid;
    return ids && `${uid ? 'skuid' : 'skgid'} ${ids.invert ? '!= ' : ''}${range(ids)}`;
  },
  demands: { hooks: ['output', 'postrouting'] },
  refuse({ uid, gid }) {
    const backwards = (ids: IdRange | undefined) => ids && ids.from > ids.to;
    return backwards(uid) || backwards(gid) ? 'EINVAL' : undefined;
  },
  test({ uid, gid, socket }, { packet }) {
    // owner_mt: without a socket only what is asked inverted holds.
    const own = packet.socket;
    if (!own) return [uid, gid, socket].every((part) => !part || part.invert);
    if (socket?.invert) return false;
    // The kernel's own sockets belong to no file.
    if (own.uid === undefined) return [uid, gid].every((part) => !part || part.invert);
    return inside(uid, own.uid) && inside(gid, own.gid ?? 0);
  },
});
