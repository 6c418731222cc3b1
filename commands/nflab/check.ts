/** `nflab check`: files of packets and what must become of them. */
import type { Command } from 'commander';
import { FileError } from '../../src/base/ports.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { formatJunit, type Judged } from './check/junit.ts';
import { SpecError } from './check/reader.ts';
import { type Finding, runCases, setUp } from './check/run.ts';
import { openScriptLab } from './check/script.ts';
import { type CheckSpec, parseSpec } from './check/spec.ts';
import { type Context, USAGE_EXIT, usage } from './context.ts';
import type { NflabPorts } from './ports.ts';
import { paintFor } from './report.ts';
import { STDIN } from './script.ts';

const FAILED_EXIT = 1;

interface CheckOptions {
  readonly json: boolean;
  readonly junit?: string;
  readonly unconfined: boolean;
}

export function addCheck(program: Command, { ports, exit }: Context): void {
  program
    .command('check')
    .description('put packets through a rule set and compare what becomes of them with a file')
    .argument('<files...>', 'YAML: host, script, setup, cases; - for standard input')
    .option('--json', 'one JSON object per line and case')
    .option('--junit <file>', 'write a JUnit report, too')
    .option('--unconfined', 'as root, do without a network namespace for scripts')
    .addHelpText(
      'after',
      '\nExit codes: 0 all passed, 1 a case or the set-up failed, 2 a file is wrong.',
    )
    .action((files: readonly string[], given: Partial<CheckOptions>) => {
      exit(checkFiles(files, { json: false, unconfined: false, ...given }, ports));
    });
}

function checkFiles(files: readonly string[], options: CheckOptions, ports: NflabPorts): number {
  const judged = files.map((file) => checkFile(file, options, ports));
  const findings = judged.flatMap((each) => each.findings);
  const failed = findings.filter(({ problems }) => problems.length > 0).length;
  const broken = judged.some(({ broken }) => broken !== undefined);
  if (!options.json && findings.length > 0)
    ports.stdout.write(`${findings.length - failed} passed, ${failed} failed\n`);
  if (options.junit !== undefined) writeReport(options.junit, formatJunit(judged), ports);
  if (broken) return USAGE_EXIT;
  return failed > 0 ? FAILED_EXIT : 0;
}

function checkFile(file: string, options: CheckOptions, ports: NflabPorts): Judged {
  const found: Finding[] = [];
  const name = file === STDIN ? 'standard input' : file;
  try {
    const spec = parseSpec(readText(file, ports));
    for (const finding of findingsOf(spec, file, options, ports)) {
      found.push(finding);
      report(finding, name, options, ports);
    }
    return { file: name, findings: found };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const broken = `${name}:${error.message}`;
    ports.stderr.write(`nflab: ${broken}\n`);
    return { file: name, findings: found, broken };
  }
}

/** What the set-up could not do, else each case. */
function* findingsOf(
  spec: CheckSpec,
  file: string,
  options: CheckOptions,
  ports: NflabPorts,
): Generator<Finding> {
  const lab = openScriptLab(spec.script, file, ports, options);
  try {
    const broken = setUp(spec, ports, lab.store, lab.runScript);
    yield* broken;
    if (broken.length === 0) yield* runCases(spec, ports, lab.store);
  } finally {
    lab.remove();
  }
}

function report(
  { line, name, problems }: Finding,
  file: string,
  { json }: CheckOptions,
  { stdout, environment }: NflabPorts,
): void {
  const passed = problems.length === 0;
  if (json) {
    stdout.write(`${JSON.stringify({ file, line, name, passed, problems })}\n`);
    return;
  }
  const paint = paintFor(stdout, environment);
  if (passed) stdout.write(`${paint.green('ok')}   ${name}\n`);
  else stdout.write(`${paint.red('FAIL')} ${name}: ${problems.join('; ')} (${file}:${line})\n`);
}

function readText(file: string, { files, stdin }: NflabPorts): string {
  try {
    return decodeUtf8(file === STDIN ? stdin.readAll() : files.read(file));
  } catch (error) {
    if (error instanceof FileError) throw usage(`cannot read ${file}: ${error.errno}`);
    throw error;
  }
}

function writeReport(file: string, text: string, { files }: NflabPorts): void {
  try {
    files.write(file, text);
  } catch (error) {
    if (error instanceof FileError) throw usage(`cannot write ${file}: ${error.errno}`);
    throw error;
  }
}
