/** `nflab check`: a file of packets and what must become of them. */
import type { Command } from 'commander';
import { ToolError } from '../../src/base/errors.ts';
import { FileError } from '../../src/base/ports.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { SpecError } from './check/reader.ts';
import { type Finding, runCases, setUp } from './check/run.ts';
import { openScriptLab } from './check/script.ts';
import { type CheckSpec, parseSpec } from './check/spec.ts';
import { type Context, USAGE_EXIT } from './context.ts';
import type { NflabPorts } from './ports.ts';
import { paintFor } from './report.ts';

const FAILED_EXIT = 1;

export function addCheck(program: Command, { ports, exit }: Context): void {
  program
    .command('check')
    .description('put packets through a rule set and compare what becomes of them with a file')
    .argument('<file>', 'YAML: host, setup, cases')
    .option('--json', 'one JSON object per line')
    .action((file: string, { json = false }: { json?: boolean }) => {
      exit(runCheck(file, { json }, ports));
    });
}

function runCheck(file: string, { json }: { readonly json: boolean }, ports: NflabPorts): number {
  try {
    const spec = parseSpec(readText(file, ports));
    let failed = 0;
    let passed = 0;
    for (const finding of findings(spec, file, ports)) {
      if (finding.problems.length > 0) failed++;
      else passed++;
      report(finding, file, { json }, ports);
    }
    if (!json) ports.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed > 0 ? FAILED_EXIT : 0;
  } catch (error) {
    if (error instanceof SpecError) throw new ToolError(`${file}:${error.message}`, USAGE_EXIT);
    throw error;
  }
}

/** What the set-up could not do, else each case. */
function* findings(spec: CheckSpec, file: string, ports: NflabPorts): Generator<Finding> {
  const lab = openScriptLab(spec.script, file, ports);
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
  { json }: { readonly json: boolean },
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

function readText(file: string, { files }: NflabPorts): string {
  try {
    return decodeUtf8(files.read(file));
  } catch (error) {
    if (error instanceof FileError)
      throw new ToolError(`cannot read ${file}: ${error.errno}`, USAGE_EXIT);
    throw error;
  }
}
