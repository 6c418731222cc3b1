import { CONTINUE } from '../../kernel/nftables/context.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { wholeUint } from '../numbers.ts';

type ZoneSide = 'both' | 'original' | 'reply';

interface CtInfo {
  readonly notrack: boolean;
  /** Written as -j NOTRACK. */
  readonly alias: boolean;
  readonly helper: string;
  readonly timeout: string;
  readonly events: readonly string[];
  readonly expectEvents: readonly string[];
  /** Absent when no zone was asked for; `mark` takes the packet's mark. */
  readonly zone?: { readonly id: number | 'mark'; readonly side: ZoneSide };
}

const EVENTS = [
  'new',
  'related',
  'destroy',
  'reply',
  'assured',
  'protoinfo',
  'helper',
  'mark',
  'natseqinfo',
  'secmark',
];
const EXPECT_EVENTS = ['new'];
/** IPCT_* bits. */
const EVENT_BITS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

const readEvents =
  (known: readonly string[]) =>
  (text: string): readonly string[] => {
    const wanted = text.split(',');
    for (const name of wanted)
      if (!known.includes(name)) parameterProblem(`Unknown event type "${name}"`);
    return known.filter((name) => wanted.includes(name));
  };

function readZone(text: string): number | 'mark' {
  if (text === 'mark') return text;
  return wholeUint(text, 0, 65535) ?? parameterProblem(`Cannot parse ${text} as a zone ID`);
}

const ZONE_OPTIONS = { both: 'zone', original: 'zone-orig', reply: 'zone-reply' } as const;

/** The words of listings, with `dashes` those of saved rules. */
function words(info: CtInfo, dashes: string): string {
  const { zone } = info;
  return [
    info.notrack ? `${dashes}notrack` : '',
    info.helper ? `${dashes}helper ${info.helper}` : '',
    info.timeout ? `${dashes}timeout ${info.timeout}` : '',
    info.events.length > 0 ? `${dashes}ctevents ${info.events.join(',')}` : '',
    info.expectEvents.length > 0 ? `${dashes}expevents ${info.expectEvents.join(',')}` : '',
    zone ? `${dashes}${ZONE_OPTIONS[zone.side]} ${zone.id}` : '',
  ]
    .filter((word) => word !== '')
    .join(' ');
}

/** Helpers of the kernel and the protocol each serves. */
const HELPERS = new Map<string, readonly number[]>([
  ['ftp', [6]],
  ['tftp', [17]],
  ['irc', [6]],
  ['sane', [6]],
  ['sip', [6, 17]],
  ['amanda', [17]],
  ['netbios-ns', [17]],
  ['pptp', [6]],
  ['snmp', [17]],
  ['snmp_trap', [17]],
  ['RAS', [17]],
  ['Q.931', [6]],
]);

export const ct = defineTarget({
  name: 'CT',
  revision: 2,
  options: {
    notrack: { type: 'none' },
    helper: { type: 'string', min: 1, keep: 15 },
    timeout: { type: 'string', min: 1, keep: 31 },
    ctevents: { type: 'string', min: 1, read: readEvents(EVENTS) },
    expevents: { type: 'string', min: 1, read: readEvents(EXPECT_EVENTS) },
    'zone-orig': { type: 'string', read: readZone },
    'zone-reply': { type: 'string', read: readZone },
    zone: { type: 'string', read: readZone },
  },
  help: `--notrack                          do not track the connection
--helper NAME, --timeout NAME      conntrack helper, timeout policy
--ctevents EVENT[,...], --expevents new
--zone ID|mark, --zone-orig, --zone-reply`,
  parse(options): CtInfo {
    const { zone, 'zone-orig': original, 'zone-reply': reply } = options;
    const id = reply?.value ?? original?.value ?? zone?.value;
    const side = zone || (original && reply) ? 'both' : original ? 'original' : 'reply';
    return {
      notrack: options.notrack !== undefined,
      alias: false,
      helper: options.helper?.value ?? '',
      timeout: options.timeout?.value ?? '',
      events: options.ctevents?.value ?? [],
      expectEvents: options.expevents?.value ?? [],
      ...(id !== undefined && { zone: { id, side: zone && original ? 'original' : side } }),
    };
  },
  alias: (info) => (info.alias ? 'NOTRACK' : 'CT'),
  print: (info) => (info.alias ? 'NOTRACK' : `CT ${words(info, '')}`.trimEnd()),
  save: (info) => (info.alias ? '' : words(info, '--')),
  translate: (info) => (info.notrack ? 'notrack' : undefined),
  demands: { tables: ['raw'] },
  refuse(info, { proto, protoInvert }) {
    if (info.notrack) return undefined;
    if (info.timeout) return 'EINVAL';
    if (!info.helper) return undefined;
    if (proto === 0 || protoInvert) return 'ENOENT';
    return HELPERS.get(info.helper)?.includes(proto) ? undefined : 'ENOENT';
  },
  conntrack: true,
  apply(info, { packet, conntrack, env }) {
    if (packet.ct !== undefined) return CONTINUE;
    if (info.notrack) {
      packet.ct = 'untracked';
      return CONTINUE;
    }
    const id = info.zone?.id === 'mark' ? packet.mark & 0xffff : info.zone?.id;
    const events = info.events.reduce(
      (bits, e) => bits | (1 << (EVENT_BITS[EVENTS.indexOf(e)] ?? 0)),
      0,
    );
    conntrack.setTemplate(
      packet,
      {
        ...(info.zone && id !== undefined && { zone: { id, dir: info.zone.side } }),
        ...(info.helper && { helper: info.helper }),
        ...(events !== 0 && { events }),
      },
      env,
    );
    return CONTINUE;
  },
});

export const notrack = defineTarget({
  name: 'NOTRACK',
  kernelName: 'CT',
  options: {},
  help: 'the connection is not tracked',
  parse: (): CtInfo => ({
    notrack: true,
    alias: true,
    helper: '',
    timeout: '',
    events: [],
    expectEvents: [],
  }),
  print: () => 'NOTRACK',
  save: () => '',
});
