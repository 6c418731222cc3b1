import { findListener } from '../../kernel/sockets.ts';
import { defineMatch } from '../define.ts';

interface SocketInfo {
  readonly transparent: boolean;
  readonly nowildcard: boolean;
  readonly restoreMark: boolean;
}

const FLAGS = [
  ['transparent', 'transparent'],
  ['nowildcard', 'nowildcard'],
  ['restore-skmark', 'restoreMark'],
] as const;

const words = (info: SocketInfo): string =>
  FLAGS.filter(([, field]) => info[field])
    .map(([word]) => `--${word}`)
    .join(' ');

export const socket = defineMatch({
  name: 'socket',
  revision: 3,
  options: {
    transparent: { type: 'none' },
    nowildcard: { type: 'none' },
    'restore-skmark': { type: 'none' },
  },
  help: `--transparent     the socket is transparent
--nowildcard      sockets bound to any address count, too
--restore-skmark  the socket's mark becomes the packet's`,
  parse: (options): SocketInfo => ({
    transparent: options.transparent !== undefined,
    nowildcard: options.nowildcard !== undefined,
    restoreMark: options['restore-skmark'] !== undefined,
  }),
  print: (info) => ['socket', words(info)].filter(Boolean).join(' '),
  save: words,
  translate({ transparent, nowildcard, restoreMark }) {
    const words = [
      ...(nowildcard ? [] : ['socket wildcard 0']),
      ...(transparent ? ['socket transparent 1'] : []),
      ...(restoreMark ? ['meta mark set socket mark'] : []),
    ];
    return words.join(' ') || 'socket wildcard le 1';
  },
  demands: { hooks: ['prerouting', 'input'] },
  test({ transparent, nowildcard, restoreMark }, { packet, lab }) {
    // socket_match: established sockets are not in the model, so it is the listeners, and what TPROXY chose.
    const listener = findListener(lab.host.get().listeners, packet);
    const own = packet.socket;
    if (!own && !listener) return false;
    const wildcard = !nowildcard && !own && listener?.address === undefined;
    if (wildcard) return false;
    if (transparent && !(own?.transparent ?? listener?.transparent)) return false;
    if (restoreMark) packet.mark = own?.mark ?? 0;
    return true;
  },
});
