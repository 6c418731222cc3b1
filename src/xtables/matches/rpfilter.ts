import { addresses } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';

interface RpfilterInfo {
  readonly loose: boolean;
  readonly validmark: boolean;
  readonly acceptLocal: boolean;
  readonly invert: boolean;
}

const FLAGS = [
  ['loose', 'loose'],
  ['validmark', 'validmark'],
  ['accept-local', 'acceptLocal'],
  ['invert', 'invert'],
] as const;

const given = (info: RpfilterInfo): string[] =>
  FLAGS.filter(([, field]) => info[field]).map(([word]) => word);

export const rpfilter = defineMatch({
  name: 'rpfilter',
  options: {
    loose: { type: 'none' },
    validmark: { type: 'none' },
    'accept-local': { type: 'none' },
    invert: { type: 'none' },
  },
  help: `--loose         a route back by any device will do
--validmark     look it up with the packet's mark
--accept-local  source addresses of this host pass
--invert        match what fails the test`,
  parse: (options): RpfilterInfo => ({
    loose: options.loose !== undefined,
    validmark: options.validmark !== undefined,
    acceptLocal: options['accept-local'] !== undefined,
    invert: options.invert !== undefined,
  }),
  print: (info) => ['rpfilter', ...given(info)].join(' '),
  save: (info) =>
    given(info)
      .map((word) => `--${word}`)
      .join(' '),
  translate({ loose, validmark, acceptLocal, invert }) {
    if (acceptLocal && !invert) return undefined;
    const keys = ['saddr', ...(validmark ? ['mark'] : []), ...(loose ? [] : ['iif'])];
    return `${acceptLocal ? 'fib saddr type != local ' : ''}fib ${keys.join(' . ')} oif ${invert ? '' : '!= '}0`;
  },
  demands: { tables: ['raw', 'mangle'], hooks: ['prerouting'] },
  test({ loose, validmark, acceptLocal, invert }, { packet, state, env }) {
    // rpfilter_mt and rpfilter_mt6.
    if (packet.type === 'loopback' || state.in?.kind === 'loopback') return !invert;
    const { src, dst } = addresses(packet);
    const multicast = dst.length === 4 ? ((dst[0] ?? 0) & 0xf0) === 0xe0 : dst[0] === 0xff;
    if (multicast && dst.length === 4 && src[0] === 0)
      return (dst[0] === 0xe0 && dst[1] === 0 && dst[2] === 0) !== invert;
    const route = env.routing.lookup({
      dst: src,
      src: multicast ? undefined : dst,
      mark: validmark ? packet.mark : 0,
      iif: undefined,
      oif: dst.length === 16 && !loose ? state.in?.name : undefined,
    });
    const reachable =
      route !== undefined &&
      (route.type === 'unicast' || (route.type === 'local' && acceptLocal)) &&
      (loose || route.type === 'local' || route.dev.name === state.in?.name);
    return reachable !== invert;
  },
});
