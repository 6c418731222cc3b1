/** `nflab run`: a firewall script on a lab, and which of its commands failed. */
import { type Command, Option } from 'commander';
import { buildHost, ROUTER } from '../../src/kernel/host/build.ts';
import { resetLab } from '../../src/lab/reset.ts';
import type { ChildLab } from './child.ts';
import type { Context } from './context.ts';
import type { NflabPorts } from './ports.ts';
import { paintFor } from './report.ts';
import { describeFailure, type Failure, runScript } from './script.ts';

interface RunOptions {
  readonly lab?: string;
  readonly host: 'bare' | 'router';
  readonly unconfined?: boolean;
}

export function addRun(program: Command, context: Context): void {
  program
    .command('run')
    .description('run a firewall script on a fresh lab and tell which of its commands failed')
    .argument(
      '<script>',
      'a shell script, or an nft file that begins with #!/usr/sbin/nft -f; - for standard input',
    )
    .argument('[arguments...]', 'for the script')
    .option('--lab <name>', 'act on this lab, and keep what the script did')
    .addOption(
      new Option('--host <host>', 'the host of a fresh lab')
        .choices(['bare', 'router'])
        .default('bare'),
    )
    .option('--unconfined', 'as root, do without a network namespace of its own')
    .passThroughOptions()
    .action((script: string, argv: readonly string[], _: object, command: Command) => {
      const options = command.optsWithGlobals<RunOptions>();
      context.exit(run(context.ports, script, argv, options));
    });
}

function run(
  ports: NflabPorts,
  script: string,
  argv: readonly string[],
  { lab, host, unconfined = false }: RunOptions,
): number {
  const act = (on: ChildLab): number => {
    const { status, failures } = runScript(ports, script, argv, on, { unconfined });
    report(ports, script, failures);
    return status;
  };
  if (lab !== undefined) return act({ name: lab });
  const passing = ports.labs.passing();
  try {
    if (host === 'router') passing.store.transact((draft) => resetLab(draft, 1, buildHost(ROUTER)));
    return act(passing);
  } finally {
    passing.remove();
  }
}

function report(
  { stderr, environment }: NflabPorts,
  script: string,
  failures: readonly Failure[],
): void {
  if (failures.length === 0) return;
  const paint = paintFor(stderr, environment);
  stderr.write(paint.bold(`nflab run: ${failures.length} failed\n`));
  for (const failure of failures) {
    const place = failure.line === undefined ? '' : `${script}:${failure.line}: `;
    stderr.write(`  ${place}${paint.red(describeFailure(failure))}\n`);
  }
}
