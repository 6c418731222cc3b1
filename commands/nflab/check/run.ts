/** Runs a check on a lab: sets it up, puts each packet in, and judges what became of it. */

import { ToolError } from '../../../src/base/errors.ts';
import { NeedsShell } from '../../../src/base/shell.ts';
import type { Store } from '../../../src/kernel/model.ts';
import { labClock } from '../../../src/lab/clock.ts';
import { resetLab } from '../../../src/lab/reset.ts';
import { Gathered, runCommands, textInput } from '../../shell.ts';
import { describeOutcome } from '../explain.ts';
import { type Passage, sendWords } from '../packet.ts';
import type { NflabPorts } from '../ports.ts';
import { RuleFacts } from '../rule-facts.ts';
import { viewTrace } from '../trace-view.ts';
import { judge } from './judge.ts';
import type { Case, CheckSpec, CommandLine, PacketCase } from './spec.ts';

/** One judged line of a check file. */
export interface Finding {
  readonly line: number;
  readonly name: string;
  /** Why it failed; none when it passed. */
  readonly problems: readonly string[];
}

const SEED = 1;

/** Prepares the lab; returns what failed. `runScript` runs the script that sets it up. */
export function setUp(
  spec: CheckSpec,
  ports: NflabPorts,
  store: Store,
  runScript: () => readonly Finding[],
): readonly Finding[] {
  store.transact((lab) => {
    resetLab(lab, SEED, spec.host);
    lab.clock.set({ mode: 'frozen', nanos: ports.wall.now() });
  });
  const broken = runScript();
  if (broken.length > 0) return broken;
  return spec.setup
    .map((line) => runLine(line, line.text.split('\n')[0] ?? '', { ...ports, store }))
    .filter(({ problems }) => problems.length > 0);
}

/** Runs the cases in order, on the lab as the ones before left it. */
export function* runCases(spec: CheckSpec, ports: NflabPorts, store: Store): Generator<Finding> {
  for (const each of spec.cases) {
    const finding = runCase(each, { ...ports, store });
    if (finding) yield finding;
  }
}

function runCase(each: Case, ports: NflabPorts): Finding | undefined {
  switch (each.kind) {
    case 'advance':
      ports.store.transact((lab) => labClock(lab, ports.wall).advance(each.nanos));
      return undefined;
    case 'run':
      return runLine(each.command, each.name, ports);
    case 'packet':
    case 'flow':
      return { line: each.line, name: each.name, problems: sendCase(each, ports) };
  }
}

function sendCase(each: PacketCase, ports: NflabPorts): readonly string[] {
  let passages: readonly Passage[];
  try {
    passages = sendWords(ports, each.words, { flow: each.kind === 'flow' });
  } catch (error) {
    if (error instanceof ToolError) return each.fail(error.message);
    throw error;
  }
  const facts = new RuleFacts(ports);
  const [first] = passages;
  const last = passages.at(-1);
  if (!first || !last) return ['no packet was sent'];
  const wanted = judge(each.wanted, viewTrace(first.trace, facts));
  const { failure } = passages.find((each) => each.failure !== undefined) ?? {};
  if (wanted.length === 0 && failure !== undefined) return [failure];
  if (wanted.length > 0 || last.arrived || !first.arrived) return wanted;
  const { outcome, packets } = viewTrace(last.trace, facts);
  const end = describeOutcome(outcome, packets[0]?.by);
  return [`the ${last.from}'s ${last.label} did not arrive: ${end}`];
}

function runLine({ line, commands }: CommandLine, name: string, ports: NflabPorts): Finding {
  const stderr = new Gathered();
  const outside = { ...ports, stdin: textInput(''), stdout: new Gathered(), stderr };
  try {
    const status = runCommands(commands, ports.tools, outside);
    const said = stderr.text().trim().split('\n')[0] ?? '';
    return { line, name, problems: status === 0 ? [] : [`exit status ${status}: ${said}`] };
  } catch (error) {
    if (error instanceof NeedsShell)
      return { line, name, problems: [`not a command of the lab: ${error.what}`] };
    throw error;
  }
}
