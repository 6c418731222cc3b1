import { PROTO } from '../../packet/protocols.ts';
import { defineMatch } from '../define.ts';

interface OsfInfo {
  readonly genre: string;
  readonly invert: boolean;
  readonly ttl: number | undefined;
  readonly log: number | undefined;
}

const GENRE_MAX = 31;

export const osf = defineMatch({
  name: 'osf',
  families: ['ip'],
  options: {
    genre: { type: 'string', required: true, invertible: true, min: 1, keep: GENRE_MAX },
    ttl: { type: 'u32', min: 0, max: 2 },
    log: { type: 'u32', min: 0, max: 2 },
  },
  help: `[!] --genre NAME  operating system that made the packet
--ttl LEVEL       how the TTL is compared: 0 as on the link, 1 less than, 2 not at all
--log LEVEL       what is logged: 0 all, 1 the first, 2 all that match`,
  parse: ({ genre, ttl, log }): OsfInfo => ({
    genre: genre.value,
    invert: genre.invert,
    ttl: ttl?.value,
    log: log?.value,
  }),
  print: ({ genre, invert }) => `OS fingerprint match ${invert ? '! ' : ''}${genre}`,
  save: ({ genre, invert, ttl, log }) =>
    [
      `${invert ? '! ' : ''}--genre ${genre}`,
      ...(ttl === undefined ? [] : [`--ttl ${ttl}`]),
      ...(log === undefined ? [] : [`--log ${log}`]),
    ].join(' '),
  demands: { protos: [PROTO.tcp], hooks: ['input', 'prerouting', 'forward'] },
});
