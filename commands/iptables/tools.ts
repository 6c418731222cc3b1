/** The iptables programs by the names they answer to. */

import { dispatch, type Tools } from '../dispatch.ts';
import type { Call, Tool } from '../tool.ts';
import { runIptables } from './iptables.ts';
import type { Program } from './program.ts';
import { runRestore } from './restore.ts';
import { runSave } from './save.ts';
import { runRestoreTranslate, runTranslate } from './translate.ts';

type Run = (call: Call, program: Program) => number;

const PROGRAMS: readonly (readonly [string, Run])[] = [
  ['', runIptables],
  ['-save', runSave],
  ['-restore', runRestore],
];

const TRANSLATORS: readonly (readonly [string, Run])[] = [
  ['-translate', runTranslate],
  ['-restore-translate', runRestoreTranslate],
];

const FAMILIES = [
  ['iptables', 'ip'],
  ['ip6tables', 'ip6'],
] as const;

function* entries(): Generator<readonly [string, Tool]> {
  for (const [prefix, family] of FAMILIES) {
    for (const [suffix, run] of [...PROGRAMS, ...TRANSLATORS]) {
      const name = `${prefix}${suffix}`;
      yield [name, (call) => run(call, { name, family, variant: 'nf_tables' })];
    }
    for (const [suffix, run] of PROGRAMS) {
      // Alone the first of these does not show how it was called.
      const nft = suffix === '' ? prefix : `${prefix}-nft${suffix}`;
      const legacy = `${prefix}${suffix}`;
      yield [
        `${prefix}-nft${suffix}`,
        (call) => run(call, { name: nft, family, variant: 'nf_tables' }),
      ];
      yield [
        `${prefix}-legacy${suffix}`,
        (call) => run(call, { name: legacy, family, variant: 'legacy' }),
      ];
    }
  }
}

/** Names of one family under which a multi-call program knows its programs. */
const aliases = (prefix: string, variant: string, digit: string): ReadonlyMap<string, string> =>
  new Map(
    PROGRAMS.flatMap(([suffix], i) => {
      const name = `${prefix}-${variant}${suffix}`;
      const short = `${['main', 'save', 'restore'][i]}${digit}`;
      return [`${prefix}${suffix}`, short, name].map((alias) => [alias, name] as const);
    }),
  );

const LEGACY_NAMES = (prefix: string, digit: string): readonly string[] => [
  prefix,
  `main${digit}`,
  `${prefix}-save`,
  `save${digit}`,
  `${prefix}-restore`,
  `restore${digit}`,
  `${prefix}-legacy`,
  `${prefix}-legacy-save`,
  `${prefix}-legacy-restore`,
];

/** xtables-legacy-multi NAME ...: all of iptables-legacy in one program. */
const runMulti: Tool = (call) => {
  const [name = '', ...argv] = call.argv;
  const known = new Map([
    ...aliases('iptables', 'legacy', '4'),
    ...aliases('ip6tables', 'legacy', '6'),
    ['iptables-xml', 'iptables-xml'],
    ['xml', 'iptables-xml'],
  ]);
  const tool = known.get(name);
  if (tool !== undefined) return dispatch(named, tool, argv, call);
  const names = [
    ...LEGACY_NAMES('iptables', '4'),
    'iptables-xml',
    'xml',
    ...LEGACY_NAMES('ip6tables', '6'),
  ];
  call.stderr.write(
    `ERROR: No valid subcommand given.\nValid subcommands:\n${names.map((n) => ` * ${n}\n`).join('')}`,
  );
  return 1;
};

const named: Tools = new Map(entries());

export const tools: Tools = new Map([...named, ['xtables-legacy-multi', runMulti]]);
