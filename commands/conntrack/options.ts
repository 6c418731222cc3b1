/** The tool's own options, and which commands allow them. */
import type { CommandName } from './errors.ts';
import type { LongOption } from './getopt.ts';

export const OPTSTRING =
  'L::I::U::D::G::E::F::A::hVs:d:r:q:p:t:u:e:a:z[:]:{:}:m:i:f:o:n::g::c:b:C::Sj::w:l:<:>::(:):';

const long = (value: string, argument: LongOption['argument'], ...names: string[]): LongOption[] =>
  names.map((name) => ({ name, argument, value }));

export const LONG_OPTIONS: readonly LongOption[] = [
  ...long('L', 'optional', 'dump'),
  ...long('I', 'optional', 'create'),
  ...long('A', 'optional', 'add'),
  ...long('D', 'optional', 'delete'),
  ...long('U', 'optional', 'update'),
  ...long('G', 'optional', 'get'),
  ...long('F', 'optional', 'flush'),
  ...long('E', 'optional', 'event'),
  ...long('C', 'optional', 'counter'),
  ...long('S', 'none', 'stats'),
  ...long('V', 'none', 'version'),
  ...long('h', 'none', 'help'),
  ...long('s', 'required', 'orig-src', 'src'),
  ...long('d', 'required', 'orig-dst', 'dst'),
  ...long('r', 'required', 'reply-src'),
  ...long('q', 'required', 'reply-dst'),
  ...long('p', 'required', 'protonum'),
  ...long('t', 'required', 'timeout'),
  ...long('u', 'required', 'status'),
  ...long('z', 'none', 'zero'),
  ...long('e', 'required', 'event-mask'),
  ...long('[', 'required', 'tuple-src'),
  ...long(']', 'required', 'tuple-dst'),
  ...long('{', 'required', 'mask-src'),
  ...long('}', 'required', 'mask-dst'),
  ...long('a', 'required', 'nat-range'),
  ...long('m', 'required', 'mark'),
  ...long('c', 'required', 'secmark'),
  ...long('i', 'optional', 'id'),
  ...long('f', 'required', 'family'),
  ...long('n', 'optional', 'src-nat'),
  ...long('g', 'optional', 'dst-nat'),
  ...long('o', 'required', 'output'),
  ...long('b', 'required', 'buffer-size'),
  ...long('j', 'optional', 'any-nat'),
  ...long('w', 'required', 'zone'),
  ...long('l', 'required', 'label'),
  ...long('<', 'required', 'label-add'),
  ...long('>', 'optional', 'label-del'),
  ...long('(', 'required', 'orig-zone'),
  ...long(')', 'required', 'reply-zone'),
];

/** The options in the order they are checked, by letter, with the names messages use. */
export const CHECKED: readonly (readonly [letter: string, name: string])[] = [
  ['s', 'src'],
  ['d', 'dst'],
  ['r', 'reply-src'],
  ['q', 'reply-dst'],
  ['p', 'protonum'],
  ['t', 'timeout'],
  ['u', 'status'],
  ['z', 'zero'],
  ['e', 'event-mask'],
  ['[', 'tuple-src'],
  [']', 'tuple-dst'],
  ['{', 'mask-src'],
  ['}', 'mask-dst'],
  ['a', 'nat-range'],
  ['m', 'mark'],
  ['i', 'id'],
  ['f', 'family'],
  ['n', 'src-nat'],
  ['g', 'dst-nat'],
  ['o', 'output'],
  ['c', 'secmark'],
  ['b', 'buffer-size'],
  ['j', 'any-nat'],
  ['w', 'zone'],
  ['l', 'label'],
  ['<', 'label-add'],
  ['>', 'label-del'],
  ['(', 'orig-zone'],
  [')', 'reply-zone'],
];

/** One digit an option in CHECKED's order: 0 no, 1 must, 2 may, 3 both of a couple must. */
export const ALLOWED: { readonly [C in CommandName]?: string } = {
  list: '22222022000220202222202220022',
  create: '33331120000002200220000202022',
  update: '22222220000220222222000022200',
  delete: '22222220000220222222000220022',
  get: '33331000000000020002000020000',
  flush: '00000000000000002000000000000',
  event: '22222000200220202222222220022',
  help: '00002000000000000000000000000',
  'expect list': '00000000000000002002000000000',
  'expect create': '11221120011110000000000000000',
  'expect delete': '11221000000000000000000000000',
  'expect get': '11221000000000000000000000000',
  'expect event': '00000000000000000002000000000',
  add: '33331120000002200220000202022',
};

/** Commands by their letter, for conntrack and for expect. */
export const COMMANDS: ReadonlyMap<
  string,
  readonly [CommandName, CommandName | undefined, longName: string]
> = new Map([
  ['L', ['list', 'expect list', 'dump']],
  ['I', ['create', 'expect create', 'create']],
  ['D', ['delete', 'expect delete', 'delete']],
  ['G', ['get', 'expect get', 'get']],
  ['F', ['flush', 'expect flush', 'flush']],
  ['E', ['event', 'expect event', 'event']],
  ['V', ['version', 'version', 'version']],
  ['h', ['help', 'help', 'help']],
  ['C', ['count', 'expect count', 'counter']],
  ['S', ['stats', 'expect stats', 'stats']],
  ['U', ['update', undefined, 'update']],
  ['A', ['add', undefined, 'add']],
]);
