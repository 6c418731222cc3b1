/** Runs files of recorded cases, of whatever kind, in this process. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Tools } from '../../commands/dispatch.ts';
import { isScenario, replayScenario } from '../../commands/nflab/replay/ipvs.ts';
import { replayCase } from '../../commands/nflab/replay/replay.ts';
import { Gathered, textInput } from '../../commands/shell.ts';
import type { Ports } from '../../commands/tool.ts';
import { MemoryStore } from '../../state/memory.ts';
import { DirectoryFiles } from './files.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { comparePacketCase, packetCaseInput, type RecordedCase } from './packet-case.ts';
import { describeFailure, runTranscript } from './run.ts';
import { START } from './sandbox.ts';
import { compareScenario, type Scenario, scenarioInput } from './traffic-case.ts';
import { speaks } from './transcript.ts';

/** One recorded case and how it went. */
export interface Case {
  /** From 1, in its file. */
  readonly number: number;
  readonly passed: boolean;
  /** A program that does nothing would fail it. */
  readonly speaks: boolean;
  /** What differs, readable; empty when it passed. */
  readonly difference: string;
}

/** Runs a transcript, a file of packet cases or a traffic scenario; `name` is how the file is called in reports. */
export async function runCases(tools: Tools, file: string, name = file): Promise<readonly Case[]> {
  if (!file.endsWith('.json')) {
    const verdicts = await runTranscript(tools, file);
    return verdicts.map((verdict) => ({
      number: verdict.step.number,
      passed: verdict.passed,
      speaks: speaks(verdict.step),
      difference: verdict.passed ? '' : describeFailure(name, verdict),
    }));
  }
  const value = JSON.parse(readFileSync(file, 'utf8')) as Json;
  const found = isObject(value)
    ? [judgeScenario(tools, value as Scenario)]
    : (value as unknown as readonly RecordedCase[]).map((each) => judgePacketCase(tools, each));
  return found.map(({ title, lines }, i) => ({
    number: i + 1,
    passed: lines.length === 0,
    speaks: true,
    difference:
      lines.length === 0 ? '' : [`${name}:${i + 1} ${title}`, ...lines.slice(0, 30)].join('\n  '),
  }));
}

interface Judged {
  readonly title: string;
  readonly lines: readonly string[];
}

function judgePacketCase(tools: Tools, recorded: RecordedCase): Judged {
  const answer = answerOf(packetCaseInput(recorded), tools);
  return { title: recorded.case.name, lines: comparePacketCase(recorded, answer) };
}

function judgeScenario(tools: Tools, scenario: Scenario): Judged {
  const answer = answerOf(scenarioInput(scenario), tools);
  return { title: scenario.name, lines: compareScenario(scenario, answer) };
}

/** As `nflab replay` would print it. */
function answerOf(input: JsonObject, tools: Tools): JsonObject {
  const ports: Ports = {
    store: new MemoryStore(),
    files: new DirectoryFiles('.', textInput('')),
    stdin: textInput(''),
    stdout: new Gathered(),
    stderr: new Gathered(),
    wall: { now: () => START },
    hosts: '127.0.0.1\tlocalhost\n',
    env: new Map(),
  };
  try {
    const memory = (seed: number): MemoryStore => new MemoryStore(seed);
    const outside = { ports, tools, memory };
    const answer = isScenario(input) ? replayScenario(input, outside) : replayCase(input, outside);
    return JSON.parse(encode(answer)) as JsonObject;
  } catch (error) {
    return { error: error instanceof Error ? `BUG ${error.stack}` : 'BUG' };
  }
}

const encode = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v));

const isCaseFile = (name: string): boolean =>
  name.endsWith('.transcript') || (name.endsWith('.json') && name !== 'package.json');

/** The files of cases at or under a path, in order. */
export function findCases(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const inside = join(path, name);
      if (statSync(inside).isDirectory()) return findCases(inside);
      return isCaseFile(name) ? [inside] : [];
    });
}
