/** `nflab completion`: scripts that complete nflab's commands and options, made from the commands themselves. */
import { Argument, type Command } from 'commander';
import type { Context } from './context.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** One place where words can be completed: after these words, these words. */
interface Level {
  readonly path: readonly string[];
  readonly words: readonly { readonly word: string; readonly description: string }[];
}

export function addCompletion(program: Command, { ports }: Context): void {
  program
    .command('completion')
    .description('print a completion script: source <(nflab completion bash)')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell: Shell) => {
      ports.stdout.write(SCRIPTS[shell](levels(program)));
    });
}

function levels(command: Command, path: readonly string[] = []): readonly Level[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const words = [
    ...commands.map((c) => ({ word: c.name(), description: c.description() })),
    ...help
      .visibleOptions(command)
      .flatMap((o) => (o.long ? [{ word: o.long, description: o.description }] : [])),
  ];
  return [
    { path, words },
    ...commands.filter((c) => c.name() !== 'help').flatMap((c) => levels(c, [...path, c.name()])),
  ];
}

const SCRIPTS: { readonly [S in Shell]: (levels: readonly Level[]) => string } = {
  bash: (all) => bashFunction(all, 'complete -o default -F _nflab nflab\n'),
  zsh: (all) => `autoload -U +X bashcompinit && bashcompinit\n${SCRIPTS.bash(all)}`,
  fish: (all) =>
    all
      .flatMap(({ path, words }) =>
        words.map(({ word, description }) => {
          const condition =
            path.length === 0
              ? '__fish_use_subcommand'
              : path.map((p) => `__fish_seen_subcommand_from ${p}`).join('; and ');
          const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`;
          return `complete -c nflab -n '${condition}' ${what} -d '${description.replaceAll("'", "\\'")}'\n`;
        }),
      )
      .join(''),
};

function bashFunction(all: readonly Level[], register: string): string {
  const cases = all.map(
    ({ path, words }) =>
      `    '${path.join(' ')}') words='${words.map(({ word }) => word).join(' ')}' ;;\n`,
  );
  return `_nflab() {
  local i path='' words=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -*) ;; *) path="\${path:+$path }\${COMP_WORDS[i]}" ;; esac
  done
  case "$path" in
${cases.join('')}  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
${register}`;
}
