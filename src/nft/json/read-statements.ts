/** Statements of JSON as words. */
import { NotEmulated } from '../../base/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { expression } from './read-expressions.ts';
import {
  flagWords,
  only,
  optionalInteger,
  optionalText,
  refuse,
  typeName,
  type Words,
  within,
} from './read-words.ts';

type Read = (w: Words, json: Json) => string;

const unknown = (what: string): never => {
  throw new NotEmulated(`${what} in nft JSON input`);
};

const RELATIONS = ['==', '!=', '<', '>', '<=', '>=', 'in', '!'];

const match: Read = (w, json) => {
  const members = w.object(json);
  const left = w.need(members, 'left');
  const right = w.need(members, 'right', 1);
  const op = w.text(members, 'op', 2);
  only(members, 'match', ['op', 'left', 'right']);
  if (!RELATIONS.includes(op)) refuse(`Invalid relational op '${op}'.`);
  const first = within('Invalid LHS of relational.', () => expression(w, left));
  return `${first} ${op === 'in' ? '' : op} ${expression(w, right)}`;
};

/** A statement that says what it does by its name alone, or with members. */
const optional =
  (word: string, read: (w: Words, members: JsonObject) => string): Read =>
  (w, json) =>
    json === null ? word : `${word} ${read(w, w.object(json))}`;

/** The name of an object, or where it is looked up; with members the statement itself. */
const named =
  (words: string, plain: Read): Read =>
  (w, json) =>
    typeof json === 'string' || (isObject(json) && json.has('map'))
      ? `${words} ${expression(w, json)}`
      : plain(w, json);

const counter = optional('counter', (_, json) => {
  only(json, 'counter', ['packets', 'bytes']);
  const packets = BigInt.asUintN(64, optionalInteger(json, 'packets') ?? 0n);
  const bytes = BigInt.asUintN(64, optionalInteger(json, 'bytes') ?? 0n);
  return `packets ${packets} bytes ${bytes}`;
});

const UNITS = ['bytes', 'kbytes', 'mbytes'];
const PERIODS = ['second', 'minute', 'hour', 'day', 'week'];
const over = (json: JsonObject): string => (json.get('inv') === true ? 'over ' : '');

export function limitWords(w: Words, json: JsonObject): string {
  const rate = w.integer(json, 'rate');
  const [per] = flagWords(w.need(json, 'per', 1), 'limit', PERIODS);
  const unit = optionalText(json, 'rate_unit');
  const burst = optionalInteger(json, 'burst');
  if (unit === undefined || unit === 'packets')
    return `rate ${over(json)}${rate}/${per}${burst === undefined ? '' : ` burst ${burst} packets`}`;
  const [own] = flagWords(unit, 'limit', UNITS);
  const [other] = flagWords(json.get('burst_unit') ?? 'bytes', 'limit', UNITS);
  return `rate ${over(json)}${rate} ${own}/${per}${burst === undefined || burst === 0n ? '' : ` burst ${burst} ${other}`}`;
}

const limit: Read = (w, json) => {
  const members = w.object(json);
  only(members, 'limit', ['rate', 'burst', 'per', 'inv', 'rate_unit', 'burst_unit']);
  return `limit ${limitWords(w, members)}`;
};

const quota: Read = (w, json) => {
  const members = w.object(json);
  only(members, 'quota', ['val', 'val_unit', 'inv', 'used', 'used_unit']);
  const [unit] = flagWords(members.get('val_unit') ?? 'bytes', 'quota', UNITS);
  const used = optionalInteger(members, 'used');
  const [usedUnit] = flagWords(members.get('used_unit') ?? 'bytes', 'quota', UNITS);
  return `quota ${over(members)}${w.integer(members, 'val')} ${unit}${used === undefined ? '' : ` used ${used} ${usedUnit}`}`;
};

const LOG_FLAGS = new Map([
  ['tcp sequence', 'flags tcp sequence'],
  ['tcp options', 'flags tcp options'],
  ['ip options', 'flags ip options'],
  ['skuid', 'flags skuid'],
  ['ether', 'flags ether'],
  ['all', 'flags all'],
]);

const log = optional('log', (w, json) => {
  only(json, 'log', ['prefix', 'group', 'snaplen', 'queue-threshold', 'level', 'flags']);
  const prefix = optionalText(json, 'prefix');
  const level = optionalText(json, 'level');
  const flags = flagWords(json.get('flags'), 'log', [...LOG_FLAGS.keys()]);
  const numbers = ['group', 'snaplen', 'queue-threshold'].map((key) => {
    const value = optionalInteger(json, key);
    return value === undefined ? '' : `${key} ${value}`;
  });
  return [
    prefix === undefined ? '' : `prefix ${w.word(prefix)}`,
    ...numbers,
    level === undefined ? '' : `level ${w.word(level)}`,
    ...flags.map((flag) => LOG_FLAGS.get(flag) ?? ''),
  ].join(' ');
});

const NAT_FLAGS = ['random', 'fully-random', 'persistent'];

const nat = (word: string): Read =>
  optional(word, (w, json) => {
    only(json, word, ['family', 'addr', 'port', 'flags']);
    const [family] = flagWords(json.get('family'), word, ['ip', 'ip6']);
    const addr = json.get('addr');
    const port = json.get('port');
    const to = [
      addr === undefined ? '' : expression(w, addr),
      port === undefined ? '' : `:${expression(w, port)}`,
    ].join('');
    return [
      family ?? '',
      to === '' ? '' : `to ${to}`,
      flagWords(json.get('flags'), word, NAT_FLAGS).join(','),
    ].join(' ');
  });

const REJECTS = ['tcp reset', 'icmp', 'icmpv6', 'icmpx'];

const reject = optional('reject', (w, json) => {
  only(json, 'reject', ['type', 'expr']);
  const [type] = flagWords(json.get('type'), 'reject', REJECTS);
  const code = json.get('expr');
  if (type === undefined) return '';
  return `with ${type}${code === undefined ? '' : ` ${expression(w, code)}`}`;
});

const mangle: Read = (w, json) => {
  const members = w.object(json);
  only(members, 'mangle', ['key', 'value']);
  return `${expression(w, w.need(members, 'key'))} set ${expression(w, w.need(members, 'value', 1))}`;
};

const setUpdate =
  (word: 'set' | 'map'): Read =>
  (w, json) => {
    // The expression `{"map": {"key", "data"}}` is no statement.
    const members = w.object(json);
    only(members, word, ['op', 'elem', 'set', 'data', 'map', 'stmt']);
    const [op] = flagWords(w.need(members, 'op'), word, ['add', 'update', 'delete']);
    const data = members.get('data');
    const statements = members.get('stmt') ?? [];
    if (!isArray(statements)) return unknown('"stmt" that is no list');
    return [
      `${op} ${expression(w, w.need(members, word, 2))} {`,
      expression(w, w.need(members, 'elem', 1)),
      ...statements.map((s) => statement(w, s)),
      ...(data === undefined ? [] : [':', expression(w, data)]),
      '}',
    ].join(' ');
  };

const queue = optional('queue', (w, json) => {
  only(json, 'queue', ['num', 'flags']);
  const flags = flagWords(json.get('flags'), 'queue', ['bypass', 'fanout']);
  const num = json.get('num');
  return [
    flags.length > 0 ? `flags ${flags.join(',')}` : '',
    num === undefined ? '' : `to ${expression(w, num)}`,
  ].join(' ');
});

const dup: Read = (w, json) => {
  const members = w.object(json);
  only(members, 'dup', ['addr', 'dev']);
  const dev = members.get('dev');
  return `dup to ${expression(w, w.need(members, 'addr'))}${dev === undefined ? '' : ` device ${expression(w, dev)}`}`;
};

const fwd: Read = (w, json) => {
  const members = w.object(json);
  only(members, 'fwd', ['dev', 'family', 'addr']);
  const [family] = flagWords(members.get('family'), 'fwd', ['ip', 'ip6']);
  const addr = members.get('addr');
  const dev = expression(w, w.need(members, 'dev'));
  return addr === undefined
    ? `fwd to ${dev}`
    : `fwd ${family ?? ''} to ${expression(w, addr)} device ${dev}`;
};

const tproxy: Read = (w, json) => {
  const members = w.object(json);
  only(members, 'tproxy', ['family', 'addr', 'port']);
  const [family] = flagWords(members.get('family'), 'tproxy', ['ip', 'ip6']);
  const addr = members.get('addr');
  const port = members.get('port');
  return `tproxy ${family ?? ''} to ${addr === undefined ? '' : expression(w, addr)}${port === undefined ? '' : `:${expression(w, port)}`}`;
};

const synproxy = optional('synproxy', (_, json) => {
  only(json, 'synproxy', ['mss', 'wscale', 'flags']);
  const numbers = ['mss', 'wscale'].map((key) => {
    const value = optionalInteger(json, key);
    return value === undefined ? '' : `${key} ${value}`;
  });
  return [...numbers, ...flagWords(json.get('flags'), 'synproxy', ['timestamp', 'sack-perm'])].join(
    ' ',
  );
});

const ctCount: Read = (w, json) => {
  const members = w.object(json);
  only(members, 'ct count', ['val', 'inv']);
  return `ct count ${over(members)}${w.integer(members, 'val')}`;
};

const verdict =
  (word: string): Read =>
  (w, json) =>
    expression(w, new Map([[word, json]]));

const noPlain: Read = () => unknown('such a reference to an object');

const STATEMENTS: ReadonlyMap<string, Read> = new Map([
  ...['accept', 'drop', 'continue', 'return', 'jump', 'goto', 'vmap'].map(
    (word): [string, Read] => [word, verdict(word)],
  ),
  ['match', match],
  ['counter', named('counter name', counter)],
  ['quota', named('quota name', quota)],
  ['limit', named('limit name', limit)],
  ['ct helper', named('ct helper set', noPlain)],
  ['ct timeout', named('ct timeout set', noPlain)],
  ['ct expectation', named('ct expectation set', noPlain)],
  ['ct count', ctCount],
  ['last', optional('last', () => unknown('"last" with a time'))],
  ['log', log],
  ['reject', reject],
  ['mangle', mangle],
  ['snat', nat('snat')],
  ['dnat', nat('dnat')],
  ['masquerade', nat('masquerade')],
  ['redirect', nat('redirect')],
  ['set', setUpdate('set')],
  ['map', setUpdate('map')],
  ['queue', queue],
  ['dup', dup],
  ['notrack', () => 'notrack'],
  ['reset', (w, json) => `reset ${expression(w, json)}`],
  ['synproxy', synproxy],
  ['fwd', fwd],
  ['tproxy', tproxy],
]);

export function statement(w: Words, json: Json): string {
  if (!isObject(json)) return unknown('a statement that is no object');
  const [entry, more] = [...json];
  if (!entry || more) return unknown('a statement of more than one kind');
  const read = STATEMENTS.get(entry[0]);
  if (read) return read(w, entry[1]);
  if (NOT_READ.has(entry[0])) return unknown(`the statement ${entry[0]}`);
  return refuse(`Unknown statement object '${entry[0]}'.`);
}

/** Known to nft, not here. */
const NOT_READ = new Set(['flow', 'meter', 'xt', 'secmark']);

/** The statements of a rule. */
export const statements = (w: Words, json: Json): string =>
  isArray(json)
    ? json
        .map((each, i) => {
          if (!isObject(each))
            return refuse(
              `Unexpected expr array element of type ${typeName(each)}, expected object.`,
            );
          return within(`Parsing expr array at index ${i} failed.`, () => statement(w, each));
        })
        .join(' ')
    : unknown('"expr" that is no list');
