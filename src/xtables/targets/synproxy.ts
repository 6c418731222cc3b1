import { PROTO } from '../../packet/protocols.ts';
import { defineTarget } from '../define.ts';

interface SynproxyInfo {
  readonly sackPerm: boolean;
  readonly timestamp: boolean;
  readonly ecn: boolean;
  readonly wscale: number | undefined;
  readonly mss: number | undefined;
}

/** XT_SYNPROXY_OPT_*. */
const MSS = 0x01;
const WSCALE = 0x02;
const SACK_PERM = 0x04;
const TIMESTAMP = 0x08;

function words({ sackPerm, timestamp, wscale, mss, ecn }: SynproxyInfo): string[] {
  return [
    ...(sackPerm ? ['sack-perm'] : []),
    ...(timestamp ? ['timestamp'] : []),
    ...(wscale === undefined ? [] : [`wscale ${wscale}`]),
    ...(mss === undefined ? [] : [`mss ${mss}`]),
    ...(ecn ? ['ecn'] : []),
  ];
}

export const synproxy = defineTarget({
  name: 'SYNPROXY',
  options: {
    'sack-perm': { type: 'none' },
    timestamp: { type: 'none' },
    wscale: { type: 'u32' },
    mss: { type: 'u32' },
    ecn: { type: 'none' },
  },
  help: `--sack-perm     offer selective acknowledgements
--timestamp     offer timestamps
--wscale VALUE  window scaling factor of the server
--mss VALUE     maximum segment size of the server
--ecn           explicit congestion notification`,
  parse: (options): SynproxyInfo => ({
    sackPerm: options['sack-perm'] !== undefined,
    timestamp: options.timestamp !== undefined,
    ecn: options.ecn !== undefined,
    wscale: options.wscale?.value,
    mss: options.mss?.value,
  }),
  // The blank at the end is the tool's.
  print: (info) =>
    `SYNPROXY ${words(info)
      .map((word) => `${word} `)
      .join('')}`,
  save: (info) =>
    words(info)
      .map((word) => `--${word}`)
      .join(' '),
  translate: (info) => `${['synproxy', ...words(info)].join(' ')} `,
  demands: { protos: [PROTO.tcp], hooks: ['input', 'forward'] },
  conntrack: true,
  apply({ sackPerm, timestamp, ecn, wscale, mss }, { packet, conntrack, state, env }) {
    const flags =
      (mss === undefined ? 0 : MSS) |
      (wscale === undefined ? 0 : WSCALE) |
      (sackPerm ? SACK_PERM : 0) |
      (timestamp ? TIMESTAMP : 0);
    return conntrack.synproxy(
      packet,
      { mss: mss ?? 0, wscale: wscale ?? 0, flags, ecn },
      state,
      env,
    );
  },
});
