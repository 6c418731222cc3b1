/** `nflab shell`: the user's own shell with the emulated tools on its PATH. */
import type { Command } from 'commander';
import { childEnvironment, runChild } from './child.ts';
import type { Context } from './context.ts';
import type { NflabPorts } from './ports.ts';

export function addShell(program: Command, context: Context): void {
  const { ports } = context;
  program
    .command('shell')
    .description('start your shell with the emulated tools on its PATH; `exit` leaves it')
    .option('-c, --command <command>', 'run one command line instead of an interactive shell')
    .option('--unconfined', 'as root, do without a network namespace of its own')
    .action(({ command, unconfined = false }: { command?: string; unconfined?: boolean }) => {
      const name = ports.labs.current;
      const shell = userShell(ports);
      const variables = childEnvironment(ports, { name });
      if (command === undefined) {
        for (const [variable, value] of promptVariables(name)) variables.set(variable, value);
        if (ports.stdout.isTerminal)
          ports.stdout.write(
            `Lab ${name}: iptables, nft, ipvsadm, ipset and conntrack are nflab's here.\n`,
          );
      }
      const argv =
        command === undefined ? promptOptions(shell, name) : [commandOption(shell), command];
      context.exit(runChild(ports, [shell, ...argv], variables, { unconfined }));
    });
}

function userShell({ processes, environment }: NflabPorts): string {
  if (processes.system === 'windows') return environment.get('ComSpec') ?? 'cmd.exe';
  return environment.get('SHELL') || '/bin/sh';
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
const isCmd = (shell: string): boolean => baseName(shell).toLowerCase() === 'cmd.exe';
const commandOption = (shell: string): string => (isCmd(shell) ? '/c' : '-c');

/** The lab's name in the prompt: PS1 for plain shells; bash sets its own prompt at start, and is asked once more after. */
function promptVariables(lab: string): readonly (readonly [string, string])[] {
  const mark = `(nflab ${lab}) `;
  return [
    ['PS1', `${mark}$ `],
    ['PROMPT', `${mark}$P$G`],
    ['PROMPT_COMMAND', `PS1='${mark}'"$PS1"; unset PROMPT_COMMAND`],
  ];
}

function promptOptions(shell: string, lab: string): readonly string[] {
  if (baseName(shell) !== 'fish') return [];
  return [
    '-C',
    `functions -c fish_prompt nflab_prompt; function fish_prompt; echo -n '(nflab ${lab}) '; nflab_prompt; end`,
  ];
}
