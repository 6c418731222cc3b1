/**
 * Runs recorded cases (transcripts, packet cases, IPVS traffic) in this process and shows where they differ:
 *
 *     node test/run-transcripts.mjs [--show N] [--only TEXT] [--quiet] [--cmd LINE]... FILE|DIR...
 *
 * --show N    print the first N differences (3)          --quiet   no line per file
 * --only TEXT only files whose path contains TEXT        --skip N  leave out the first N differences
 * --cmd LINE  run this command line in a sandbox and print what it says; several share the sandbox
 *
 * The sources are bundled on the fly; a family of tools that does not build is left out with a warning.
 */
import { parseArgs } from 'node:util';
import { loadHarness } from './harness/bundle.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    show: { type: 'string', default: '3' },
    skip: { type: 'string', default: '0' },
    only: { type: 'string', default: '' },
    quiet: { type: 'boolean', default: false },
    cmd: { type: 'string', multiple: true },
  },
});

process.setSourceMapsEnabled(true);
const { tools, runCases, findCases, Sandbox } = await loadHarness();

const percent = (n, of) => `${n}/${of} ${((100 * n) / Math.max(1, of)).toFixed(1)}%`;

async function interactive(lines) {
  const sandbox = await Sandbox.open(tools);
  for (const line of lines) {
    const { out, err, status } = await sandbox.run(line);
    process.stdout.write(`$ ${line}\n${out}`);
    process.stderr.write(err);
    if (status !== 0) process.stdout.write(`? ${status}\n`);
  }
  sandbox.close();
}

async function files() {
  const total = { cases: 0, passed: 0, speaking: 0, speakingPassed: 0 };
  const failures = [];
  for (const file of positionals.flatMap(findCases).filter((f) => f.includes(values.only))) {
    const cases = await runCases(tools, file);
    const speaking = cases.filter((each) => each.speaks);
    const passed = cases.filter((each) => each.passed).length;
    const speakingPassed = speaking.filter((each) => each.passed).length;
    total.cases += cases.length;
    total.passed += passed;
    total.speaking += speaking.length;
    total.speakingPassed += speakingPassed;
    failures.push(...cases.filter((each) => !each.passed).map((each) => each.difference));
    if (!values.quiet && passed < cases.length)
      console.log(
        `${file}  ${percent(passed, cases.length)}  speaking ${percent(speakingPassed, speaking.length)}`,
      );
  }
  const from = Number(values.skip);
  for (const failure of failures.slice(from, from + Number(values.show)))
    console.log(`\n${failure}`);
  console.log(`\nspeaking ${percent(total.speakingPassed, total.speaking)}`);
  console.log(`${total.passed} passed, ${total.cases - total.passed} failed`);
  return total.passed === total.cases ? 0 : 1;
}

if (values.cmd) await interactive(values.cmd);
process.exitCode = positionals.length > 0 ? await files() : 0;
