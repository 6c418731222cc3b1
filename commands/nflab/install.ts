/** `nflab install` and `nflab uninstall`: the emulated tools where programs look that call them by absolute path. */
import type { Command } from 'commander';
import type { Tools } from '../dispatch.ts';
import { tools as hostTools } from '../host/tools.ts';
import { type Context, usage } from './context.ts';
import { type Changes, Installation, type Programs, wordFileErrors } from './installation.ts';
import type { NflabPorts, Processes } from './ports.ts';

export function addInstall(program: Command, { ports, exit }: Context): void {
  program
    .command('install')
    .description(
      "put the emulated firewall tools into a directory such as an image's /usr/sbin, for programs that call them there",
    )
    .argument(
      '<directory>',
      'an existing directory; ip, sysctl, modprobe and the like are never put there',
    )
    .option('--force', 'put other programs of these names aside, until `nflab uninstall`')
    .option('--json', 'say what was done as JSON')
    .action((directory: string, { force = false, json }: { force?: boolean; json?: boolean }) => {
      const installation = wordFileErrors(() => open(directory, ports));
      const programs = firewallPrograms(ports.tools, ports.processes);
      const changes = wordFileErrors(() => installation.install(programs, { force }));
      ports.stdout.write(json ? `${JSON.stringify(changes)}\n` : describe(changes));
    });
  program
    .command('uninstall')
    .description('take away what `nflab install` put into a directory, and put back what was there')
    .argument('<directory>', 'the directory given to `nflab install`')
    .option('--json', 'say what was done as JSON')
    .action((directory: string, { json }: { json?: boolean }) => {
      const installation = wordFileErrors(() => open(directory, ports));
      const changes = wordFileErrors(() => installation.uninstall());
      ports.stdout.write(json ? `${JSON.stringify(changes)}\n` : describe(changes));
      if (changes.foreign.length > 0) exit(1);
    });
}

function open(directory: string, { directories, processes }: NflabPorts): Installation {
  if (processes.system === 'windows')
    throw usage('programs can be put into directories of Linux and macOS only');
  const path = directories.resolve(directory);
  if (path === processes.toolDirectory) throw usage(`${path} is nflab's own`);
  return new Installation(directories, path);
}

/** A small program for each emulated tool but those of the host: it runs the one in nflab's own directory. */
export function firewallPrograms(
  tools: Tools,
  { interpreter, toolDirectory }: Pick<Processes, 'interpreter' | 'toolDirectory'>,
): Programs {
  const names = [...tools.keys()].filter((name) => !hostTools.has(name)).sort();
  return new Map(
    names.map((name) => [name, launcher(interpreter, `${toolDirectory}/${name}`)] as const),
  );
}

/** The exit code of nflab's own failures, which no tool has. */
const GONE = 125;

const launcher = (node: string, tool: string): string => `#!/bin/sh
# Put here by \`nflab install\`; \`nflab uninstall\` takes it away.
node=${quote(node)}
tool=${quote(tool)}
[ -x "$node" ] && [ -f "$tool" ] && exec "$node" "$tool" "$@"
[ -x "$node" ] && gone=$tool || gone=$node
echo "nflab: $gone is gone; install nflab there again, or run \\\`nflab uninstall\\\` for this directory" >&2
exit ${GONE}
`;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const SENTENCES = [
  ['installed', 'installed'],
  ['kept', 'put aside until `nflab uninstall`'],
  ['restored', 'put back'],
  ['removed', 'removed'],
  ['foreign', "left alone, not nflab's any more (the one before is in .nflab-kept)"],
] as const satisfies readonly (readonly [keyof Changes, string])[];

function describe(changes: Changes): string {
  const lines = SENTENCES.filter(([key]) => changes[key].length > 0).map(
    ([key, words]) => `${words}: ${changes[key].join(' ')}\n`,
  );
  return lines.join('') || `${changes.directory} has them all already\n`;
}
