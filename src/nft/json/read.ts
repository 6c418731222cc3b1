/** Commands of JSON (libnftables-json(5)), read by the parser of the language. */
import { NotEmulated } from '../../base/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../base/json.ts';
import type { Command } from '../ast.ts';
import { typeByName } from '../datatypes/table.ts';
import { type Parsed, parse } from '../grammar/parse.ts';
import { internalLocation } from '../location.ts';
import { braces, expression } from './read-expressions.ts';
import { limitWords, statement, statements } from './read-statements.ts';
import {
  flagWords,
  only,
  optionalInteger,
  optionalText,
  Refusal,
  refuse,
  typeName,
  Words,
  within,
} from './read-words.ts';

const FAMILIES = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'];
const VERBS = [
  'add',
  'replace',
  'create',
  'insert',
  'delete',
  'list',
  'reset',
  'flush',
  'rename',
  'destroy',
] as const;
type ReadVerb = (typeof VERBS)[number];

const unknown = (what: string): never => {
  throw new NotEmulated(`${what} in nft JSON input`);
};

function familyOf(name: string): string {
  return FAMILIES.includes(name) ? name : refuse(`Unknown family '${name}'.`);
}

const tableOf = (w: Words, json: JsonObject): string =>
  `${familyOf(w.text(json, 'family'))} ${w.word(w.text(json, 'table', 1))}`;

/** `family table name`. */
const nameOf = (w: Words, json: JsonObject): string =>
  `${tableOf(w, json)} ${w.word(w.text(json, 'name', 2))}`;

/** What exists is named by its name or handle. */
const removed = (verb: ReadVerb): boolean => verb === 'delete' || verb === 'destroy';
const named = (w: Words, json: JsonObject): string =>
  json.has('name') || !json.has('handle')
    ? nameOf(w, json)
    : `${tableOf(w, json)} handle ${w.integer(json, 'handle')}`;

const commentWords = (w: Words, json: JsonObject): string => {
  const comment = optionalText(json, 'comment');
  return comment === undefined ? '' : `comment ${w.word(comment)};`;
};

function table(w: Words, json: JsonObject, verb: ReadVerb): string {
  only(json, 'table', ['family', 'name', 'handle', 'flags', 'comment']);
  const family = familyOf(w.text(json, 'family'));
  const spec =
    removed(verb) && !json.has('name')
      ? `handle ${w.integer(json, 'handle')}`
      : w.word(w.text(json, 'name', 1));
  if (verb !== 'add' && verb !== 'create') return `table ${family} ${spec}`;
  const flags = flagWords(json.get('flags'), 'table', ['dormant', 'owner', 'persist']);
  const block = `${flags.length > 0 ? `flags ${flags.join(',')};` : ''}${commentWords(w, json)}`;
  return `table ${family} ${spec}${block === '' ? '' : ` { ${block} }`}`;
}

const HOOKS = ['prerouting', 'input', 'forward', 'postrouting', 'output', 'ingress', 'egress'];

function chain(w: Words, json: JsonObject, verb: ReadVerb): string {
  if (verb === 'rename') return `chain ${nameOf(w, json)} ${w.word(w.text(json, 'newname', 3))}`;
  if (verb !== 'add' && verb !== 'create') return `chain ${named(w, json)}`;
  only(json, 'chain', [
    ...['family', 'table', 'name', 'handle', 'comment'],
    ...['type', 'hook', 'prio', 'policy', 'dev'],
  ]);
  const spec = nameOf(w, json);
  const type = optionalText(json, 'type');
  const hook = optionalText(json, 'hook');
  const prio = optionalInteger(json, 'prio');
  const policy = optionalText(json, 'policy');
  const parts = [commentWords(w, json)];
  // Without all three it is no base chain, and has no policy.
  if (type !== undefined && hook !== undefined && prio !== undefined) {
    if (!HOOKS.includes(hook)) refuse(`Invalid chain hook '${hook}'.`);
    if (policy !== undefined && policy !== 'accept' && policy !== 'drop')
      refuse(`Unknown policy '${policy}'.`);
    const dev = json.get('dev');
    const devices = (dev === undefined ? [] : isArray(dev) ? dev : [dev]).map((each) =>
      typeof each === 'string' ? w.word(each) : unknown('a device that is no string'),
    );
    const on = devices.length > 0 ? `devices = { ${devices.join(',')} }` : '';
    parts.push(`type ${w.word(type)} hook ${w.word(hook)} ${on} priority ${prio};`);
    if (policy !== undefined) parts.push(`policy ${policy};`);
  }
  const block = parts.join('');
  return `chain ${spec}${block === '' ? '' : ` { ${block} }`}`;
}

function rule(w: Words, json: JsonObject, verb: ReadVerb): string {
  only(json, 'rule', ['family', 'table', 'chain', 'expr', 'handle', 'index', 'comment']);
  const spec = `rule ${tableOf(w, json)} ${w.word(w.text(json, 'chain', 2))}`;
  if (removed(verb) || verb === 'reset') return `${spec} handle ${w.integer(json, 'handle')}`;
  const index = optionalInteger(json, 'index');
  // A handle in what is merely listed is the old one, and means nothing.
  const handle = optionalInteger(json, 'handle');
  const place =
    verb === 'replace'
      ? `handle ${w.integer(json, 'handle')}`
      : index !== undefined
        ? `index ${index}`
        : handle !== undefined
          ? `handle ${handle}`
          : '';
  const comment = optionalText(json, 'comment');
  return `${spec} ${place} ${statements(w, w.need(json, 'expr'))}${comment === undefined ? '' : ` comment ${w.word(comment)}`}`;
}

function typeWords(w: Words, json: Json): string {
  if (isObject(json) && json.has('typeof'))
    return `typeof ${expression(w, w.need(json, 'typeof'))}`;
  const names = isArray(json) ? json : [json];
  const words = names.map((name) => {
    if (typeof name !== 'string') return unknown('such a type');
    return typeByName(name) ? name : refuse(`Invalid datatype '${name}'.`);
  });
  return `type ${words.join(' . ')}`;
}

const OBJECT_TYPES = [
  'counter',
  'quota',
  'limit',
  'secmark',
  'synproxy',
  'ct timeout',
  'ct expectation',
];

function setTypes(w: Words, json: JsonObject): string {
  const type = within('Invalid set type.', () => typeWords(w, w.need(json, 'type', 3)));
  const data = json.get('map');
  const dataWords =
    data === undefined
      ? ''
      : ` : ${
          typeof data === 'string' && OBJECT_TYPES.includes(data)
            ? data
            : typeWords(w, data).replace(/^type(of)? /, '')
        }`;
  return `${type}${dataWords};`;
}

function setBlock(w: Words, json: JsonObject, word: string): string {
  // nft lists the comment of a set, and does not read it.
  const parts = [setTypes(w, json)];
  const policy = optionalText(json, 'policy');
  if (policy !== undefined)
    parts.push(`policy ${flagWords(policy, word, ['performance', 'memory']).join()};`);
  const size = optionalInteger(json, 'size');
  if (size !== undefined) parts.push(`size ${size};`);
  const flags = flagWords(json.get('flags'), word, ['constant', 'interval', 'timeout', 'dynamic']);
  if (flags.length > 0) parts.push(`flags ${flags.join(',')};`);
  for (const key of ['timeout', 'gc-interval'] as const) {
    const seconds = optionalInteger(json, key);
    if (seconds !== undefined) parts.push(`${key} ${seconds}s;`);
  }
  if (json.get('auto-merge') === true) parts.push('auto-merge;');
  const stateful = json.get('stmt');
  if (isArray(stateful)) parts.push(`${stateful.map((s) => statement(w, s)).join(' ')};`);
  const elements = json.get('elem');
  if (elements !== undefined) parts.push(`elements = ${braces(w, elements)};`);
  return parts.join('');
}

function set(word: 'set' | 'map') {
  return (w: Words, json: JsonObject, verb: ReadVerb): string => {
    if (verb !== 'add' && verb !== 'create') return `${word} ${named(w, json)}`;
    only(json, word, [
      ...['family', 'table', 'name', 'type', 'map', 'handle', 'comment', 'policy', 'size', 'flags'],
      ...['timeout', 'gc-interval', 'auto-merge', 'elem', 'stmt'],
    ]);
    const spec = nameOf(w, json);
    return `${word} ${spec} { ${setBlock(w, json, word)} }`;
  };
}

function element(w: Words, json: JsonObject): string {
  only(json, 'element', ['family', 'table', 'name', 'elem']);
  return `element ${nameOf(w, json)} ${braces(w, w.need(json, 'elem'))}`;
}

/** A named object: how its members are written in its block. */
const object =
  (word: string, block: (w: Words, json: JsonObject) => string) =>
  (w: Words, json: JsonObject, verb: ReadVerb): string =>
    verb === 'add' || verb === 'create'
      ? `${word} ${nameOf(w, json)} { ${commentWords(w, json)}${block(w, json)} }`
      : `${word} ${named(w, json)}`;

const protocolWords = (json: JsonObject): string => {
  const [protocol] = flagWords(json.get('protocol'), 'an object', ['tcp', 'udp']);
  const [l3proto] = flagWords(json.get('l3proto'), 'an object', FAMILIES);
  return `${protocol === undefined ? '' : `protocol ${protocol};`}${l3proto === undefined ? '' : `l3proto ${l3proto};`}`;
};

/** A name that may stand in the words themselves. */
function plainName(name: string): string {
  return /^[a-zA-Z0-9_.-]+$/.test(name) ? name : unknown('such a name');
}

function helperWords(w: Words, json: JsonObject): string {
  const [protocol] = flagWords(w.need(json, 'protocol', 1), 'a helper', ['tcp', 'udp']);
  const [l3proto] = flagWords(json.get('l3proto'), 'a helper', FAMILIES);
  const type = `type "${plainName(w.text(json, 'type'))}" protocol ${protocol};`;
  return l3proto === undefined ? type : `${type}l3proto ${l3proto};`;
}

function timeoutWords(w: Words, json: JsonObject): string {
  const policy = w.object(w.need(json, 'policy'));
  const states = [...policy.keys()].map(
    (state) => `${plainName(state)} : ${w.integer(policy, state)}`,
  );
  return `${protocolWords(json)}policy = { ${states.join(', ')} };`;
}

type ReadObject = (w: Words, json: JsonObject, verb: ReadVerb) => string;

const OBJECTS: ReadonlyMap<string, ReadObject> = new Map<string, ReadObject>([
  ['table', table],
  ['chain', chain],
  ['rule', rule],
  ['set', set('set')],
  ['map', set('map')],
  ['element', element],
  [
    'counter',
    object(
      'counter',
      (_, json) =>
        `packets ${BigInt.asUintN(64, optionalInteger(json, 'packets') ?? 0n)} bytes ${BigInt.asUintN(64, optionalInteger(json, 'bytes') ?? 0n)}`,
    ),
  ],
  [
    'quota',
    object(
      'quota',
      (_, json) =>
        `${json.get('inv') === true ? 'over ' : ''}${optionalInteger(json, 'bytes') ?? 0n} bytes used ${optionalInteger(json, 'used') ?? 0n} bytes`,
    ),
  ],
  ['limit', object('limit', limitWords)],
  ['ct helper', object('ct helper', helperWords)],
  ['ct timeout', object('ct timeout', timeoutWords)],
  [
    'synproxy',
    object('synproxy', (w, json) => {
      const flags = flagWords(json.get('flags'), 'synproxy', ['timestamp', 'sack-perm']);
      return `mss ${w.integer(json, 'mss')} wscale ${w.integer(json, 'wscale')} ${flags.join(' ')}`;
    }),
  ],
  [
    'ct expectation',
    object(
      'ct expectation',
      (w, json) =>
        `${protocolWords(json)}dport ${w.integer(json, 'dport')};timeout ${w.integer(json, 'timeout')}ms;size ${w.integer(json, 'size')};`,
    ),
  ],
]);
const NOT_READ = new Set(['flowtable', 'secmark']);

/** Lists of all of a kind: of a family and a table, or everything. */
const PLURALS = [
  ...['ruleset', 'tables', 'chains', 'sets', 'maps', 'counters', 'quotas', 'limits', 'synproxys'],
  ...['meters', 'flowtables', 'rules'],
];

function pluralWords(w: Words, kind: string, json: Json): string {
  if (!isObject(json)) return kind;
  const family = optionalText(json, 'family');
  if (json.has('table')) return `${kind} table ${tableOf(w, json)}`;
  // Only the ruleset is narrowed by a family.
  return family === undefined || kind !== 'ruleset' ? kind : `${kind} ${familyOf(family)}`;
}

function commandWords(w: Words, command: JsonObject): string {
  const verb = VERBS.find((each) => command.has(each));
  const inner = verb === undefined ? command : (command.get(verb) ?? null);
  if (!isObject(inner))
    return refuse(`Value of ${verb} command must be object (got ${typeName(inner)} instead).`);
  const own = verb ?? 'add';
  for (const [kind, json] of inner) {
    if ((own === 'list' || own === 'reset' || own === 'flush') && PLURALS.includes(kind))
      return `${own} ${pluralWords(w, kind, json)}`;
    const read = OBJECTS.get(kind);
    if (read) {
      const members = w.object(json);
      // What a listing says comes without a verb; its handles are of another ruleset.
      const bare = new Map([...members].filter(([key]) => key !== 'handle'));
      return `${own} ${read(w, verb === undefined ? bare : members, own)}`;
    }
    if (NOT_READ.has(kind)) unknown(`the object ${kind}`);
  }
  return refuse(`Unknown object passed to ${own} command.`);
}

function checkMetainfo(json: Json): void {
  if (!isObject(json)) return;
  const version = json.get('json_schema_version');
  if (typeof version === 'bigint' && version > 1n)
    throw new Refusal([
      {
        text: `Schema version ${version} not supported, maximum supported version is 1\n`,
        at: [internalLocation],
      },
      { text: 'Metainfo verification failed.', at: [internalLocation] },
    ]);
}

function readCommand(input: string, json: Json, index: number): readonly Command[] {
  if (!isObject(json))
    return refuse(`Unexpected command array element of type ${typeName(json)}, expected object.`);
  if (json.has('metainfo')) {
    checkMetainfo(json.get('metainfo') ?? null);
    return [];
  }
  return within(`Parsing command array at index ${index} failed.`, () => {
    const w = new Words(input);
    const text = `${commandWords(w, json)}\n`;
    const { commands, ok } = parse(
      { kind: 'internal', name: 'internal', text, depth: 0 },
      { scope: { symbols: new Map() }, include: () => '', words: w.strings },
    );
    return ok ? commands : unknown('a command the language has no words for');
  });
}

/** All commands; refusals are messages, and then there are none. */
export function readCommands(text: string, json: Json): Parsed {
  try {
    const w = new Words(text);
    const list = w.need(w.object(json), 'nftables');
    if (!isArray(list)) return refuse('Value of property "nftables" must be an array.');
    return {
      commands: list.flatMap((each, i) => readCommand(text, each, i)),
      messages: [],
      ok: true,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { commands: [], messages: [...error.messages], ok: false };
  }
}
