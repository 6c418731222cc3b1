/** `nflab env`: what a shell must know to find the emulated tools. */
import { type Command, Option } from 'commander';
import type { Context } from './context.ts';

const SHELLS = ['sh', 'fish', 'powershell'] as const;
type Shell = (typeof SHELLS)[number];

export function addEnv(program: Command, { ports }: Context): void {
  const { stdout, labs, processes } = ports;
  program
    .command('env')
    .description(
      'print commands that put the emulated tools on the PATH of the present shell: eval "$(nflab env)"',
    )
    .option('--bin-dir', 'print only the directory of the emulated tools')
    .addOption(new Option('--shell <shell>', 'the shell to speak to').choices(SHELLS).default('sh'))
    .action(({ binDir = false, shell }: { binDir?: boolean; shell: Shell }) => {
      const { toolDirectory } = processes;
      stdout.write(binDir ? `${toolDirectory}\n` : SETTINGS[shell](toolDirectory, labs.current));
    });
}

const SETTINGS: { readonly [S in Shell]: (directory: string, lab: string) => string } = {
  sh: (directory, lab) =>
    `export PATH=${quoteSh(directory)}:"$PATH"\nexport NFLAB_LAB=${quoteSh(lab)}\n`,
  fish: (directory, lab) =>
    `set -gx PATH ${quoteFish(directory)} $PATH\nset -gx NFLAB_LAB ${quoteFish(lab)}\n`,
  powershell: (directory, lab) =>
    `$env:PATH = ${quotePowershell(directory)} + [IO.Path]::PathSeparator + $env:PATH\n$env:NFLAB_LAB = ${quotePowershell(lab)}\n`,
};

const quoteSh = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const quoteFish = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const quotePowershell = (text: string): string => `'${text.replaceAll("'", "''")}'`;
