/** xtables-nft-multi: all programs of the nf_tables variant in one, by the name given as its first word. */
import { tools as arptables } from '../arptables/tools.ts';
import { dispatch, type Tools } from '../dispatch.ts';
import { absentTools } from '../host/absent.ts';
import { runRestore } from '../iptables/restore.ts';
import { runSave } from '../iptables/save.ts';
import { tools as iptables } from '../iptables/tools.ts';
import type { Tool } from '../tool.ts';

/** Names the program knows, in the order it lists them; with another name where the tool has one. */
const SUBCOMMANDS: readonly (readonly [name: string, tool?: string])[] = [
  ['iptables-xml'],
  ['xml', 'iptables-xml'],
  ['iptables', 'iptables-nft'],
  ['iptables-nft'],
  ['main4', 'iptables-nft'],
  ['save4'],
  ['restore4'],
  ['iptables-save'],
  ['iptables-restore'],
  ['iptables-nft-save'],
  ['iptables-nft-restore'],
  ['ip6tables', 'ip6tables-nft'],
  ['ip6tables-nft'],
  ['main6', 'ip6tables-nft'],
  ['save6'],
  ['restore6'],
  ['ip6tables-save'],
  ['ip6tables-restore'],
  ['ip6tables-nft-save'],
  ['ip6tables-nft-restore'],
  ['iptables-translate'],
  ['ip6tables-translate'],
  ['iptables-restore-translate'],
  ['ip6tables-restore-translate'],
  ['arptables-translate'],
  ['arptables'],
  ['arptables-nft'],
  ['arptables-restore'],
  ['arptables-nft-restore'],
  ['arptables-save'],
  ['arptables-nft-save'],
  ['ebtables-translate'],
  ['ebtables'],
  ['ebtables-restore'],
  ['ebtables-save'],
  ['ebtables-nft'],
  ['ebtables-nft-restore'],
  ['ebtables-nft-save'],
  ['xtables-monitor'],
];

/** Under these names the programs call themselves so. */
const short: Tools = new Map(
  (['ip', 'ip6'] as const).flatMap((family): [string, Tool][] => {
    const digit = family === 'ip' ? '4' : '6';
    const program = (name: string) =>
      ({ name: `${name}${digit}`, family, variant: 'nf_tables' }) as const;
    return [
      [`save${digit}`, (call) => runSave(call, program('save'))],
      [`restore${digit}`, (call) => runRestore(call, program('restore'))],
    ];
  }),
);

/** The program, with those of its subcommands that are not the families' own. */
export const multi =
  (own: Tools): Tool =>
  (call) => {
    const [name, ...argv] = call.argv;
    const known = SUBCOMMANDS.find(([each]) => each === name);
    if (known) {
      const [subcommand, tool = subcommand] = known;
      return dispatch(
        new Map([...absentTools, ...iptables, ...arptables, ...short, ...own]),
        tool,
        argv,
        call,
      );
    }
    call.stderr.write(
      `ERROR: No valid subcommand given.\nValid subcommands:\n${SUBCOMMANDS.map(([each]) => ` * ${each}\n`).join('')}`,
    );
    return 1;
  };
