import type { EvalContext } from '../../kernel/nftables/context.ts';
import { addresses } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

interface Types {
  readonly names: readonly string[];
  readonly invert: boolean;
}

interface AddrtypeInfo {
  readonly src?: Types;
  readonly dst?: Types;
  readonly limit?: 'in' | 'out';
}

const TYPES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
];
/** Types the kernel does not tell apart in IPv6. */
const NOT_IPV6: ReadonlySet<string> = new Set([
  'BROADCAST',
  'BLACKHOLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
]);
/** Those nft has names for. */
const TRANSLATED = 9;

function readTypes(text: string): readonly string[] {
  const wanted = text.split(',').map((name) => {
    const known = TYPES.find((type) => type === name.toUpperCase());
    return known ?? parameterProblem(`addrtype: bad type "${name}"`);
  });
  return TYPES.filter((type) => wanted.includes(type));
}

const LIMIT = { in: 'limit-iface-in', out: 'limit-iface-out' } as const;

function translateTypes({ names, invert }: Types): string {
  const own = TYPES.slice(0, TRANSLATED)
    .filter((type) => names.includes(type))
    .map((type) => type.toLowerCase());
  const set = names.length > 1 ? `{ ${own.join(', ')} }` : (own[0] ?? '');
  return `${invert ? '!= ' : ''}${set}`.trimEnd();
}

/** As match_type: is the address of one of the types, as seen on the device. */
function isOfType(
  { names, invert }: Types,
  address: Uint8Array,
  ctx: EvalContext,
  dev?: string,
): boolean {
  const type = ctx.env.routing.addressType(address, dev).toUpperCase();
  return names.includes(type) !== invert;
}

export const addrtype = defineMatch({
  name: 'addrtype',
  revision: 1,
  options: {
    'src-type': { type: 'string', invertible: true, read: readTypes },
    'dst-type': { type: 'string', invertible: true, read: readTypes },
    'limit-iface-in': { type: 'none', excludes: ['limit-iface-out'] },
    'limit-iface-out': { type: 'none', excludes: ['limit-iface-in'] },
  },
  help: `[!] --src-type TYPE[,...]  kind of source address
[!] --dst-type TYPE[,...]  kind of destination address
--limit-iface-in, --limit-iface-out  as seen on that interface of the packet
Types: ${TYPES.join(' ')}`,
  check(given) {
    if (!given.has('src-type') && !given.has('dst-type'))
      parameterProblem('addrtype: you must specify --src-type or --dst-type');
  },
  parse(o): AddrtypeInfo {
    const types = (given: { value: readonly string[]; invert: boolean }): Types => ({
      names: given.value,
      invert: given.invert,
    });
    const limit = o['limit-iface-in'] ? 'in' : o['limit-iface-out'] ? 'out' : undefined;
    return {
      ...(o['src-type'] && { src: types(o['src-type']) }),
      ...(o['dst-type'] && { dst: types(o['dst-type']) }),
      ...(limit && { limit }),
    };
  },
  print({ src, dst, limit }) {
    const words = (name: string, types: Types | undefined) =>
      types ? ` ${name}-type ${types.invert ? '!' : ''}${types.names.join(',')}` : '';
    return `ADDRTYPE match${words('src', src)}${words('dst', dst)}${limit ? ` limit-${limit}` : ''}`;
  },
  save({ src, dst, limit }) {
    const words = (name: string, types: Types | undefined) =>
      types ? ` ${types.invert ? '! ' : ''}--${name}-type ${types.names.join(',')}` : '';
    const device = limit ? ` --${LIMIT[limit]}` : '';
    return `${words('src', src)}${words('dst', dst)}${device}`.trimStart();
  },
  translate({ src, dst, limit }) {
    // Of source and destination the tool translates the source alone.
    const [field, types] = src ? ['saddr', src] : ['daddr', dst];
    const device = limit ? ` . ${limit === 'in' ? 'iif' : 'oif'}` : '';
    return types && `fib ${field}${device} type ${translateTypes(types)}`.trimEnd();
  },
  // addrtype_mt_checkentry_v1.
  refuse({ src, dst, limit }, { hook, family }) {
    const asked = [...(src?.names ?? []), ...(dst?.names ?? [])];
    if (family === 'ip6' && asked.some((name) => NOT_IPV6.has(name))) return 'EINVAL';
    if (limit === 'in' && (hook === 'output' || hook === 'postrouting')) return 'EINVAL';
    if (limit === 'out' && (hook === 'prerouting' || hook === 'input')) return 'EINVAL';
    return undefined;
  },
  test({ src, dst, limit }, ctx) {
    const own = addresses(ctx.packet);
    const dev =
      limit === 'in' ? ctx.state.in?.name : limit === 'out' ? ctx.state.out?.name : undefined;
    return (!src || isOfType(src, own.src, ctx, dev)) && (!dst || isOfType(dst, own.dst, ctx, dev));
  },
});
