/** Expressions of JSON as words. */
import { NotEmulated } from '../../base/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { ctKeys, metaKeys, socketKeys } from '../protocols/keys.ts';
import { fieldOf, protocols } from '../protocols/table.ts';
import { exthdrs } from './read-headers.ts';
import {
  flagWords,
  only,
  optionalInteger,
  optionalText,
  refuse,
  type Words,
} from './read-words.ts';

type Read = (w: Words, json: JsonObject) => string;

const unknown = (what: string): never => {
  throw new NotEmulated(`${what} in nft JSON input`);
};

const RAW_BASES = ['ll', 'nh', 'th', 'ih'];

const payload: Read = (w, json) => {
  const base = optionalText(json, 'base');
  if (base !== undefined) {
    only(json, 'payload', ['base', 'offset', 'len']);
    if (!RAW_BASES.includes(base)) refuse(`Invalid payload base '${base}'.`);
    return `@${base},${w.integer(json, 'offset', 1)},${w.integer(json, 'len', 2)}`;
  }
  only(json, 'payload', ['tunnel', 'protocol', 'field']);
  const tunnel = optionalText(json, 'tunnel');
  const name = w.text(json, 'protocol');
  const field = w.text(json, 'field', 1);
  const known = protocols.find((p) => p.name === name);
  if (!known) return refuse(`Unknown payload protocol '${name}'.`);
  if (!fieldOf(known, field)) refuse(`Unknown ${name} field '${field}'.`);
  if (tunnel !== undefined && !protocols.some((p) => p.name === tunnel))
    refuse(`Unknown payload protocol '${tunnel}'.`);
  return `${tunnel !== undefined && tunnel !== name ? `${tunnel} ` : ''}${name} ${field}`;
};

const meta: Read = (w, json) => {
  only(json, 'meta', ['key']);
  const key = w.text(json, 'key');
  if (!Object.hasOwn(metaKeys, key))
    refuse(`syntax error, unexpected ${key}, known keys are ${META_ORDER.join(', ')}`);
  return `meta ${key}`;
};

/** In the order of nft's own table. */
const META_ORDER = (
  'length protocol priority mark iif oif iifname oifname iiftype oiftype skuid skgid nftrace rtclassid secmark nfproto ' +
  'l4proto ibrname obrname pkttype cpu iifgroup oifgroup cgroup random ipsec iifkind oifkind ibrpvid ibrvproto time day ' +
  'hour sdif sdifname broute'
).split(' ');

const ct: Read = (w, json) => {
  only(json, 'ct', ['key', 'dir']);
  const key = w.text(json, 'key');
  if (!Object.hasOwn(ctKeys, key)) unknown('such a ct key');
  const dir = optionalText(json, 'dir');
  if (dir !== undefined && dir !== 'original' && dir !== 'reply')
    refuse(`Invalid direction '${dir}'.`);
  return dir === undefined ? `ct ${key}` : `ct ${dir} ${key}`;
};

const rt: Read = (w, json) => {
  only(json, 'rt', ['key', 'family']);
  const key = w.text(json, 'key');
  const [family] = flagWords(json.get('family'), 'rt', ['ip', 'ip6']);
  if (!['classid', 'nexthop', 'mtu', 'ipsec'].includes(key)) refuse(`Unknown rt key '${key}'.`);
  return family === undefined ? `rt ${key}` : `rt ${family} ${key}`;
};

const fib: Read = (w, json) => {
  only(json, 'fib', ['result', 'flags']);
  const [result] = flagWords(w.need(json, 'result'), 'fib', ['oif', 'oifname', 'type']);
  const flags = flagWords(json.get('flags'), 'fib', ['saddr', 'daddr', 'mark', 'iif', 'oif']);
  return `fib ${flags.join(' . ')} ${result}`;
};

const numgen: Read = (w, json) => {
  only(json, 'numgen', ['mode', 'mod', 'offset']);
  const [mode] = flagWords(w.need(json, 'mode'), 'numgen', ['inc', 'random']);
  return `numgen ${mode} mod ${w.integer(json, 'mod', 1)} offset ${optionalInteger(json, 'offset') ?? 0n}`;
};

const hashTail = (w: Words, json: JsonObject): string => {
  const seed = optionalInteger(json, 'seed');
  return ` mod ${w.integer(json, 'mod')}${seed === undefined ? '' : ` seed ${seed}`} offset ${optionalInteger(json, 'offset') ?? 0n}`;
};

const OPERATORS = ['&', '|', '^', '<<', '>>'];

function operands(w: Words, op: string, json: Json): string {
  const items = isArray(json) ? json : unknown('an operation without operands');
  if (items.length < 2) unknown('an operation of fewer than two operands');
  return items.map((item) => inner(w, item)).join(` ${op} `);
}

/** An operand: in parentheses when it is an operation itself. */
function inner(w: Words, json: Json): string {
  const text = expression(w, json);
  return isObject(json) && OPERATORS.includes([...json.keys()][0] ?? '') ? `(${text})` : text;
}

const list = (json: Json, what: string): readonly Json[] =>
  isArray(json) ? json : unknown(`${what} that is no list`);

function elementWords(w: Words, json: Json): string {
  const members = w.object(json);
  only(members, 'elem', ['val', 'timeout', 'expires', 'comment', 'counter']);
  const timeout = optionalInteger(members, 'timeout');
  const expires = optionalInteger(members, 'expires');
  const comment = optionalText(members, 'comment');
  if (members.has('counter')) unknown('a counter of an element');
  return [
    expression(w, w.need(members, 'val')),
    timeout === undefined ? '' : `timeout ${timeout}s`,
    expires === undefined ? '' : `expires ${expires}s`,
    comment === undefined ? '' : `comment ${w.word(comment)}`,
  ].join(' ');
}

/** Elements in braces; pairs are those of a map. */
export function braces(w: Words, json: Json): string {
  const items = isArray(json) ? json : [json];
  const words = items.map((item) => {
    if (!isArray(item)) return expression(w, item);
    const [left, right] = item;
    if (left === undefined || right === undefined) return unknown('half a pair of a map');
    return `${expression(w, left)} : ${expression(w, right)}`;
  });
  return `{ ${words.join(', ')} }`;
}

function mapWords(w: Words, json: Json, word: string): string {
  const members = w.object(json);
  return `${expression(w, w.need(members, 'key'))} ${word} ${expression(w, w.need(members, 'data', 1))}`;
}

type ReadValue = (w: Words, json: Json) => string;
const members =
  (read: Read): ReadValue =>
  (w, json) =>
    read(w, w.object(json));

const target =
  (verdict: string): ReadValue =>
  (w, json) =>
    `${verdict} ${w.word(w.text(w.object(json), 'target'))}`;

const EXPRESSIONS: ReadonlyMap<string, ReadValue> = new Map([
  ['payload', members(payload)],
  ['meta', members(meta)],
  ['ct', members(ct)],
  ['rt', members(rt)],
  ['fib', members(fib)],
  ['numgen', members(numgen)],
  [
    'jhash',
    members((w, json) => `jhash ${expression(w, w.need(json, 'expr', 1))}${hashTail(w, json)}`),
  ],
  ['symhash', members((w, json) => `symhash${hashTail(w, json)}`)],
  [
    'socket',
    members((w, json) => {
      const [key] = flagWords(w.need(json, 'key'), 'socket', Object.keys(socketKeys));
      return key === 'cgroupv2' ? unknown('socket cgroupv2') : `socket ${key}`;
    }),
  ],
  [
    'osf',
    members((w, json) => {
      only(json, 'osf', ['key', 'ttl']);
      const [key] = flagWords(w.need(json, 'key'), 'osf', ['name', 'version']);
      const [ttl] = flagWords(json.get('ttl'), 'osf', ['loose', 'skip']);
      return `osf ${ttl === undefined ? '' : `ttl ${ttl} `}${key}`;
    }),
  ],
  [
    'ipsec',
    members((w, json) => {
      only(json, 'ipsec', ['key', 'family', 'dir', 'spnum']);
      const [key] = flagWords(w.need(json, 'key'), 'ipsec', ['reqid', 'spi', 'saddr', 'daddr']);
      const [dir] = flagWords(w.need(json, 'dir'), 'ipsec', ['in', 'out']);
      const [family] = flagWords(json.get('family'), 'ipsec', ['ip', 'ip6']);
      return `ipsec ${dir} spnum ${optionalInteger(json, 'spnum') ?? 0n} ${family ?? ''} ${key}`;
    }),
  ],
  ...exthdrs,
  ...OPERATORS.map((op): [string, ReadValue] => [op, (w, json) => operands(w, op, json)]),
  [
    'prefix',
    members((w, json) => `${expression(w, w.need(json, 'addr'))}/${w.integer(json, 'len', 1)}`),
  ],
  [
    'range',
    (w, json) =>
      list(json, 'a range')
        .map((end) => expression(w, end))
        .join('-'),
  ],
  [
    'concat',
    (w, json) =>
      list(json, 'concat')
        .map((part) => inner(w, part))
        .join(' . '),
  ],
  ['set', braces],
  ['elem', elementWords],
  ['map', (w, json) => mapWords(w, json, 'map')],
  ['vmap', (w, json) => mapWords(w, json, 'vmap')],
  ['accept', () => 'accept'],
  ['drop', () => 'drop'],
  ['continue', () => 'continue'],
  ['return', () => 'return'],
  ['jump', target('jump')],
  ['goto', target('goto')],
]);

export function expression(w: Words, json: Json): string {
  if (typeof json === 'string') {
    if (json === '*') return '*';
    return json.startsWith('@') ? `@${w.word(json.slice(1))}` : w.word(json);
  }
  if (typeof json === 'bigint') return json < 0n ? unknown('a negative number') : `${json}`;
  if (typeof json === 'boolean') return json ? 'exists' : 'missing';
  if (isArray(json)) return json.map((item) => inner(w, item)).join(',');
  if (!isObject(json)) return unknown('such an expression');
  const [entry, more] = [...json];
  const read = entry && !more ? EXPRESSIONS.get(entry[0]) : undefined;
  return entry && read ? read(w, entry[1]) : unknown(`the expression ${entry?.[0] ?? ''}`);
}
